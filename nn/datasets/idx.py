"""Reading IDX, the format of the MNIST files: a magic number, sizes, bytes; plain or gzip-compressed."""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy
import numpy.typing

from autograd.files import opened

from ..errors import DatasetError

_UNSIGNED_BYTES = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
# Deflate makes nothing smaller than this.
_GREATEST_COMPRESSION = 1032
# No data set of this format that people train on here is larger, decompressed.
LARGEST = 2**30


def read_idx(path: Path, dimensions: int) -> numpy.typing.NDArray[numpy.uint8]:
    """The array of unsigned bytes in an IDX file.

    Args:
        path: the file, gzip-compressed or not (its first bytes tell, not its name).
        dimensions: how many sizes it must have: 3 for images, 1 for labels.

    Raises:
        DatasetError: missing, not IDX, other dimensions, truncated, damaged, or longer than it says. Sizes that
            the file cannot hold are refused before anything is read for them, and no more is read or
            decompressed than they call for.
    """
    try:
        with opened(path) as file:
            compressed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            held = os.fstat(file.fileno()).st_size
            most = held * _GREATEST_COMPRESSION if compressed else held
            return _parsed(path, cast(BinaryIO, gzip.open(file)) if compressed else file, dimensions, most)
    except DatasetError:
        raise
    except FileNotFoundError:
        raise DatasetError(f"{path} does not exist") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} is a damaged or truncated gzip file: {error}") from None
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        raise DatasetError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def idx_header(array: numpy.typing.NDArray[numpy.uint8]) -> bytes:
    """What stands before the bytes of an array in its file.

    >>> import numpy
    >>> idx_header(numpy.zeros((2, 3), numpy.uint8)).hex()
    '000008020000000200000003'
    """
    return bytes([0, 0, _UNSIGNED_BYTES, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)


def _parsed(path: Path, file: BinaryIO, dimensions: int, most: int) -> numpy.typing.NDArray[Any]:
    header = file.read(4)
    expected = bytes([0, 0, _UNSIGNED_BYTES, dimensions])
    if header != expected:
        raise DatasetError(
            f"{path} is not an IDX file of {dimensions}-dimensional bytes: "
            f"it begins with {header.hex() or 'nothing'}, expected {expected.hex()}"
        )
    sizes_bytes = file.read(4 * dimensions)
    if len(sizes_bytes) < 4 * dimensions:
        raise DatasetError(f"{path} is truncated: it ends within its sizes")
    sizes = struct.unpack(f">{dimensions}I", sizes_bytes)
    wanted = math.prod(sizes)
    if wanted > LARGEST:
        raise DatasetError(f"{path} declares sizes {sizes}: more than the {LARGEST:,} bytes that are read")
    if wanted > most:
        raise DatasetError(f"{path} is truncated: sizes {sizes} need {wanted:,} bytes, and it cannot hold as many")
    content = bytearray()
    # One byte more than is wanted, to see that there is none; in pieces, for a truncated file needs less.
    while len(content) <= wanted and (piece := file.read(min(1 << 20, wanted + 1 - len(content)))):
        content += piece
    if len(content) < wanted:
        raise DatasetError(f"{path} is truncated: sizes {sizes} need {wanted:,} bytes, it holds {len(content):,}")
    if len(content) > wanted:
        raise DatasetError(f"{path} holds more bytes than the {wanted:,} that its sizes {sizes} call for")
    return numpy.frombuffer(content, numpy.uint8).reshape(sizes)
