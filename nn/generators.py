"""Random generators, and their states as JSON can hold them."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy

from .errors import CheckpointError

# All that draw random numbers, and go on from a state.
Generator = numpy.random.Generator | numpy.random.RandomState | random.Random
# What every function that draws takes: a generator, or a seed.
Random = numpy.random.Generator | int | None


def state_of(generator: Generator) -> dict[str, Any]:
    """The state, with lists in the place of arrays. Raises CheckpointError for one that has none (the system's).

    >>> import numpy
    >>> state_of(numpy.random.default_rng(0))["bit_generator"]
    'PCG64'
    """
    state: Any
    if isinstance(generator, random.Random):
        try:
            state = {"bit_generator": _kind_of(generator), "state": generator.getstate()}
        except NotImplementedError:
            raise CheckpointError(
                f"a {_kind_of(generator)} has no state that could be saved; hold a generator that was made from a seed"
            ) from None
    elif isinstance(generator, numpy.random.RandomState):
        state = generator.get_state(legacy=False)
    else:
        state = generator.bit_generator.state
    described: dict[str, Any] = json.loads(json.dumps(state, default=lambda part: part.tolist()))
    return described


def set_state(generator: Generator, state: Any) -> None:
    """Go on from a state, if it is one (`check_state`)."""
    check_state(generator, state)
    _set(generator, state)


def check_state(generator: Generator, state: Any) -> None:
    """Raise CheckpointError for what is no state, or one of another kind of generator."""
    kind = _kind_of(generator)
    theirs = state.get("bit_generator") if isinstance(state, dict) else None
    if theirs != kind:
        raise CheckpointError(f"the state is one of the random generator {theirs!r:.40}, and this is a {kind}")
    try:
        _set(_another(generator), state)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(f"the state of the random generator is damaged: {error}") from None


def _kind_of(generator: Generator) -> str:
    if isinstance(generator, random.Random):
        return f"random.{type(generator).__name__}"
    bits = generator._bit_generator if isinstance(generator, numpy.random.RandomState) else generator.bit_generator
    return type(bits).__name__


def _another(generator: Generator) -> Generator:
    if isinstance(generator, random.Random):
        return type(generator)()
    if isinstance(generator, numpy.random.RandomState):
        return numpy.random.RandomState(type(generator._bit_generator)())
    return numpy.random.Generator(type(generator.bit_generator)())


def _set(generator: Generator, state: dict[str, Any]) -> None:
    if isinstance(generator, random.Random):
        version, numbers, gauss = state["state"]
        generator.setstate((version, tuple(numbers), gauss))
    elif isinstance(generator, numpy.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state
