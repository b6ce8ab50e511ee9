"""How an update is written: the rule of what moves the parameters, in symbols and in numbers.

The rule is the optimizer's own, recorded on stand-ins (`update_rule`); nothing here knows one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import GraphError, Node
from autograd.notation import rules

from . import formulas
from .arrays import is_single, kept, only_number
from .formulas import Formula
from .numbers import format_number
from .parts import WrittenRule

_SYMBOLS = {"learning_rate": "η", "age": "t"}
_LATEX = {"learning_rate": r"\eta", "age": "t"}


@dataclass(frozen=True)
class UpdateRule:
    """What an update begins from and what it makes, as graphs by name; nn's has the same form."""

    given: dict[str, Any]
    made: dict[str, Any]


class Updating:
    """Writes the updates of one step down.

    Args:
        step: moves the parameters; where it is the method of something that has an `update_rule` and `update_numbers`,
            as nn's optimizers have, that is asked.
        parameters: what may move.
        output: what the gradients are of.
    """

    def __init__(self, step: Callable[[], None], parameters: Sequence[Node], output: str) -> None:
        self._statements: list[tuple[str, Formula]] = []
        self._given: list[str] = []
        self._unwritten = ""
        self._parameters = parameters
        self._output = output
        owner: Any = getattr(step, "__self__", None)
        self._owner: Any = owner
        if not (hasattr(owner, "update_rule") and hasattr(owner, "update_numbers")):
            return
        try:
            rule = owner.update_rule()
        except GraphError as error:
            self._unwritten = f"(not written: {error})"
            return
        self._given = list(rule.given)
        self._statements = formulas.assignments(rule.given, rule.made)
        self._before = self._numbers()

    def rule(self, parameter: Node, label: str, before: Any, gradient: Any) -> WrittenRule | None:
        """The rule by which a parameter has moved, one line for each thing that changed; None where nobody told it.

        Args:
            before: what it was.
            gradient: what it followed.
        """
        if self._unwritten:
            return WrittenRule.of_texts(self._unwritten, rf"\text{{{self._unwritten}}}", "", "")
        held = self._before.get(parameter) if self._statements else None
        if held is None:
            return None
        numbers = {"parameter": before, "gradient": gradient, **held}
        after = {"parameter": kept(parameter.data), **self._of(parameter)}
        made = [name for name, _ in self._statements]
        text, latex = [], []
        in_numbers, latex_in_numbers = [], []
        written = [self._name(name, label) for name in (*self._given, *made)]
        in_latex = [self._name(name, label, latex=True) for name in (*self._given, *made)]
        data = [*(numbers[name] for name in self._given), *(after[name] for name in made)]
        for name, formula in self._statements:
            in_names = self._bracketed(formula)
            text.append(f"{self._name(name, label)} ← {in_names.filled(written)}")
            right = in_names.filled(in_latex, notation="latex")
            latex.append(rf"{self._name(name, label, latex=True)} \leftarrow {right}")
            if all(map(is_single, data)):
                shown = [format_number(only_number(one)) for one in data]
                result = format_number(only_number(after[name]), digits=5)
                in_numbers.append(f"{formula.filled(shown)} = {result}")
                as_latex = [formulas.latex_name(one) for one in (*shown, result)]
                latex_in_numbers.append(f"{formula.filled(as_latex[:-1], notation='latex')} = {as_latex[-1]}")
        return WrittenRule.of_texts(*map("\n".join, (text, latex, in_numbers, latex_in_numbers)))

    def _numbers(self) -> dict[Node, Mapping[str, Any]]:
        return {parameter: found for parameter in self._parameters if (found := self._of(parameter))}

    def _of(self, parameter: Node) -> Mapping[str, Any]:
        try:
            found = self._owner.update_numbers(parameter)
        except GraphError:  # it moves others
            return {}
        return {name: kept(number) for name, number in found.items()}

    def _bracketed(self, formula: Formula) -> Formula:
        """The formula with the gradient in brackets where it is squared: it is a fraction."""
        squared = f"{rules.mark(self._given.index('gradient'))}²"
        return Formula(formula.text.replace(squared, f"({squared[0]})²"), _latex_bracketed(formula.latex, squared[0]))

    def _name(self, name: str, label: str, *, latex: bool = False) -> str:
        if name == "parameter":
            return formulas.latex_name(label) if latex else label
        if name == "gradient":
            return self._gradient(label, latex=latex)
        if name in _SYMBOLS:
            return _LATEX[name] if latex else _SYMBOLS[name]
        return formulas.latex_name(name) if latex else name

    def _gradient(self, label: str, *, latex: bool) -> str:
        if latex:
            return rf"\frac{{\partial {formulas.latex_name(self._output)}}}{{\partial {formulas.latex_name(label)}}}"
        return f"∂{self._output}/∂{label}"


def _latex_bracketed(latex: str, mark: str) -> str:
    return latex.replace(f"{mark}^{{2}}", rf"\left({mark}\right)^{{2}}")
