"""Optimizers, layers and losses beside PyTorch's, in float64."""

from typing import Any

import numpy
import pytest

import nn
from autograd import Tensor, Value, relu
from nn import SGD, Adam, AdamW, RMSProp

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")

CASES: list[tuple[Any, dict[str, Any], str, dict[str, Any]]] = [
    (SGD, {}, "SGD", {}),
    (SGD, {"momentum": 0.9}, "SGD", {"momentum": 0.9}),
    (SGD, {"momentum": 0.9, "nesterov": True}, "SGD", {"momentum": 0.9, "nesterov": True}),
    (SGD, {"weight_decay": 0.1}, "SGD", {"weight_decay": 0.1}),
    (
        SGD,
        {"momentum": 0.5, "nesterov": True, "weight_decay": 0.2},
        "SGD",
        {"momentum": 0.5, "nesterov": True, "weight_decay": 0.2},
    ),
    (RMSProp, {}, "RMSprop", {}),
    (RMSProp, {"decay": 0.8, "epsilon": 1e-3}, "RMSprop", {"alpha": 0.8, "eps": 1e-3}),
    (RMSProp, {"centered": True}, "RMSprop", {"centered": True}),
    (RMSProp, {"momentum": 0.9, "weight_decay": 0.1}, "RMSprop", {"momentum": 0.9, "weight_decay": 0.1}),
    (
        RMSProp,
        {"momentum": 0.9, "centered": True, "decay": 0.5},
        "RMSprop",
        {"momentum": 0.9, "centered": True, "alpha": 0.5},
    ),
    (Adam, {}, "Adam", {}),
    (Adam, {"betas": (0.5, 0.6), "epsilon": 1e-3}, "Adam", {"betas": (0.5, 0.6), "eps": 1e-3}),
    (Adam, {"weight_decay": 0.1}, "Adam", {"weight_decay": 0.1}),
    (Adam, {"amsgrad": True}, "Adam", {"amsgrad": True}),
    (AdamW, {}, "AdamW", {}),
    (AdamW, {"weight_decay": 0.3, "amsgrad": True}, "AdamW", {"weight_decay": 0.3, "amsgrad": True}),
    (AdamW, {"weight_decay": 0.0}, "AdamW", {"weight_decay": 0.0}),
]


def path_of(make: Any, settings: dict[str, Any], steps: int = 10) -> tuple[list[Any], list[Any]]:
    """Where ten steps lead, of a matrix and of scalars, on a loss whose gradients change in sign and size."""
    rng = numpy.random.default_rng(0)
    matrix = rng.normal(size=(3, 2))
    tensor, values = Tensor(matrix), [Value(number) for number in (0.5, -2.0)]
    optimizer = make([tensor, *values], 0.05, **settings)
    for step in range(steps):
        optimizer.zero_grad()
        scale = float(numpy.cos(step))
        loss = (tensor**3 * scale).sum() + (values[0] * values[1]) ** 2 * scale + values[0]
        loss.backward()
        optimizer.step()
    return [tensor.data, values[0].data, values[1].data], [matrix]


@pytest.mark.parametrize(("make", "settings", "name", "options"), CASES)
def test_ten_steps_are_pytorch_s(make: Any, settings: dict[str, Any], name: str, options: dict[str, Any]) -> None:
    found, (matrix,) = path_of(make, settings)
    theirs = torch.tensor(matrix, requires_grad=True)
    numbers = [torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in (0.5, -2.0)]
    optimizer = getattr(torch.optim, name)([theirs, *numbers], lr=0.05, **options)
    for step in range(10):
        optimizer.zero_grad()
        scale = float(numpy.cos(step))
        loss = (theirs**3 * scale).sum() + (numbers[0] * numbers[1]) ** 2 * scale + numbers[0]
        loss.backward()
        optimizer.step()
    for one, other in zip(found, [theirs, *numbers], strict=True):
        numpy.testing.assert_allclose(one, other.detach().numpy(), rtol=1e-12, atol=1e-14)


