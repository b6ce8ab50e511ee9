"""The one place where packages above the engine say how its things are shown: `viz` registers its views here.

A view is a function under a name: "node" gives what a notebook shows of a node, "trace" a graph as plain data, and
each plot ("curves", …) is one. An installed package is found without being imported first: it declares in the group
`autograd.views` of its entry points the module that registers its views.
"""

import functools
from collections.abc import Callable
from typing import Any

from .errors import ViewError

View = Callable[..., Any]

_views: dict[str, View] = {}


def register(name: str, view: View, *, replace: bool = True) -> None:
    """Let a function be the view of that name; with `replace=False` only where there is none yet.

    >>> register("count", lambda node: len(node.inputs))
    >>> from autograd import Value
    >>> find("count")(Value(3.0) * Value(2.0))
    2
    """
    if replace or name not in _views:
        _views[name] = view


def registered(name: str) -> View | None:
    """The view of that name; None where nobody has registered one."""
    if name not in _views:
        _import_declared()
    return _views.get(name)


def find(name: str) -> View:
    """The view of that name. Raises ViewError where nobody has registered one."""
    view = registered(name)
    if view is None:
        raise ViewError(
            f"no view {name!r} is registered: glassgrad's package viz has it; install glassgrad, or `import viz` first"
        )
    return view


@functools.cache
def _import_declared() -> None:
    """Import, once, what installed packages declare: it registers its views."""
    from importlib import metadata  # it takes as long as the engine itself, and most programs show nothing

    for declared in metadata.entry_points(group="autograd.views"):
        declared.load()
