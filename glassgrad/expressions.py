"""Expressions as they are typed: `0.5*(1 - sigmoid(w*x + b))**2`, recorded on the engine.

Python only parses the text. The tree is walked here, over a list of what is known (names, numbers, a few
operators, the table's functions), and nothing of it is ever evaluated by Python. What is not on the list is
refused with its column.
"""

from __future__ import annotations

import ast
import difflib
import functools
import itertools
import keyword
import math
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from autograd import GraphError, Node, Value, operations
from autograd.composites.activations import ACTIVATIONS
from autograd.composites.elementwise import OF_ONE_NUMBER

from .examples import Example

# Characters of text, and parentheses in parentheses: what people type stays far below, and Python's parser is
# safe up to them.
LONGEST, DEEPEST = 100_000, 100
MAX_NODES = 10_000
# So much of an expression is said again in a message.
_SHOWN = 40


class ExpressionError(GraphError, ValueError):
    """An expression that cannot be read, or numbers that do not fit its names."""


def record_expression(text: str, assignments: Mapping[str, float], *, max_nodes: int = MAX_NODES) -> Node:
    """Record an expression on Values that bear its names; all of them require gradients.

    Args:
        text: names, numbers, + - * / **, parentheses, and the functions that `functions()` lists.
            ×, ·, ÷ and − are read as *, *, / and -.
        assignments: a number for every name, and for nothing else.
        max_nodes: the most names, numbers and operations that it may have.

    Raises:
        ExpressionError: for anything else, in one sentence with the column.

    >>> from glassgrad.expressions import record_expression
    >>> f = record_expression("(a + b) * (b + 1)", {"a": 2.0, "b": 1.0})
    >>> f.label, f.data
    ('f', 6.0)
    """
    expression = parse(text, max_nodes=max_nodes)
    return expression.record(expression.leaves(assignments))


def expression_from_command_line(arguments: Sequence[str], *, max_nodes: int = MAX_NODES) -> Example:
    """An example from an expression and its numbers: `["w*x + b", "w=2", "x=-1", "b=0.5"]`.

    Raises:
        ExpressionError: as `record_expression` and `numbers_from_command_line`.

    >>> from glassgrad.expressions import expression_from_command_line
    >>> expression_from_command_line(["w*x + b", "w=2", "x=-1", "b=0.5"]).record().data
    -1.5
    """
    text, *written = arguments
    expression = parse(text, max_nodes=max_nodes)
    leaves = expression.leaves(numbers_from_command_line(written))
    said = " ".join(text.split())
    return Example("expression", f"f = {said}", lambda: expression.record(leaves), optimizer=None)


def numbers_from_command_line(arguments: Sequence[str]) -> dict[str, float]:
    """The numbers of `["w1=2", "x1=-2e-3"]` by name.

    `inf` and `nan` are numbers, where they are asked for: to see what they do is what a viewer is for. A number
    too large for a float is a mistake.

    Raises:
        ExpressionError: an argument that is not name=number, and a name that is given twice.
    """
    numbers: dict[str, float] = {}
    for argument in arguments:
        written, equals, number = argument.partition("=")
        name = _normalized(written.strip())
        if not equals or not _is_name(name):
            raise ExpressionError(f"{_quoted(argument)} is not name=number, such as x=-2e-3")
        if name in numbers:
            raise ExpressionError(f"{_quoted(argument)} gives {name} a second time")
        try:
            numbers[name] = float(number.translate(_TYPOGRAPHIC))
        except ValueError:
            raise ExpressionError(f"{_quoted(argument)} does not give {name} a number, such as {name}=-2e-3") from None
        if math.isinf(numbers[name]) and "inf" not in number.lower():
            raise ExpressionError(f"{_quoted(argument)} gives {name} a number too large for a float; inf is one")
    return numbers


@dataclass(frozen=True, slots=True)
class Function:
    """What an expression may call, and how many numbers it takes."""

    call: Callable[..., Any]
    count: int


