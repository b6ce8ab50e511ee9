"""`import autograd` brings in NumPy and nothing else."""

import builtins
import inspect
import json
import subprocess
import sys

PROGRAM = """
import json, sys
before = set(sys.modules)
import autograd
print(json.dumps(sorted({name.partition(".")[0] for name in set(sys.modules) - before})))
"""


def test_importing_the_engine_loads_no_third_party_module_but_numpy() -> None:
    process = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded = json.loads(process.stdout)
    assert "autograd" in loaded
    assert "numpy" in loaded
    assert [name for name in loaded if name not in {*sys.stdlib_module_names, "autograd", "numpy"}] == []


def test_the_engine_says_whose_it_is() -> None:
    import autograd

    assert autograd.DISTRIBUTION == "glassgrad"


def test_every_public_name_is_there_and_no_other_row_hides_a_module() -> None:
    import autograd

    for name in autograd.__all__:
        assert hasattr(autograd, name), name
    assert len(set(autograd.__all__)) == len(autograd.__all__)


def test_every_row_and_every_function_made_of_rows_is_public() -> None:
    import autograd
    from autograd import composites, ops

    internal = {"scatter_add"}  # the pullback of getitem
    assert {*autograd.operations()} - internal <= {*ops.__all__}
    for room in (ops, composites):
        functions = {
            name
            for name, held in vars(room).items()
            if inspect.isfunction(held) and held.__module__ == room.__name__ and not name.startswith("_")
        }
        assert functions - {"summed_to_shape"} <= {*room.__all__}  # a forward rule that the sweep calls, too
        for name in room.__all__:
            assert getattr(autograd, name) is getattr(room, name)
            assert (name in autograd.__all__) is not hasattr(builtins, name)


def test_star_import_leaves_pythons_own_names_alone() -> None:
    names: dict[str, object] = {}
    exec("from autograd import *", names)
    assert [name for name in names if hasattr(builtins, name)] == []
