"""Models go to PyTorch and come back with the same numbers; what has no counterpart is refused by its name."""

import functools

import numpy
import pytest

import nn
from autograd import MissingPackageError, Tensor, elu, gelu, leaky_relu, log_softmax, relu, silu, sin, softmax, softplus
from nn import (
    MLP,
    BatchNorm1d,
    CheckpointError,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    Linear,
    MaxPool2d,
    NetworkError,
    Sequential,
    checkpoints,
    from_torch,
    load_weights,
    to_torch,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to go to")

rows = numpy.random.default_rng(1).normal(size=(4, 6)) * 3
images = numpy.random.default_rng(2).normal(size=(3, 2, 7, 6))


def trained(layer):
    """As if it had been trained: no number is as a new layer has it."""
    rng = numpy.random.default_rng(3)
    for parameter in layer.parameters():
        parameter.data = parameter.data + rng.normal(size=parameter.shape).astype(parameter.dtype)
    for name, buffer in layer.named_buffers():
        buffer[...] = rng.uniform(0.5, 2.0, buffer.shape) if "variance" in name else rng.normal(size=buffer.shape)
    return layer


def activations():
    others = (functools.partial(gelu, approximate="tanh"), functools.partial(softmax, axis=1), log_softmax, nn.identity)
    return Sequential(Linear(6, 6, bias=False, rng=0), nn.ACTIVATIONS["sigmoid"], nn.ACTIVATIONS["tanh"], relu, silu,
                      gelu, elu, functools.partial(leaky_relu, negative_slope=0.2), softplus, *others)  # fmt: skip


MODELS = {
    "an MLP": (lambda: MLP((6, 5, 3), "tanh", "softmax", rng=0), rows),
    "an MLP of float32": (lambda: MLP((6, 5, 3), "relu", rng=0, dtype=numpy.float32), rows.astype(numpy.float32)),
    "every activation": (activations, rows),
    "norms": (
        lambda: Sequential(
            BatchNorm1d(6, momentum=0.2, epsilon=1e-3), Sequential(Linear(6, 4, rng=0), LayerNorm(4)), Dropout(0.3)
        ),
        rows,
    ),
    "images": (
        lambda: Sequential(
            Conv2d(2, 3, (3, 2), stride=(2, 1), padding=1, rng=0), relu, MaxPool2d(2, stride=1), Flatten(),
            Linear(54, 2, rng=1),
        ),
        images,
    ),
    "words": (lambda: Sequential(Embedding(6, 4, rng=0), Flatten(), Linear(12, 2, rng=0)), [[0, 5, 2], [3, 3, 1]]),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_a_model_is_the_same_there_and_back_in_its_numbers_and_gradients(name):
    make, inputs = MODELS[name]
    model = trained(make())
    before = torch.get_rng_state()
    module = to_torch(model)
    assert torch.equal(torch.get_rng_state(), before)  # nothing is drawn of the caller's numbers
    inputs = numpy.asarray(inputs)
    tolerance = 1e-5 if inputs.dtype == numpy.float32 else 1e-12
    for training in (False, True) if "Dropout" not in repr(model) else (False,):
        module.train(training)
        model.train(training)
        theirs = module(torch.from_numpy(inputs))
        ours = model(inputs)
        numpy.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=tolerance, atol=tolerance)
    model.zero_grad()
    (model(inputs) ** 2).sum().backward()
    (module(torch.from_numpy(inputs)) ** 2).sum().backward()
    back = from_torch(module)
    assert repr(back.eval()(inputs).data) == repr(from_torch(to_torch(back)).eval()(inputs).data)
    numpy.testing.assert_allclose(back.eval().outputs(inputs), model.eval().outputs(inputs), rtol=tolerance)
    own = [layer for _, layer in model.named_modules() if not hasattr(layer, "layers") and layer.parameters()]
    there = [one for one in module.modules() if one._parameters]
    for layer, twin in zip(own, there, strict=True):
        for parameter, their_parameter in zip(layer.parameters(), twin.parameters(), strict=True):
            found = their_parameter.grad.numpy()
            found = found.T if isinstance(layer, Linear) else found
            numpy.testing.assert_allclose(parameter.grad, found, rtol=tolerance, atol=1e3 * tolerance)


def test_what_is_frozen_shared_or_in_use_stays_so():
    layer = Linear(3, 3, rng=0)
    layer.bias.requires_grad = False
    model = Sequential(layer, relu, layer, Dropout(0.25).eval())
    module = to_torch(model)
    assert module[0] is module[2]
    assert [one.requires_grad for one in module.parameters()] == [True, False]
    assert (module.training, module[3].training, module[3].p) == (True, False, 0.25)
    back = from_torch(module)
    assert back[0] is back[2]
    assert repr(back) == repr(model)
    assert (back[0].bias.requires_grad, back[3].training) == (False, False)
    assert isinstance(to_torch(relu), torch.nn.ReLU)
    assert from_torch(torch.nn.Tanh()) is nn.ACTIVATIONS["tanh"]
    module[0].weight.data[...] = 0.0  # a copy, of another's numbers
    assert layer.weight.data.any()


class Own(Linear):
    pass


def sequence(*layers):
    return Sequential(Linear(2, 2, rng=0), *layers)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (sequence(sin), r"to_torch: sin at layers.1 has no counterpart in torch.nn$"),
        (
            sequence(sequence(Own(2, 2, rng=0))),
            r"Own, a class of its own derived from Linear, at layers.1.layers.1 has",
        ),
        (nn.NeuronMLP((2, 2, 1), rng=0), "NeuronMLP has no counterpart in torch.nn; nn.to_tensors makes an MLP of it"),
        (MLP((2, 2, 1), activation=lambda z: z * 2, rng=0), "<lambda> at activation has no counterpart"),
    ],
)
def test_what_pytorch_lacks_is_refused_by_name(model, said):
    with pytest.raises(NetworkError, match=said):
        to_torch(model)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (lambda: torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.LSTM(2, 2)), "LSTM at 1 has no counterpart here$"),
        (lambda: torch.nn.Conv2d(2, 2, 3, dilation=2), r"Conv2d has dilation=\(2, 2\), which Conv2d here has not"),
        (lambda: torch.nn.Conv2d(2, 2, 3, padding="same"), "Conv2d has padding='same': give it as numbers"),
        (lambda: torch.nn.MaxPool2d(2, ceil_mode=True), "MaxPool2d has ceil_mode=True, which"),
        (lambda: torch.nn.BatchNorm1d(2, affine=False), "BatchNorm1d has affine=False"),
        (lambda: torch.nn.LayerNorm((2, 3)), "LayerNorm is not of rows with a weight and a bias each"),
        (lambda: torch.nn.Embedding(3, 2, padding_idx=0), "Embedding has padding_idx=0"),
        (lambda: torch.nn.Softplus(beta=2.0), r"Softplus has beta=2\.0"),
        (lambda: torch.nn.Linear(2, 2).half(), "Linear holds float16, and layers here float32 or float64"),
        (lambda: torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2)), "ParametrizedLinear has no count"),
        (lambda: torch.zeros(2), "from_torch takes a torch.nn.Module, not Tensor"),
    ],
)
def test_what_we_lack_is_refused_by_name(module, said):
    with pytest.raises(NetworkError, match=said):
        from_torch(module())


