"""A page as one file: its modules, styles, texts and what was recorded, under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..themes import DARK, LIGHT, Colours

FOLDER = Path(__file__).parent
TEXTS = FOLDER / "texts"
# The first module; it names those that it needs.
ENTRY = "page.js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def document(recording: Mapping[str, Any], title: str) -> str:
    """The file. Nothing of what was recorded is ever read as markup or script: it is data, and shown as text."""
    script = bundled()
    styles = {"page-style": _theme() + _text("page.css"), "graph-style": _text("graph.css")}
    data = json.dumps(
        {"recording": harmless(recording), "languages": languages()},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    # Data in a page ends where "</script" does, and some signs end a line in JavaScript alone.
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {' '.join(map(_hash, styles.values()))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    english = languages()["en"]
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{html.escape(harmless(title))}</title>",
        *(f'<style id="{name}">{style}</style>' for name, style in styles.items()),
        "</head>\n<body>",
        f"<noscript><p>{html.escape(english['needsScript'])}</p></noscript>",
        _text("page.html"),
        f'<script type="application/json" id="recording">{data}</script>',
        f'<script type="module">{script}</script>',
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


@functools.cache
def languages() -> dict[str, dict[str, str]]:
    """The page's texts by language: a file each."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(TEXTS.glob("*.json"))}


@functools.cache
def bundled(entry: str = ENTRY) -> str:
    """A module and all that it needs as one script, each in a scope of its own (`page_js`), what others need first."""
    done: dict[str, str] = {}
    _bundle(entry, done)
    return "\n" + "\n".join(done.values())


def _bundle(name: str, done: dict[str, str]) -> None:
    if name in done:
        return
    source = _text(name)
    for match in _IMPORT.finditer(source):
        _bundle(match[2], done)
    taken = _IMPORT.sub(lambda match: f"const {{{match[1]}}} = {_scope(match[2])};\n", source)
    given = ", ".join(_EXPORT.findall(taken))
    body = _EXPORT.sub("", taken)
    assert not re.search(r"^(?:import|export)\b", body, re.MULTILINE), f"{name}: a form of import that is not bundled"
    done[name] = f"const {_scope(name)} = (() => {{\n{body}return {{ {given} }};\n}})();"


def _scope(name: str) -> str:
    return name.replace(".", "_")


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _theme() -> str:
    """The colours of pictures, as variables."""
    light, dark = _variables(LIGHT, "light"), _variables(DARK, "dark")
    return (
        f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n@media print{{:root:root:root{{{light}}}}}\n"
    )


def _variables(colours: Colours, scheme: str) -> str:
    return f"color-scheme:{scheme};" + "".join(f"--{name}:{colour};" for name, colour in asdict(colours).items())


# Characters that cannot be seen, or turn the text after them around.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def harmless(data: Any) -> Any:
    """Data in whose texts nothing is hidden.

    >>> harmless({"label": "a\\u202eb"})
    {'label': 'a�b'}
    """
    if isinstance(data, str):
        return _UNSEEN.sub("\ufffd", data)
    if isinstance(data, Mapping):
        return {harmless(key): harmless(one) for key, one in data.items()}
    return [harmless(one) for one in data] if isinstance(data, list | tuple) else data
