"""Mirrors that lie: whatever they answer, MNIST's own content is loaded, or one sentence says why not."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import itertools
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import numpy

from nn.datasets import download, mnist
from nn.datasets.idx import idx_header
from nn.datasets.mnist import NAMES

from .changes import changed_bytes
from .target import BrokenPromiseError, Target

_IMAGES = numpy.arange(0, 200, 10, dtype=numpy.uint8).reshape(5, 2, 2)
_LABELS = numpy.array([0, 9, 3, 3, 7], numpy.uint8)
_FILES = {name: _IMAGES if "images" in name else _LABELS for name in NAMES}
_CONTENT = {name: idx_header(array) + array.tobytes() for name, array in _FILES.items()}
# How long they may take for the four files, of which each mirror is given a second.
_MOST_SECONDS = 15.0


def _good(name: str) -> bytes:
    body = gzip.compress(_CONTENT[name], mtime=0)
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


_WORDS = (
    b"Content-Length: plenty\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: 5, 6\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br, deflate\r\n",
    b"Location: file:///etc/passwd\r\n", b"Location: http://[::/\r\n", b"Location: //\r\n", b"Location: \xff\r\n",
    b"Location: http://127.0.0.1:1/\r\n", b"Location: http://" + b"x" * 70 + b".invalid/\r\n", b"Location: /\r\n",
    b"HTTP/1.1 302 Found\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 204 No\r\n", b"HTTP/1.1 999 \r\n",
    b"HTTP/9.9 200 OK\r\n", b"HTTP/1.1 200\r\n", b"\r\n\r\n", b"\r\n", b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"-5\r\n",
    b"Set-Cookie: a=" + b"x" * 70_000 + b"\r\n", b"A: b\r\n" * 200, b"<html>", bytes(5000),
)  # fmt: skip
# A sample: the answer to each file that is asked for, and the seconds after each of its bytes.
Sample = tuple[tuple[bytes, float], ...]


def _begin(rng: random.Random) -> Sequence[Sample]:
    return [tuple((_good(name), 0.0) for name in NAMES)]


def _change(rng: random.Random, sample: Sample, known: Sequence[Sample]) -> Sample:
    answers = list(sample)
    place = rng.randrange(len(answers))
    answer, pause = answers[place]
    if rng.random() < 0.6:
        lines = answer.split(b"\r\n")
        at = rng.randrange(min(4, len(lines)) + 1)
        replaced = rng.randrange(2)
        answer = (
            b"\r\n".join(lines[:at]) + b"\r\n" * (at > 0) + rng.choice(_WORDS) + b"\r\n".join(lines[at + replaced :])
        )
    else:
        answer = changed_bytes(rng, answer, [one for one, _ in answers])
    if rng.random() < 0.05:
        pause = rng.choice((0.01, 0.1, 1.0))
    answers[place] = answer[:200_000], pause
    return tuple(answers)


def _run(sample: Sample, folder: Path) -> None:
    cache = folder / "cache"
    for path in sorted(cache.glob("mnist/*")):
        path.unlink()
    answers = dict(zip(NAMES, sample, strict=True))
    contents = {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in _CONTENT.items()}
    # The package has the function of this name in the module's place.
    module = sys.modules["nn.datasets.mnist"]
    started = time.monotonic()
    with (
        _server(answers) as url,
        mock.patch.object(download, "MIRRORS", (url,)),
        mock.patch.object(download, "CONTENT", contents),
        mock.patch.object(download, "_SECONDS_WITHOUT_A_WORD", 0.5),
        mock.patch.object(download, "_SECONDS_TO_JUDGE", 1.0),
        mock.patch.object(module, "cache_directory", return_value=cache),
        mock.patch.dict("os.environ", {"NO_PROXY": "*", "GLASSGRAD_DATA": ""}),
    ):
        try:
            data = mnist()
            if not (numpy.rint(data.train_inputs * 255) == _IMAGES.reshape(5, 4)).all():
                raise BrokenPromiseError("other pixels than MNIST's")
        finally:
            seconds = time.monotonic() - started
            if seconds > _MOST_SECONDS:
                raise BrokenPromiseError(f"it took {seconds:.1f} seconds")
            for path in cache.glob("mnist/*"):
                if gzip.decompress(path.read_bytes()) != _CONTENT[path.stem]:
                    raise BrokenPromiseError(f"{path.name} in the cache is not MNIST's")


@contextlib.contextmanager
def _server(answers: dict[str, tuple[bytes, float]]) -> Iterator[str]:
    """A server that says these bytes, whatever they are."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        is_over = threading.Event()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:  # it is over
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        def answer(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                connection.settimeout(2)
                asked = connection.recv(65536).split(b" ")[1:2]
                said, pause = answers.get((asked or [b""])[0].decode(errors="replace")[1:-3], (b"", 0.0))
                if not pause:
                    connection.sendall(said)
                    return
                for byte in itertools.takewhile(lambda _: not is_over.is_set(), said):
                    connection.sendall(bytes([byte]))
                    is_over.wait(pause)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            is_over.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join(5)


TARGET = Target("mirrors", _begin, _change, _run)
