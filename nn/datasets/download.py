"""Fetching the files of MNIST: two mirrors, a sum over the content, and a file that is there in whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import zlib
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
    """Download into memory; None, or what was wrong."""
    import pooch
    import requests  # pooch's own

    size, _ = CONTENT[name]
    # No compression makes these files larger: what goes on beyond is something else (pooch counts whole pieces).
    progress = _Progress(name, most=size + 4096)
    download = pooch.HTTPDownloader(progressbar=progress, timeout=_SECONDS_WITHOUT_A_WORD)
    try:
        download(url, file, None)
    except requests.HTTPError as error:
        return "it has no such file" if error.response is None else f"it answered {error.response.status_code}"
    except requests.ConnectionError:
        return "it cannot be reached"
    except requests.Timeout:
        return "it does not answer"
    except (requests.RequestException, _TooMuchError) as error:
        return " ".join(str(error).split())[:200] or type(error).__name__
    finally:
        progress.close()
    file.seek(0)
    return _wrong_with(file, name)


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


class _TooMuchError(Exception):
    """A server sends more than the file has."""


class _Progress:
    """What pooch asks of a progress bar, shown by rich where somebody looks on; and a bound of what may come."""

    def __init__(self, name: str, most: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self.total = 0  # pooch assigns it
        self._name, self._most, self._held = name, most, 0
        console = Console(stderr=True)
        self._shown = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._shown.add_task(name, total=None)
        self._shown.start()

    def update(self, n: int) -> None:
        self._held += n
        if self._held > self._most:
            raise _TooMuchError(f"{self._name} goes on beyond {self._most:,} bytes")
        self._shown.update(self._task, completed=self._held, total=self.total or None)

    def reset(self) -> None:
        """pooch begins anew at its end, to say that all is there."""
        self._held = 0

    def close(self) -> None:
        self._shown.stop()
