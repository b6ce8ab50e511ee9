"""Helpers of PyPI's autograd: `flatten`, optimizers of a function's argument, fixed points."""

from ..installation import check_not_mixed

check_not_mixed()

from .flatten import flatten as flatten  # noqa: E402  # after the check
