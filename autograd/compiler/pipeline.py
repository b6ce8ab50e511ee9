"""The compiler from end to end: every target, and every pass of each, in order.

A function is run once on nodes (`record`), its gradients are recorded with it, and `COMMON` is done to the program
for everybody. A target then has passes of its own, and makes of the last program a text, or a function that runs.

A new target is a file with the function that makes it of a program (in `write` or `run`), and its entry below:

    register(Target("fortran", passes=(...), make=fortran_text))

Then `compile(f).to("fortran")` gives what it makes of f. Other packages may register theirs in a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import ArgumentError
from .program import Program
from .rewrite.expansion import expanded, is_of_arrays, is_of_several_lines
from .rewrite.rewriting import merged, rewritten
from .rewrite.simplifications import multiply_for_outer_product, simplified
from .run.array_machine import ArrayMachine
from .run.blas import with_blas
from .run.column_machine import ColumnMachine
from .run.float_machine import float_machine
from .write.javascript import has_no_form, javascript
from .write.jax_text import jax_text, with_numbers_in_dtype, with_places_for_masks
from .write.numpy_text import numpy_text

Pass = Callable[[Program], Program]


@dataclass(frozen=True)
class Target:
    """What a program is compiled to.

    Attributes:
        passes: what is done to the program, in order, after `COMMON`.
        make: what it makes of the program then: a text, or a function that runs.
        keeps_events: whether the program keeps what the sweep did at each operand (`Program.events`): wanted by a
            text that tells of it or keeps the order of the sweep; what only runs does without and is made sooner.
    """

    name: str
    passes: tuple[Pass, ...]
    make: Callable[..., Any]
    keeps_events: bool = False

    def __call__(self, program: Program, *how: Any) -> Any:
        """What it makes of a program on which `COMMON` was done."""
        return self.make(passed(program, self.passes), *how)


def passed(program: Program, passes: tuple[Pass, ...]) -> Program:
    for one in passes:
        program = one(program)
    return program


TARGETS: dict[str, Target] = {}


def register(target: Target) -> Target:
    """Make a target known by its name."""
    TARGETS[target.name] = target
    return target


def target_named(name: str) -> Target:
    try:
        return TARGETS[name]
    except KeyError:
        raise ArgumentError(f"compile: there is no target {name!r}; there are {', '.join(TARGETS)}") from None


# --- the passes -----------------------------------------------------------------------------------------

COMMON: tuple[Pass, ...] = (simplified,)

# To read: NumPy.
register(
    Target(
        "numpy",
        passes=(
            partial(expanded, wants=is_of_several_lines),  # rows too long for one line become several
            merged,  # what the expansions compute twice is computed once
        ),
        make=numpy_text,
        keeps_events=True,
    )
)
# To carry away: JAX, which runs on other machines. `f.to_jax()` makes a function of it.
FOR_JAX = register(
    Target(
        "jax",
        passes=(
            partial(expanded, wants=is_of_several_lines),
            merged,
            with_places_for_masks,
            with_numbers_in_dtype,
        ),
        make=jax_text,
        keeps_events=True,
    )
)
# To carry away: JavaScript, of single numbers.
register(
    Target(
        "javascript",
        passes=(partial(expanded, wants=has_no_form), simplified),
        make=javascript,
        keeps_events=True,
    )
)
# To run on single numbers: Python's floats.
FLOATS = register(Target("floats", passes=(), make=float_machine))
# To run on arrays: NumPy, and SciPy's BLAS where it is installed.
ARRAYS = register(
    Target(
        "arrays",
        passes=(
            partial(expanded, wants=is_of_arrays),
            simplified,
            with_blas,
            partial(rewritten, rewrites=(multiply_for_outer_product,)),
        ),
        make=ArrayMachine,
    )
)
# To run a program of single numbers on columns of samples: NumPy. Made with which inputs are columns.
COLUMNS = register(
    Target("columns", passes=(partial(expanded, wants=lambda instruction: True), simplified), make=ColumnMachine)
)
