"""`import autograd` brings in NumPy and nothing else."""

import builtins
import importlib
import json
import pkgutil
import subprocess
import sys

PROGRAM = """
import json, sys
before = set(sys.modules)
import autograd
table = {"two": 2.0, "list": [0.0]}
assert autograd.compile(lambda x: x * table["two"])(1.0) == 2.0
# Imported in the middle of a call it would hang a process that another thread forks meanwhile.
assert "numpy.random" not in sys.modules
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


def test_every_public_name_is_there_once_and_neither_it_nor_a_row_has_the_name_of_a_module() -> None:
    import autograd

    for name in autograd.__all__:
        assert hasattr(autograd, name), name
    assert len(set(autograd.__all__)) == len(autograd.__all__)
    # One name for a function and a module would be the function or the module, by what was imported last.
    modules = {module.name for module in pkgutil.iter_modules(autograd.__path__)}
    assert "tensor" in modules
    assert modules & {*autograd.__all__, *autograd.operations()} == set()


def test_every_row_and_every_function_made_of_rows_is_public() -> None:
    import autograd
    from autograd import array_functions, composites, linear_algebra, ops

    rooms = {room: importlib.import_module(f"{composites.__name__}.{room}") for room in composites.ROOMS}
    assert {*rooms} == {room.name for room in pkgutil.iter_modules(composites.__path__)}
    assert not {*rooms} & {*composites.__all__}
    public: set[str] = {*ops.__all__}
    for names, room in [(array_functions.__all__, array_functions)] + [
        (composites.ROOMS[name], room) for name, room in rooms.items()
    ]:
        functions = {
            name
            for name, held in vars(room).items()
            if getattr(held, "__module__", None) == room.__name__ and not name.startswith("_")
        }
        assert {*names} == {name for name in functions if not hasattr(builtins, name)}
        assert not functions & public
        public |= functions
        for name in functions:
            assert getattr(autograd, name) is getattr(room, name)
    assert all(getattr(composites, name) is getattr(autograd, name) for name in composites.__all__)
    for name in ops.__all__:
        assert getattr(autograd, name) is getattr(ops, name)
    assert {name for name in public if not hasattr(builtins, name)} <= {*autograd.__all__}
    assert [name for name in autograd.__all__ if hasattr(builtins, name)] == []
    # The pullbacks of getitem, of windows and of det.
    pullbacks = {"scatter_add", "overlap_add", "cofactors"}
    assert {*autograd.operations()} - public - {*linear_algebra.__all__} == pullbacks


LAZY = """
import sys
import autograd
rooms = [name for name in sys.modules if name.startswith("autograd.composites.")]
assert not rooms, rooms
assert {"softplus", "nanmedian", "Tensor"} <= {*dir(autograd)} and {"softplus", "pad"} <= {*dir(autograd.composites)}
assert not hasattr(autograd, "soft_plus") and not hasattr(autograd.composites, "soft_plus")
assert "softplus" not in vars(autograd)
assert autograd.softplus(0.0) > 0.0 and vars(autograd)["softplus"] is autograd.composites.softplus
rooms = [name for name in sys.modules if name.startswith("autograd.composites.")]
assert rooms == ["autograd.composites.activations"], rooms
assert "autograd.linear_algebra" not in sys.modules and "linalg" in dir(autograd)
assert autograd.linalg.inv is sys.modules["autograd.linear_algebra"].inv
"""


def test_a_function_made_of_rows_is_listed_before_and_imported_when_it_is_first_used() -> None:
    process = subprocess.run([sys.executable, "-c", LAZY], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr


def test_star_import_leaves_pythons_own_names_alone() -> None:
    names: dict[str, object] = {}
    exec("from autograd import *", names)
    assert [name for name in names if hasattr(builtins, name)] == []
