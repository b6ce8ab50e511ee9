"""What stands in the panes around the lists: the head, the equation's lines, the selected node in full."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from ..numbers import format_data
from ..one_line import one_line
from ..parts import Forward, TracedNode, TraceEvent
from ..playback import is_gradient
from ..prediction import Prediction
from ..themes import Colours
from ..tracing import Trace
from .equation import Equation
from .product_lines import element_lines, product_lines
from .rows import FLAGS, HIDDEN, brief, brief_gradient, flag

FORWARD_PASS, BACKWARD_PASS, UPDATE_PASS = "forward", "backward", "update"
_BRIEF = 20
_MOST_ROWS, _FEW_ROWS = 8, 5  # of a matrix, on a tall screen and on a low one


def pass_of(event: TraceEvent) -> str:
    """The part of a training step that an event belongs to."""
    return BACKWARD_PASS if is_gradient(event) else FORWARD_PASS if isinstance(event, Forward) else UPDATE_PASS


def head(
    trace: Trace,
    position: int,
    updates: int,
    title: str,
    width: int,
    colours: Colours,
    prediction: Prediction | None = None,
) -> Text:
    """Where we are, and what the output is, unless that is to be predicted."""
    event, output = trace.events[position], trace.nodes[trace.output]
    part = pass_of(event)
    painted = {FORWARD_PASS: colours.parameter, BACKWARD_PASS: colours.gradient, UPDATE_PASS: colours.exploding}[part]
    text = Text(no_wrap=True)
    text.append(f" event {position + 1:,} of {len(trace.events):,} ", "bold")
    text.append(f" {part} ", f"bold {colours.background} on {painted}")
    text.append(f"  {one_line(output.label)} = ")
    text.append(HIDDEN if prediction and _is_to_be_predicted(trace, prediction) else format_data(output.data), "bold")
    if prediction and prediction.answered:
        text.append(f"  {prediction.score}", "bold")
    if updates:
        text.append(f"  after {updates:,} update{'s' if updates > 1 else ''}")
    if title:
        text.append(f"  {title}", colours.constant)
    text.truncate(width, overflow="ellipsis")
    return text


def _is_to_be_predicted(trace: Trace, prediction: Prediction) -> bool:
    """Whether the output is computed in an event that is not shown yet."""
    return any(
        isinstance(event, Forward) and event.node == trace.output for event in trace.events[prediction.shown + 1 :]
    )


def lines(shown: Equation, colours: Colours, *, is_tall: bool, element: int = 0, width: int = 80) -> Table:
    """An equation's lines, what each is beside it; between them the matrices of a product.

    Args:
        is_tall: whether there is room for what a larger screen shows.
        element: which one of a matrix product is explained.
        width: how many columns there are.
    """
    found = Table.grid()
    first = [(name, Text(one_line(line), "bold")) for name, line in shown.lines]
    if shown.product is not None:
        names = ("element (m)", "")
        explained = element_lines(shown.product, element)
        first += [(name, Text(one_line(line), "bold")) for name, line in zip(names, explained, strict=True)]
    found.add_row(_aligned(first, colours))
    if shown.product is not None:
        rows = _MOST_ROWS if is_tall else _FEW_ROWS
        for row in product_lines(shown.product, element, width, rows, colours):
            found.add_row(row)
    if shown.further and is_tall:
        found.add_row()
        found.add_row(_aligned([(name, Text(one_line(line))) for name, line in shown.further], colours))
    return found


def _aligned(lines: list[tuple[str, Text]], colours: Colours) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style=colours.constant, max_width=24, overflow="ellipsis", no_wrap=True)
    table.add_column()
    for name, line in lines:
        table.add_row(Text(one_line(name)), line)
    return table


def selected(node: TracedNode, data: Any, gradient: Any, width: int) -> Text:
    """A node in one line: its numbers in full if they fit."""
    sign = flag(gradient)
    flagged = f" ({FLAGS[sign]})" if sign in FLAGS else ""
    path = [node.module_path] if node.module_path and node.module_path != node.label else []
    for written, written_gradient in (
        (format_data(data), format_data(gradient)),
        (brief(data, _BRIEF), brief_gradient(gradient, _BRIEF)),
    ):
        said = [node.label, node.operation or node.role, f"data {written}", f"gradient {written_gradient}{flagged}"]
        text = Text(one_line(f"  {' · '.join(said + path)}"), no_wrap=True)
        if text.cell_len <= width:
            break
    text.truncate(width, overflow="ellipsis")
    return text
