"""Transforms: against closed forms, finite differences and PyTorch; what they take, hand out and refuse."""

import pytest

from autograd import StaleGraphError, Tensor, Value, grad, gradients, jacobian, jvp, modes, vjp
from autograd.backward import topological_order


class TestWhatASweepLooksAt:
    def test_the_order_ends_before_what_ends_are_computed_from(self) -> None:
        x = Value(2.0)
        first = x * x
        second = first * 3.0
        output = second + first
        assert topological_order(output) == [first, second, output]
        assert topological_order(output, ends=frozenset([first])) == [second, output]
        assert topological_order(output, ends=frozenset([second])) == [first, output]
        assert topological_order(output, ends=frozenset([output])) == []

    @pytest.mark.parametrize("kind", [Value, Tensor])
    def test_what_an_argument_was_computed_from_is_not_looked_at(self, kind) -> None:
        x = kind(3.0)
        argument = x * x
        x.data = 100.0  # a sweep through x * x would refuse it
        slope = grad(lambda y: y * y)(argument)
        assert slope.item() == 18.0
        assert [one.item() for one in jvp(lambda y: y * y, (argument,), (1.0,))] == [81.0, 18.0]
        assert jacobian(lambda y: y * y)(argument).item() == 18.0
        assert vjp(lambda y: y * y, argument)[1](1.0)[0].item() == 18.0
        with pytest.raises(StaleGraphError):
            gradients(slope, x, create_graph=True)

    def test_no_block_is_open_while_a_function_runs_so_that_fast_paths_are_taken(self) -> None:
        open_blocks = []
        grad(lambda x: open_blocks.append(modes.open_blocks) or x * x)(3.0)
        assert open_blocks == [0]
