"""Which module call and which scope each node of a trace belongs to."""

import gc
import threading
import weakref

import numpy
import pytest

from autograd import Tensor, Value, label, no_grad, relu, scope, sigmoid, tanh
from nn import MLP, Linear, Module, Neuron, NeuronMLP, Sequential, quadratic
from viz import Trace, trace


def tree(traced: Trace) -> list[str]:
    """Every group with the operations in it, below the group it is in."""
    lines = []

    def add(parent: int | None, indent: str) -> None:
        for group in traced.groups:
            if group.parent == parent:
                inside = [node.operation for node in traced.nodes if node.operation and node.group == group.id]
                path = f" {group.path}" if group.kind == "module" and group.path else ""
                lines.append(f"{indent}{group.name}{path}: {' '.join(inside)}".rstrip(": "))
                add(group.id, indent + "  ")

    add(None, "")
    return lines


def without_group(traced: Trace) -> list[str]:
    return [node.operation for node in traced.nodes if node.operation and node.group is None]


X = numpy.ones((2, 3))


def test_a_network_is_a_group_with_its_layers_in_it() -> None:
    traced = trace(MLP((3, 4, 2), rng=0)(X).sum())
    assert tree(traced) == ["MLP: relu", "  Linear layers.0: affine", "  Linear layers.1: affine"]
    assert without_group(traced) == ["sum"]
    assert traced.groups[0].description == "MLP(3-4-2, activation=relu, output=identity)"


def test_modules_and_functions_in_a_sequence() -> None:
    traced = trace(Sequential(Linear(3, 4, rng=0), tanh, Sequential(Linear(4, 1, rng=1)), sigmoid)(X).sum())
    assert tree(traced) == [
        "Sequential: tanh sigmoid",
        "  Linear layers.0: affine",
        "  Sequential layers.2",
        "    Linear layers.2.layers.0: affine",
    ]


def test_neurons_are_in_layers_which_are_in_their_network() -> None:
    traced = trace(NeuronMLP((2, 2, 1), rng=0)([1.0, 2.0])[0])
    neuron = "multiply multiply add add sigmoid"
    assert tree(traced) == [
        "NeuronMLP",
        "  NeuronLayer layers.0",
        f"    Neuron layers.0.neurons.0: {neuron}",
        f"    Neuron layers.0.neurons.1: {neuron}",
        "  NeuronLayer layers.1",
        f"    Neuron layers.1.neurons.0: {neuron}",
    ]


def test_each_row_of_samples_is_a_call_of_its_own() -> None:
    (first,), (second,) = NeuronMLP((2, 1), rng=0)([[1.0, 2.0], [3.0, 4.0]])
    traced = trace(first + second)
    assert [(group.name, group.parent) for group in traced.groups if group.name == "NeuronMLP"] == [
        ("NeuronMLP", None)
    ] * 2


def test_a_module_called_twice_is_two_groups_and_shares_its_parameters_with_neither() -> None:
    layer = Linear(3, 3, rng=0)
    traced = trace(layer(tanh(layer(X))).sum())
    assert tree(traced) == ["Linear: affine", "Linear: affine"]
    assert {node.group for node in traced.nodes if node.role == "parameter"} == {None}


def test_a_parameter_belongs_to_the_innermost_group_of_all_its_users() -> None:
    class Tied(Module):
        def __init__(self) -> None:
            self.layer = Linear(3, 3, rng=0)

        def __call__(self, x):
            return self.layer(self.layer(x))

    traced = trace(Tied()(X).sum())
    places = [traced.groups[node.group].name for node in traced.nodes if node.role == "parameter"]
    assert places == ["Tied", "Tied"]


def test_named_inputs_and_the_numbers_of_no_group_stay_outside() -> None:
    a = Value(0.3, label="a")
    y = Value(1.0, requires_grad=False, label="y")
    traced = trace(quadratic(a, y) * 2.0)
    inside = [node.label for node in traced.nodes if node.group is not None]
    outside = [node.label for node in traced.nodes if node.group is None]
    assert "a" not in outside  # a parameter that only the scope uses
    assert outside == ["y", "2", traced.nodes[traced.output].label]
    assert "0.5" in inside


