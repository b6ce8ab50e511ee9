"""An operator of functions of one argument as one of functions of several, of which one is chosen."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .differential_operators import of_one_argument
from .installation import check_not_mixed

check_not_mixed()


def unary_to_nary(unary_operator: Callable[..., Any]) -> Callable[..., Any]:
    """From `operator(f, x, …)` to `operator(f, argnum)`, a function of f's arguments.

    >>> twice = unary_to_nary(lambda f, x: f(f(x)))
    >>> twice(lambda x, y: x * y)(2.0, 3.0)
    18.0
    """

    @functools.wraps(unary_operator)
    def nary(function: Callable[..., Any], argnum: Any = 0, *settings: Any, **named: Any) -> Callable[..., Any]:
        def of_arguments(*arguments: Any, **keywords: Any) -> Any:
            of_one, x = of_one_argument(function, argnum, arguments, keywords)
            return unary_operator(of_one, x, *settings, **named)

        return of_arguments

    return nary
