"""A calculation as a derivation to be read, printed or filled in: Markdown, LaTeX, a page, a worksheet."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy

from autograd import Node
from autograd.arguments import file_path
from autograd.files import write_whole

from .arrays import shape_of
from .errors import DrawingError
from .formulas import latex_name
from .numbers import MINUS, format_data, format_number
from .one_line import one_line
from .parts import Contribution, Forward, Seed, TracedNode, TraceEvent, Update
from .tracing import Trace, trace

Format = Literal["markdown", "latex"]
_LARGEST_SIDE = 8  # of a matrix that is written out


@dataclass(frozen=True)
class Line:
    """An equation in LaTeX: what it is of, how it is found (in symbols, then in numbers), and what it is."""

    left: str
    ways: tuple[str, ...]
    answer: str
    relation: str = "="


@dataclass(frozen=True)
class Step:
    """One event: what happens, in words with names in LaTeX between dollars, and its equations."""

    words: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Section:
    title: str
    steps: list[Step] = field(default_factory=list)


class Derivation:
    """What `derivation` gives. It prints as Markdown, and a notebook shows it."""

    def __init__(self, sections: list[Section]) -> None:
        self.sections = sections

    def markdown(self) -> str:
        """As Markdown with formulas between dollars, as GitHub and notebooks show them."""
        return _markdown(self.sections, blanks=False)

    def latex(self) -> str:
        """As a whole LaTeX document, which needs amsmath alone."""
        return _latex(self.sections, blanks=False)

    def html(self) -> str:
        """As a page of its own with formulas in MathML, which browsers show and print (needs the extra `pages`)."""
        return _html(self.sections)

    def worksheet(self, format: Format = "markdown") -> str:
        """With numbered blanks for all that is computed, and their key behind it."""
        return (_latex if format == "latex" else _markdown)(self.sections, blanks=True)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it: LaTeX into a file that ends in .tex, a page into one that ends in .html, Markdown into any other.

        Raises:
            DrawingError: the file cannot be written; nothing is left half-written.
        """
        target = file_path("path", path, DrawingError)
        forms = {".tex": self.latex, ".html": self.html}
        text = forms.get(target.suffix.lower(), self.markdown)()
        try:
            write_whole(target, text.encode())
        except OSError as error:
            raise DrawingError(f"{target} cannot be written: {error.strerror or error}") from None
        return target

    def __str__(self) -> str:
        return self.markdown()

    def _repr_markdown_(self) -> str:
        return self.markdown()


def derivation(output: Node | Trace) -> Derivation:
    """The whole calculation of a node and of its gradients, step by step, as equations in symbols and numbers.

    Args:
        output: a node with a single number, or a trace (`viz.trace(loss, update=optimizer.step)` has the update too).

    >>> from autograd import Value
    >>> from viz import derivation
    >>> x = Value(3.0, label="x")
    >>> print(derivation(x * x).worksheet())
    ## Given
    <BLANKLINE>
    $x$ is given (parameter).
    <BLANKLINE>
    $$x = 3$$
    ...
    """
    traced = output if isinstance(output, Trace) else trace(output)
    writing = _Writing(traced)
    sections: list[Section] = []
    for index, event in enumerate(traced.events):
        step = writing.step(index, event)
        if step is None:
            continue
        title = writing.title(event)
        if not sections or sections[-1].title != title:
            sections.append(Section(title))
        sections[-1].steps.append(step)
    return Derivation(_given_first(sections))


