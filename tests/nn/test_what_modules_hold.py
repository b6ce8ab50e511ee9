"""Parameters and modules in lists, tuples and dicts of any nesting, in circles, and where they are refused."""

from collections import OrderedDict, deque
from types import MappingProxyType
from typing import Any

import numpy
import pytest

from autograd import Tensor, Value, sigmoid, tanh
from nn import SGD, Dropout, Linear, Module, NetworkError, checkpoints, fit, quadratic, xor
from viz import trace


class Heads(Module):
    def __init__(self, seed: int = 0) -> None:
        self.first = Linear(2, 8, rng=seed)
        self.heads = {"a": Linear(8, 1, rng=seed + 1)}
        self.parts = {"list": [({"drop": Dropout(0.5, rng=0)},)], "text": "none", 3: Tensor([[1.0]], label="gain")}

    def __call__(self, x: Any) -> Any:
        hidden = self.parts["list"][0][0]["drop"](tanh(self.first(x)))
        return sigmoid(self.heads["a"](hidden) * self.parts[3])


NAMES = ["first.weight", "first.bias", "heads.a.weight", "heads.a.bias", "parts.3"]


def test_parameters_in_dicts_are_found_by_path_and_trained() -> None:
    network = Heads()
    assert [name for name, _ in network.named_parameters()] == NAMES
    before = network.state_dict()
    targets = xor().train_labels.reshape(-1, 1)
    fit(network, (xor().train_inputs, targets), quadratic, SGD(network.parameters(), 1.0), 3, batch_size=4, rng=0)
    assert not any(numpy.array_equal(before[name], after) for name, after in network.state_dict().items())


def test_parameters_in_dicts_are_saved_loaded_and_shown(tmp_path: Any) -> None:
    network, other = Heads(0), Heads(5)
    path = checkpoints.save(tmp_path / "m.safetensors", network)
    checkpoints.load(path, other)
    for name, array in network.state_dict().items():
        assert numpy.array_equal(other.state_dict()[name], array)
    assert "heads.a.weight" in network.summary()
    assert "heads.a.weight" in {node.module_path for node in trace(other(Tensor([[1.0, 2.0]])).sum()).nodes}


def test_train_and_eval_reach_modules_in_dicts_and_so_do_generators() -> None:
    network = Heads().eval()
    drop = network.parts["list"][0][0]["drop"]
    assert not drop.training
    assert network.train() is network and drop.training
    assert [name for name, _ in network.named_generators()] == ["parts.list.0.0.drop.rng"]


@pytest.mark.parametrize(
    "hold",
    [
        lambda layer: OrderedDict(x=layer),
        lambda layer: MappingProxyType({"x": layer}),
        lambda layer: deque([layer]),
        lambda layer: {"x": layer}.values(),
        lambda layer: {(1, 2): {"x": ([layer],)}},
    ],
)
def test_a_parameter_is_found_in_anything_that_has_an_order(hold: Any) -> None:
    network, layer = Module(), Linear(2, 1, rng=0)
    network.held = hold(layer)  # type: ignore[attr-defined]  # a module takes attributes
    assert network.parameters() == layer.parameters()
    assert network.named_modules().__next__()[1] is network and len(list(network.named_modules())) == 2


def test_values_in_an_array_of_objects_are_parameters() -> None:
    network = Module()
    network.weights = numpy.array([[Value(1.0), Value(2.0)]])  # type: ignore[attr-defined]  # as above
    assert [name for name, _ in network.named_parameters()] == ["weights.0.0", "weights.0.1"]


@pytest.mark.parametrize("hold", [lambda part: {part}, lambda part: [{"x": frozenset([part])}], lambda part: {part: 1}])
@pytest.mark.parametrize("make", [lambda: Linear(2, 1, rng=0), lambda: Tensor([1.0])])
def test_a_set_of_parameters_is_refused_by_name(make: Any, hold: Any) -> None:
    network = Module()
    network.odd = hold(make())  # type: ignore[attr-defined]  # as above
    for ask in (network.parameters, network.state_dict, network.train):
        with pytest.raises(NetworkError, match=r"odd.* of Module hold modules or parameters.*hold them in a list"):
            ask()


def test_sets_of_other_things_are_left_alone() -> None:
    network = Linear(2, 1, rng=0)
    network.tags = {"a", Tensor([1.0], requires_grad=False)}  # type: ignore[attr-defined]  # as above
    assert len(network.parameters()) == 2


def test_two_parameters_of_one_path_are_refused() -> None:
    network = Module()
    network.held = {1: Value(1.0), "1": Value(2.0)}  # type: ignore[attr-defined]  # as above
    with pytest.raises(NetworkError, match=r"two parameters of Module\(\) have the path held.1: give them other keys"):
        network.state_dict()


class Child(Module):
    def __init__(self, parent: Module) -> None:
        self.parent, self.w = parent, Tensor([1.0])


class Parent(Module):
    def __init__(self) -> None:
        self.child = Child(self)
        self.others = [self.child, Child(self)]
        self.others[1].siblings = {"all": self.others}  # type: ignore[attr-defined]  # as above
        self.line = Linear(2, 1, rng=0)


def test_a_child_may_hold_its_parent() -> None:
    parent = Parent()
    names = ["child.w", "others.1.w", "line.weight", "line.bias"]
    assert [name for name, _ in parent.named_parameters()] == list(parent.state_dict()) == names
    assert [path for path, _ in parent.named_modules()] == ["", "child", "others.1", "line"]
    assert parent.eval().line.training is False
    assert "others.1.w" in parent.summary()
    assert [name for name, _ in parent.child.named_parameters()][:1] == ["parent.others.1.w"]


def test_modules_that_all_know_each_other_are_looked_through_at_once() -> None:
    crowd = [Child(Module()) for _ in range(30)]
    for one in crowd:
        one.neighbours = crowd  # type: ignore[attr-defined]  # as above
    assert len(crowd[0].parameters()) == 30


def test_a_list_may_hold_itself_and_nesting_has_no_limit() -> None:
    network, deep = Module(), [Tensor([1.0])]
    deep.append(deep)  # type: ignore[arg-type]  # on purpose
    for _ in range(5000):
        deep = [deep]  # type: ignore[list-item]  # on purpose
    network.deep = deep  # type: ignore[attr-defined]  # as above
    last = network
    for _ in range(5000):
        last.next = Module()  # type: ignore[attr-defined]  # as above
        last = last.next
    last.w = Tensor([2.0])  # type: ignore[attr-defined]  # as above
    assert len(network.parameters()) == 2


def test_a_module_in_two_places_keeps_both_paths() -> None:
    """Files that were written of it have its statistics under both."""
    network = Module()
    network.a = network.b = Dropout(0.5, rng=0)  # type: ignore[attr-defined]  # as above
    assert [path for path, _ in network.named_modules()] == ["", "a", "b"]
