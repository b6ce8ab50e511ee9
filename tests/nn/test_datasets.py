import gzip
import struct
from pathlib import Path

import numpy
import pytest

from nn import DatasetError, mnist, one_hot, xor
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


def test_without_a_directory_the_message_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLASSGRAD_DATA", raising=False)
    with pytest.raises(DatasetError, match=r"--data-dir .* GLASSGRAD_DATA"):
        mnist()


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
    with pytest.raises(DatasetError, match="it holds 3"):
        read_idx(path, 3)


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