class _Writing:
    """A trace's events as equations."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._output = _name(trace.nodes[trace.output])
        contributions = {event.operand: i for i, event in enumerate(trace.events) if isinstance(event, Contribution)}
        self._last = set(contributions.values())

    def title(self, event: TraceEvent) -> str:
        if isinstance(event, Forward):
            return "Forward" if self._trace.nodes[event.node].operation else "Given"
        return "Update" if isinstance(event, Update) else "Backward"

    def step(self, index: int, event: TraceEvent) -> Step | None:
        node = self._trace.nodes[event.node]
        name = _name(node)
        if isinstance(event, Forward):
            if node.operation is None:
                return (
                    Step(f"${name}$ is given ({node.role}).", (Line(name, (), _data(node.data)),))
                    if node.is_named
                    else None
                )
            assert node.computed is not None
            ways = _distinct(node.computed.latex, node.computed.texts.latex_in_numbers)
            return Step(f"{_title(node)} gives ${name}$.", (Line(name, ways, _data(node.data)),))
        if isinstance(event, Seed):
            seed = Line(self._derivative(name), (), _data(event.gradient))
            return Step(f"The gradient of ${name}$ with respect to itself.", (seed,))
        if isinstance(event, Update):
            return Step(f"${name}$ follows its gradient.", _update_lines(event, name))
        return self._contribution(index, event, node)

    def _contribution(self, index: int, event: Contribution, node: TracedNode) -> Step:
        operand = self._trace.nodes[event.operand]
        name, source = _name(node), _name(operand)
        wanted, upstream = self._derivative(source), self._derivative(name)
        before = () if event.before is None else (_data(event.before),)
        so_far = "" if index in self._last else ", so far"
        words = f"${name}$ passes on to ${source}${so_far}."
        if event.local_gradient is None:
            passed = _sum((_before(wanted) if before else None, event.rule.latex))
            with_g = Line(f"G = {upstream}", (), _data(event.upstream_gradient))
            return Step(words, (with_g, Line(wanted, (passed,), _data(event.after))))
        local = Line(
            rf"\frac{{\partial {name}}}{{\partial {source}}}",
            _distinct(event.rule.latex, event.rule.texts.latex_in_numbers),
            _data(event.local_gradient),
        )
        times = r"\odot" if shape_of(event.upstream_gradient) or shape_of(event.local_gradient) else r"\cdot"
        product = rf"{upstream} {times} \frac{{\partial {name}}}{{\partial {source}}}"
        first = _grouped(_data(event.upstream_gradient), first=not before)
        numbers = rf"{first} {times} {_grouped(_data(event.local_gradient))}"
        if event.summed_axes:
            over = ", ".join(map(str, event.summed_axes))
            product, numbers = (rf"\mathrm{{sum}}_{{{over}}}\left({one}\right)" for one in (product, numbers))
        ways = (_sum((_before(wanted) if before else None, product)), _sum((*before, numbers)))
        return Step(words, (local, Line(wanted, ways, _data(event.after))))

    def _derivative(self, name: str) -> str:
        return rf"\frac{{\partial {self._output}}}{{\partial {name}}}"


def _before(derivative: str) -> str:
    """The gradient as it was before this contribution."""
    return rf"\left.{derivative}\right|_{{\mathrm{{before}}}}"


def _update_lines(event: Update, name: str) -> tuple[Line, ...]:
    if event.rule is None:
        return (Line(name, (_data(event.before),), _data(event.after), r"\leftarrow"),)
    numbers = event.rule.texts.latex_in_numbers.splitlines()
    lines = []
    for index, text in enumerate(event.rule.latex.splitlines()):
        left, _, right = text.partition(r" \leftarrow ")
        if not right:  # a sentence, why it is not written
            lines.append(Line(name, (), _data(event.after), r"\leftarrow"))
        elif numbers:
            way, _, answer = numbers[index].rpartition(" = ")
            lines.append(Line(left, (right, way), answer, r"\leftarrow"))
        else:
            lines.append(Line(left, (right,), _data(event.after) if left == name else r"\ldots", r"\leftarrow"))
    return tuple(lines)


def _given_first(sections: list[Section]) -> list[Section]:
    """What is given in one section, before what is computed from it; a section's parts together."""
    merged: dict[tuple[str, int], Section] = {}
    passes = 0
    for section in sections:
        passes += section.title == "Update" and ("Backward", passes) not in merged
        key = (section.title, passes)
        merged.setdefault(key, Section(section.title)).steps.extend(section.steps)
    return list(merged.values())


# --- documents ------------------------------------------------------------------------------------------


