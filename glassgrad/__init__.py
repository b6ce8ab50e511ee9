"""glassgrad: the autograd engine you can see through.

`import glassgrad` gives the public names of `autograd`, `nn` and `viz`, loaded when they are first used.

>>> import glassgrad
>>> x = glassgrad.Value(3.0)
>>> (x * x).backward()
>>> x.grad
6.0
"""

from __future__ import annotations

# Nothing is imported here, since Ctrl-C is an error in the middle of an import: `glassgrad/__main__.py` answers it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    # The names that __getattr__ below finds; `trace` is viz's, as the first one for mypy and the last one for pyright.
    # isort: off
    from viz import *  # noqa: F403
    from nn import *  # noqa: F403
    from autograd import *  # type: ignore[assignment]  # noqa: F403
    from viz import trace as trace
    # isort: on

__version__ = "0.2.0"

# nn first: it says what to do where PyPI's autograd is in the place of ours.
_PACKAGES = ("nn", "viz", "autograd")


def __getattr__(name: str) -> Any:
    import importlib

    if not name.startswith("_"):
        for package in _PACKAGES:
            module = importlib.import_module(package)
            if name in module.__all__ or (package == "autograd" and name in ("sum", "max", "min", "compile")):
                return getattr(module, name)
    raise AttributeError(f"glassgrad has no {name!r}")


def __dir__() -> list[str]:
    import importlib

    names = [name for package in _PACKAGES for name in importlib.import_module(package).__all__]
    return sorted({*globals(), *names})
