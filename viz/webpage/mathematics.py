"""The formulas' LaTeX as a tree that a page makes MathML and LaTeX of, with other numbers in it each time.

A tree is a list: its kind, then its parts. Leaves are ["n", "2"] (a number), ["i", "x"] (a name), ["o", "×"] (a sign)
and ["k", "0"] (the place of an operand, of the result, "o", or of the upstream gradient, "g"); the others are
["r", …] (a row), ["f", above, below], ["^", base, above], ["_", base, below] and ["s", inside] (a root).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from autograd.notation import rules

Tree = list[Any]

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_SIGNS = {
    r"\cdot": "·", r"\times": "×", r"\lor": "∨", r"\land": "∧", r"\ge": "≥", r"\le": "≤", r"\ne": "≠", r"\lVert": "‖",
    r"\rVert": "‖", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\lceil": "⌈", r"\rceil": "⌉", r"\bmod": "mod", r"\sum": "∑",
    r"\odot": "⊙", "-": "−", r"\,": "\u2009", r"\mapsto": "↦", r"\leftarrow": "←",
}  # fmt: skip
_NAMES = {r"\infty": "∞", r"\partial": "∂", r"\backslash": "\\"}
# Their words are upright text.
_OF_TEXT = (r"\mathrm", r"\text", r"\mathtt", r"\mathbin")
_WITHOUT_LOOK = (r"\left", r"\right", r"\textstyle")


def tree(latex: str) -> Tree:
    """A formula as a tree.

    >>> tree(r"\\frac{1}{a^{2}}")
    ['f', ['n', '1'], ['^', ['i', 'a'], ['n', '2']]]
    """
    return _Reading([token for token in _TOKEN.findall(latex) if not token.isspace()], latex).row()


class _Reading:
    def __init__(self, tokens: list[str], latex: str) -> None:
        self._tokens, self._at, self._latex = tokens, 0, latex

    def row(self) -> Tree:
        """Everything up to a closing brace, or the end."""
        parts: list[Tree] = []
        while self._at < len(self._tokens) and self._tokens[self._at] != "}":
            token = self._tokens[self._at]
            if token in "^_" and parts:
                self._at += 1
                parts.append([token, parts.pop(), self._group()])
            elif token in _WITHOUT_LOOK:
                self._at += 1
            else:
                parts.append(self._one())
        return parts[0] if len(parts) == 1 else ["r", *parts]

    def _group(self) -> Tree:
        """What stands in braces, or one sign."""
        if self._at < len(self._tokens) and self._tokens[self._at] == "{":
            self._at += 1
            inside = self.row()
            self._at += 1
            return inside
        return self._one()

    def _one(self) -> Tree:
        token = self._tokens[self._at]
        if token == "{":
            return self._group()
        self._at += 1
        if token == r"\frac":
            return ["f", self._group(), self._group()]
        if token == r"\sqrt":
            return ["s", self._group()]
        if token in _OF_TEXT:
            return self._words()
        if token in _SIGNS:
            return ["o", _SIGNS[token]]
        if token in _NAMES:
            return ["i", _NAMES[token]]
        if token.startswith("\\"):
            return ["i", _letter(token[1:])]
        if (place := rules.place(token)) is not None:
            return ["k", place]
        return [_kind(token), token]

    def _words(self) -> Tree:
        """Text in braces, in which formulas' places may stand."""
        inside = self._group()
        found = _flat(inside)
        return inside if found is None else ["i", found]


def _flat(tree: Tree) -> str | None:
    """The text of a tree of letters alone."""
    kind, *parts = tree
    if kind in "nio":
        return str(parts[0])
    if kind != "r":
        return None
    texts = [_flat(part) for part in parts]
    return None if None in texts else "".join(filter(None, texts))


def _letter(command: str) -> str:
    """A Greek letter by its command, or the command's name."""
    kind, called = ("SMALL" if command.islower() else "CAPITAL"), command.upper().replace("LAMBDA", "LAMDA")
    try:
        return unicodedata.lookup(f"GREEK {kind} LETTER {called}")
    except KeyError:
        return command


def _kind(token: str) -> str:
    return "n" if token[0].isdigit() else "i" if token.isalpha() else "o"
