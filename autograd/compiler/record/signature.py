"""The structure of a call: the key by which its program is found again. Its numbers are what the program is given."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy

from ...errors import DataTypeError, ShapeError
from ...node import Node
from ...operands import has_mask
from ...structure import Place, places, with_leaves
from ...tensor import Tensor
from ...value import LARGEST_INTEGER, RecordedValue

Key = Hashable
ArrayKey = Callable[[Any], Key]
# Which integers of a part are numbers that a program is given, and no part of its structure: none (None), all, truths
# included (True), all but these (a frozenset); or one of these for each of its items, by position or key (a dict).
Numbers = Any


def array_key(array: Any) -> Key:
    """A program is for arrays of one shape and dtype."""
    return array.shape, array.dtype


def signature(
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    array_key: ArrayKey = array_key,
    numbers: dict[Any, Numbers] | None = None,
) -> tuple[Key, list[Any], list[Any]]:
    """The structure of a call, as a key; its numbers and arrays, in order; and the objects (modules, functions) of
    which the key has only the id, with the nodes (each after its place among the leaves), the integers that are
    static as no `numbers` were asked for, and NumPy's numbers.

    A number of NumPy's is a float beside Values, and else computes in its own dtype, as an array without axes: the leaf
    is as it was given.

    Static, a part of the structure by type and value, are integers, truths, text, bytes, None, members of
    enumerations, and frozen dataclasses of these.

    Args:
        numbers: which integers are numbers instead: of arguments by position, of keywords by name.

    >>> signature((1.0, [numpy.zeros(3)], 2), {})[1]
    [1.0, array([0., 0., 0.])]
    >>> signature((1.0, 2), {}, numbers={1: True})[1]
    [1.0, 2.0]
    """
    leaves: list[Any] = []
    kept: list[Any] = []
    if numbers is None:
        key: Key = tuple([_key(argument, leaves, kept, array_key, None) for argument in arguments])
        if keywords:
            key = (key, tuple([(name, _key(keywords[name], leaves, kept, array_key, None)) for name in keywords]))
        return key, leaves, kept
    its = numbers.get
    key = tuple([_key(argument, leaves, kept, array_key, its(place)) for place, argument in enumerate(arguments)])
    if keywords:
        key = (key, tuple([(name, _key(keywords[name], leaves, kept, array_key, its(name))) for name in keywords]))
    return key, leaves, kept


def with_answers(key: Key, leaves: list[Any], objects: list[Any]) -> Key:
    """The key of a call of a function that asks which of its arguments are nodes (`isinstance(x, float)`), or which of
    its arrays are one (`x is y`)."""
    arrays = [id(leaf) for leaf in leaves if type(leaf) is numpy.ndarray]
    return key, tuple([one[0] for one in objects if type(one) is tuple]), tuple([arrays.index(one) for one in arrays])


def _key(part: Any, leaves: list[Any], kept: list[Any], array_key: ArrayKey, numbers: Numbers) -> Key:
    kind = type(part)
    if kind is float:
        leaves.append(part)
        return float
    if kind is numpy.ndarray:
        leaves.append(part)
        return array_key(part)
    if (kind is int or kind is bool) and numbers is None:
        kept.append(part)
        return kind, part
    if kind in _NUMBERS_OF_NUMPY:
        kept.append(part)
        if numbers is True or array_key is column_key:
            leaves.append(float(part))
            return float
        leaves.append(part)
        return numpy.generic, kind
    if kind is list or kind is tuple or (kind is not dict and isinstance(part, _SEQUENCES)):
        if type(numbers) is not dict:
            key = kind, tuple([_key(item, leaves, kept, array_key, numbers) for item in part])
        else:
            its = numbers.get
            key = kind, tuple([_key(item, leaves, kept, array_key, its(place)) for place, item in enumerate(part)])
        return key if kind is list or kind is tuple else (key, _key_of_its_own(part, kept))
    if isinstance(part, dict):
        if type(numbers) is not dict:
            items = [
                (name if type(name) is str else _key_of_name(name), _key(item, leaves, kept, array_key, numbers))
                for name, item in part.items()
            ]
        else:
            its = numbers.get
            items = [
                (name if type(name) is str else _key_of_name(name), _key(item, leaves, kept, array_key, its(name)))
                for name, item in part.items()
            ]
        return (kind, tuple(items)) if kind is dict else (kind, tuple(items), _key_of_its_own(part, kept))
    if isinstance(part, Node):
        kept.append((len(leaves), part))
        leaves.append(part._data)
        return array_key(part._data) if isinstance(part, Tensor) else float
    if hasattr(part, "named_parameters"):  # a module, at once
        kept.append(part)
        return kind, id(part)
    if isinstance(part, float) or (isinstance(part, int) and is_number(part, numbers)):
        leaves.append(as_float(part))
        return int if type(numbers) is frozenset and type(part) is int else float
    if isinstance(part, _OF_NUMPY):
        if has_mask(part):
            raise DataTypeError(
                "compile: a program has no masks: fill the masked array (.filled(…)), or use where(mask, …)"
            )
        array = numpy.asarray(part)
        leaves.append(array)
        return array_key(array)
    if isinstance(part, complex):
        leaves.append(part)
        return complex
    if isinstance(part, int):
        kept.append(part)
    found = _static_key(part, kept)
    if found is not None:
        return found
    if kind is MethodType:  # a new object each time that it is asked for
        kept += (part.__self__, part.__func__)
        return kind, id(part.__self__), id(part.__func__)
    kept.append(part)
    return kind, id(part)


def _static_key(part: Any, kept: list[Any]) -> Key | None:
    """What a part that is static as a whole has in the key; None for any other."""
    kind = type(part)
    if isinstance(part, Enum):
        return (kind, part) if kind.__hash__ is not None else None
    if isinstance(part, _STATIC):
        return (kind, part) if kind in _STATIC else (kind, part, _key_of_its_own(part, kept))
    if "__dataclass_params__" in vars(kind) and kind.__dataclass_params__.frozen:
        items = [getattr(part, one.name) for one in fields(part)]
    elif isinstance(part, tuple):
        items = list(part)
    else:
        return None
    objects: list[Any] = []
    keys = tuple([_key_inside(item, objects) for item in items])
    if None in keys:
        return None
    kept += objects
    return kind, keys


def _key_of_name(name: Any) -> Key:
    """1, 1.0 and True are one key to a dict, as 0.0 and -0.0 are, and not the same to a function."""
    if isinstance(name, tuple):
        return type(name), tuple(map(_key_of_name, name))
    return type(name), name, repr(name) if isinstance(name, float) else None


def _key_of_its_own(part: Any, kept: list[Any]) -> Key:
    """What a list, dict or text of a person's own class has besides its items: attributes, the default of a
    defaultdict. They are a part of the structure as they are."""
    its_own = dict(getattr(part, "__dict__", ()))
    default = getattr(part, "default_factory", None)
    if default is not None:
        its_own["its default"] = default
    found: list[Key] = []
    for name, held in its_own.items():
        key = repr(held) if isinstance(held, float) else _static_key(held, kept)
        if key is None:
            key = id(held)
            if not isinstance(held, tuple):  # in what is kept, a tuple is a node with its place
                kept.append(held)
        found.append((name, type(held), key))
    return tuple(found)


def _key_inside(part: Any, kept: list[Any]) -> Key | None:
    """The same for a part of a dataclass, where functions are known by their ids."""
    if isinstance(part, _FUNCTIONS):
        kept.append(part)
        return type(part), id(part)
    return _static_key(part, kept)


_SEQUENCES = (list, tuple)
_NUMBERS_OF_NUMPY = frozenset(numpy.dtype(character).type for character in "?bBhHiIlLqQefdg")
_OF_NUMPY = (numpy.ndarray, numpy.generic)
_STATIC = (int, str, bytes, type(None))  # truths are integers
_FUNCTIONS = (FunctionType, BuiltinFunctionType, numpy.ufunc, type)


def as_float(number: Any) -> float:
    """A number as a program is given it."""
    if isinstance(number, int) and abs(number) > LARGEST_INTEGER:
        raise DataTypeError("compile: a program computes with floats, and this integer is too large for one")
    return float(number)


def is_given(part: Any) -> bool:
    """Whether it is one of the numbers and arrays that a program is given at each call."""
    return isinstance(part, Node | numpy.ndarray | numpy.generic | float | complex)


# --- integers that are numbers ----------------------------------------------------------------------------


def with_numbers(
    arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The call with floats in place of the integers that are numbers."""
    if not numbers:
        return arguments, keywords

    def change(place: Place, leaf: Any) -> Any:
        return as_float(leaf) if isinstance(leaf, int) and is_number(leaf, numbers_at(numbers, place)) else leaf

    return (
        tuple([with_leaves(argument, change, (place,)) for place, argument in enumerate(arguments)]),
        {name: with_leaves(argument, change, (name,)) for name, argument in keywords.items()},
    )


