"""Polynomials, by their coefficients."""

from __future__ import annotations

from typing import Any

import numpy

from .. import array_functions, ops
from ..errors import ShapeError
from ..operands import one_whole_number, operand_of
from .building import zeros_like


def polyval(p: Any, x: Any) -> Any:
    """p[0] · xⁿ⁻¹ + … + p[n − 1], the polynomial of these n coefficients, the highest first, at x.

    >>> from autograd import Tensor, polyval
    >>> x = Tensor([2.0, 3.0])
    >>> polyval([1.0, 0.0, 1.0], x).data
    array([ 5., 10.])
    """
    p, x = operand_of("polyval", p), operand_of("polyval", x)
    if p.ndim != 1:
        raise ShapeError(f"polyval: the coefficients are one row of numbers, not of shape {p.shape}")
    made = zeros_like(x)
    for number in range(p.size):  # Horner's rule
        made = ops.add(ops.multiply(made, x), array_functions.getitem(p, number))
    return made


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """A matrix whose columns are the powers of x, N of them (as many as x has elements), the highest first, or last
    with `increasing`: with its coefficients a polynomial is a product, `vander(x, len(p)) @ p`.

    >>> from autograd import Tensor, vander
    >>> vander(Tensor([2.0, 3.0]), 3).data
    array([[4., 2., 1.],
           [9., 3., 1.]])
    """
    x = operand_of("vander", x)
    if x.ndim != 1:
        raise ShapeError(f"vander: of one row of numbers, not of shape {x.shape}")
    count = x.size if N is None else one_whole_number("vander: N, how many powers, is an integer", N)
    if count < 0:
        raise ShapeError(f"vander: N, how many powers, is not negative, as {count}")
    exponents = numpy.arange(count) if increasing else numpy.arange(count)[::-1]
    kind = numpy.result_type(x.dtype, int)  # as NumPy's
    return ops.power(array_functions.reshape(x, (-1, 1)), exponents.astype(kind))
