"""A small array as a heat map: a PNG that a picture carries inside itself."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy

# From negative (vermillion) over 0 (the paper, whatever its colour) to positive (blue), Okabe and Ito's; what is not
# finite is grey, which no number is.
_NEGATIVE, _POSITIVE, _NOT_FINITE = (213, 94, 0), (0, 114, 178), (118, 118, 118)

PIXELS = 8  # along each side of an element


def heat_map(array: Any, strength: float = 1.0) -> str:
    """The PNG of a number's colour for each element, as a `data:` address. A vector is one row.

    Args:
        strength: the opacity of the largest magnitude, and of what is not finite.
    """
    rows = numpy.atleast_2d(numpy.asarray(array, numpy.float64))
    rows = rows.reshape(-1, rows.shape[-1])
    finite = numpy.isfinite(rows)
    most = float(numpy.abs(rows[finite]).max(initial=0.0)) or 1.0
    share = numpy.where(finite, rows, 0.0) / most
    colours = numpy.empty((*rows.shape, 4))
    colours[..., :3] = numpy.where((share < 0)[..., None], _NEGATIVE, _POSITIVE)
    colours[..., 3] = 255 * strength * numpy.abs(share)
    colours[~finite] = (*_NOT_FINITE, 255 * strength)
    # Some viewers would blend neighbouring elements that are one pixel each.
    pixels = colours.round().astype(numpy.uint8).repeat(PIXELS, axis=0).repeat(PIXELS, axis=1)
    return "data:image/png;base64," + base64.b64encode(_png(pixels)).decode()


def _png(pixels: Any) -> bytes:
    """Rows of RGBA bytes in the PNG format (W3C, 2003)."""
    height, width, _ = pixels.shape

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")
