"""The current event as an equation: the rule in symbols, with numbers put in, what was before and what is after."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..arrays import shape_of
from ..before_after import changes, side_by_side
from ..gradient_paths import Why
from ..grouping import Group
from ..matrix_products import MatrixProduct, matrix_product
from ..numbers import format_data, grouped
from ..parts import Contribution, Forward, Seed, TracedNode, TraceEvent, Update
from ..playback import Playback, subject
from ..prediction import Prediction
from ..tracing import Trace
from .check import GradientCheck
from .session import Nudge

# An aligned line: what it is, and the text.
Line = tuple[str, str]

_MOST_OPERANDS = 8
_SEEN_WHOLE = 8  # the sides of a matrix whose elements are all shown


@dataclass
class Equation:
    """A title, the lines that must be seen, those for a larger screen, and the matrix product that the event is."""

    title: str
    lines: list[Line]
    further: list[Line] = field(default_factory=list)
    product: MatrixProduct | None = None


def equation(trace: Trace, playback: Playback, at: int) -> Equation:
    """Event number `at` of a trace."""
    event = trace.events[at]
    node = trace.nodes[subject(event)]
    product = matrix_product(trace, event)
    if isinstance(event, Forward):
        found = _forward(node, product)
    elif isinstance(event, Seed):
        lines = [
            ("gradient", f"∂{node.label}/∂{node.label} = {format_data(event.gradient)}"),
            (f"{node.label} itself", format_data(node.data)),
        ]
        found = Equation(f"The backward pass starts at {node.label}", lines)
    elif isinstance(event, Update):
        found = _update(event, node)
    else:
        found = _contribution(event, trace, product)
    found.product = product
    found.further += _around(event, trace, playback, at)
    return found


def check_equation(found: GradientCheck) -> Equation:
    """What a gradient check found, as lines."""
    where = f"{found.label}[{', '.join(map(str, found.element))}]" if found.element else found.label
    verdict = "✓ they agree" if found.agrees else "✗ they differ"
    if found.undecided:
        verdict = f"? {found.undecided}"
    error = f"{found.relative_error:.2g}".replace("-", "−")
    lines = [
        ("analytic", format_data(found.analytic, digits=10)),
        ("numeric", f"{format_data(found.numeric, digits=10)}   (central differences)"),
        ("relative error", f"{error}   (difference {format_data(found.difference, digits=2)})"),
        ("verdict", verdict),
    ]
    if found.size > 1:
        lines.append(("looked at", f"{found.checked:,} of {found.size:,} elements; this one differs most"))
    return Equation(f"Gradient check of {where}", lines)


def update_equation(before: Trace, after: Trace, updates: int) -> Equation:
    """What the last update did to every number that has a name, side by side."""
    lines = list(side_by_side(changes(before, after)))
    output = after.nodes[after.output].label
    lines.sort(key=lambda line: line[0] != output)  # what was to become smaller comes first
    return Equation(f"Before and after update {updates:,} (its change)", lines or [("", "no number has changed")])


def score_equation(prediction: Prediction) -> Equation:
    """How many were predicted, and what was missed."""
    lines: list[Line] = [(one.question.kind, f"{one.question.asked}: {one}") for one in prediction.missed]
    return Equation(f"Predicted: {prediction.score}", lines or [("missed", "nothing")])


def why_equation(found: Why) -> Equation:
    """A gradient as a sum over paths, in symbols and in numbers."""
    lines: list[Line] = []
    for number, path in enumerate(found.paths, start=1):
        written = [format_data(factor) for factor in path.factors]
        numbers = " × ".join([*written[:1], *map(grouped, written[1:])])
        lines.append((f"path {number}", " × ".join(path.symbols) or f"∂{found.output}/∂{found.output}"))
        lines.append(("", f"= {_once(numbers or '1', format_data(path.product))}"))
    if found.count > len(found.paths):
        lines.append(("", f"… and {found.count - len(found.paths):,} more of {found.count:,} paths"))
    products = [format_data(path.product) for path in found.paths]
    terms = " + ".join([*products[:1], *map(grouped, products[1:]), *(["…"] if found.count > len(products) else [])])
    total = ("sum", f"∂{found.output}/∂{found.label} = {_once(terms, format_data(found.total))}")
    ways = "1 path" if found.count == 1 else f"{found.count:,} paths"
    return Equation(f"Why this gradient? {found.label} reaches {found.output} on {ways}", [total, *lines])


def nudge_equation(found: Nudge, output: str) -> Equation:
    """What a little change of a leaf does, beside what its gradient says."""
    by = format_data(found.by)
    lines = [
        ("before", f"{output} = {format_data(found.before, digits=6)}"),
        ("after", f"{output} = {format_data(found.after, digits=6)}"),
        ("it changed by", format_data(found.after - found.before)),
        ("gradient says", f"{format_data(found.gradient)} × {grouped(by)} = {format_data(found.gradient * found.by)}"),
    ]
    return Equation(f"{found.label} + {grouped(by)}", lines)


def _forward(node: TracedNode, product: MatrixProduct | None) -> Equation:
    data = format_data(node.data)
    if node.operation is None:
        if not node.is_named:
            return Equation(f"A {node.role} without a name", [("value", data)])
        return Equation(f"{node.label} is given ({node.role})", [("value", f"{node.label} = {data}")])
    if product is not None:
        return Equation(
            f"Forward: {node.operation} gives {node.label}", [("in symbols", f"{node.label} = {product.formula}")]
        )
    return Equation(
        f"Forward: {node.operation} gives {node.label}",
        [
            ("in symbols", f"{node.label} = {node.expression}"),
            *([("in numbers", node.expression_in_numbers)] if node.expression_in_numbers else []),
            ("result", f"{node.label} = {data}"),
        ],
    )


def _contribution(event: Contribution, trace: Trace, product: MatrixProduct | None) -> Equation:
    node, operand = trace.nodes[event.node], trace.nodes[event.operand]
    title = f"Backward: {node.symbol} passes on from {node.label} to {operand.label}"
    if event.local_gradient is None or shape_of(event.local_gradient) or shape_of(event.upstream_gradient):
        return Equation(title, _array_contribution(event, node, operand, product))
    upstream, local, passed = map(format_data, (event.upstream_gradient, event.local_gradient, event.contribution))
    derivative, rule, in_numbers = f"∂{node.label}/∂{operand.label}", event.rule.text, event.rule.in_numbers
    if in_numbers in ("", rule, local):
        lines = [("local", f"{derivative} = {_once(rule, local)}")]
    else:
        lines = [("local", f"{derivative} = {rule}"), ("in numbers", _once(in_numbers, local))]
    after = format_data(event.after)
    total = f"— → {after}" if event.before is None else f"{format_data(event.before)} + {grouped(passed)} → {after}"
    lines += [
        ("contribution", f"{upstream} × {grouped(local)} = {passed}   (upstream × local)"),
        ("gradient", f"of {operand.label}: {total}"),
    ]
    return Equation(title, lines)


def _array_contribution(
    event: Contribution, node: TracedNode, operand: TracedNode, product: MatrixProduct | None
) -> list[Line]:
    if event.local_gradient is None:
        lines = [("pullback", f"G ↦ {event.rule.text}   {event.shapes}".rstrip())]
        if product is not None and max(product.result.data.shape) <= _SEEN_WHOLE:  # they stand beside each other
            if event.before is None:
                return lines
            return [*lines, ("gradient", f"of {operand.label}: what was before + what is passed on")]
    else:
        lines = [("local", f"∂{node.label}/∂{operand.label} = {event.rule.text}")]
    lines.append(("upstream G", format_data(event.upstream_gradient)))
    if event.local_gradient is not None and event.before is None:
        lines.append(("in numbers", format_data(event.local_gradient)))
    axes = event.summed_axes
    if not axes:
        lines.append(("passed on", format_data(event.contribution)))
    else:
        over = f"axis {axes[0]}" if len(axes) == 1 else f"axes {', '.join(map(str, axes))}"
        lines.append(("passed on", f"{format_data(event.contribution)}   (summed over {over}, which was broadcast)"))
    if event.before is None:
        return [*lines, ("gradient", f"of {operand.label}: — → what is passed on")]
    return [*lines, ("before", format_data(event.before)), ("after", format_data(event.after))]


def _update(event: Update, node: TracedNode) -> Equation:
    lines = [("gradient", f"of {node.label}: {format_data(event.gradient)}")]
    if event.rule is not None:
        numbers = event.rule.in_numbers.splitlines()
        for index, text in enumerate(event.rule.text.splitlines()):
            lines.append(("rule" if index == 0 else "", text))
            lines += [("", f"= {numbers[index]}")] if numbers else []
    data = f"{format_data(event.before, digits=5)} → {format_data(event.after, digits=5)}"
    if not shape_of(event.before):
        data += f"   (change {format_data(float(event.after) - float(event.before), digits=5)})"
    return Equation(f"Update: {node.label} follows its gradient", [*lines, ("data", data)])


def _around(event: TraceEvent, trace: Trace, playback: Playback, at: int) -> list[Line]:
    """The nodes that an event is about, in full, and where they come from."""
    node = trace.nodes[event.node]
    about = [node, *trace.operands[node.id]]
    lines = []
    for one in list(dict.fromkeys(one.id for one in about))[:_MOST_OPERANDS]:
        data, gradient = playback.data(one, at=at), playback.gradient(one, at=at)
        lines.append((trace.nodes[one].label, f"{format_data(data)}   gradient {format_data(gradient)}"))
    if node.source is not None:
        lines.append(("recorded at", str(node.source)))
    if around := trace.groups_around(node):
        lines.append(("part of", " / ".join(map(_group, around))))
    return lines


def _group(group: Group) -> str:
    return group.name if group.kind == "scope" else f"{group.name} {group.path}".strip()


def _once(text: str, result: str) -> str:
    return text if text == result else f"{text} = {result}"
