"""What a command is, and how its options are read and told of."""

from __future__ import annotations

import argparse
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
    return named(f"{name} ({entry.shows})" for name, entry in table.items()).replace("%", "%%")


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
