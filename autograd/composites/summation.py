"""Sums of products over named axes, in Einstein's notation; sums and products that run along an axis."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy

from .. import array_functions, ops
from ..arguments import described
from ..errors import ArgumentError, DataTypeError, ShapeError
from ..operands import Shape, checked_one_axis, operand_of
from .diagonals import diagonal

_LETTERS = string.ascii_uppercase + string.ascii_lowercase
_Label = str | int  # a letter; an axis of an ellipsis by its number from the right


def einsum(*operands: Any, optimize: bool | str | Sequence[Any] = False) -> Any:
    """The sum of products that is written in Einstein's notation: a letter for each axis of each operand; axes of one
    letter go together, and letters that the result has not are summed over.

    Args:
        operands: the notation, `"ij,jk->ik"`, and the arrays; or each array followed by its axes' numbers, and those
            of the result at the end. Without "->" the result has the letters that occur once, in alphabetical order;
            "..." stands for all further axes, which broadcast; a letter twice in an operand is its diagonal.
        optimize: in which order several operands are multiplied, pair by pair: from left to right where it is False,
            else as `numpy.einsum_path` finds it ("greedy", "optimal", a path).

    Raises ArgumentError for a notation that says nothing, ShapeError where it does not fit the operands.

    >>> from autograd import Tensor, einsum
    >>> a, b = Tensor([[1.0, 2.0], [3.0, 4.0]]), [[1.0, 0.0], [1.0, 1.0]]
    >>> einsum("ij,jk->ik", a, b).data
    array([[3., 2.],
           [7., 4.]])
    >>> einsum("ii", a).item()
    5.0
    """
    if operands and isinstance(operands[0], str):
        subscripts, given = operands[0].replace(" ", ""), operands[1:]
    else:
        subscripts, given = _written(operands), operands[: len(operands) - len(operands) % 2 : 2]
    arrays = [operand_of("einsum", operand) for operand in given]
    labels, result = _labels(subscripts, arrays)
    sizes = _sizes(subscripts, arrays, labels)
    parts = [_simple(array, own, sizes) for array, own in zip(arrays, labels, strict=True)]
    for step in _path(parts, result, sizes, optimize):
        chosen = [parts[number] for number in step]
        parts = [part for number, part in enumerate(parts) if number not in step]
        parts.append(_multiplied(chosen, parts, result))
    array, own = parts[0]
    array, own = _summed(array, own, {*result})
    order = tuple(own.index(label) for label in result)
    if order != tuple(range(len(order))):
        return array_functions.transpose(array, order)
    return array_functions.reshape(array, array.shape) if array is arrays[0] else array


# --- the notation -----------------------------------------------------------------------------------------


def _written(operands: Sequence[Any]) -> str:
    """The notation where each operand is followed by the numbers of its axes."""
    if len(operands) < 2:
        raise ArgumentError('einsum: takes a notation, as "ij,jk->ik", and arrays')
    texts = [_of_numbers(axes) for axes in operands[1::2]]
    return ",".join(texts) + (f"->{_of_numbers(operands[-1])}" if len(operands) % 2 else "")


def _of_numbers(axes: Any) -> str:
    try:
        return "".join("..." if axis is Ellipsis else _LETTERS[_checked_number(axis)] for axis in axes)
    except TypeError:
        raise DataTypeError(
            "einsum: an operand is followed by a list of its axes' numbers, from 0 to 51, or ..., not by "
            f"{described(axes)}"
        ) from None


def _checked_number(axis: Any) -> int:
    if isinstance(axis, bool) or not isinstance(axis, int | numpy.integer) or not 0 <= axis < len(_LETTERS):
        raise TypeError
    return int(axis)


def _labels(subscripts: str, arrays: Sequence[Any]) -> tuple[list[tuple[_Label, ...]], tuple[_Label, ...]]:
    """The labels of each operand's axes, and those of the result."""
    given, arrow, wanted = subscripts.partition("->")
    texts = given.split(",")
    if len(texts) != len(arrays):
        raise ArgumentError(f"einsum: {subscripts!r} is of {len(texts)} operands, and {len(arrays)} are given")
    labels = [_of_operand(subscripts, text, array) for text, array in zip(texts, arrays, strict=True)]
    count = max([sum(isinstance(label, int) for label in own) for own in labels], default=0)
    ellipsis: tuple[_Label, ...] = tuple(range(-count, 0))
    letters = [letter for text in texts for letter in text.replace("...", "")]
    if not arrow:
        once = sorted(letter for letter, times in Counter(letters).items() if times == 1)
        return labels, (*ellipsis, *once)
    _check_text(subscripts, wanted)
    before, dots, after = wanted.partition("...")
    twice = [letter for letter, times in Counter(before + after).items() if times > 1]
    unknown = [letter for letter in before + after if letter not in letters]
    if twice or unknown:
        which, what = (twice[0], "has {} twice") if twice else (unknown[0], "has {}, which no operand has")
        raise ArgumentError(f"einsum: the result of {subscripts!r} {what.format(repr(which))}")
    if count and not dots:
        raise ArgumentError(
            f'einsum: the operands of {subscripts!r} have axes under "...", and the result has no "..."'
        )
    return labels, (*before, *(ellipsis if dots else ()), *after)


