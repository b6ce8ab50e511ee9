"""Models leave as ONNX files that another runtime computes the same with, and come back."""

import functools
import sys

import numpy
import pytest

import nn
from autograd import MissingPackageError, Tensor, cumsum, gelu, log_softmax, norm, relu
from nn import (
    MLP,
    BatchNorm1d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    Linear,
    MaxPool2d,
    NetworkError,
    Sequential,
    export_onnx,
    import_onnx,
)

onnx = pytest.importorskip("onnx", reason="the package onnx is not installed: nothing to write files with")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: nothing to run files with")

rng = numpy.random.default_rng(0)
rows, images = rng.normal(size=(4, 6)) * 2, rng.normal(size=(3, 2, 7, 6))


def unit(z):
    return z / norm(z, axis=-1, keepdims=True)


def norms(dtype):
    layer = BatchNorm1d(6, dtype=dtype)
    layer.running_mean[...], layer.running_variance[...] = rng.normal(size=6), rng.uniform(0.5, 2, 6)
    return Sequential(layer, Linear(6, 4, rng=0, dtype=dtype), LayerNorm(4, dtype=dtype), Dropout(0.3), log_softmax)


MODELS = {
    "activations": (
        lambda dtype: Sequential(
            *[part for one in nn.ACTIVATIONS.values() if one is not gelu
              for part in (Linear(6, 6, rng=0, dtype=dtype), one)]
        ),
        rows,
    ),
    "an MLP": (lambda dtype: MLP((6, 5, 3), "tanh", "softmax", rng=0, dtype=dtype), rows),
    "norms": (norms, rows),
    "images": (
        lambda dtype: Sequential(
            Conv2d(2, 3, (3, 2), stride=(2, 1), padding=1, rng=0, dtype=dtype), relu, MaxPool2d(2, stride=1), Flatten(),
            Linear(54, 2, rng=1, dtype=dtype),
        ),
        images,
    ),
    "words": (
        lambda dtype: Sequential(Embedding(6, 4, rng=0, dtype=dtype), Flatten(), Linear(12, 2, rng=0, dtype=dtype)),
        numpy.array([[0, 5, 2], [3, 3, 1]]),
    ),
    "functions": (
        lambda dtype: Sequential(
            Linear(6, 4, bias=False, rng=0, dtype=dtype), functools.partial(gelu, approximate="tanh"), unit
        ),
        rows,
    ),
}  # fmt: skip


def run(path, inputs):
    return runtime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": inputs})[0]


@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
@pytest.mark.parametrize("name", MODELS)
def test_another_runtime_gives_the_same_numbers_for_any_number_of_samples(name, dtype, tmp_path):
    make, inputs = MODELS[name]
    inputs = inputs if inputs.dtype.kind == "i" else inputs.astype(dtype)
    model, tolerance = make(dtype), 1e-5 if dtype == numpy.float32 else 1e-12
    path = export_onnx(model, tmp_path / "model.onnx", inputs)
    assert model.training
    back = import_onnx(path)
    for given in (inputs, inputs[:1], numpy.concatenate([inputs] * 3)):
        expected = model.outputs(given)
        for found in (run(path, given), back.outputs(given)):
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            numpy.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


def test_the_exact_gelu_is_there_in_single_precision(tmp_path):
    model = MLP((6, 4, 2), gelu, rng=0, dtype=numpy.float32)
    inputs = rows.astype(numpy.float32)
    path = export_onnx(model, tmp_path / "model.onnx", inputs)
    numpy.testing.assert_allclose(run(path, inputs), model.outputs(inputs), atol=1e-5)


def test_names_are_paths_and_versions_are_pinned_and_what_comes_back_is_trained(tmp_path):
    model = MLP((6, 4, 2), "tanh", rng=0)
    path = export_onnx(model, tmp_path / "model.onnx", rows)
    file = onnx.load(path)
    assert [(one.domain, one.version) for one in file.opset_import] == [("", 18)]
    assert file.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "samples"
    arrays = {one.name: onnx.numpy_helper.to_array(one) for one in file.graph.initializer}
    for name, array in model.state_dict().items():
        numpy.testing.assert_array_equal(arrays[name], array)
    back = import_onnx(path)
    assert repr(back) == "OnnxModel(6 nodes, 4 parameters)"
    (back(rows) ** 2).sum().backward()
    (model(rows) ** 2).sum().backward()
    for name, parameter in model.named_parameters():
        numpy.testing.assert_allclose(back.parts[name].grad, parameter.grad, rtol=1e-12)


def test_what_has_no_form_is_refused_by_its_row_and_layer_and_leaves_no_file(tmp_path):
    path = tmp_path / "model.onnx"
    for function, said in (
        (lambda z: cumsum(z, axis=1), r"cumsum has no form in ONNX here \(in Sequential\(Linear\(6 → 2"),
        (lambda z: z[:1], "getitem of some samples has no form"),
        (lambda z: sum(z[number] for number in range(len(z))), "how many samples there are decides what"),
        (lambda z: z - z.sum(axis=0) / len(z), "how many samples there are decides what"),
    ):
        with pytest.raises(NetworkError, match=said):
            export_onnx(Sequential(Linear(6, 2, rng=0), function), path, rows)
    with pytest.raises(NetworkError, match="export_onnx takes a module, not function"):
        export_onnx(unit, path, rows)
    with pytest.raises(NetworkError, match=r"example is rows of inputs, one at least, not an array of shape \(0, 6\)"):
        export_onnx(Linear(6, 2, rng=0), path, rows[:0])
    with pytest.raises(NetworkError, match="cannot be written: No such file or directory"):
        export_onnx(Linear(6, 2, rng=0), tmp_path / "nowhere" / "model.onnx", rows)
    assert list(tmp_path.iterdir()) == []
    path.write_bytes(b"nothing of this kind")
    with pytest.raises(NetworkError, match="is no whole ONNX file"):
        import_onnx(path)
    with pytest.raises(NetworkError, match="cannot be read: No such file"):
        import_onnx(tmp_path / "none.onnx")


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "onnx", None)
    said = "needs the package onnx, which is not installed: pip install onnx"
    for call in (lambda: export_onnx(Linear(6, 2, rng=0), tmp_path / "m.onnx", rows), lambda: import_onnx("m.onnx")):
        with pytest.raises(MissingPackageError, match=said):
            call()
    assert Tensor(1.0).shape == ()
