import gzip
import struct
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

from nn import DatasetError, circles, digits, mnist, moons, one_hot, spiral, xor, yinyang
from nn.datasets.idx import read_idx

NAMES = {
    "train-images-idx3-ubyte": "images",
    "train-labels-idx1-ubyte": "labels",
    "t10k-images-idx3-ubyte": "images",
    "t10k-labels-idx1-ubyte": "labels",
}
IMAGES = struct.pack(">4B3I", 0, 0, 8, 3, 5, 2, 2) + bytes(range(0, 200, 10))
LABELS = struct.pack(">4BI", 0, 0, 8, 1, 5) + bytes([0, 9, 3, 3, 7])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny MNIST: five images of 2 × 2 pixels, half of the files compressed."""
    for number, (name, kind) in enumerate(NAMES.items()):
        content = IMAGES if kind == "images" else LABELS
        if number % 2:
            (tmp_path / name).write_bytes(content)
        else:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    return tmp_path


def test_plain_and_compressed_files_are_read(folder: Path) -> None:
    data = mnist(folder)
    assert data.train_inputs.shape == (5, 4)
    assert data.train_inputs.dtype == numpy.float32
    assert numpy.allclose(data.train_inputs[1], numpy.array([40, 50, 60, 70]) / 255)
    assert data.test_labels.tolist() == [0, 9, 3, 3, 7]


def test_the_directory_comes_from_the_environment_where_none_is_given(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLASSGRAD_DATA", str(folder))
    assert mnist().n_inputs == 4


def test_a_directory_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is not a directory"):
        mnist(tmp_path / "nowhere")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(DatasetError, match=r"holds neither t10k-images-idx3-ubyte nor t10k-images-idx3-ubyte\.gz"):
        mnist(folder)


@pytest.mark.parametrize("keep", [0, 3, 4, 10, 15, 16, 20, len(IMAGES) - 1])
def test_a_truncated_file_is_refused(folder: Path, keep: int) -> None:
    (folder / "train-images-idx3-ubyte").write_bytes(IMAGES[:keep])
    with pytest.raises(DatasetError, match=r"truncated|not an IDX file"):
        read_idx(folder / "train-images-idx3-ubyte", 3)


@pytest.mark.parametrize("keep", [3, 12, 20, len(gzip.compress(IMAGES)) - 1])
def test_a_truncated_gzip_file_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(IMAGES)[:keep])
    with pytest.raises(DatasetError, match="damaged or truncated"):
        read_idx(path, 3)


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(IMAGES * 1))
    content[14] ^= 0xFF
    path = tmp_path / "images.gz"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"damaged or truncated|not an IDX|truncated"):
        read_idx(path, 3)


def test_a_file_that_is_no_gzip_despite_its_name_is_read_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(IMAGES)
    assert read_idx(path, 3).shape == (5, 2, 2)
    path.write_bytes(b"<html>404</html>")
    with pytest.raises(DatasetError, match="is not an IDX file"):
        read_idx(path, 3)


def test_labels_in_place_of_images_are_refused_by_their_magic(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(LABELS)
    with pytest.raises(DatasetError, match="begins with 00000801, expected 00000803"):
        read_idx(path, 3)


def test_more_bytes_than_declared_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(LABELS + b"x")
    with pytest.raises(DatasetError, match="more bytes than the 5"):
        read_idx(path, 1)


def test_a_declared_size_that_the_file_cannot_hold_is_refused_before_memory_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 2**31, 2**31, 2**31) + b"abc")
    with pytest.raises(DatasetError, match="more than the 1,073,741,824 bytes that are read"):
        read_idx(path, 3)


@pytest.mark.slow
def test_a_gzip_bomb_is_not_decompressed(tmp_path: Path) -> None:
    path = tmp_path / "labels.gz"
    path.write_bytes(gzip.compress(LABELS + bytes(200_000_000), 9))
    with pytest.raises(DatasetError, match="more bytes than"):
        read_idx(path, 1)


def test_images_and_labels_of_different_counts_are_refused(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 4) + bytes(4))
    with pytest.raises(DatasetError, match=r"has 5 images, train-labels-idx1-ubyte 4 labels"):
        mnist(folder)


def test_a_label_above_9_is_refused(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").write_bytes(LABELS[:-1] + b"\x0a")
    with pytest.raises(DatasetError, match="has the label 10"):
        mnist(folder)


def test_a_directory_in_the_place_of_a_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_idx(tmp_path, 1)


def test_the_real_mnist(mnist_directory: Path) -> None:
    data = mnist(mnist_directory)
    assert data.train_inputs.shape == (60_000, 784)
    assert data.test_inputs.shape == (10_000, 784)
    assert (data.train_inputs.min(), data.train_inputs.max()) == (0.0, 1.0)
    assert data.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.test_labels[:5].tolist() == [7, 2, 1, 0, 4]


def malformed(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Files of five images of 2 × 2 by what is wrong with them."""
    for kept in range(len(good)):
        yield f"truncated to {kept}", good[:kept]
    for position in range(16):
        for flip in (0xFF, 0x80, 0x01):
            damaged = bytearray(good)
            damaged[position] ^= flip
            yield f"byte {position} flipped by {flip}", bytes(damaged)
    for place in (4, 8, 12):
        for size in (0, 1, 6, 2**16, 2**31, 2**32 - 1):
            yield f"size {size} at {place}", good[:place] + struct.pack(">I", size) + good[place + 4 :]
    yield "huge in all", good[:4] + struct.pack(">3I", 2**31, 2**31, 2**31) + good[16:]
    yield "one byte more", good + b"x"
    yield "twice", good + good
    for foreign in (b"<html>404</html>", b"PK\x03\x04" + bytes(60), b"\x93NUMPY" + bytes(60), b"\x89PNG" + bytes(60)):
        yield f"foreign {foreign[:4]!r}", foreign