class Recurrent(Module):
    """h ← tanh(W [x] + U h), as a person would write it."""

    def __init__(self) -> None:
        self.of_input, self.of_state = Linear(3, 3, rng=0), Linear(3, 3, rng=1)

    def __call__(self, x, state=None):
        z = self.of_input(x)
        if state is not None:
            z = z + self.of_state(state)
        return tanh(z)


def test_a_recurrent_use_is_one_group_for_each_step() -> None:
    cell = Recurrent()
    state = None
    for _ in range(3):
        state = cell(X, state=state)
    traced = trace(state.sum())
    steps = [line for line in tree(traced) if not line.startswith(" ")]
    assert sorted(steps) == ["Recurrent: add tanh", "Recurrent: add tanh", "Recurrent: tanh"]


def test_what_is_given_by_keyword_or_in_a_list_is_not_part_of_the_module() -> None:
    class Masked(Module):
        def __call__(self, x, *, mask, more):
            return x * mask + more["bias"][0]

    w = Tensor(numpy.ones(3))
    traced = trace(Masked()(tanh(w), mask=sigmoid(w), more={"bias": [relu(w)]}).sum())
    assert tree(traced) == ["Masked: multiply add"]
    assert without_group(traced) == ["tanh", "sigmoid", "relu", "sum"]


class Stateful(Module):
    def __init__(self) -> None:
        self.weight = Value(0.5, label="w")
        self.state: Value | float = 0.1

    def __call__(self, x):
        self.state = tanh(self.weight * x + self.state)
        return self.state * 2.0


def test_a_state_that_a_module_keeps_belongs_to_the_call_that_computed_it() -> None:
    module = Stateful()
    outputs = [module(1.0) for _ in range(3)]
    for total in ((outputs[0] + outputs[1]) + outputs[2], outputs[2] + (outputs[1] + outputs[0])):
        assert tree(trace(total)) == ["Stateful: multiply add tanh multiply"] * 3


def test_what_a_module_takes_from_elsewhere_stays_where_it_was_computed() -> None:
    class Encoder(Module):
        def __call__(self, x):
            return tanh(x)

    class Decoder(Module):
        context: Tensor

        def __call__(self, x):
            return x * self.context

    decoder = Decoder()
    decoder.context = Encoder()(Tensor(X))
    assert tree(trace(decoder(Tensor(X)).sum())) == ["Encoder: tanh", "Decoder: multiply"]


def test_a_module_that_returns_its_input_computes_nothing() -> None:
    class Identity(Module):
        def __call__(self, x):
            return x

    x = tanh(Value(0.5))
    y = Identity()(x)
    assert y is x
    traced = trace(Sequential(Identity(), sigmoid, Identity())(y) * 2.0)
    assert tree(traced) == ["Sequential: sigmoid"]
    assert without_group(traced) == ["tanh", "multiply"]


@pytest.mark.parametrize("pack", [list, tuple, lambda pair: {"a": pair[0], "b": [[pair[1]]]}])
def test_a_module_may_return_several_nodes(pack) -> None:
    class Both(Module):
        def __call__(self, x):
            return pack([tanh(x), sigmoid(x)])

    found = Both()(Value(0.5))
    nodes = [found["a"], found["b"][0][0]] if isinstance(found, dict) else found
    assert tree(trace(nodes[0] + nodes[1])) == ["Both: tanh sigmoid"]


def test_a_subclass_that_calls_the_call_it_overrides_is_one_group() -> None:
    class Scaled(Linear):
        def __call__(self, x, *, scale=2.0):
            return super().__call__(x) * scale

    class Same(Linear):
        def __call__(self, x):
            return super().__call__(x)

    assert tree(trace(Scaled(3, 2, rng=0)(X, scale=3.0).sum())) == ["Scaled: affine multiply"]
    assert tree(trace(Same(3, 2, rng=0)(X).sum())) == ["Same: affine"]


def test_calls_of_a_module_by_itself_stand_side_by_side() -> None:
    class Tree(Module):
        def __call__(self, items):
            return items if isinstance(items, Value) else tanh(self(items[0]) * self(items[1]))

    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    assert tree(trace(Tree()([[a, b], c]))) == ["Tree: multiply tanh"] * 2


def test_under_no_grad_a_module_leaves_no_group() -> None:
    layer = Linear(3, 3, rng=0)
    with no_grad():
        constant = layer(X)
    assert trace((constant * Tensor(2.0)).sum()).groups == ()