def integers_in(
    arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None
) -> dict[Place, int]:
    """The integers of a call that are part of its structure, by their places."""
    return {
        place: leaf
        for name, argument in (*enumerate(arguments), *keywords.items())
        for place, leaf in places(argument, (name,))
        if type(leaf) is int and not is_number(leaf, numbers_at(numbers, place))
    }


def places_of_numbers(
    arguments: tuple[Any, ...], keywords: dict[str, Any], numbers: dict[Any, Numbers] | None
) -> dict[Place, tuple[int, int]]:
    """Where a call has integers that have become numbers: which of its leaves each is, and what it is."""
    found: dict[Place, tuple[int, int]] = {}
    count = 0
    for name, argument in (*enumerate(arguments), *keywords.items()):
        for place, leaf in places(argument, (name,)):
            if isinstance(leaf, int):
                here = numbers_at(numbers, place)
                if not is_number(leaf, here):
                    continue
                if type(here) is frozenset:
                    found[place] = count, leaf
                count += 1
            elif is_given(leaf):
                count += 1
    return found


def numbers_at(numbers: Numbers, place: Place) -> Numbers:
    """Which integers at this place are numbers."""
    for step in place:
        if type(numbers) is not dict:
            break
        numbers = numbers.get(step)
    return numbers


