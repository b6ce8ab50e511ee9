"""One training step of document 002's network, eager, beside NumPy by hand and the document's own program."""

from __future__ import annotations

from . import training_steps
from .apart import alternating_apart, in_words
from .harness import Row
from .training_steps import Network


def rows() -> list[Row]:
    return [row for dtype in ("float32", "float64") for row in _rows(dtype)]


def _rows(dtype: str) -> list[Row]:
    everybody = training_steps.contestants(Network((784, 32, 10), 16, "quadratic", dtype))
    seconds = alternating_apart({name: everybody[name] for name in ("eager", "by hand", "document")}).seconds
    written = {name: in_words(time) for name, time in seconds.items()}
    slower, faster = seconds["eager"] / seconds["by hand"], seconds["document"] / seconds["eager"]
    has_bar = dtype == "float32"
    return [
        Row(
            f"784-32-10, batch 16, {dtype}: eager step beside closed_form's",
            f"ours {written['eager']}, by hand {written['by hand']}: {slower:.2f} times its time",
            "≤ 2.5 times" if has_bar else "",
            slower <= 2.5 if has_bar else None,
        ),
        Row(
            f"the document's own program (float64) beside our eager step in {dtype}",
            f"document {written['document']}, ours {written['eager']}: {faster:.1f} times slower",
            "≥ 8 times" if has_bar else "",
            faster >= 8 if has_bar else None,
        ),
    ]
