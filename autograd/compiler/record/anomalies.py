"""A compiled call inside `detect_anomaly()`: a program has no operations to look at, so the function itself is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy

from ...node import Node
from ...structure import flatten
from ...sweep import sweep
from .recording import only_number, record


def find_anomaly(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    *,
    with_gradients: bool,
    columns: bool,
) -> None:
    """Raise AnomalyError for the first number of this call that is not finite.

    Args:
        with_gradients: look at what the backward pass computes, too.
        columns: arrays hold a number for each sample; each sample is looked at.
    """
    for given, named in _samples(arguments, keywords) if columns else [(arguments, keywords)]:
        recording = record(function, given, named)
        wanted = [*[node for node in recording.inputs if node.requires_grad], *recording.parameters]
        if with_gradients and wanted:
            output = only_number(recording)
            if output.requires_grad:
                sweep(output, wanted=frozenset(wanted))


def _samples(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The call for each sample alone."""
    leaves, _, rebuild = flatten([list(arguments), keywords])
    data = [leaf._data if isinstance(leaf, Node) else leaf for leaf in leaves]
    sizes = [len(one) for one in data if isinstance(one, numpy.ndarray) and one.ndim == 1]
    for sample in range(max(sizes, default=1)):
        given, named = rebuild(
            [float(one[sample]) if isinstance(one, numpy.ndarray) and one.ndim == 1 else one for one in data]
        )
        yield tuple(given), named
