"""What a command is, and how its options are read and told of."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Command:
    """What a command shows, for the help; and what imports it when it is asked for: the function that declares its
    options, and the one that does it, given those."""

    shows: str
    load: Callable[[], tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], None]]]


def told(table: Mapping[str, Any]) -> str:
    """The names of a table, each with what it shows, for the help of an option."""
    return named(f"{name} ({getattr(entry, 'shows', entry)})" for name, entry in table.items()).replace("%", "%%")


def named(names: Iterable[str]) -> str:
    """Names to choose from, for the help of an option.

    >>> named(["sgd", "adam", "adamw"])
    'sgd, adam or adamw'
    """
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def count(text: str) -> int:
    """A whole number from 1, as it is typed."""
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 1 is expected, not {text!r}")


def whole(text: str) -> int:
    """A whole number from 0, as it is typed."""
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 0 is expected, not {text!r}")


def amount(text: str) -> float:
    """A finite number from 0, as it is typed."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"a finite number ≥ 0 is expected, not {text!r}")
    return number


def bound(text: str) -> float:
    """A finite number above 0, as it is typed."""
    if not (number := amount(text)):
        raise argparse.ArgumentTypeError(f"a number above 0 is expected, not {text!r}: with 0 nothing would move")
    return number
