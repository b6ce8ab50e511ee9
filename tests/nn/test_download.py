"""MNIST arrives whole from one of its mirrors, or not at all. The mirrors are servers of this machine."""

import contextlib
import gzip
import hashlib
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nn import DatasetError, mnist
from nn.datasets import download
from nn.datasets.mnist import NAMES

IMAGES = b"\x00\x00\x08\x03" + b"".join(size.to_bytes(4, "big") for size in (5, 2, 2)) + bytes(range(0, 200, 10))
LABELS = b"\x00\x00\x08\x01" + (5).to_bytes(4, "big") + bytes([0, 9, 3, 3, 7])
FILES = {name: IMAGES if "images" in name else LABELS for name in NAMES}


class Mirror:
    """A server of files by name, which counts what it was asked for."""

    def __init__(self) -> None:
        self.files = {f"/{name}.gz": gzip.compress(content) for name, content in FILES.items()}
        self.asked: list[str] = []
        self.claims: dict[str, int | str] = {}  # other lengths than the files have
        self.pause = 0.0
        self.headers: dict[str, str] = {}  # in every answer
        self.redirect: str | None = None
        self.trickles: str | None = None  # a byte now and then, of the head or of the body
        self.is_closed = False
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.asked.append(self.path)
                time.sleep(mirror.pause)
                content = mirror.files.get(self.path)
                if mirror.trickles is not None:
                    self.trickle(b"HTTP/1.0 200 OK\r\nContent-Length: 900000\r\n" + b"X" * 900_000)
                    return
                if mirror.redirect is not None:
                    self.send_response(302)
                    self.send_header("Location", mirror.redirect)
                    self.end_headers()
                    return
                self.send_response(404 if content is None else 200)
                self.send_header("Content-Length", str(mirror.claims.get(self.path, len(content or b""))))
                for name, value in mirror.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked has stopped waiting
                    self.wfile.write(content or b"")

            def trickle(self, answer: bytes) -> None:
                head = answer.index(b"X") if mirror.trickles == "body" else 0
                with contextlib.suppress(OSError):  # who asked has stopped waiting
                    self.wfile.write(answer[:head] + b"\r\n" * (head > 0))
                    for position in range(head, len(answer)):
                        if mirror.is_closed:
                            return
                        self.wfile.write(answer[position : position + 1])
                        time.sleep(0.02)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.is_closed = True
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mirrors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mirror, Mirror]]:
    first, second = Mirror(), Mirror()
    contents = {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in FILES.items()}
    monkeypatch.setattr(download, "MIRRORS", (first.url, second.url))
    monkeypatch.setattr(download, "CONTENT", contents)
    # The package has the function of this name in the module's place.
    monkeypatch.setattr(sys.modules["nn.datasets.mnist"], "cache_directory", lambda: tmp_path / "cache")
    monkeypatch.delenv("GLASSGRAD_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    yield first, second
    first.close()
    second.close()


def held(tmp_path: Path) -> list[str]:
    folder = tmp_path / "cache" / "mnist"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_four_files_come_from_the_first_mirror_once(mirrors: tuple[Mirror, Mirror], tmp_path: Path) -> None:
    first, second = mirrors
    assert mnist().test_labels.tolist() == [0, 9, 3, 3, 7]
    assert held(tmp_path) == sorted(f"{name}.gz" for name in NAMES)
    mnist()
    assert (len(first.asked), len(second.asked)) == (4, 0)


def spoil(mirror: Mirror, how: str) -> None:
    path = "/t10k-images-idx3-ubyte.gz"
    good = mirror.files[path]
    if how == "missing":
        del mirror.files[path]
    elif how == "truncated":
        mirror.files[path] = good[:-9]
    elif how == "cut off":
        mirror.files[path], mirror.claims[path] = good[:-9], len(good)
    elif how == "another":
        mirror.files[path] = gzip.compress(IMAGES[:-1] + b"\x01")
    elif how == "a page":
        mirror.files[path] = b"<html>Sign in to the hotel's network</html>"
    elif how == "a bomb":
        mirror.files[path] = gzip.compress(bytes(50_000_000), 9)
    elif how == "endless":
        mirror.files[path] = good + bytes(100_000)
    elif how == "empty":
        mirror.files[path] = b""
    elif how == "closed":
        mirror.close()
    elif how == "a length that is none":
        mirror.claims[path] = "plenty"
    elif how == "an encoding that it is not in":
        mirror.headers["Content-Encoding"] = "gzip, br, gzip"
    elif how.startswith("sent to "):
        mirror.redirect = how.removeprefix("sent to ")


SPOILT = [
    ("missing", "it answered 404"),
    ("truncated", "came damaged"),
    ("cut off", "IncompleteRead"),
    ("another", "has another content than MNIST's"),
    ("a page", "came damaged"),
    ("a bomb", "goes on beyond|has more than 36 bytes"),
    ("endless", "goes on beyond 4,132 bytes"),
    ("empty", "has another content"),
    ("closed", "it cannot be reached"),
    ("a length that is none", "makes no sense"),
    ("an encoding that it is not in", ""),
    ("sent to /t10k-images-idx3-ubyte.gz", "makes no sense"),
    ("sent to file:///etc/passwd", "makes no sense"),
    ("sent to http://[nowhere/", "makes no sense"),
    ("sent to http://" + "x" * 70 + ".invalid/", ""),
    ("sent to :", ""),
]


@pytest.mark.parametrize(("how", "sentence"), SPOILT)
def test_the_next_mirror_is_asked_where_one_fails(
    how: str, sentence: str, mirrors: tuple[Mirror, Mirror], tmp_path: Path
) -> None:
    spoil(mirrors[0], how)
    assert mnist().n_inputs == 4
    assert "/t10k-images-idx3-ubyte.gz" in mirrors[1].asked
    assert held(tmp_path) == sorted(f"{name}.gz" for name in NAMES)


@pytest.mark.parametrize(("how", "sentence"), SPOILT)
def test_where_all_fail_one_sentence_says_why_and_what_to_do(
    how: str, sentence: str, mirrors: tuple[Mirror, Mirror], tmp_path: Path
) -> None:
    for mirror in mirrors:
        spoil(mirror, how)
    with pytest.raises(
        DatasetError, match=rf"{sentence}.*; put the files train-images-idx3-ubyte, .* into "
    ) as refused:
        mnist()
    assert str(refused.value).count("\n") == 0
    assert mirrors[0].url in str(refused.value) and mirrors[1].url in str(refused.value)
    is_all = how == "closed" or how.startswith(("sent", "an encoding"))
    whole = [] if is_all else sorted(f"{name}.gz" for name in NAMES[:2])
    assert held(tmp_path) == whole  # no part of the file that did not come


def test_a_later_call_fetches_what_is_missing(mirrors: tuple[Mirror, Mirror], tmp_path: Path) -> None:
    for mirror in mirrors:
        spoil(mirror, "another")
    with pytest.raises(DatasetError):
        mnist()
    mirrors[1].files["/t10k-images-idx3-ubyte.gz"] = gzip.compress(IMAGES)
    assert mnist().n_inputs == 4
    assert mirrors[0].asked.count("/train-images-idx3-ubyte.gz") == 1


@pytest.mark.slow
def test_a_mirror_that_does_not_answer_is_left(mirrors: tuple[Mirror, Mirror], monkeypatch: pytest.MonkeyPatch) -> None:
    mirrors[0].pause = 2.0
    monkeypatch.setattr(download, "_SECONDS_WITHOUT_A_WORD", 0.5)  # a busy machine answers in a tenth of it
    assert mnist().n_inputs == 4
    assert len(mirrors[1].asked) == 4


@pytest.mark.slow
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_mirror_that_sends_a_byte_now_and_then_is_left(
    part: str, mirrors: tuple[Mirror, Mirror], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors[0].trickles = part
    monkeypatch.setattr(download, "_SECONDS_TO_JUDGE", 1.0)
    assert mnist().n_inputs == 4
    assert len(mirrors[1].asked) == 4
    mirrors[1].trickles = part
    with pytest.raises(DatasetError, match="bytes in 1 seconds"):
        download.fetched(NAMES[0], tmp_path)


@pytest.mark.parametrize("as_plain_file", [False, True])
@pytest.mark.parametrize("content", [b"", b"spoilt", IMAGES[:-3], IMAGES[:-1] + b"\x01", LABELS])
def test_a_spoilt_or_wrong_file_in_the_cache_is_fetched_again(
    content: bytes, as_plain_file: bool, mirrors: tuple[Mirror, Mirror], tmp_path: Path
) -> None:
    good = mnist().train_inputs
    mirrors[0].asked.clear()
    cached = tmp_path / "cache" / "mnist" / f"{NAMES[0]}.gz"
    if as_plain_file:
        cached.with_suffix("").write_bytes(content)
    else:
        cached.write_bytes(gzip.compress(content) if content else content)
    assert (mnist().train_inputs == good).all()
    assert mirrors[0].asked == [f"/{NAMES[0]}.gz"]
    assert held(tmp_path) == sorted(f"{name}.gz" for name in NAMES)


def test_a_wrong_file_in_the_cache_is_named_where_no_other_can_be_had(
    mirrors: tuple[Mirror, Mirror], tmp_path: Path
) -> None:
    mnist()
    cached = tmp_path / "cache" / "mnist" / f"{NAMES[0]}.gz"
    wrong = gzip.compress(IMAGES[:-1] + b"\x01")
    cached.write_bytes(wrong)
    with pytest.raises(
        DatasetError, match=r"train-images-idx3-ubyte\.gz has another content than MNIST's .* not to be"
    ):
        mnist(download=False)
    for mirror in mirrors:
        mirror.files.clear()
    with pytest.raises(DatasetError, match=r"has another content than MNIST's .* it answered 404"):
        mnist()
    assert cached.read_bytes() == wrong


def test_files_that_a_person_put_there_are_taken(mirrors: tuple[Mirror, Mirror], tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "mnist"
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    assert mnist(download=False).n_inputs == 4
    assert mirrors[0].asked == []


def test_nothing_is_downloaded_against_one_s_will(mirrors: tuple[Mirror, Mirror]) -> None:
    with pytest.raises(DatasetError, match=r"not to be downloaded; put the files .* or name their directory"):
        mnist(download=False)
    assert mirrors[0].asked == []


def test_a_cache_that_cannot_be_written_is_one_sentence(mirrors: tuple[Mirror, Mirror], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a directory is wanted")
    with pytest.raises(DatasetError, match="cannot be written: Not a directory"):
        mnist()


def test_the_sums_are_those_of_the_real_files(mnist_directory: Path) -> None:
    from nn.datasets.download import _wrong_with

    for name in NAMES:
        assert _wrong_with(mnist_directory / f"{name}.gz", name) is None


def test_the_mirrors_are_two_and_speak_https() -> None:
    assert len({url.split("/")[2] for url in download.MIRRORS}) == 2
    assert all(url.startswith("https://") for url in download.MIRRORS)