def with_numbers_at(numbers: dict[Any, Numbers], place: Place, here: Numbers) -> dict[Any, Numbers]:
    """The same with others at this place."""
    first, *others = place
    if others:
        inner = numbers.get(first)
        here = with_numbers_at(inner if type(inner) is dict else {}, tuple(others), here)
    return {**numbers, first: here}


def is_number(integer: int, numbers: Numbers) -> bool:
    """Whether an integer is one of those that are numbers in its place."""
    if type(numbers) is frozenset:
        return type(integer) is int and integer not in numbers
    return numbers is True


def stand_in(name: str, part: Any) -> Node:
    """The node that stands for a number or an array of a call while the program is recorded."""
    data = part._data if isinstance(part, Node) else part
    if isinstance(data, complex):
        raise DataTypeError(f"compile: {name} is complex, and a program computes with real numbers: give it the parts")
    if isinstance(data, float | numpy.floating | numpy.integer):
        return RecordedValue(data)
    return stand_in_of_array(name, data)


def stand_in_of_array(name: str, part: Any) -> Node:
    """The same, where NumPy's numbers compute in their own dtype: arrays without axes."""
    data = part._data if isinstance(part, Node) else part
    if type(data) is float:
        return RecordedValue(data)
    array = numpy.asarray(data)
    if array.dtype.kind not in "biuf":
        raise DataTypeError(f"compile: {name} is an array of {array.dtype}, and a program computes with numbers")
    return Tensor(array, requires_grad=array.dtype.kind == "f")


# --- columns: arrays that hold a number for each sample -------------------------------------------------


def column_key(array: Any) -> Key:
    """A program of columns is for any number of samples."""
    if array.dtype.kind not in "biuf":
        raise DataTypeError(f"compile: with columns=True an array holds real numbers, not {array.dtype}")
    if array.ndim > 1:
        raise ShapeError(
            f"compile: with columns=True an array holds a number for each sample, not {array.shape}; "
            "give the columns of a table one by one: list(x.T)"
        )
    return "column" if array.ndim else float


def with_columns(key: Key, leaves: list[Any]) -> tuple[Key, list[Any]]:
    """The key of a call with which of its leaves are columns, and the leaves in float64."""
    flags = tuple([isinstance(leaf, numpy.ndarray) and leaf.ndim == 1 for leaf in leaves])
    counts = {len(leaf) for leaf, is_column in zip(leaves, flags, strict=True) if is_column}
    if len(counts) > 1:
        raise ShapeError(f"compile: columns of different lengths: {', '.join(map(str, sorted(counts)))} samples")
    return (key, flags), [
        numpy.asarray(leaf, numpy.float64) if is_column else float(leaf)
        for leaf, is_column in zip(leaves, flags, strict=True)
    ]


def stand_in_of_sample(name: str, part: Any) -> Node:
    """The first sample's number, for a column."""
    data = part._data if isinstance(part, Node) else part
    flat = numpy.asarray(data, numpy.float64).reshape(-1)
    return RecordedValue(float(flat[0]) if flat.size else 0.5)
