"""Fetching the files of MNIST: two mirrors, a sum over the content, and a file that is there in whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import queue
import threading
import zlib
from collections.abc import Iterable
from http.client import HTTPException
from io import BytesIO
from pathlib import Path

from autograd.files import write_whole

from ..errors import DatasetError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)

# The decompressed content: its size and its SHA-256. The compressed files differ from mirror to mirror.
CONTENT = {
    "train-images-idx3-ubyte": (47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    "train-labels-idx1-ubyte": (60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    "t10k-images-idx3-ubyte": (7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    "t10k-labels-idx1-ubyte": (10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
}
_SECONDS_WITHOUT_A_WORD = 20
# A mirror that sends less is left: the largest file takes three quarters of an hour at this speed.
_LEAST_BYTES_A_SECOND = 4096
_SECONDS_TO_JUDGE = 30.0


def cache_directory() -> Path:
    """Where this user's programs keep what can be fetched again."""
    import pooch

    return Path(pooch.os_cache("glassgrad"))


def fetched(name: str, folder: Path) -> Path:
    """Download a file from the first mirror that has it in whole; gives where it is.

    Raises:
        DatasetError: no mirror has it, and why; or it cannot be written.
    """
    target = folder / f"{name}.gz"
    reasons: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for mirror in MIRRORS:
            file = BytesIO()
            reason = _fetch(f"{mirror}/{name}.gz", name, file)
            if reason is None:
                write_whole(target, file.getvalue())
                return target
            reasons.append(f"{mirror}: {reason}")
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written: {error.strerror or error}") from None
    raise DatasetError(f"could not be downloaded ({'; '.join(reasons)})")


def _fetch(url: str, name: str, file: BytesIO) -> str | None:
    """Download into memory; None, or what was wrong.

    In a thread of its own: a server may keep a connection busy with a byte now and then, in its headers as well, for as
    long as it likes. Whoever is that slow is left alone.
    """
    size, _ = CONTENT[name]
    # No compression makes these files larger: what goes on beyond is something else (pooch counts whole pieces).
    progress = _Progress(name, most=size + 4096)
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # A daemon, so that nobody waits for it at the end either.
    threading.Thread(target=lambda: answers.put(_downloaded(url, file, progress)), daemon=True).start()
    try:
        while True:
            before = progress.held
            try:
                reason = answers.get(timeout=_SECONDS_TO_JUDGE)
                break
            except queue.Empty:
                if progress.held - before < _LEAST_BYTES_A_SECOND * _SECONDS_TO_JUDGE:
                    return f"it sent {progress.held - before:,} bytes in {_SECONDS_TO_JUDGE:g} seconds"
    finally:
        progress.close()
    if reason is not None:
        return reason
    file.seek(0)
    return _wrong_with(file, name)


def _downloaded(url: str, file: BytesIO, progress: _Progress) -> str | None:
    """Write what is at an address into a file; None, or why not."""
    import pooch
    import requests  # pooch's own
    import urllib3  # requests' own

    download = pooch.HTTPDownloader(progressbar=progress, timeout=_SECONDS_WITHOUT_A_WORD)
    try:
        download(url, file, None)
    except requests.HTTPError as error:
        return "it has no such file" if error.response is None else f"it answered {error.response.status_code}"
    except requests.ConnectionError:
        return "it cannot be reached"
    except requests.Timeout:
        return "it does not answer"
    except _StoppedError as error:
        return str(error)
    # Whatever a server says of itself (a length that is no number, a redirect to nowhere) is its fault, not ours.
    except (OSError, ValueError, HTTPException, urllib3.exceptions.HTTPError) as error:
        return f"its answer makes no sense: {' '.join(str(error).split())[:200] or type(error).__name__}"
    return None


def is_genuine(name: str, content: Iterable[bytes | memoryview]) -> bool:
    """Whether the parts of a decompressed file make up MNIST's."""
    total = hashlib.sha256()
    for part in content:
        total.update(part)
    return total.hexdigest() == CONTENT[name][1]


def _wrong_with(compressed: Path | BytesIO, name: str) -> str | None:
    """What the decompressed content has that it should not have; None if nothing."""
    size, wanted = CONTENT[name]
    total, held = hashlib.sha256(), 0
    try:
        with gzip.open(compressed) as file:
            while piece := file.read(1 << 20):
                held += len(piece)
                if held > size:
                    return f"{name} has more than {size:,} bytes"
                total.update(piece)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        return f"{name} came damaged: {error}"
    return None if total.hexdigest() == wanted else f"{name} has another content than MNIST's (SHA-256)"


class _StoppedError(Exception):
    """A server sends more than the file has, or nobody waits for it any more."""


class _Progress:
    """What pooch asks of a progress bar, shown by rich where somebody looks on; and a bound of what may come."""

    def __init__(self, name: str, most: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self.total = 0  # pooch assigns it
        self._name, self._most, self.held = name, most, 0
        self._is_closed = False
        console = Console(stderr=True)
        self._shown = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._shown.add_task(name, total=None)
        self._shown.start()

    def update(self, n: int) -> None:
        if self._is_closed:
            raise _StoppedError("it was left")
        self.held += n
        if self.held > self._most:
            raise _StoppedError(f"{self._name} goes on beyond {self._most:,} bytes")
        self._shown.update(self._task, completed=self.held, total=self.total or None)

    def reset(self) -> None:
        """pooch begins anew at its end, to say that all is there."""
        self.held = 0

    def close(self) -> None:
        self._is_closed = True
        self._shown.stop()
