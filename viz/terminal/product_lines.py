"""A matrix product on the screen: its matrices side by side, and the element that is explained as the sum it is.

The row, the column and the element are marked by arrows, and bright.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from ..matrix_products import Factor, MatrixProduct
from ..numbers import format_number, grouped
from ..one_line import one_line
from ..themes import Colours

_DIGITS = 3
# Of a larger matrix so many columns around the element are shown; the fewest that still say something last.
_COLUMNS = (8, 6, 5, 4, 3, 2)
_MOST_TERMS = 5
_LONGEST_NAME = 16
_ROW, _COLUMN, _MORE = "▸", "▾", "…"


def element_lines(product: MatrixProduct, number: int) -> list[str]:
    """Element number so much, in symbols and in numbers.

    >>> import numpy
    >>> x, w = Factor("x", numpy.array([[1.0, -2.0]])), Factor("w", numpy.array([[3.0], [4.0]]))
    >>> for line in element_lines(MatrixProduct(x, w, None, Factor("z", numpy.array([[-5.0]]))), 0):
    ...     print(line)
    z[0, 0] = Σₖ x[0, k] × w[k, 0]
    = 1 × 3 + (−2) × 4 = −5
    """
    row, column = product.element(number)
    left, right = product.left, product.right
    of = product.result.name or f"({product.formula})"
    symbols = f"{_named(of)}[{row}, {column}] = Σₖ {_named(left.name)}[{row}, k] × {_named(right.name)}[k, {column}]"
    terms = product.terms(row, column)
    written = [f"{_factor(one)} × {_factor(other)}" for one, other in terms[:_MOST_TERMS]]
    if len(terms) > _MOST_TERMS:
        written.append(f"{_MORE} ({len(terms):,} terms)")
    if product.added is not None:
        symbols += f" + {_named(product.added.name)}[{column}]"
        written.append(_factor(float(product.added.data[row, column])))
    result = format_number(float(product.result.data[row, column]), _DIGITS)
    return [symbols, f"= {' + '.join(written) or '0'} = {result}"]


def product_lines(product: MatrixProduct, number: int, width: int, rows: int, colours: Colours) -> list[Text]:
    """The matrices beside each other, in at most so many columns of the screen, with so many of their rows; nothing
    where there is no room."""
    row, column = product.element(number)
    for columns in _COLUMNS:
        most = rows, columns
        blocks = [
            _Block.of(product.left, product.left.name, most, row=row),
            _Block.of(product.right, product.right.name, most, column=column),
            *([_Block.of(product.added, product.added.name, most, row=row, column=column)] if product.added else []),
            _Block.of(product.result, product.result.name or "passed on", most, row=row, column=column),
        ]
        signs = ["", " @ ", *([" + "] if product.added else []), " = "]
        if sum(block.width for block in blocks) + sum(map(len, signs)) <= width:
            return _beside(blocks, signs, colours)
    return []


@dataclass(frozen=True)
class _Block:
    """A matrix, written: its lines, and which cells of each are bright."""

    name: str
    rows: list[list[str]]
    bright: list[list[bool]]
    marked_row: int | None
    marked_column: int | None
    columns: list[int]  # how wide each is

    @classmethod
    def of(
        cls, factor: Factor, name: str, most: tuple[int, int], *, row: int | None = None, column: int | None = None
    ) -> _Block:
        height, width = factor.data.shape
        down, across = _shown(height, row or 0, most[0]), _shown(width, column or 0, most[1])
        rows = [
            [_MORE if None in (y, x) else format_number(float(factor.data[y, x]), _DIGITS) for x in across]
            for y in down
        ]
        bright = [
            [None not in (y, x) and (row is None or y == row) and (column is None or x == column) for x in across]
            for y in down
        ]
        columns = [max(cell_len(line[at]) for line in rows) for at in range(len(across))]
        marked = None if row is None else down.index(row), None if column is None else across.index(column)
        return cls(_named(name), rows, bright, *marked, columns)

    @property
    def inside(self) -> int:
        return max(sum(self.columns) + len(self.columns) - 1, cell_len(self.name))

    @property
    def width(self) -> int:
        return self.inside + 3  # the row's mark, and the sides

    def lines(self, colours: Colours) -> list[Text]:
        """The name, the column's mark, the rows."""
        name = Text(f"  {self.name.center(self.inside)} ", colours.constant)
        mark = [" " * width for width in self.columns]
        if self.marked_column is not None:
            mark[self.marked_column] = _COLUMN.rjust(self.columns[self.marked_column])
        lines = [name, Text(f"  {' '.join(mark):<{self.inside}} ", colours.output)]
        for at, (row, bright) in enumerate(zip(self.rows, self.bright, strict=True)):
            line = Text(_ROW if at == self.marked_row else " ", colours.output)
            line.append("│", colours.constant)
            for place, (cell, width, is_bright) in enumerate(zip(row, self.columns, bright, strict=True)):
                line.append(" " if place else "")
                line.append(cell.rjust(width), f"bold {colours.output}" if is_bright else colours.ink)
            line.append(" " * (self.inside - (line.cell_len - 2)))
            line.append("│", colours.constant)
            lines.append(line)
        return lines


def _beside(blocks: Sequence[_Block], signs: Sequence[str], colours: Colours) -> list[Text]:
    """The blocks with the signs before them, each as high in the middle as there is room."""
    written = [block.lines(colours) for block in blocks]
    height = max(map(len, written))
    middle = 2 + (height - 3) // 2
    found = [Text(no_wrap=True) for _ in range(height)]
    for block, lines, sign in zip(blocks, written, signs, strict=True):
        above = (height - len(lines)) // 2
        for at, line in enumerate(found):
            line.append(sign if at == min(middle, height - 1) else " " * len(sign), colours.constant)
            inside = 0 <= at - above < len(lines)
            line.append_text(lines[at - above] if inside else Text(" " * block.width))
    return found


def _shown(size: int, at: int, most: int) -> list[int | None]:
    """Which rows or columns are shown, the one at `at` among them; None for those that are not."""
    if size <= most:
        return list(range(size))
    start = min(max(at - most // 2, 0), size - most)
    shown: list[int | None] = list(range(start, start + most))
    return [*([None] if start else []), *shown, *([None] if start + most < size else [])]


def _named(name: str) -> str:
    plain = one_line(name)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}{_MORE}"


def _factor(number: float) -> str:
    return grouped(format_number(number, _DIGITS))
