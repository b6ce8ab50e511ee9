"""Optimizers, layers and losses beside PyTorch's, in float64."""

from typing import Any

import numpy
import pytest

import nn
from autograd import Tensor, Value
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
