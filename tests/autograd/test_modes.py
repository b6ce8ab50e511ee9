"""no_grad and scope: nested, restored after an exception, each context's own."""

import contextvars
import threading

import numpy
import pytest

import autograd
from autograd import Tensor, Value, no_grad, scope

KINDS = pytest.mark.parametrize("kind", [Value, Tensor])


def recorded(kind=Value) -> bool:
    x = kind(2.0)
    answers = {(x * x).requires_grad, (x + 1).requires_grad, (1 - x).requires_grad, autograd.exp(x).requires_grad}
    assert len(answers) == 1
    return answers.pop()


@KINDS
class TestNoGrad:
    def test_records_nothing_inside(self, kind) -> None:
        x = kind(3.0)
        with no_grad():
            y = x * x
        assert (y.item(), y.op, y.inputs, y.requires_grad) == (9.0, None, (), False)
        with pytest.raises(autograd.NotRecordedError, match="no_grad"):
            y.backward()

    def test_gives_what_is_computed_outside_for_any_operand(self, kind) -> None:
        for function in (
            lambda x: x.exp(),
            lambda x: x / 0.0,
            lambda x: x + numpy.float64(2.0),
            lambda x: 2 - x,
            lambda x: x * kind(2.0, requires_grad=False),
            lambda x: Tensor([1.0, 2.0]) * x,
            lambda x: autograd.where(x, x, 1.0),
            lambda x: (x * 0.0).log(),
            lambda x: x**-1,
        ):
            for number in (1000.0, 0.5, -2.0):
                expected = function(kind(number))
                with no_grad():
                    found = function(kind(number))
                numpy.testing.assert_array_equal(found.data, expected.data)
                assert (found.op, found.inputs, found.requires_grad) == (None, (), False)
                assert isinstance(found, Tensor) == isinstance(expected, Tensor)

    def test_nests(self, kind) -> None:
        with no_grad():
            with no_grad():
                assert not recorded(kind)
            assert not recorded(kind)
        assert recorded(kind)

    def test_ends_with_an_exception(self, kind) -> None:
        with pytest.raises(ZeroDivisionError), no_grad():
            _ = 1 / 0
        assert recorded(kind)

    def test_is_a_decorator_that_can_be_called_again_and_from_itself(self, kind) -> None:
        @no_grad()
        def depth(n: int) -> list[bool]:
            return [recorded(kind), *(depth(n - 1) if n else [])]

        assert depth(3) == [False] * 4
        assert depth(0) == [False]
        assert recorded(kind)

    def test_a_decorated_function_can_run_in_two_threads_at_once(self, kind) -> None:
        first_is_inside, second_is_inside, first_is_out = threading.Event(), threading.Event(), threading.Event()
        answers = {}

        @no_grad()
        def inside(entered: threading.Event, leave: threading.Event) -> bool:
            entered.set()
            assert leave.wait(10)
            return recorded(kind)

        def work(name: str, entered: threading.Event, leave: threading.Event, left: threading.Event) -> None:
            try:
                answers[name] = (inside(entered, leave), recorded(kind))
            except ValueError as error:
                answers[name] = error
            finally:
                left.set()

        first = threading.Thread(
            target=work, args=("first", first_is_inside, second_is_inside, first_is_out)
        )  # enters first, leaves first
        second = threading.Thread(target=work, args=("second", second_is_inside, first_is_out, threading.Event()))
        first.start()
        assert first_is_inside.wait(10)
        second.start()
        first.join(20)
        second.join(20)
        assert answers == {"first": (False, True), "second": (False, True)}
        assert recorded(kind)

    def test_leaves_leaves_as_they_are(self, kind) -> None:
        with no_grad():
            x = kind(2.0)
        assert x.requires_grad
        (x * x).backward()
        assert float(x.grad) == 4.0

    def test_does_not_hinder_a_sweep(self, kind) -> None:
        x = kind(2.0)
        y = x * x
        with no_grad():
            y.backward()
        assert float(x.grad) == 4.0

    def test_holds_in_its_own_thread_only(self, kind) -> None:
        inside, done, answers = threading.Event(), threading.Event(), []

        def elsewhere() -> None:
            with no_grad():
                answers.append(recorded(kind))
                inside.set()
                done.wait(10)
                answers.append(recorded(kind))

        thread = threading.Thread(target=elsewhere)
        thread.start()
        assert inside.wait(10)
        assert recorded(kind)
        with no_grad():
            assert not recorded(kind)
        assert recorded(kind)
        done.set()
        thread.join()
        assert answers == [False, False]

    def test_holds_in_its_own_context_only(self, kind) -> None:
        with no_grad():
            copied = contextvars.copy_context()
            assert contextvars.Context().run(recorded, kind)
        assert recorded(kind)
        with no_grad():
            pass
        with scope("a block is open somewhere"):
            assert not copied.run(recorded, kind)

    def test_a_thread_starts_recording(self, kind) -> None:
        answers = []
        with no_grad():
            thread = threading.Thread(target=lambda: answers.append(recorded(kind)))
            thread.start()
            thread.join()
        assert answers == [True]


@KINDS
class TestScope:
    def test_is_kept_by_what_is_recorded_inside(self, kind) -> None:
        x = kind(2.0)
        before = x * 1
        with scope("cost") as cost:
            inside = [x * x, x + 1, autograd.exp(x), autograd.greater(x, 1), autograd.where(1.0, x, x)]
        after = x * 1
        assert [node.scope for node in inside] == [cost] * 5
        assert (before.scope, after.scope, x.scope) == (None, None, None)
        assert (cost.name, cost.path, cost.parent) == ("cost", "cost", None)

    def test_nested_ones_have_a_path(self, kind) -> None:
        x = kind(2.0)
        with scope("network") as network:
            with scope("layer") as layer:
                y = x * x
            z = x * x
        assert y.scope is layer
        assert (layer.parent, layer.path) == (network, "network/layer")
        assert z.scope is network

    def test_two_blocks_of_one_name_are_two_scopes(self, kind) -> None:
        x = kind(2.0)
        with scope("layer"):
            y = x * x
        with scope("layer"):
            z = x * x
        assert y.scope is not z.scope
        assert y.scope.name == z.scope.name

    def test_ends_with_an_exception(self, kind) -> None:
        with pytest.raises(ZeroDivisionError), scope("cost"):
            _ = 1 / 0
        assert (kind(2.0) * 1).scope is None

    def test_is_a_decorator_that_opens_a_scope_for_each_call(self, kind) -> None:
        @scope("layer")
        def layer(x):
            return x * x

        first, second = layer(kind(2.0)), layer(kind(2.0))
        assert (first.scope.name, second.scope.name) == ("layer", "layer")
        assert first.scope is not second.scope

    def test_changes_no_gradient(self, kind) -> None:
        x = kind(2.0)
        with scope("cost"):
            y = x * x * x
        y.backward()
        assert float(x.grad) == 12.0

    def test_and_no_grad_nest_in_either_order(self, kind) -> None:
        with scope("cost"), no_grad():
            assert not recorded(kind)
        with no_grad():
            with scope("cost"):
                assert not recorded(kind)
            assert not recorded(kind)
        assert recorded(kind)