class _Blanks:
    """Numbers the blanks, and keeps what belongs into them."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted
        self.key: list[str] = []

    def answer(self, line: Line) -> str:
        if not self.wanted or not line.ways:
            return line.answer
        self.key.append(line.answer)
        return rf"\underline{{\hspace{{4em}}}}_{{\,({len(self.key)})}}"

    def equation(self, line: Line, newline: str) -> str:
        # Numbers put in would give half of the answer away: on a worksheet they are the learner's.
        ways = line.ways[:1] if self.wanted else line.ways
        first, *rest = _distinct(*ways, self.answer(line))
        return newline.join([f"{line.left} {{sep}}{line.relation} {first}", *(f"{{sep}}= {one}" for one in rest)])


def _markdown(sections: list[Section], *, blanks: bool) -> str:
    blank = _Blanks(blanks)
    parts = []
    for section in sections:
        parts.append(f"## {section.title}")
        for step in section.steps:
            parts.append(step.words)
            for line in step.lines:
                parts.append(f"$${blank.equation(line, ' ').replace('{sep}', '')}$$")
    if blank.key:
        parts.append("## Key")
        parts.append("\n".join(f"{number}. ${answer}$" for number, answer in enumerate(blank.key, start=1)))
    return "\n\n".join(parts) + "\n"


def _latex(sections: list[Section], *, blanks: bool) -> str:
    blank = _Blanks(blanks)
    parts = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\setlength{\parindent}{0pt}", r"\begin{document}"]
    for section in sections:
        parts.append(rf"\section*{{{section.title}}}")
        for step in section.steps:
            lines = [blank.equation(line, r" \\ ").replace("{sep}", "&") for line in step.lines]
            parts.append(step.words)
            parts.append("\n".join([r"\begin{align*}", " \\\\\n".join(lines), r"\end{align*}"]))
    if blank.key:
        parts.append(r"\section*{Key}")
        items = "\n".join(rf"\item ${answer}$" for answer in blank.key)
        parts.append(f"\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}")
    parts.append(r"\end{document}")
    return "\n\n".join(parts) + "\n"


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width"/>
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font-family: Helvetica, Arial, sans-serif }}
div {{ overflow: auto hidden; padding-bottom: 0.4rem; break-inside: avoid }}
math {{ font-size: 1.1rem; font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def _html(sections: list[Section]) -> str:
    blank = _Blanks(False)
    parts = []
    for section in sections:
        parts.append(f"<h2>{html.escape(section.title)}</h2>")
        for step in section.steps:
            words = step.words.split("$")  # names in LaTeX are between dollars
            told = [_mathml(part, "inline") if place % 2 else html.escape(part) for place, part in enumerate(words)]
            equations = "".join(_mathml(blank.equation(line, " ").replace("{sep}", ""), "block") for line in step.lines)
            parts.append(f"<div><p>{''.join(told)}</p>{equations}</div>")
    return _PAGE.format(title="Derivation", body="\n".join(parts))


def _mathml(latex: str, display: Literal["inline", "block"]) -> str:
    try:
        from latex2mathml import converter
    except ImportError:
        raise DrawingError(
            "a page of a derivation needs the package latex2mathml (pip install latex2mathml): install it, or take "
            "Markdown or LaTeX"
        ) from None
    return str(converter.convert(latex, display=display))


# --- names and numbers ----------------------------------------------------------------------------------


def _name(node: TracedNode) -> str:
    return latex_name(one_line(node.label))


def _title(node: TracedNode) -> str:
    words = (node.operation or "").replace("_", " ")
    return words[:1].upper() + words[1:]


def _data(data: Any) -> str:
    """A number, a matrix of up to 8 × 8, or in words what an array is like."""
    shape = shape_of(data)
    if not shape:
        return latex_name(format_data(data))
    if not isinstance(data, numpy.ndarray) or len(shape) > 2 or not data.size or max(shape) > _LARGEST_SIDE:
        return rf"\text{{{_in_ascii(format_data(data))}}}"
    rows = numpy.atleast_2d(data).tolist()
    inside = r" \\ ".join(" & ".join(latex_name(format_number(float(one))) for one in row) for row in rows)
    return rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}"


def _in_ascii(written: str) -> str:
    for sign, plain in (("×", "x"), (MINUS, "-"), ("∞", "inf"), ("—", "-")):
        written = written.replace(sign, plain)
    return written


def _grouped(number: str, *, first: bool = False) -> str:
    return rf"\left({number}\right)" if not first and number.startswith("-") else number


def _sum(terms: tuple[str | None, ...]) -> str:
    return " + ".join(term for term in terms if term)


def _distinct(*ways: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(way for way in ways if way))
