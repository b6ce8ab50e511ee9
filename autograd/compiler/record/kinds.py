"""Whose a thing is: Python's and NumPy's own, this project's, an installed library's, or a person's."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

# Whose code is followed for the names of attributes that it reads, but not to its own globals.
HOUSE = frozenset({"autograd", "nn", "viz", "glassgrad"})
FOREIGN = frozenset({"numpy", "scipy", "builtins"})


def package_of(held: Any) -> str:
    name = held.__name__ if isinstance(held, ModuleType) else getattr(held, "__module__", None)
    return name.partition(".")[0] if isinstance(name, str) else ""


def package_of_code(function: Any) -> str:
    """Of whose globals a function reads: a wrapper has the module of what it wraps, and its own globals."""
    return package_of_globals(getattr(function, "__globals__", {}))


def package_of_globals(its_globals: dict[str, Any]) -> str:
    return str(its_globals.get("__name__") or "").partition(".")[0]


def is_foreign(held: Any) -> bool:
    """Whether it is Python's own or NumPy's."""
    return _is_of_foreign(package_of(held))


def _is_of_foreign(package: str) -> bool:
    return package in FOREIGN or (package in sys.stdlib_module_names and package != "__main__")


def is_installed(its_globals: dict[str, Any]) -> bool:
    """Whether these are the globals of a module of an installed library."""
    file = its_globals.get("__file__") or ""
    return "site-packages" in file or "dist-packages" in file


def is_a_person_s(its_globals: dict[str, Any], own_package: str) -> bool:
    """Whether a function's globals are looked at: those of Python, of this project and of installed libraries stay as
    they are, but for the library that the recorded function is of."""
    package = package_of_globals(its_globals)
    if package in HOUSE or _is_of_foreign(package):
        return False
    return package == own_package or not is_installed(its_globals)
