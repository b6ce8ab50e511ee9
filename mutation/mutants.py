"""The mutants of a source file: the file with one small thing wrong.

Cosmic Ray's operators change arithmetic, comparisons, numbers, conditions, handlers and loops, as far as a
change says something about the tests (its `+` also becomes `<<`, which any test notices). Three operators of
our own know what a table of derivatives can have wrong: another operand, another row, a line left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator

_CHOSEN = (
    *(
        f"core/ReplaceBinaryOperator_{replacement}"
        for replacement in (
            "Add_Sub", "Add_Mul", "Sub_Add", "Sub_Mul", "Mul_Add", "Mul_Div",
            "Div_Mul", "FloorDiv_Mul", "Mod_Add", "Pow_Mul",
        )
    ),
    *(
        f"core/ReplaceComparisonOperator_{replacement}"
        for replacement in (
            "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt",
            "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is",
        )
    ),
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/AddNot",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/RemoveDecorator",
    "core/ZeroIterationForLoop",
)  # fmt: skip

# Decorators that only type checkers read.
_FOR_TYPES = {"overload", "abstractmethod"}

_COMPOUND = {"if_stmt", "while_stmt", "for_stmt", "try_stmt", "with_stmt"}

# Names that are easily taken for one another.
_ALIKE = {
    "greater": "greater_equal", "greater_equal": "greater", "less": "less_equal", "less_equal": "less",
    "equal": "not_equal", "not_equal": "equal", "logical_and": "logical_or", "logical_or": "logical_and",
    "sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "exp": "log", "log": "exp",
    "expm1": "exp", "log1p": "log", "max": "min", "min": "max", "maximum": "minimum", "minimum": "maximum",
    "zeros": "ones", "ones": "zeros", "sum": "mean", "ceil": "floor", "floor": "ceil",
    "gt": "ge", "ge": "gt", "lt": "le", "le": "lt", "eq": "ne", "ne": "eq",
    "sign": "absolute", "absolute": "sign", "all": "any", "any": "all",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A changed source, and where and how it was changed."""

    file: str
    line: int
    within: str  # the function, class or assigned name
    original: str  # the changed lines' text
    becomes: str
    source: str
    reached_by: range | None  # lines of which one runs before the change shows; None where that is at import

    @property
    def change(self) -> str:
        """What the mutant is known by in its function when lines move."""
        return f"{self.original}  →  {self.becomes}"


