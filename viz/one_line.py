"""Text where there is one line for it, and where a terminal would obey what it cannot show."""

from __future__ import annotations

import re

# Control characters, separators of lines and paragraphs, and halves of pairs, which no output can encode.
_NOT_SHOWN = re.compile("\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHOWN = {"\n": "⏎", "\r\n": "⏎", "\t": " "}


def one_line(text: str) -> str:
    r"""The text, with ⏎ for the end of a line and � for what cannot be shown.

    >>> one_line("two\nlines"), one_line("\x1b[31mred")
    ('two⏎lines', '�[31mred')
    """
    return _NOT_SHOWN.sub(lambda found: _SHOWN.get(found.group(), "�"), text)
