"""Random generators, and their states as JSON can hold them."""

from __future__ import annotations

import json
from typing import Any

import numpy

from .errors import CheckpointError

# What every function that draws takes: a generator, or a seed.
Random = numpy.random.Generator | int | None


def state_of(generator: numpy.random.Generator) -> dict[str, Any]:
    """The state, with lists in the place of arrays.

    >>> import numpy
    >>> state_of(numpy.random.default_rng(0))["bit_generator"]
    'PCG64'
    """
    as_json = json.dumps(generator.bit_generator.state, default=lambda part: part.tolist())
    described: dict[str, Any] = json.loads(as_json)
    return described


def set_state(generator: numpy.random.Generator, state: Any) -> None:
    """Go on from a state, if it is one (`check_state`)."""
    check_state(generator, state)
    generator.bit_generator.state = state


def check_state(generator: numpy.random.Generator, state: Any) -> None:
    """Raise CheckpointError for what is no state, or one of another kind of generator."""
    kind = type(generator.bit_generator).__name__
    theirs = state.get("bit_generator") if isinstance(state, dict) else None
    if theirs != kind:
        raise CheckpointError(f"the state is one of the random generator {theirs!r:.40}, and this is a {kind}")
    try:
        type(generator.bit_generator)().state = state
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(f"the state of the random generator is damaged: {error}") from None
