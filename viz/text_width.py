"""How wide text is in the font that pictures are drawn in: Helvetica, or Arial and Liberation Sans, which have its
widths."""

from __future__ import annotations

import functools
import unicodedata

# In thousandths of the font's size.
_CHARACTERS = {
    191: "'′",
    222: "ijlιί",
    260: "|¦",
    278: "!,./:;I[\\]ft ·\u00a0ıΙΪ",
    333: "()-`r¡¨­²³´¸¹",
    334: "{}",
    355: '"',
    365: "º",
    370: "ª",
    389: "*",
    395: "τ",
    400: "°",
    441: "ζ",
    446: "ε",
    448: "ξ",
    469: "^",
    482: "ς",
    494: "∂",
    500: "Jcksvxyzγκλν↓↑",
    525: "χ",
    537: "¶",
    547: "υ",
    549: "±÷√≥≤≠≈",
    551: "Γ",
    552: "¯",
    556: "#$0123456789?L_abdeghnopqu¢£¤¥§«»ðηθο",
    557: "δ",
    569: "ρ",
    575: "β",
    576: "µμ",
    578: "α",
    584: "+<=>~¬×−",
    611: "FTZ¿ßøΖΤ",
    617: "σ",
    618: "Σ",
    648: "φ",
    650: "Ξ",
    667: "&ABEKPSVXYÞΑΒΕΚΡΥΧ",
    668: "ΔΛ",
    690: "π",
    713: "ψ∞∑",
    722: "CDHNRUwÐΗΝΠ",
    737: "©®",
    748: "Ω",
    778: "GOQØΘΟ",
    781: "ω",
    798: "Φ",
    823: "∏",
    833: "MmΜ",
    834: "¼½¾⅓⅕⅙⅛",
    835: "Ψ",
    889: "%æ",
    944: "W",
    1000: "ÆŒ→←…—",
    1015: "@",
}
_WIDTHS = {character: width for width, characters in _CHARACTERS.items() for character in characters}
# What stands in no such font is drawn from another one: so wide, about.
_SMALL_SIGN, _OTHER, _WHOLE = 420, 620, 1200
_WIDE = ("W", "F")


def text_width(text: str, size: float) -> float:
    """How wide a line of text is at this font size, in the unit of the size; of signs that the font lacks, about.

    >>> text_width("data −3", 12.0)
    40.368
    """
    return round(sum(map(_width, text)) * size / 1000, 4)


def is_known(text: str) -> bool:
    """Whether the width of every character is known, not guessed."""
    return all(_base(character) in _WIDTHS for character in text)


@functools.cache
def _width(character: str) -> int:
    known = _WIDTHS.get(_base(character))
    if known is not None:
        return known
    if unicodedata.combining(character):
        return 0
    if unicodedata.east_asian_width(character) in _WIDE:
        return _WHOLE
    # Superscripts and subscripts that the font lacks.
    return _SMALL_SIGN if unicodedata.decomposition(character).startswith(("<super>", "<sub>")) else _OTHER


@functools.cache
def _base(character: str) -> str:
    """A letter without its accents, which have no width."""
    return character if character in _WIDTHS else unicodedata.normalize("NFD", character)[0]