def _of_operand(subscripts: str, text: str, array: Any) -> tuple[_Label, ...]:
    _check_text(subscripts, text)
    before, dots, after = text.partition("...")
    count = array.ndim - len(before) - len(after)
    if count < 0 or (count and not dots):
        raise ShapeError(
            f"einsum: {text!r} in {subscripts!r} names {len(before) + len(after)} axes of an operand of shape "
            f"{array.shape}"
        )
    return (*before, *range(-count, 0), *after)


def _check_text(subscripts: str, text: str) -> None:
    wrong = [sign for sign in text.replace("...", "", 1) if sign not in _LETTERS]
    if wrong:
        raise ArgumentError(
            f'einsum: {wrong[0]!r} in {subscripts!r} is no letter; write letters, "," between operands, "..." for '
            'further axes and "->" before the result'
        )


def _sizes(subscripts: str, arrays: Sequence[Any], labels: Sequence[tuple[_Label, ...]]) -> dict[_Label, int]:
    """The size of each label; axes of size 1 broadcast."""
    sizes: dict[_Label, int] = {}
    for array, own in zip(arrays, labels, strict=True):
        here: dict[_Label, int] = {}
        for label, size in zip(own, array.shape, strict=True):
            fits = here.setdefault(label, size) == size and (1 in (size, sizes.get(label, 1)) or sizes[label] == size)
            if not fits:
                shapes = " and ".join(str(one.shape) for one in arrays)
                what = repr(label) if isinstance(label, str) else f'axis {label} of "..."'
                raise ShapeError(f"einsum: operands of shape {shapes} do not fit {subscripts!r}: {what} has two sizes")
            if sizes.get(label, 1) == 1:
                sizes[label] = size
    return sizes


# --- the work -----------------------------------------------------------------------------------------------

_Part = tuple[Any, tuple[_Label, ...]]


def _simple(array: Any, labels: tuple[_Label, ...], sizes: dict[_Label, int]) -> _Part:
    """An operand with each label once: diagonals taken, axes that broadcast taken off."""
    for label, times in Counter(labels).items():
        for _ in range(times - 1):
            first = labels.index(label)
            second = labels.index(label, first + 1)
            array = diagonal(array, 0, first, second)
            labels = (*labels[:first], *labels[first + 1 : second], *labels[second + 1 :], label)
    kept = [axis for axis, label in enumerate(labels) if array.shape[axis] == sizes[label]]
    if len(kept) < len(labels):
        array = array_functions.reshape(array, tuple(array.shape[axis] for axis in kept))
        labels = tuple(labels[axis] for axis in kept)
    return array, labels


