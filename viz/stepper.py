"""The steps of a calculation in words and numbers: as plain text, or handed to the terminal's screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

from autograd import GraphError
from autograd.arguments import answering, check_call, described

from . import notebook, terminal
from .drawing import draw
from .encodings import encodable
from .errors import DrawingError
from .numbers import format_data, grouped
from .one_line import one_line
from .parts import Contribution, Forward, Seed, Update
from .tracing import Trace, trace

if TYPE_CHECKING:
    from .terminal.session import Optimizer, Source


@answering()
def step(
    output: Source, file: TextIO | None = None, *, optimizer: Optimizer | None = None, plain: bool = False
) -> None:
    """Step through every forward step and every backward step of `output`: on the whole screen in a terminal,
    printed as text anywhere else (a file, a pipe, a terminal called dumb), in a notebook under its picture.

    Args:
        output: a node; a function that records one, to be run again after every edit; or a trace. Edits
            of a node's graph go to copies of its leaves, edits of a function's graph to its own leaves.
        file: where to print the text.
        optimizer: moves the parameters, on the screen; text tells of the updates that are in a trace
            (`trace(loss, update=optimizer.step)`).
        plain: print the text in a terminal, too.

    >>> from autograd import Value
    >>> from viz import step
    >>> step(Value(3.0, label="x") * 2.0)
    Forward
       1. x is given (parameter):             x = 3
       2. 2 is a constant
       3. v1 = x × 2 = 3 × 2:                 v1 = 6
    Backward, from v1 = 6
       4. the gradient of v1 with respect to itself is 1
       5. × passes on to x:                   1 × 2 = 2
          ∂v1/∂x = 2;  gradient of x: 2
    """
    if file is not None and not hasattr(file, "write"):
        raise DrawingError(f"step: file is an open file to print to, not {described(file)}")
    if callable(output):
        check_call("step", output, (), {}, "it takes nothing and returns a node")
    if file is None and not plain and terminal.is_available():
        terminal.run(output, optimizer=optimizer)
        return
    recorded = output() if callable(output) else output
    traced = recorded if isinstance(recorded, Trace) else trace(recorded)
    if file is None and not plain and notebook.in_notebook():
        try:
            notebook.show(draw(traced, theme="auto"))
        except DrawingError as error:
            print(f"(no picture: {error})")
    target = file or sys.stdout
    for line in steps(traced):
        print(encodable(line, getattr(target, "encoding", None)), file=target)


def steps(trace: Trace) -> Iterator[str]:
    """The lines that `step` prints."""
    if not isinstance(trace, Trace):
        raise GraphError(f"steps: takes a trace, viz.trace(output), not {described(trace)}")
    return _printed(trace)


def _printed(trace: Trace) -> Iterator[str]:
    section = ""
    for number, event in enumerate(trace.events, start=1):
        heading = _heading(event, trace)
        if heading != section:
            section = heading
            yield one_line(heading)
        first, *further = _lines(event, trace)
        yield one_line(f"  {number:2}. {first}")
        yield from (one_line(f"      {line}") for line in further)


def _heading(event: Any, trace: Trace) -> str:
    if isinstance(event, Forward):
        return "Forward"
    if isinstance(event, Update):
        return "Update"
    output = trace.nodes[trace.output]
    return f"Backward, from {output.label} = {format_data(output.data)}"


def _lines(event: Any, trace: Trace) -> list[str]:
    """One event in words, then in numbers."""
    node = trace.nodes[event.node]
    if isinstance(event, Forward):
        if node.operation is None:
            if node.role == "constant":
                return [f"{node.label} is a constant"]
            return [_aligned(f"{node.label} is given ({node.role}):", f"{node.label} = {format_data(node.data)}")]
        written = " = ".join(dict.fromkeys(filter(None, (node.label, node.expression, node.expression_in_numbers))))
        return [_aligned(f"{written}:", f"{node.label} = {format_data(node.data)}")]
    if isinstance(event, Seed):
        return [f"the gradient of {node.label} with respect to itself is {format_data(event.gradient)}"]
    if isinstance(event, Update):
        words = f"{node.label} was {format_data(event.before)}, its gradient is {format_data(event.gradient)}:"
        lines = [_aligned(words, f"{node.label} = {format_data(event.after, digits=5)}")]
        if event.rule is not None:
            texts, numbers = event.rule.text.splitlines(), event.rule.in_numbers.splitlines()
            lines += [" = ".join(line) for line in zip(texts, numbers, strict=True)] if numbers else texts
        return lines
    return _contribution_lines(event, trace)


def _contribution_lines(event: Contribution, trace: Trace) -> list[str]:
    node, operand = trace.nodes[event.node], trace.nodes[event.operand]
    contribution, after = format_data(event.contribution), format_data(event.after)
    if event.local_gradient is None:
        product = f"{contribution} (by the pullback of {node.operation})"
        rule = f"G ↦ {event.formula}  {event.shapes}"
    else:
        product = f"{format_data(event.upstream_gradient)} × {grouped(format_data(event.local_gradient))}"
        if axes := event.summed_axes:
            product = f"sum({product}, axis={axes if len(axes) > 1 else axes[0]})"
        product = f"{product} = {contribution}"
        rule = f"∂{node.label}/∂{operand.label} = {event.formula}"
    total = after if event.before is None else f"{format_data(event.before)} + {grouped(contribution)} = {after}"
    words = f"{node.symbol} passes on to {operand.label}:"
    return [_aligned(words, product), f"{rule};  gradient of {operand.label}: {total}"]


def _aligned(words: str, numbers: str) -> str:
    return f"{words:<38} {numbers}"
