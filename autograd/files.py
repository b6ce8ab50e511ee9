"""Files that are there in whole or not at all, and what is read as a file: a file, and no more than is expected."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed
    fcntl = None  # type: ignore[assignment]  # asked for before it is used

_NO_FILE = "it is a device or a pipe, not a file"
# Bytes of a name up to which its parts bear it: with what they have besides, they are names that any disk allows.
_LONGEST_KEPT = 128


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A file to be read, in a `with` block. Raises OSError, also for a device or a pipe, which might never give
    anything, or never end."""
    _refuse_no_file(os.stat(path))  # before it is opened, which may do something to a device
    # Should it have become a pipe since: nobody waits until something is written into it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with _descriptor(path, flags) as descriptor:
        _refuse_no_file(os.fstat(descriptor))
        with open(descriptor, "rb", closefd=False) as file:
            yield file


@contextmanager
def _descriptor(path: str | os.PathLike[str], flags: int, mode: int = 0o600) -> Iterator[int]:
    """The descriptor of a file, closed in any case: a signal's handler may raise as soon as there is one, so it is put
    where it is found again in the same step."""
    held: list[int] = []
    try:
        held.extend(map(os.open, (path,), (flags,), (mode,)))
        yield held[0]
    finally:
        for descriptor in held:
            os.close(descriptor)


def content_of(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a file. Raises OSError, also where it is none, and where it has more than so many bytes."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise OSError(errno.EFBIG, f"it has {size:,} bytes, more than the {most:,} that are read")
        return file.read(size)  # room is made for as many bytes as are asked for


def _refuse_no_file(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, _NO_FILE)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that a kill at any instant, or the power going, leaves the old file or the new one.

    A link stays, and what it leads to is written; permissions stay, and owner, group and extended attributes as far as
    the system lets them. What writers of this file left behind when they were killed is removed. Raises OSError, also
    where a device, a pipe or a file that is read-only would be replaced, and for a name that no file can have; then
    nothing new is left behind, and neither where a signal's handler raises.
    """
    target = _to_be_written(target)
    _remove_abandoned(target)
    while not _is_written(target, content):
        pass
    _flush_directory(target.parent)


def _is_written(target: Path, content: bytes) -> bool:
    """Write a file under another name and give it its own. False where it is to be tried again: another writer took
    the new file for abandoned, or there was one of this name."""
    temporary, is_begun = _new_part(target), False
    try:
        with _descriptor(temporary, _NEW) as descriptor:
            is_begun = True
            if not (_is_held(descriptor) and os.path.exists(temporary)):
                return False
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            if fcntl is not None:  # still held, so that nobody takes it for abandoned
                _put_in_place(temporary, target)
        if fcntl is None:
            _put_in_place(temporary, target)
    except FileExistsError:
        if is_begun:
            raise
        return False
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return True


def _to_be_written(target: Path) -> Path:
    """What a path leads to, if it is a file that may be written, or one that may come to be; raises OSError."""
    try:
        target = Path(os.path.realpath(target))
        found = os.stat(target)
    except FileNotFoundError:
        return target
    except ValueError as error:
        raise OSError(errno.EINVAL, f"no file has such a name: {error}") from None
    _refuse_no_file(found)
    # Its folder may be written, so that it could be replaced; but then nobody could keep a file. An administrator, for
    # whom everything may be written, has made it read-only as well.
    if not found.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only")
    return target


def _put_in_place(temporary: str, target: Path) -> None:
    _take_over_owner(temporary, target)
    os.chmod(temporary, _mode_of(target))
    os.replace(temporary, target)


def _take_over_owner(temporary: str, target: Path) -> None:
    """Owner, group and extended attributes of the file that is replaced, if there is one, as far as this process may
    give them, and the disk has them."""
    try:
        found, own = os.stat(target), os.stat(temporary)
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        for uid, gid in ((found.st_uid, -1), (-1, found.st_gid)):
            if uid not in (-1, own.st_uid) or gid not in (-1, own.st_gid):
                with suppress(PermissionError):
                    os.chown(temporary, uid, gid)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(temporary, name, os.getxattr(target, name))


_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def _new_part(target: Path) -> str:
    """A name for a new file beside the target, which no person gives."""
    return os.path.join(target.parent, f".{_kept_name(target)}.{os.urandom(8).hex()}.part")


def _kept_name(target: Path) -> str:
    """What parts of a file bear of its name: all of it, or where that is too long its digest."""
    name = os.fsencode(target.name)
    return target.name if len(name) <= _LONGEST_KEPT else hashlib.sha256(name).hexdigest()[:32]


def _is_held(handle: int) -> bool:
    """Take hold of an open file, which the system lets go when its process ends; False where another process has it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):  # a disk that has no such thing
            return True
        raise
    return True


def _remove_abandoned(target: Path) -> None:
    """Remove the parts of this file whose writers were killed."""
    for path in _parts(target):
        with suppress(OSError):  # it is another's, or gone
            if fcntl is None:
                os.unlink(path)  # refused where it is open
                continue
            with _descriptor(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW) as handle:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(path)


def _parts(target: Path) -> Iterator[str]:
    is_part = re.compile(rf"\.{re.escape(_kept_name(target))}\.[a-f0-9]{{16}}\.part").fullmatch
    with suppress(OSError):
        for name in filter(is_part, os.listdir(target.parent)):
            path = os.path.join(target.parent, name)
            if stat.S_ISREG(os.lstat(path).st_mode):
                yield path


def why_not_writable(target: Path) -> str | None:
    """In words, why `write_whole` could not write this file now; None where it could. Nothing is left behind."""
    try:
        if os.path.isdir(target):
            return "it is a directory"
        if not os.path.isdir(target.parent):
            return f"{target.parent} is no directory"
        target = _to_be_written(target)
        part = _new_part(target)
        try:
            with _descriptor(part, _NEW):
                return None
        finally:
            with suppress(OSError):
                os.unlink(part)
    except OSError as error:
        return error.strerror or str(error)


def _mode_of(target: Path) -> int:
    """The permissions that the file has, or that a new one gets (a temporary file is its owner's alone)."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666 & ~_umask()


_umask_lock = threading.RLock()  # a signal's handler may write a file, too


def _umask() -> int:
    """What this process keeps from files that it makes. Asking changes it for a moment, and other threads may make
    files then: where the system tells without, it is not asked; elsewhere nobody else gets theirs to read."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next(int(line.split()[1], 8) for line in status if line.startswith("Umask:"))
    except (OSError, StopIteration):
        with _umask_lock:
            mask = os.umask(0o077)
            os.umask(mask)
        return mask


def _flush_directory(folder: Path) -> None:
    """The new name is on the disk, too; Windows has no such thing to do."""
    if os.name == "posix":
        with _descriptor(folder, os.O_RDONLY) as descriptor:
            os.fsync(descriptor)
