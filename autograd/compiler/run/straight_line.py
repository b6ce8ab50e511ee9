"""Statements one after the other as the text of a Python function; a long one in pieces, because Python's own
compiler takes more than proportionally long for very long functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PIECE = 1000  # statements


@dataclass(slots=True)
class Statement:
    """`target = text`, or `text` alone; `uses` are the variables that it reads."""

    target: str | None
    text: str
    uses: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text if self.target is None else f"{self.target} = {self.text}"


def function_text(
    name: str, inputs: Sequence[str], statements: Sequence[Statement], outputs: Sequence[tuple[str, str | None]]
) -> list[str]:
    """The lines of a function of the inputs that runs the statements and returns a tuple.

    Args:
        outputs: the text of each output, and the variable that it reads, if any.
    """
    returned = f"return ({''.join(f'{text}, ' for text, _ in outputs)})"
    if len(statements) <= PIECE:
        return [f"def {name}({', '.join(inputs)}):", *[f"    {one}" for one in statements], f"    {returned}"]
    pieces = [statements[start : start + PIECE] for start in range(0, len(statements), PIECE)]
    made_in: dict[str, int] = dict.fromkeys(inputs, -1)
    passed: dict[str, int] = {}  # variables that one piece makes and another uses, and where they lie between
    read: list[dict[str, None]] = [{} for _ in pieces]
    for number, piece in enumerate(pieces):
        for one in piece:
            for variable in one.uses:
                if made_in.get(variable, number) != number:
                    passed.setdefault(variable, len(passed))
                    read[number][variable] = None
            if one.target is not None:
                made_in[one.target] = number
    for _, read_last in outputs:
        if read_last is not None and read_last in made_in:
            passed.setdefault(read_last, len(passed))
    written: list[list[str]] = [[] for _ in pieces]
    for variable in passed:
        if made_in[variable] >= 0:
            written[made_in[variable]].append(variable)
    lines: list[str] = []
    for number, piece in enumerate(pieces):
        lines.append(f"def {name}_{number}(between):")
        lines += [f"    {variable} = between[{passed[variable]}]" for variable in read[number]]
        lines += [f"    {one}" for one in piece]
        lines += [f"    between[{passed[variable]}] = {variable}" for variable in written[number]]
    lines.append(f"def {name}({', '.join(inputs)}):")
    lines.append(f"    between = [None] * {len(passed)}")
    lines += [f"    between[{passed[variable]}] = {variable}" for variable in inputs if variable in passed]
    lines += [f"    {name}_{number}(between)" for number in range(len(pieces))]
    needed = dict.fromkeys(
        variable for _, variable in outputs if variable is not None and made_in.get(variable, -1) >= 0
    )
    lines += [f"    {variable} = between[{passed[variable]}]" for variable in needed]
    lines.append(f"    {returned}")
    return lines
