"""Files that are there in whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that a kill at any instant, or the power going, leaves the old file or the new one.

    A link stays, and what it leads to is written. Raises OSError, also where a device or a pipe would be replaced;
    then nothing new is left behind.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_file() and not target.is_dir():
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file")
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode_of(target))
        os.replace(temporary, target)
        temporary = None
        _flush_directory(target.parent)
    finally:
        if temporary is not None:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def why_not_writable(target: Path) -> str | None:
    """In words, why `write_whole` could not write this file now; None where it could. Nothing is left behind."""
    try:
        if target.is_dir():
            return "it is a directory"
        if not target.parent.is_dir():
            return f"{target.parent} is no directory"
        target = Path(os.path.realpath(target))
        if target.exists() and not target.is_file():
            return "it is a device or a pipe, not a file"
        with tempfile.TemporaryFile(prefix=f".{target.name}.", suffix=".part", dir=target.parent):
            return None
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)


def _mode_of(target: Path) -> int:
    """The permissions that the file has, or that a new one gets (a temporary file is its owner's alone)."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _flush_directory(folder: Path) -> None:
    """The new name is on the disk, too; Windows has no such thing to do."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