def test_a_parameter_without_gradient_stays_as_in_pytorch() -> None:
    used, unused = Tensor([1.0]), Tensor([1.0])
    optimizer = Adam([used, unused], 0.1, weight_decay=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        (used * used).sum().backward()
        optimizer.step()
    assert unused.data == [1.0]
    assert used.data != [1.0]


class TestLayers:
    X = numpy.random.default_rng(1).normal(size=(6, 3))
    UPSTREAM = numpy.random.default_rng(2).normal(size=(6, 3))

    def compare(self, ours: Any, theirs: Any) -> None:
        x, other = Tensor(self.X), torch.tensor(self.X, requires_grad=True)
        found, expected = ours(x), theirs(other)
        numpy.testing.assert_allclose(found.data, expected.detach().numpy(), rtol=1e-12, atol=1e-14)
        found.backward(self.UPSTREAM)
        expected.backward(torch.tensor(self.UPSTREAM))
        numpy.testing.assert_allclose(x.grad, other.grad.numpy(), rtol=1e-10, atol=1e-13)
        for one, parameter in zip(ours.parameters(), theirs.parameters(), strict=True):
            numpy.testing.assert_allclose(one.grad, parameter.grad.numpy(), rtol=1e-10, atol=1e-13)

    def test_batch_norm_is_pytorch_s_in_training_and_in_use(self) -> None:
        ours, theirs = nn.BatchNorm1d(3, momentum=0.3), torch.nn.BatchNorm1d(3, momentum=0.3, dtype=torch.float64)
        ours.weight.data = theirs.weight.data.numpy() * 1.7
        theirs.weight.data *= 1.7
        self.compare(ours, theirs)
        numpy.testing.assert_allclose(ours.running_mean, theirs.running_mean.numpy(), rtol=1e-13)
        numpy.testing.assert_allclose(ours.running_variance, theirs.running_var.numpy(), rtol=1e-13)
        ours.zero_grad()
        theirs.zero_grad()
        self.compare(ours.eval(), theirs.eval())

    def test_layer_norm_is_pytorch_s(self) -> None:
        self.compare(nn.LayerNorm(3), torch.nn.LayerNorm(3, dtype=torch.float64))

    def test_linear_without_a_bias_is_pytorch_s(self) -> None:
        ours, theirs = nn.Linear(3, 3, bias=False, rng=0), torch.nn.Linear(3, 3, bias=False, dtype=torch.float64)
        theirs.weight.data = torch.tensor(ours.weight.data.T)
        x, other = Tensor(self.X), torch.tensor(self.X, requires_grad=True)
        ours(x).backward(self.UPSTREAM)
        theirs(other).backward(torch.tensor(self.UPSTREAM))
        numpy.testing.assert_allclose(x.grad, other.grad.numpy(), rtol=1e-12)
        numpy.testing.assert_allclose(ours.weight.grad.T, theirs.weight.grad.numpy(), rtol=1e-12)

    @pytest.mark.parametrize("bias", [True, False])
    @pytest.mark.parametrize(
        ("kernel_size", "settings"),
        [
            (3, {}),
            (1, {"padding": 1}),
            (3, {"stride": 2, "padding": 1}),
            ((3, 2), {"stride": (2, 1), "padding": (1, 2)}),
            ((9, 8), {}),
            (2, {"stride": 3}),
        ],
    )
    def test_convolutions_are_pytorch_s(self, kernel_size: Any, settings: dict[str, Any], bias: bool) -> None:
        ours = nn.Conv2d(3, 4, kernel_size, **settings, bias=bias, initializer="normal", rng=0)
        theirs = torch.nn.Conv2d(3, 4, kernel_size, **settings, bias=bias, dtype=torch.float64)
        theirs.load_state_dict({name: torch.tensor(array) for name, array in ours.state_dict().items()})
        self.compare_on_images(ours, theirs, (5, 3, 9, 8))
        self.compare_on_images(ours, theirs, (3, 9, 8))

    @pytest.mark.parametrize(
        ("kernel_size", "stride"), [(2, None), (3, None), (3, 1), ((2, 3), (1, 2)), ((5, 6), None)]
    )
    def test_pooling_is_pytorch_s(self, kernel_size: Any, stride: Any) -> None:
        ours, theirs = nn.MaxPool2d(kernel_size, stride), torch.nn.MaxPool2d(kernel_size, stride)
        self.compare_on_images(ours, theirs, (4, 2, 7, 8))
        self.compare_on_images(ours, theirs, (2, 7, 8))

    def compare_on_images(self, ours: Any, theirs: Any, shape: tuple[int, ...]) -> None:
        generator = numpy.random.default_rng(5)
        images = generator.normal(size=shape)
        x, other = Tensor(images), torch.tensor(images, requires_grad=True)
        found, expected = ours(x), theirs(other)
        numpy.testing.assert_allclose(found.data, expected.detach().numpy(), rtol=1e-11, atol=1e-12)
        upstream = generator.normal(size=found.shape)
        found.backward(upstream)
        expected.backward(torch.tensor(upstream))
        numpy.testing.assert_allclose(x.grad, other.grad.numpy(), rtol=1e-11, atol=1e-12)
        for one, parameter in zip(ours.parameters(), theirs.parameters(), strict=True):
            numpy.testing.assert_allclose(one.grad, parameter.grad.numpy(), rtol=1e-10, atol=1e-12)

    def test_an_embedding_is_pytorch_s(self) -> None:
        ours, theirs = nn.Embedding(5, 3, rng=0), torch.nn.Embedding(5, 3, dtype=torch.float64)
        theirs.weight.data = torch.tensor(ours.weight.data)
        words = numpy.array([[0, 4, 4], [1, 4, 0]])
        upstream = numpy.random.default_rng(5).normal(size=(2, 3, 3))
        found, expected = ours(words), theirs(torch.tensor(words))
        assert numpy.array_equal(found.data, expected.detach().numpy())
        found.backward(upstream)
        expected.backward(torch.tensor(upstream))
        numpy.testing.assert_allclose(ours.weight.grad, theirs.weight.grad.numpy(), rtol=1e-12)

    def test_a_network_on_images_is_trained_as_pytorch_trains_it(self) -> None:
        ours = nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1, rng=0), relu, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 4, rng=1)
        )
        theirs = torch.nn.Sequential(
            torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
            torch.nn.Linear(27, 4),
        ).double()  # fmt: skip
        for number, turn in ((0, numpy.asarray), (4, numpy.transpose)):
            theirs[number].weight.data = torch.tensor(turn(ours[number].weight.data).copy())
            theirs[number].bias.data = torch.tensor(ours[number].bias.data)
        generator = numpy.random.default_rng(6)
        images, labels = generator.normal(size=(8, 1, 6, 6)), generator.integers(0, 4, 8)
        history = nn.fit(ours, (images, labels), nn.softmax_cross_entropy, Adam(ours, 0.01), 10, batch_size=8)
        optimizer = torch.optim.Adam(theirs.parameters(), 0.01)
        losses = []
        for _ in range(10):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(theirs(torch.tensor(images)), torch.tensor(labels))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        numpy.testing.assert_allclose(history.column("loss"), losses, rtol=1e-9)


class TestLosses:
    A = numpy.random.default_rng(3).normal(size=(5, 1)) * 2
    Y = numpy.random.default_rng(4).normal(size=(5, 1))

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (nn.mean_absolute_error, lambda a, y: torch.nn.functional.l1_loss(a, y)),
            (nn.huber, lambda a, y: torch.nn.functional.huber_loss(a, y)),
            (lambda a, y: nn.huber(a, y, 0.5), lambda a, y: torch.nn.functional.huber_loss(a, y, delta=0.5)),
        ],
    )
    def test_of_one_output_are_pytorch_s(self, ours: Any, theirs: Any) -> None:
        a, other = Tensor(self.A), torch.tensor(self.A, requires_grad=True)
        found, expected = ours(a, self.Y), theirs(other, torch.tensor(self.Y))
        assert found.item() == pytest.approx(expected.item(), rel=1e-13)
        found.backward()
        expected.backward()
        numpy.testing.assert_allclose(a.grad, other.grad.numpy(), rtol=1e-12)
        values = [[Value(number)] for number in self.A[:, 0]]
        assert ours(values, self.Y).data == pytest.approx(expected.item(), rel=1e-13)