def _path(
    parts: Sequence[_Part], result: tuple[_Label, ...], sizes: dict[_Label, int], optimize: Any
) -> list[tuple[int, ...]]:
    """Which of the operands are multiplied in each step; the product comes after the others."""
    count = len(parts)
    if count < 3:
        return [(0, 1)] if count == 2 else []
    if optimize is False or optimize is None:
        return [(0, 1), *[(0, count - 1 - done) for done in range(1, count - 1)]]
    names = _names([*[own for _, own in parts], result])
    text = ",".join("".join(names[label] for label in own) for _, own in parts)
    shapes: list[Shape] = [tuple(sizes[label] for label in own) for _, own in parts]
    try:
        path, _ = numpy.einsum_path(
            f"{text}->{''.join(names[label] for label in result)}",
            *[numpy.broadcast_to(0.0, shape) for shape in shapes],
            optimize=optimize,
        )
    except (TypeError, KeyError, ValueError, IndexError, RuntimeError) as error:
        raise ArgumentError(
            'einsum: optimize is a truth, "greedy", "optimal" or a path of numpy.einsum_path, not '
            f"{described(optimize)}: {error}"
        ) from error
    return [tuple(step) for step in path[1:]]


def _multiplied(chosen: Sequence[_Part], others: Sequence[_Part], result: tuple[_Label, ...]) -> _Part:
    """The product of these operands, with the labels that the others or the result have."""
    wanted = {*result, *(label for _, own in others for label in own)}
    summed = []
    for number, (array, own) in enumerate(chosen):
        beside = {label for position, (_, labels) in enumerate(chosen) if position != number for label in labels}
        summed.append(_summed(array, own, wanted | beside))
    found = {label: None for _, own in summed for label in own if label in wanted}
    labels = tuple(found) if others else tuple(label for label in result if label in found)
    names = _names([own for _, own in summed])
    text = ",".join("".join(names[label] for label in own) for _, own in summed)
    subscripts = f"{text}->{''.join(names[label] for label in labels)}"
    return ops.einsum(*[array for array, _ in summed], subscripts=subscripts), labels


def _summed(array: Any, labels: tuple[_Label, ...], wanted: set[_Label]) -> _Part:
    """The operand summed over what nothing else has."""
    axes = tuple(axis for axis, label in enumerate(labels) if label not in wanted)
    if not axes:
        return array, labels
    return array_functions.sum(array, axes), tuple(label for label in labels if label in wanted)


def _names(all_labels: Sequence[tuple[_Label, ...]]) -> dict[_Label, str]:
    """A letter for each label: its own, or one that is free."""
    labels = list(dict.fromkeys(label for own in all_labels for label in own))
    free = iter([letter for letter in _LETTERS if letter not in labels])
    names = {label: label if isinstance(label, str) else next(free, "") for label in labels}
    if "" in names.values():
        raise ArgumentError(f"einsum: there are {len(labels)} axes, and no more than {len(_LETTERS)} have names")
    return names


def cumulative_sum(x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The running sum along `axis`, which is to be named where there are several; with `include_initial` it begins
    with 0.

    >>> from autograd import Tensor, cumulative_sum
    >>> cumulative_sum(Tensor([1.0, 2.0, 3.0]), include_initial=True).data
    array([0., 1., 3., 6.])
    """
    return _running("cumulative_sum", array_functions.cumsum, 0, x, axis, dtype, include_initial)


def cumulative_prod(x: Any, *, axis: int | None = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """The running product along `axis`, which is to be named where there are several; with `include_initial` it begins
    with 1.

    >>> from autograd import Tensor, cumulative_prod
    >>> cumulative_prod(Tensor([2.0, 3.0, 4.0])).data
    array([ 2.,  6., 24.])
    """
    return _running("cumulative_prod", array_functions.cumprod, 1, x, axis, dtype, include_initial)


def _running(name: str, run: Any, initial: int, x: Any, axis: int | None, dtype: Any, include_initial: bool) -> Any:
    x = operand_of(name, x)
    if axis is None:
        if x.ndim != 1:
            raise ShapeError(f"{name}: of an operand of shape {x.shape}, axis= says along which axis")
        axis = 0
    axis = checked_one_axis(name, x, axis) % x.ndim
    made = run(x, axis, dtype)
    if not include_initial:
        return made
    first = numpy.full((*made.shape[:axis], 1, *made.shape[axis + 1 :]), initial, made.dtype)
    return array_functions.concatenate([first, made], axis)