@functools.cache
def functions() -> dict[str, Function]:
    """What an expression may call, by name: the table's elementwise rows, also under a symbol that reads as a
    name (abs, max, σ), and the functions of one number that are put together from them."""
    found = {}
    for row in operations().values():
        if row.elementwise and row.scalar is not None and row.slots is not None:
            for name in (row.name, row.symbol):
                if _is_name(name):
                    found[name] = Function(row, row.slots)
    for composite in (*ACTIVATIONS, *OF_ONE_NUMBER):
        found[composite.__name__] = Function(composite, 1)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the last results, as many as it takes, and where it stands in the text."""

    function: Function
    column: int
    text: str


@dataclass(frozen=True)
class Expression:
    """A parsed expression: numbers, names and calls in the order in which they are computed.

    Attributes:
        names: each with the column of its first use.
    """

    text: str
    names: Mapping[str, int]
    program: tuple[float | str | Call, ...]

    def leaves(self, assignments: Mapping[str, float]) -> dict[str, Value]:
        """A Value for every name. Raises ExpressionError where numbers and names do not fit together."""
        given = {_normalized(name): number for name, number in assignments.items()}
        missing = [f"{name} (column {column})" for name, column in self.names.items() if name not in given]
        if missing:
            first = next(name for name in self.names if name not in given)
            known = f"; given are {_listed(list(given))}" if given else ""
            hint = f"; as a function it is {first}(…)" if first in functions() else ""
            raise ExpressionError(
                f"the expression needs a number for {_listed(missing)}, such as {first}=0.5{known}{hint}"
            )
        unused = [name for name in given if name not in self.names]
        if unused:
            raise ExpressionError(
                f"the expression has no {_listed(unused)}, which {'is' if len(unused) == 1 else 'are'} given a number; "
                f"its names are {_listed(list(self.names))}"
            )
        return {name: Value(given[name], label=name) for name in self.names}

    def record(self, leaves: Mapping[str, Value]) -> Value:
        """Compute it from what the leaves are now."""
        results: list[Any] = []
        for part in self.program:
            if isinstance(part, Call):
                operands = results[-part.function.count :]
                del results[-part.function.count :]
                results.append(_called(part, operands))
            else:
                results.append(leaves[part] if isinstance(part, str) else part)
        output: Value = results.pop()
        if not output.requires_grad:
            raise ExpressionError(
                "the expression has no gradient: only comparisons (greater, equal, …), which have none, lie between "
                f"{_listed(list(self.names))} and the result"
            )
        if output.op is not None:
            output.label = _free_label(self.names)
        return output


def parse(text: str, *, max_nodes: int = MAX_NODES) -> Expression:
    """The expression that a text writes down; see `record_expression`."""
    return _Parser(text, max_nodes).expression()


# Signs as this project prints them, and as they are typed.
_TYPOGRAPHIC = str.maketrans({"−": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/"})
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
}
_ALLOWED = "allowed are names, numbers, + - * / **, parentheses and functions such as exp(x)"
_HINTS = {
    "^": "a power is written **",
    "²": "a square is written **2",
    "%": "a remainder is written mod(a, b)",
    "<": "a comparison is written less(a, b)",
    ">": "a comparison is written greater(a, b)",
    "=": "numbers are given after the expression, as x=3",
    "[": "there are no subscripts and no lists",
    "{": "there are no sets",
    ":": "there is no lambda and no slice",
    "#": "there are no comments",
    '"': "there is no text",
    "'": "there is no text",
}
# Everything that Python's parser can still make of what `_Parser` lets through.
_KINDS: dict[type[ast.AST], str] = {
    ast.Attribute: "an attribute",
    ast.Await: "await",
    ast.BoolOp: "a logical operation",
    ast.Compare: "a comparison",
    ast.GeneratorExp: "a comprehension",
    ast.IfExp: "a condition",
    ast.Starred: "a starred argument",
    ast.Tuple: "more than one value, or none",
    ast.UnaryOp: "a logical operation",
    ast.Yield: "yield",
}


class _Parser:
    """Reads one text. Columns count characters from 1, as they were typed."""

    def __init__(self, text: str, max_nodes: int) -> None:
        if len(text) > LONGEST:
            raise ExpressionError(f"the expression has {len(text):,} characters, and at most {LONGEST:,} are read")
        self.text = text
        self.max_nodes = max_nodes
        self._check_characters()
        # Character for character, so that columns stay: a line break and a tab are a space.
        plain = "".join(" " if character.isspace() else character for character in text.translate(_TYPOGRAPHIC))
        self.plain = plain.strip()
        self.lead = len(plain) - len(plain.lstrip())
        if not self.plain:
            raise ExpressionError(f"the expression is empty; {_ALLOWED}")
        # Python counts in bytes: for each of them the character that it belongs to, and the end.
        self._characters = [position for position, one in enumerate(self.plain) for _ in one.encode()]
        self._characters.append(len(self.plain))

    def expression(self) -> Expression:
        names: dict[str, int] = {}
        program: list[float | str | Call] = []
        work: list[ast.expr | Call] = [self._tree()]
        repeated = 0
        while work:
            part = work.pop()
            if isinstance(part, Call):
                program.append(part)
            elif isinstance(part, ast.Name):
                repeated += part.id in names
                names.setdefault(part.id, self._column(part))
                program.append(part.id)
            elif isinstance(part, ast.Constant):
                program.append(self._number(part))
            elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.UAdd):
                work.append(part.operand)
            else:
                call, operands = self._call(part)
                work += [call, *reversed(operands)]
            if len(program) - repeated > self.max_nodes:
                column = part.column if isinstance(part, Call) else self._column(part)
                self._refuse(column, f"here it has more than {self.max_nodes:,} names, numbers and operations", "")
        if not names:
            raise ExpressionError(
                "the expression has no name, so there is nothing to take gradients of: write one, such as x*x with x=3"
            )
        return Expression(self.text, names, tuple(program))

    def _check_characters(self) -> None:
        """Refuse what no expression has, and parentheses that do not match, before Python sees them."""
        opened: list[int] = []
        for column, character in enumerate(self.text, start=1):
            if character == "(":
                opened.append(column)
                if len(opened) > DEEPEST:
                    self._refuse(column, f"parentheses are nested more than {DEEPEST} deep", "")
            elif character == ")":
                if not opened:
                    self._refuse(column, '")" closes nothing', "")
                opened.pop()
            elif not (
                f"_{character}".isidentifier()
                or character.isspace()
                or character in "+-*/,."
                or ord(character) in _TYPOGRAPHIC
            ):
                self._refuse(column, f"{_shown(character)} cannot be read", _HINTS.get(character, _ALLOWED))
        if opened:
            self._refuse(opened[-1], '"(" is never closed', "")

    def _tree(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what Python thinks of "2if"; it is refused below
                return ast.parse(self.plain, mode="eval").body
        except SyntaxError as error:
            self._refuse_syntax(error)
        except (RecursionError, MemoryError):
            raise ExpressionError(
                "the expression is nested too deeply to be read: put the parts of a sum of thousands in parentheses"
            ) from None

    def _refuse_syntax(self, error: SyntaxError) -> NoReturn:
        if "digits" in error.msg:  # Python reads whole numbers of 4,300
            raise ExpressionError("the expression has a whole number of thousands of digits, too large for a float")
        start = (error.offset or 0) - 1
        if not 0 <= start < len(self.plain):
            self._refuse(self.lead + len(self.plain), f"{_quoted(self.plain[-1])} cannot be the end")
        typed = self.text[self.lead + start :]
        word = re.match(r"\w+|.", typed, re.DOTALL)
        assert word is not None
        found = typed[: max((error.end_offset or 0) - 1 - start, 0)] or word.group()
        self._refuse(self.lead + start + 1, f"{_quoted(found)} cannot be read here")

    def _number(self, part: ast.Constant) -> float:
        if type(part.value) not in (int, float):
            self._refuse(self._column(part), f"{_quoted(self._source(part))} is not a real number")
        try:
            number = float(part.value)  # type: ignore[arg-type]  # an int or a float, as was just seen
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            self._refuse(self._column(part), f"{_quoted(self._source(part))} is too large for a float", "")
        return number

    def _call(self, part: ast.expr) -> tuple[Call, Sequence[ast.expr]]:
        """What computes this part, and from what."""
        column, source = self._column(part), self._source(part)
        if isinstance(part, ast.BinOp):
            operator = _OPERATORS.get(type(part.op))
            if operator is None:
                self._refuse(column, f"{_quoted(source)} has an operator that is not known")
            return Call(functions()[operator], column, source), [part.left, part.right]
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub):
            return Call(functions()["negative"], column, source), [part.operand]
        if not isinstance(part, ast.Call):
            self._refuse(column, f"{_quoted(source)} is {_KINDS.get(type(part), 'nothing that is known')}")
        if not isinstance(part.func, ast.Name):
            self._refuse(column, f"{_quoted(source)} calls what is no function", "a product is written with *")
        function = functions().get(part.func.id)
        if function is None:
            name = part.func.id
            meant = difflib.get_close_matches(name, functions(), n=3)
            self._refuse(
                column,
                f"there is no function {name[:_SHOWN]}{f', but there is {_listed(meant)}' if meant else ''}",
                "`glassgrad examples` lists them all, and a product is written with *",
            )
        if part.keywords or len(part.args) != function.count:
            takes = "one number" if function.count == 1 else f"{function.count} numbers"
            given = "others by name" if part.keywords else f"{len(part.args)}"
            self._refuse(column, f"{_quoted(source)} gives {given}, and {part.func.id} takes {takes}", "")
        return Call(function, column, source), part.args

    def _column(self, part: ast.expr) -> int:
        return self.lead + self._characters[part.col_offset] + 1

    def _source(self, part: ast.expr) -> str:
        """The beginning of what was typed for a part: as much as messages show."""
        assert part.end_col_offset is not None
        start, end = self._characters[part.col_offset], self._characters[part.end_col_offset]
        return self.text[self.lead + start : self.lead + min(end, start + 2 * _SHOWN)]

    def _refuse(self, column: int, sentence: str, hint: str = _ALLOWED) -> NoReturn:
        raise ExpressionError(f"column {column} of the expression: {sentence}{f'; {hint}' if hint else ''}")


def _called(call: Call, operands: Sequence[Any]) -> Any:
    """A node, or of bare numbers a number: `2**3` is 8 in the graph, too."""
    result = call.function.call(*operands)
    if isinstance(result, Value):
        return result
    number = float(result)
    if not math.isfinite(number):
        raise ExpressionError(
            f"column {call.column} of the expression: {_quoted(call.text)}, a constant, is {number}; "
            "constants are finite numbers"
        )
    return number


def _free_label(names: Mapping[str, int]) -> str:
    """A name for the result that no leaf has."""
    numbered = (f"f{number}" for number in itertools.count(1))
    return next(name for name in itertools.chain(("f", "y"), numbered) if name not in names)


def _normalized(name: str) -> str:
    """A name as Python's parser reads it: the two ways to type é are one."""
    return unicodedata.normalize("NFKC", name)


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _quoted(text: str) -> str:
    shown = "".join(character if character.isprintable() else "·" for character in text)
    shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
    return f"'{shown}'" if '"' in shown else f'"{shown}"'


def _shown(character: str) -> str:
    return _quoted(character) if character.isprintable() else f"the character U+{ord(character):04X}"