def mutants_of(file: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file that compiles, each source once, from its first line to its last."""
    nodes = sorted(ast_nodes(parso.parse(source)), key=lambda node: node.start_pos)
    operators = [*(get_operator(name)() for name in _CHOSEN), OtherOperand(), OtherRow(), LeftOutStatement()]
    seen = {source}
    for node in nodes:
        for mutation_operator in operators:
            for index, (start, _) in enumerate(mutation_operator.mutation_positions(node)):
                if _is_noise(node):
                    continue
                changed = _changed(source, node, mutation_operator, index)
                if changed not in seen and _compiles(changed):
                    seen.add(changed)
                    original, becomes = _difference(source, changed)
                    yield Mutant(file, start[0], _name_around(node), original, becomes, changed, _reached_by(node))


class OtherOperand(Operator):
    """A parameter becomes the next one of the same annotation: `b` for `a` in a rule of `out, a, b`."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "name" and self._replacement(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = self._replacement(node)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()

    @staticmethod
    def _replacement(node: Any) -> str | None:
        if _is_attribute_or_keyword(node) or node.search_ancestor("param"):
            return None
        function = node.search_ancestor("lambdef", "funcdef")
        if function is None or node is getattr(function, "name", None):
            return None
        parameters = [one for one in function.get_params() if not one.star_count]
        itself = next((one for one in parameters if one.name.value == node.value), None)
        if itself is None or node.value in {"self", "cls"}:
            return None
        kind = itself.annotation and itself.annotation.get_code()
        names = [one.name.value for one in parameters if (one.annotation and one.annotation.get_code()) == kind]
        names = [name for name in names if name not in {"self", "cls"}]
        if len(names) < 2:
            return None
        return names[(names.index(node.value) + 1) % len(names)]


class OtherRow(Operator):
    """A function's name becomes that of one that is easily taken for it: `greater_equal` for `greater`."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type != "name" or node.value not in _ALIKE or node.is_definition():
            return
        before, after = node.get_previous_leaf(), node.get_next_leaf()
        is_used = after.value in "(,)" or (before is not None and before.value == ".")
        if is_used and not _is_keyword(node) and not node.search_ancestor("param", "import_from"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        node.value = _ALIKE[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class LeftOutStatement(Operator):
    """A call, a `raise`, or an assignment to an attribute, an element or in place becomes `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        if node.type == "simple_stmt" and node.search_ancestor("funcdef") and self._has_an_effect(node.children[0]):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        statement = node.children[0]
        node.children[0] = parso.python.tree.Name("pass", statement.start_pos, statement.get_first_leaf().prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()

    @staticmethod
    def _has_an_effect(statement: Any) -> bool:
        if statement.type == "raise_stmt":
            return True
        if statement.type == "atom_expr":
            return bool(statement.get_last_leaf().value == ")")
        if statement.type != "expr_stmt":
            return False
        return statement.children[0].type == "atom_expr" or getattr(statement.children[1], "value", "=") != "="


def _is_noise(node: Any) -> bool:
    """Whether the change would be to a type, a signature's bare *, or an assertion for type checkers."""
    if node.type == "decorator":
        return node.children[1].get_code().strip() in _FOR_TYPES
    function = node.search_ancestor("funcdef")
    if function is not None and function.parent.type == "decorated" and "@overload" in function.parent.get_code():
        return True
    if node.type == "operator" and node.parent.type in {"parameters", "param"}:
        return True
    if node.type == "assert_stmt" or node.search_ancestor("tfpdef", "annassign", "assert_stmt", "decorator"):
        return not _is_assigned_value(node)
    return False


def _is_assigned_value(node: Any) -> bool:
    """Whether the node is right of the = of an annotated assignment."""
    annotated = node.search_ancestor("annassign")
    return annotated is not None and len(annotated.children) == 4 and node.start_pos >= annotated.children[3].start_pos


def _is_keyword(node: Any) -> bool:
    return node.parent.type == "argument" and node.parent.children[0] is node and node.parent.children[1] == "="


def _is_attribute_or_keyword(node: Any) -> bool:
    return node.get_previous_leaf() == "." or _is_keyword(node)


def _reached_by(node: Any) -> range | None:
    """The lines of the statement or lambda around a node, if it is the body of a function."""
    body = node.search_ancestor("funcdef", "lambdef")
    if body is None or node.type == "decorator" or node.search_ancestor("param", "decorator"):
        return None
    around = node
    while around.parent.type not in {"suite", "file_input", "funcdef", "lambdef"} | _COMPOUND:
        around = around.parent
    first, last = around.start_pos[0], around.end_pos[0]
    if around.parent.type in _COMPOUND:  # a part of its head
        first = around.parent.start_pos[0]
    if around.type in _COMPOUND:
        last = next(child for child in around.children if child.type == "operator" and child.value == ":").end_pos[0]
    return range(first, last + 1)


def _name_around(node: Any) -> str:
    """The functions and classes around a node, or the name that a module's statement assigns."""
    names: list[str] = []
    around = node
    if node.type == "decorator":
        decorated = node.search_ancestor("decorated").children[-1]
        around = decorated.children[-1]  # what it decorates has it in its body's name
    while around := around.search_ancestor("funcdef", "classdef"):
        names.insert(0, around.name.value)
    if names:
        return ".".join(names)
    statement = node.search_ancestor("expr_stmt")
    return statement.get_defined_names()[0].value if statement else "module"


def _changed(source: str, node: Any, mutation_operator: Operator, index: int) -> str:
    """The source after one mutation; the tree is put back as it was."""
    before = node.get_code()
    leaves = [(one, one.value) for one in ast_nodes(node) if not hasattr(one, "children")]
    branches = [(one, list(one.children)) for one in ast_nodes(node) if hasattr(one, "children")]
    mutated = mutation_operator.mutate(node, index)
    after = "" if mutated is None else mutated.get_code()
    for leaf, value in leaves:
        leaf.value = value
    for branch, children in branches:
        branch.children = children
    line, column = node.get_start_pos_of_prefix()
    offset = sum(map(len, source.splitlines(keepends=True)[: line - 1])) + column
    assert source[offset : offset + len(before)] == before
    return source[:offset] + after + source[offset + len(before) :]


def _difference(source: str, changed: str) -> tuple[str, str]:
    """The lines that differ, each side as one line of text."""
    before, after = source.splitlines(), changed.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return _as_one_line(before), _as_one_line(after)


def _as_one_line(lines: list[str]) -> str:
    """Without the comments that stand behind the code."""
    return " ".join(" ".join(line.split("  # ")[0] for line in lines).split())


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