def test_every_malformed_file_is_refused_with_one_sentence(tmp_path: Path) -> None:
    files = dict(malformed(IMAGES))
    assert len(files) >= 60
    compressed = gzip.compress(IMAGES, mtime=0)
    # Of gzip's own ten bytes at the start, those of its time, flags and system may be any.
    files |= {f"gzip truncated to {kept}": compressed[:kept] for kept in range(2, len(compressed))}
    for position in range(10, len(compressed)):
        damaged = bytearray(compressed)
        damaged[position] ^= 0xFF
        files[f"gzip byte {position} flipped"] = bytes(damaged)
    files |= {f"compressed: {wrong}": gzip.compress(content) for wrong, content in malformed(IMAGES)}
    tracemalloc.start()
    try:
        for number, (wrong, content) in enumerate(files.items()):
            path = tmp_path / f"{number}"
            path.write_bytes(content)
            with pytest.raises(DatasetError) as refused:
                read_idx(path, 3)
            assert str(refused.value).count("\n") == 0, wrong
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_bomb_that_declares_its_size_is_refused_before_it_is_decompressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(struct.pack(">4B3I", 0, 0, 8, 3, 2, 1000, 1000) + bytes(2_000_000), 9))
    assert read_idx(path, 3).shape == (2, 1000, 1000)
    monkeypatch.setattr("nn.datasets.idx.LARGEST", 1_000_000)
    with pytest.raises(DatasetError, match="more than the 1,000,000 bytes that are read"):
        read_idx(path, 3)


PLANAR = [moons, circles, spiral, yinyang]


@pytest.mark.parametrize("make", PLANAR)
def test_the_plane_s_data_are_the_same_from_the_same_seed(make: Any) -> None:
    one, same, other = make(rng=1), make(rng=1), make(rng=2)
    assert one.train_inputs.tobytes() == same.train_inputs.tobytes()
    assert one.test_labels.tobytes() == same.test_labels.tobytes()
    assert one.train_inputs.tobytes() != other.train_inputs.tobytes() != one.test_inputs.tobytes()
    assert one.name == make.__name__


@pytest.mark.parametrize("make", PLANAR)
def test_the_plane_s_classes_are_evenly_many_and_apart_without_noise(make: Any) -> None:
    data = make(300, 0.0, rng=0)
    assert set(numpy.bincount(data.train_labels)) == {300 // data.classes}
    assert numpy.abs(data.train_inputs).max() <= 2
    # The nearest point that was trained on has the label of a point that was not.
    apart = numpy.hypot(*(data.test_inputs[:, numpy.newaxis] - data.train_inputs).transpose(2, 0, 1))
    nearest = data.train_labels[apart.argmin(axis=1)]
    assert (nearest == data.test_labels).mean() > 0.9


def test_what_cannot_be_drawn_is_refused() -> None:
    for make in PLANAR:
        with pytest.raises(DatasetError, match="takes a whole number of samples"):
            make(1)
        with pytest.raises(DatasetError, match="noise is a finite number"):
            make(10, float("nan"))
    with pytest.raises(DatasetError, match="arms from 2"):
        spiral(classes=1)


def test_digits_are_real_handwriting_in_parts_that_do_not_overlap() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: no digits")
    data = digits()
    assert (data.train_inputs.shape, data.test_inputs.shape) == ((1438, 64), (359, 64))
    assert (data.train_inputs.min(), data.train_inputs.max()) == (0.0, 1.0)
    assert set(data.test_labels) == set(range(10))
    assert digits(rng=1).train_labels.tolist() != data.train_labels.tolist() == digits().train_labels.tolist()


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DatasetError, match="digits come with scikit-learn: pip install scikit-learn"):
        digits()


def test_xor_is_its_truth_table() -> None:
    data = xor()
    for (x1, x2), label in zip(data.train_inputs, data.train_labels, strict=True):
        assert bool(label) == (bool(x1) != bool(x2))


def test_one_hot_refuses_what_is_no_label() -> None:
    with pytest.raises(DatasetError, match="labels run from 0 to 3, but there are 3 classes"):
        one_hot(numpy.array([0, 3]), 3)
    with pytest.raises(DatasetError, match="a row of integers"):
        one_hot(numpy.array([0.5]), 3)


def test_a_limit_keeps_the_first_samples() -> None:
    assert xor().limited(2).train_labels.tolist() == [0, 1]
    with pytest.raises(DatasetError, match="a limit is a whole number from 1"):
        xor().limited(0)


@pytest.mark.parametrize("place", [".", "MNIST/raw", "raw"])
def test_the_files_are_found_under_the_names_of_other_libraries(folder: Path, tmp_path: Path, place: str) -> None:
    wanted = mnist(folder)
    other = tmp_path / "other" / place
    other.mkdir(parents=True)
    for path in list(folder.iterdir()):
        if path.is_file():
            path.rename(other / path.name.replace("-idx", ".idx"))
    found = mnist(tmp_path / "other")
    assert numpy.array_equal(found.train_inputs, wanted.train_inputs)
    assert numpy.array_equal(found.test_labels, wanted.test_labels)
