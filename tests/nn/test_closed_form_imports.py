"""closed_form is a derivation of its own: it reaches nothing of autograd, not even through `nn`."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import nn.closed_form

PATH = Path(nn.closed_form.__file__)

RUN_WITH_AUTOGRAD_BLOCKED = """
import importlib.util, sys
for name in ("autograd", "nn", "viz", "glassgrad"):
    sys.modules[name] = None  # importing it, or from it, is an ImportError
try:
    import autograd
except ImportError:
    print("blocked")
spec = importlib.util.spec_from_file_location("closed_form", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["closed_form"] = module
spec.loader.exec_module(module)
network = module.SigmoidNetwork((2, 2, 1), rng=0)
network.step([[0, 0], [1, 1]], [0, 1], learning_rate=1.0)
print(sorted(name for name, held in sys.modules.items() if name.split(".")[0] == "autograd" and held))
"""


def test_its_import_statements_name_the_standard_library_and_numpy_alone():
    imported = set()
    for statement in ast.walk(ast.parse(PATH.read_text(encoding="utf-8"))):
        if isinstance(statement, ast.Import):
            imported |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            imported.add("." * statement.level + (statement.module or ""))
        elif isinstance(statement, ast.Name):
            assert statement.id not in {"__import__", "importlib", "exec", "eval"}
    packages = {name.split(".")[0] for name in imported}
    assert "numpy" in packages
    assert packages - {"numpy"} <= sys.stdlib_module_names | {"__future__"}


def test_it_runs_where_autograd_cannot_be_imported():
    assert importlib.util.find_spec("autograd") is not None  # here it could be
    ran = subprocess.run(
        [sys.executable, "-c", RUN_WITH_AUTOGRAD_BLOCKED, str(PATH)], capture_output=True, text=True, check=False
    )
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == ["blocked", "[]"]