def test_scopes_and_modules_lie_in_each_other_as_they_were_written() -> None:
    class Block(Module):
        def __init__(self) -> None:
            self.layer = Linear(3, 3, rng=0)

        def __call__(self, x):
            with scope("inside"):
                y = self.layer(x)
                with scope("deep"):
                    return tanh(y)

    with scope("outside"), scope("further in"):
        y = Block()(X)
    traced = trace(y.sum())
    assert tree(traced) == [
        "outside",
        "  further in",
        "    Block",
        "      inside",
        "        Linear layer: affine",
        "        deep: tanh",
    ]
    assert [group.path for group in traced.groups if group.kind == "scope"] == [
        "outside",
        "outside/further in",
        "outside/further in/inside",
        "outside/further in/inside/deep",
    ]


def test_a_scope_of_exactly_one_module_is_around_or_inside_as_it_was_written() -> None:
    class Inside(Module):
        def __call__(self, x):
            with scope("s"):
                return tanh(x)

    class Plain(Module):
        def __call__(self, x):
            return tanh(x)

    x = Value(0.5)
    assert tree(trace(Inside()(x))) == ["Inside", "  s: tanh"]
    with scope("s"):
        y = Plain()(x)
    assert tree(trace(y)) == ["s", "  Plain: tanh"]


def test_two_blocks_of_one_name_are_two_groups() -> None:
    x = Value(0.5)
    for _ in range(2):
        with scope("step"):
            x = tanh(x)
    assert tree(trace(x)) == ["step: tanh", "step: tanh"]


def test_parameters_have_their_path_in_the_outermost_module() -> None:
    network = Sequential(MLP((3, 2, 1), rng=0))
    paths = {node.module_path for node in trace(network(X).sum()).nodes if node.role == "parameter"}
    assert paths == {f"layers.0.layers.{layer}.{name}" for layer in (0, 1) for name in ("weight", "bias")}


def test_threads_do_not_put_their_modules_into_each_other() -> None:
    class Slow(Module):
        def __init__(self, entered, may_go) -> None:
            self.entered, self.may_go = entered, may_go

        def __call__(self, x):
            y = tanh(x)
            self.entered.set()
            assert self.may_go.wait(10)
            return y * 2.0

    entered, may_go = threading.Event(), threading.Event()
    found = []
    thread = threading.Thread(target=lambda: found.append(Slow(entered, may_go)(Value(0.5))))
    thread.start()
    assert entered.wait(10)
    here = Neuron(1, rng=0)([1.0])
    may_go.set()
    thread.join()
    assert tree(trace(here)) == ["Neuron: multiply add sigmoid"]
    assert tree(trace(found[0])) == ["Slow: tanh multiply"]


def test_a_call_that_fails_is_forgotten() -> None:
    with pytest.raises(Exception, match="takes rows of 3 numbers"):
        Sequential(Linear(3, 3, rng=0))(numpy.ones((2, 5)))
    assert tree(trace(Neuron(1, rng=0)([1.0]))) == ["Neuron: multiply add sigmoid"]


def test_marks_keep_no_graph_alive() -> None:
    network = MLP((3, 4, 2), rng=0)
    gc.collect()
    gc.disable()
    try:
        output = network(X)
        gone = weakref.ref(output)
        del output
        assert gone() is None
    finally:
        gc.enable()


def test_thousands_of_calls_are_grouped_in_time_that_grows_with_their_number() -> None:
    class Counted(NeuronMLP):
        asked = 0

        def named_modules(self, prefix=""):
            type(self).asked += 1
            yield from super().named_modules(prefix)

    network = Counted((1, 3_000), "tanh", rng=0)
    outputs = network([1.0])
    total = outputs[0]
    for output in outputs[1:]:
        total = total + output
    traced = trace(total, backward=False)
    assert len(traced.groups) == 3_002
    assert Counted.asked == 1  # the paths of all modules are asked for once, not once a node


def test_a_state_over_a_thousand_calls_is_no_tower_of_groups() -> None:
    module = Stateful()
    for _ in range(1_000):
        output = module(1.0)
    traced = trace(output)
    label({"output": output})
    assert len(traced.groups) == 1  # one call's output is in the graph; what led to it belongs to it
    assert all(group.parent is None for group in traced.groups)
