"""The types of these functions, as `functions.pyi` has the others'."""

from typing import Any, overload

from .operands import ArrayLike, Axis, Number
from .tensor import Tensor

_Plain = Number | ArrayLike

# Over all axes NumPy's answer is a number, over some an array.
@overload
def sum(
    x: Tensor, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Tensor: ...
@overload
def sum(
    x: _Plain, axis: Axis = None, keepdims: bool = False, *, dtype: Any = None, initial: Any = None, where: Any = True
) -> Any: ...
@overload
def max(x: Tensor, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Tensor: ...
@overload
def max(x: _Plain, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any: ...
@overload
def min(x: Tensor, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Tensor: ...
@overload
def min(x: _Plain, axis: Axis = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any: ...
@overload
def any(x: Tensor, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Tensor: ...
@overload
def any(x: _Plain, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Any: ...
@overload
def all(x: Tensor, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Tensor: ...
@overload
def all(x: _Plain, axis: Axis = None, keepdims: bool = False, *, where: Any = True) -> Any: ...