def test_a_file_that_either_wrote_is_opened_in_the_other_by_one_call(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    for make, inputs in (MODELS["an MLP"], MODELS["norms"], MODELS["images"]):
        model = trained(make())
        expected = model.eval().outputs(inputs)
        checkpoints.save(path, model)  # ours, into theirs
        module = to_torch(make())
        load_weights(path, module)
        with torch.no_grad():
            numpy.testing.assert_allclose(module.eval()(torch.from_numpy(inputs)), expected, rtol=1e-12)
        save_file(to_torch(model).state_dict(), path)  # theirs, into ours
        fresh = make()
        load_weights(path, fresh)
        numpy.testing.assert_array_equal(fresh.eval().outputs(inputs), expected)
        again = to_torch(make())
        load_weights(path, again)  # theirs, into theirs
        assert torch.equal(again.eval()(torch.from_numpy(inputs)), module(torch.from_numpy(inputs)))
    network = MLP((2, 11, 1), rng=0)
    checkpoints.save(path, network)
    other = MLP((2, 11, 1), rng=1)
    load_weights(path, other)
    numpy.testing.assert_array_equal(other.outputs(numpy.eye(2)), network.outputs(numpy.eye(2)))


def test_names_of_their_own_are_matched_by_name_and_wide_numbers_take_narrow_ones(tmp_path):
    from collections import OrderedDict

    from safetensors.torch import save_file

    parts = OrderedDict(second=torch.nn.Linear(3, 4), act=torch.nn.ReLU(), first=torch.nn.Linear(4, 4))
    module = torch.nn.Sequential(parts)
    path = tmp_path / "named.safetensors"
    save_file(module.state_dict(), path)
    twin = torch.nn.Sequential(OrderedDict((name, type(one)(*shape)) for (name, one), shape in
                                           zip(parts.items(), ((3, 4), (), (4, 4)), strict=True)))  # fmt: skip
    load_weights(path, twin)
    assert torch.equal(twin.second.weight, module.second.weight)
    model = from_torch(module)
    with pytest.raises(CheckpointError, match=r"does not fit: 0\.weight is missing there"):
        load_weights(path, model)  # which is first in a sorted list says nothing
    save_file(torch.nn.Sequential(*module).state_dict(), path)
    wide = MLP((3, 4, 4), rng=0)
    load_weights(path, wide)
    assert wide.layers[0].weight.dtype == numpy.float64
    numpy.testing.assert_array_equal(wide.layers[1].weight.data, module.first.weight.detach().numpy().T)


def test_a_file_of_another_model_is_refused_and_nothing_is_changed(tmp_path):
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 5)).state_dict(), path)
    model = MLP((3, 4, 2), rng=0)
    before = model.state_dict()
    with pytest.raises(CheckpointError, match=r"2\.weight has shape \(5, 4\) there, and \(4, 2\) is 2\.weight's here"):
        load_weights(path, model)
    save_file(torch.nn.Linear(3, 4).double().state_dict(), path)
    narrow = Linear(3, 4, rng=0, dtype=numpy.float32)
    with pytest.raises(CheckpointError, match="weight holds float64 there, and float32 here"):
        load_weights(path, narrow)
    with pytest.raises(CheckpointError, match=r"0\.weight is missing there"):
        load_weights(path, model)
    checkpoints.save(path, MLP((3, 4, 5), rng=0))
    module = to_torch(model)
    with pytest.raises(CheckpointError, match=r"layers\.1\.weight has shape"):
        load_weights(path, module)
    assert torch.equal(module[0].weight, to_torch(model)[0].weight)
    for name, array in model.state_dict().items():
        numpy.testing.assert_array_equal(array, before[name])
    path.write_bytes(b"nothing")
    with pytest.raises(CheckpointError, match="is not a whole safetensors file"):
        load_weights(path, model)
    checkpoints.save(path, model)
    with pytest.raises(CheckpointError, match="load_weights takes a model of glassgrad's or PyTorch's, not int 3"):
        load_weights(path, 3)


def test_without_pytorch_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingPackageError, match="to_torch needs PyTorch, which is not installed: pip install torch"):
        to_torch(Linear(2, 2, rng=0))
    assert Tensor([1.0]).shape == (1,)
