"""`glassgrad functions`: NumPy's functions, and what each is on nodes."""

from __future__ import annotations

import shutil
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable

from autograd.numpy_table import KINDS, NumpyFunction, numpy_functions


def functions_options(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="text", help="text, or markdown as in the documentation")


def functions(options: Namespace) -> None:
    """`glassgrad functions`: of each kind the names; of those that are refused, what to write instead."""
    print(FORMATS[options.format](numpy_functions()))


def _text(found: Iterable[NumpyFunction]) -> str:
    width = min(shutil.get_terminal_size().columns, 100)
    paragraphs = []
    for kind, means, own in _kinds(found):
        lines = [f"{kind}: {len(own)} {_functions(own)}, {means}"]
        groups = _by_instead(own).items() if kind == "refused" else [("", own)]
        for instead, names in groups:
            listed = ", ".join(map(_with_ours, names)) + (f": {instead}" if instead else "")
            lines.append(textwrap.fill(listed, width, initial_indent="  ", subsequent_indent="    "))
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def _markdown(found: Iterable[NumpyFunction]) -> str:
    parts = []
    for kind, means, own in _kinds(found):
        parts.append(f"## {kind.capitalize()}\n\n{len(own)} {_functions(own)}: {means}.")
        if kind == "refused":
            rows = [
                f"| {', '.join(f'`{one.name}`' for one in names)} | {said} |"
                for said, names in _by_instead(own).items()
            ]
            parts.append("\n".join(["| function | instead |", "| --- | --- |", *rows]))
        else:
            names = [f"`{one.name}`" + (f" (`{one.ours}`)" if _is_renamed(one) else "") for one in own]
            parts.append(textwrap.fill(", ".join(names), 120, break_long_words=False, break_on_hyphens=False))
    return "\n\n".join(parts)


FORMATS: dict[str, Callable[[Iterable[NumpyFunction]], str]] = {"text": _text, "markdown": _markdown}


def _kinds(found: Iterable[NumpyFunction]) -> list[tuple[str, str, list[NumpyFunction]]]:
    listed = list(found)
    return [(kind, means, [one for one in listed if one.kind == kind]) for kind, means in KINDS.items()]


def _functions(own: list[NumpyFunction]) -> str:
    return "function" if len(own) == 1 else "functions"


def _by_instead(own: Iterable[NumpyFunction]) -> dict[str, list[NumpyFunction]]:
    groups: dict[str, list[NumpyFunction]] = {}
    for one in own:
        groups.setdefault(one.instead, []).append(one)
    return groups


def _with_ours(one: NumpyFunction) -> str:
    return f"{_short(one.name)} ({one.ours})" if _is_renamed(one) else _short(one.name)


def _is_renamed(one: NumpyFunction) -> bool:
    """Whether our function has another name than NumPy's."""
    return bool(one.ours) and one.ours != _short(one.name) and not one.name.endswith(f".{one.ours}")


def _short(name: str) -> str:
    return name.removeprefix("numpy.")
