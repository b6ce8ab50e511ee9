"""Files are written in whole, leave nothing behind, and only files are read."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nn
import viz
from autograd import GraphError, Value
from autograd.files import content_of, opened, why_not_writable, write_whole
from glassgrad.recognition import picture
from nn.datasets.idx import read_idx

POSIX = pytest.mark.skipif(os.name != "posix", reason="there are pipes and devices on POSIX")

# Writes the file again and again, slowly: until it is killed a part of it lies there.
WRITER = """
import os, sys
from pathlib import Path
from autograd import files
wait = os.fsync
def at_the_disk(descriptor):
    print("writing", flush=True)
    sys.stdin.read()
os.fsync = at_the_disk
files.write_whole(Path(sys.argv[1]), b"the content that never came")
"""


def begun(target: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing the file."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@POSIX
def test_the_parts_of_killed_writers_are_removed_by_the_next_one(tmp_path: Path) -> None:
    target = tmp_path / "model[1].x"
    write_whole(target, b"old")
    for _ in range(2):
        process = begun(target)
        process.kill()
        process.communicate()
    assert len(names(tmp_path)) == 2  # the second one removed the first one's
    assert target.read_bytes() == b"old"
    write_whole(target, b"new")
    assert names(tmp_path) == ["model[1].x"]
    assert target.read_bytes() == b"new"


@POSIX
def test_the_part_of_a_writer_that_is_alive_stays(tmp_path: Path) -> None:
    target = tmp_path / "x"
    process = begun(target)
    write_whole(target, b"ours")
    assert len(names(tmp_path)) == 2
    assert process.stdin is not None
    process.communicate("")  # it goes on
    assert process.returncode == 0
    assert names(tmp_path) == ["x"]
    assert target.read_bytes() == b"the content that never came"


WRITERS: dict[str, Callable[[Path], Any]] = {
    "write_whole": lambda path: write_whole(path, b"new"),
    "a checkpoint": lambda path: nn.checkpoints.save(path, nn.Linear(2, 1, rng=0)),
    "a history": lambda path: nn.History().save(path),
    "a picture": lambda path: viz.draw(Value(1.0) * 2).save(path),
    "a derivation": lambda path: viz.derivation(Value(1.0) * 2).save(path),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("name", ["a" * 237, "a" * 251, "é" * 62, "é" * 125])
def test_a_name_as_long_as_the_disk_allows_is_one(name: str, write: Callable[[Path], Any], tmp_path: Path) -> None:
    target = tmp_path / f"{name}.dot"
    assert why_not_writable(target) is None
    write(target)
    write(target)
    assert names(tmp_path) == [target.name]


@POSIX
def test_the_parts_of_a_file_with_a_long_name_are_removed_too(tmp_path: Path) -> None:
    target, other = tmp_path / ("a" * 255), tmp_path / ("a" * 254)
    process = begun(target)
    process.kill()
    process.communicate()
    write_whole(other, b"another's")
    assert len(names(tmp_path)) == 2
    write_whole(target, b"new")
    assert names(tmp_path) == [other.name, target.name]


def _of_a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.dot")
    return folder / "pipe.dot"


def _of_a_circle(folder: Path) -> Path:
    (folder / "circle.dot").symlink_to("circle.dot")
    return folder / "circle.dot"


def _read_only(folder: Path) -> Path:
    (folder / "kept.dot").write_bytes(b"old")
    (folder / "kept.dot").chmod(0o444)
    return folder / "kept.dot"


def _link_to_read_only(folder: Path) -> Path:
    (folder / "link.dot").symlink_to(_read_only(folder))
    return folder / "link.dot"


def _of_a_directory(folder: Path) -> Path:
    (folder / "directory.dot").mkdir()
    return folder / "directory.dot"


@POSIX
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (lambda folder: folder / f"{'a' * 252}.dot", "File name too long"),
        (lambda folder: folder / f"{'é' * 126}.dot", "File name too long"),
        (lambda folder: folder / "nul\0l.dot", "no file has such a name: "),
        (lambda folder: folder / "half\ud800.dot", "no file has such a name: "),
        (_read_only, "it is read-only"),
        (_link_to_read_only, "it is read-only"),
        (_of_a_directory, "directory"),
        (_of_a_pipe, "it is a device or a pipe, not a file"),
        (_of_a_circle, "Too many levels of symbolic links"),
        (lambda folder: folder / "nowhere" / "x.dot", "no directory|No such file"),
        (lambda folder: _read_only(folder) / "x.dot", "no directory|Not a directory"),
    ],
)
def test_what_cannot_be_written_is_told_before_and_leaves_all_as_it_was(
    place: Callable[[Path], Path], reason: str, write: Callable[[Path], Any], tmp_path: Path
) -> None:
    target = place(tmp_path)
    before = names(tmp_path)
    why = why_not_writable(target)
    assert why is not None and re.search(reason, why)
    with pytest.raises((OSError, GraphError), match=reason) as refused:
        write(target)
    assert isinstance(refused.value, OSError) == (write is WRITERS["write_whole"])
    assert names(tmp_path) == before
    if "kept.dot" in before:
        assert (tmp_path / "kept.dot").read_bytes() == b"old"


DIGITS = "0123456789abcdef"  # as the parts of files have them


def test_what_only_looks_like_a_part_stays(tmp_path: Path) -> None:
    others = [
        ".x.part",
        ".x.notes.part",
        f".x.{DIGITS}.parts",
        f"x.{DIGITS}.part",
        f".xy.{DIGITS}.part",
        ".x.abcdefgh.part",
    ]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / f".x.{DIGITS}.part").mkdir()
    write_whole(tmp_path / "x", b"new")
    assert names(tmp_path) == sorted(["x", f".x.{DIGITS}.part", *others])


def test_writers_of_one_file_at_once_leave_one_of_theirs_in_whole(tmp_path: Path) -> None:
    target, contents = tmp_path / "x", [bytes([number]) * 100_000 for number in range(4)]
    failed: list[BaseException] = []

    def write(content: bytes) -> None:
        try:
            for _ in range(10):
                write_whole(target, content)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert target.read_bytes() in contents
    assert names(tmp_path) == ["x"]


READERS: dict[str, Callable[[Path], Any]] = {
    "a model": nn.checkpoints.read,
    "a history": nn.History.load,
    "data": lambda path: read_idx(path, 3),
    "a picture": lambda path: picture(path, 28),
}


@POSIX
@pytest.mark.parametrize("read", list(READERS.values()), ids=list(READERS))
def test_a_pipe_or_a_device_is_refused_at_once(read: Callable[[Path], Any], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/zero")
    started = time.monotonic()
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path / "link"):
        with pytest.raises(GraphError, match=r"cannot be read: it is a device or a pipe, not a file"):
            read(path)
    assert time.monotonic() - started < 60  # a pipe that nobody writes to is waited for without end


@POSIX
def test_a_pipe_among_the_files_of_mnist_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "train-images-idx3-ubyte")
    with pytest.raises(nn.DatasetError, match=r"train-images-idx3-ubyte cannot be read: it is a device or a pipe"):
        nn.mnist(tmp_path)


def test_directories_missing_files_and_impossible_names_are_one_sentence(tmp_path: Path) -> None:
    for read in READERS.values():
        for path in (tmp_path, tmp_path / "nothing", tmp_path / "nul\0l"):
            with pytest.raises(GraphError, match=r"cannot be read|does not exist") as refused:
                read(path)
            assert "\n" not in str(refused.value)


def test_no_more_is_read_than_is_expected(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert content_of(path, 5) == b"12345"
    with pytest.raises(OSError, match="it has 5 bytes, more than the 4 that are read"):
        content_of(path, 4)
    assert content_of(path, 2**62) == b"12345"  # and no room is made for more than there is
    with opened(path) as file:
        assert file.read() == b"12345"


def test_a_history_larger_than_any_run_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(2**40)
    with pytest.raises(nn.HistoryError, match="cannot be read: it has 1,099,511,627,776 bytes, more than"):
        nn.History.load(tmp_path / "sparse")


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
@pytest.mark.usefixtures("threads_take_turns_often")
def test_files_written_at_once_have_the_permissions_that_the_process_gives(tmp_path):
    """Asking for the umask by setting it would leave other threads' files open to everybody for a moment."""

    def write(number):
        for again in range(40):
            write_whole(tmp_path / f"{number}-{again}", b"x")

    before = os.umask(0o027)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
    finally:
        now = os.umask(before)
    assert now == 0o027
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o640}


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="this system has no extended attributes")
def test_a_file_that_is_replaced_keeps_its_owner_and_its_attributes(tmp_path: Path) -> None:
    target = tmp_path / "x"
    target.write_bytes(b"old")
    owner, group = (1000, 1001) if os.getuid() == 0 else (os.getuid(), os.getgid())  # an administrator gives files away
    os.chown(target, owner, group)
    try:
        os.setxattr(target, "user.note", b"kept")
        attributes = ["user.note"]
    except OSError:  # a disk that has none
        attributes = []
    write_whole(target, b"new")
    found = target.stat()
    assert (found.st_uid, found.st_gid, target.read_bytes()) == (owner, group, b"new")
    assert [name for name in os.listxattr(target) if name.startswith("user.")] == attributes
