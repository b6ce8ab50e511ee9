"""Text for outputs whose encoding lacks its signs: each has a plainer one, a letter its name, none a ?."""

from __future__ import annotations

import re
import unicodedata

_PLAINER = {
    "−": "-", "×": "*", "·": "*", "÷": "/", "⊙": "*", "→": "->", "←": "<-", "↦": "->", "∂": "d", "∇": "grad ",
    "‖": "||", "∞": "inf", "²": "^2", "³": "^3", "ᵀ": "^T", "½": "1/2 ", "¼": "1/4 ", "⅓": "1/3 ", "⅕": "1/5 ",
    "⅙": "1/6 ", "⅛": "1/8 ", "√": "sqrt", "≥": ">=", "≤": "<=",
    "≠": "!=", "≈": "~", "…": "...", "—": "-", "–": "-", "’": "'", "′": "'", "⏎": " ", "“": '"', "”": '"', "✓": "yes:",
    "✗": "no:", "∅": "0", "↓": "down", "↑": "up", "Σ": "sum",
}  # fmt: skip


# Digits above the line, and those below it behind them: a layer's number, and a neuron's in it.
_RAISED, _LOWERED = re.compile("[⁰¹²³⁴-⁹]+"), re.compile("(?<=[⁰¹²³⁴-⁹])[₀-₉]+")


def plainer(sign: str) -> str:
    """What stands for one character in ASCII.

    >>> [plainer(one) for one in ("−", "σ", "Ω", "é", "₁", "中")]
    ['-', 'sigma', 'Omega', 'e', '1', '<4e2d>']
    """
    if sign in _PLAINER:
        return _PLAINER[sign]
    if greek := re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (\w+)", unicodedata.name(sign, "")):
        name = greek[2].lower().replace("lamda", "lambda")
        return name.capitalize() if greek[1] == "CAPITAL" else name
    decomposed = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return decomposed or f"<{ord(sign):04x}>"


def encodable(text: str, encoding: str | None) -> str:
    """The text as an output of this encoding can hold it; None holds everything.

    >>> encodable("w¹₂₁ − ½", "ascii"), encodable("x₁²", "ascii"), encodable("σ", "utf-8")
    ('w^1_21 - 1/2 ', 'x1^2', 'σ')
    """
    if encoding is None or holds(text, encoding):
        return text
    text = _LOWERED.sub(lambda run: "_" + _digits(run.group()), text)
    text = _RAISED.sub(lambda run: run.group() if holds(run.group(), encoding) else "^" + _digits(run.group()), text)
    return "".join(one if holds(one, encoding) else plainer(one) for one in text)


def _digits(run: str) -> str:
    return unicodedata.normalize("NFKC", run)


def holds(text: str, encoding: str | None) -> bool:
    """Whether an output of this encoding can hold the text; None holds everything."""
    try:
        text.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
