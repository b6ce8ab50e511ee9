"""The signs of operations between two operands, and how strongly each holds them together.

In the views' text the sign is the row's own symbol.
"""

from __future__ import annotations

from dataclasses import dataclass

# How strongly a text holds together: as an operand of what holds more, it is put in brackets.
ATOM, POWER, NEGATION, PRODUCT, SUM, COMPARISON, CONJUNCTION, DISJUNCTION, STATEMENT = 9, 7, 6, 5, 4, 3, 2, 1, 0
Text = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Sign:
    """An operation's sign in each notation; empty where it has another form there (a fraction, a function).

    Attributes:
        strength: how strongly it holds its operands together.
        comment: in the comments of a printed program.
        is_associative: whether a ∘ (b ∘ c) needs no brackets, but for rounding.
    """

    strength: int
    python: str
    javascript: str
    comment: str
    latex: str
    is_associative: bool = False

    def least(self, rounds: bool) -> tuple[int, int]:
        """How strongly the operands must hold together to stand without brackets.

        Args:
            rounds: it is code, in which brackets decide how a result is rounded.
        """
        if self.strength == POWER:  # a ** b ** c is a ** (b ** c)
            return POWER + 1, POWER
        left = self.strength + (self.strength == COMPARISON)
        return left, self.strength + (rounds or not self.is_associative)


SIGNS = {
    # name: strength, Python, JavaScript, comments, LaTeX
    "logical_or": Sign(DISJUNCTION, "", "", "or", r"\lor", True),
    "logical_and": Sign(CONJUNCTION, "", "", "and", r"\land", True),
    "greater": Sign(COMPARISON, ">", ">", ">", ">"),
    "greater_equal": Sign(COMPARISON, ">=", ">=", "≥", r"\ge"),
    "less": Sign(COMPARISON, "<", "<", "<", "<"),
    "less_equal": Sign(COMPARISON, "<=", "<=", "≤", r"\le"),
    "equal": Sign(COMPARISON, "==", "==", "=", "="),
    "not_equal": Sign(COMPARISON, "!=", "!=", "≠", r"\ne"),
    "add": Sign(SUM, "+", "+", "+", "+", True),
    "subtract": Sign(SUM, "-", "-", "−", "-"),
    "multiply": Sign(PRODUCT, "*", "*", "·", r"\cdot", True),
    "divide": Sign(PRODUCT, "/", "/", "/", ""),
    "remainder": Sign(PRODUCT, "%", "", "mod", r"\bmod"),
    "floor_divide": Sign(PRODUCT, "//", "", "//", r"\mathbin{//}"),
    "matmul": Sign(PRODUCT, "@", "", "@", r"\,", True),
    "power": Sign(POWER, "**", "", "^", ""),
}


def bracketed(text: Text, least: int, brackets: str = "()") -> str:
    """The text as an operand, in brackets if it holds together less than that."""
    return text[0] if text[1] >= least else f"{brackets[0]}{text[0]}{brackets[1]}"


def in_python(name: str, first: Text, second: Text) -> Text:
    """Two operands with Python's sign between them."""
    sign = SIGNS[name]
    left, right = sign.least(rounds=True)
    return f"{bracketed(first, left)} {sign.python} {bracketed(second, right)}", sign.strength
