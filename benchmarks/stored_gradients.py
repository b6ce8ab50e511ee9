"""A `Value` in the manner of microgpt: slots, tuples of operands and of local gradients, a recursive order.

The shortest engine for single numbers that is not slow, and so the one to be faster than.
"""

from __future__ import annotations


class Value:
    __slots__ = ("children", "data", "grad", "local_gradients")

    def __init__(self, data: float, children: tuple[Value, ...] = (), local_gradients: tuple[float, ...] = ()) -> None:
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_gradients = local_gradients

    def __add__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    __radd__ = __add__

    def __mul__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    __rmul__ = __mul__

    def relu(self) -> Value:
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def backward(self) -> None:
        order: list[Value] = []
        seen: set[Value] = set()

        def visit(value: Value) -> None:
            if value not in seen:
                seen.add(value)
                for child in value.children:
                    visit(child)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for child, local_gradient in zip(value.children, value.local_gradients, strict=True):
                child.grad += local_gradient * value.grad
