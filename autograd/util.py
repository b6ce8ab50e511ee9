"""Helpers that programs of PyPI's autograd import from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .installation import check_not_mixed
from .test_util import check_grads

check_not_mixed()


def func(method: Any) -> Any:
    """A method's function."""
    return getattr(method, "__func__", method)


def subvals(x: Iterable[Any], replacements: Iterable[tuple[int, Any]]) -> tuple[Any, ...]:
    """x as a tuple, with other elements at some positions.

    >>> subvals([1, 2, 3], [(0, "a")])
    ('a', 2, 3)
    """
    elements = list(x)
    for position, element in replacements:
        elements[position] = element
    return tuple(elements)


def subval(x: Iterable[Any], position: int, element: Any) -> tuple[Any, ...]:
    """x as a tuple, with another element at one position."""
    return subvals(x, [(position, element)])


def quick_grad_check(
    fun: Callable[..., Any],
    arg0: Any,
    extra_args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    verbose: bool = True,
) -> None:
    """`autograd.test_util.check_grads` by the first argument, to the first order, as it was called before 2017."""
    if verbose:
        print(f"Checking gradient of {getattr(fun, '__name__', fun)}")
    check_grads(fun, modes=["rev"], order=1)(arg0, *extra_args, **(kwargs or {}))
    if verbose:
        print("Gradient projection OK")
