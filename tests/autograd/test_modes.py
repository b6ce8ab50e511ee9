"""no_grad and scope: nested, restored after an exception, each context's own."""

import asyncio
import contextvars
import functools
import inspect
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import numpy
import pytest

import autograd
from autograd import Tensor, Value, detect_anomaly, no_grad, scope, source_lines
from autograd.modes import current_mode

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
            assert not copied.run(recorded, kind)
        assert recorded(kind)
        assert copied.run(recorded, kind)
        with scope("a block is open somewhere"):
            assert copied.run(recorded, kind)

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


def holding(block, count=2):
    """A generator that holds a block open."""
    with block:
        yield from range(count)


class TestBlocksEndInAnyOrder:
    def test_as_zip_ends_two_generators(self) -> None:
        list(zip(holding(no_grad()), holding(no_grad()), strict=False))
        assert recorded()
        with scope("later"):
            assert recorded()
        assert current_mode() is autograd.modes.DEFAULT

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_what_the_others_change_holds_on(self, order) -> None:
        kinds = [no_grad, lambda: scope("named"), source_lines]
        blocks = [kind() for kind in kinds]
        for block in blocks:
            block.__enter__()
        named = current_mode().scope
        for position, number in enumerate(order, start=1):
            blocks[number].__exit__(None, None, None)
            still_open = set(order[position:])
            mode = current_mode()
            assert mode.recording == (0 not in still_open)
            assert mode.scope is (named if 1 in still_open else None)
            assert mode.keeping_sources == (2 in still_open)
        with scope("later"):
            assert recorded()
            assert (Value(1.0) * 2).source is None

    def test_a_generator_that_another_thread_ends_leaves_nothing_open(self) -> None:
        generator = holding(no_grad())
        next(generator)
        assert not recorded()
        thread = threading.Thread(target=generator.close)
        thread.start()
        thread.join()
        assert recorded()
        with scope("later"):
            assert recorded()

    def test_an_async_generator_that_was_left_half_way_leaves_nothing_open(self) -> None:
        async def held():
            with no_grad():
                yield recorded()

        async def main() -> list[bool]:
            generator = held()
            found = [await anext(generator)]
            del generator  # the event loop ends it in a task of its own
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            with scope("later"):
                found.append(recorded())
            return found

        assert asyncio.run(main()) == [False, True]

    def test_one_block_object_may_be_held_twice(self) -> None:
        block = no_grad()
        with block, block:
            assert not recorded()
        with scope("later"):
            assert recorded()


BLOCKS = {
    "no_grad": (no_grad, lambda: not current_mode().recording),
    "scope": (lambda: scope("named"), lambda: current_mode().scope is not None),
    "detect_anomaly": (detect_anomaly, lambda: current_mode().detecting_anomaly),
    "source_lines": (source_lines, lambda: current_mode().keeping_sources),
}


@pytest.mark.parametrize(("block", "holds"), list(BLOCKS.values()), ids=list(BLOCKS))
class TestDecoratedFunctionsThatStopAndGoOn:
    def test_a_generator_runs_inside_and_who_asks_it_outside(self, block, holds) -> None:
        found = []

        @block()
        def numbers():
            found.append(holds())
            try:
                got = yield 1
                found.append((got, holds()))
                try:
                    yield 2
                except KeyError:
                    found.append(holds())
                yield 3
            finally:
                found.append(holds())

        assert inspect.isgeneratorfunction(numbers)
        generator = numbers()
        assert (next(generator), holds()) == (1, False)
        assert (generator.send("sent"), holds()) == (2, False)
        assert (generator.throw(KeyError("thrown")), holds()) == (3, False)
        generator.close()
        assert found == [True, ("sent", True), True, True]
        assert not holds()

    def test_a_generator_gives_its_answer_and_its_error(self, block, holds) -> None:
        @block()
        def answering():
            yield
            return holds()

        def asking():
            return (yield from answering())

        generator = asking()
        next(generator)
        with pytest.raises(StopIteration) as end:
            next(generator)
        assert end.value.value is True

        @block()
        def failing():
            yield 1 / 0

        with pytest.raises(ZeroDivisionError):
            list(failing())
        assert not holds()

    def test_an_async_function_runs_inside_and_others_outside_meanwhile(self, block, holds) -> None:
        @block()
        async def inside(waiting) -> list[bool]:
            found = [holds()]
            await waiting.wait()
            return [*found, holds()]

        assert inspect.iscoroutinefunction(inside)

        async def main() -> list[bool]:
            waiting = asyncio.Event()
            task = asyncio.create_task(inside(waiting))
            await asyncio.sleep(0)
            meanwhile = holds()
            waiting.set()
            return [*await task, await inside(waiting), meanwhile, holds()]

        assert asyncio.run(main()) == [True, True, [True, True], False, False]

    def test_a_coroutine_that_waits_changes_nothing_for_who_drives_it(self, block, holds) -> None:
        class Pause:
            def __await__(self):
                yield

        @block()
        async def inside() -> bool:
            await Pause()
            return holds()

        coroutine = inside()
        coroutine.send(None)
        assert not holds()
        with pytest.raises(StopIteration) as end:
            coroutine.send(None)
        assert end.value.value is True

    def test_an_async_generator_runs_inside_and_who_asks_it_outside(self, block, holds) -> None:
        found = []

        @block()
        async def numbers():
            found.append(holds())
            try:
                got = yield 1
                found.append((got, holds()))
                try:
                    yield 2
                except KeyError:
                    found.append(holds())
                yield 3
            finally:
                await asyncio.sleep(0)
                found.append(holds())

        async def main() -> None:
            generator = numbers()
            assert (await anext(generator), holds()) == (1, False)
            assert (await generator.asend("sent"), holds()) == (2, False)
            assert (await generator.athrow(KeyError("thrown")), holds()) == (3, False)
            await generator.aclose()
            assert [number async for number in numbers()] == [1, 2, 3]

        assert inspect.isasyncgenfunction(numbers)
        asyncio.run(main())
        assert found == [True, ("sent", True), True, True, True, (None, True), True]

    def test_two_at_once_do_not_disturb_each_other(self, block, holds) -> None:
        @block()
        def numbers():
            for _ in range(2):
                yield holds()

        assert list(zip(numbers(), numbers(), strict=True)) == [(True, True)] * 2
        with ExitStack() as stack:
            stack.enter_context(scope("later"))
            assert recorded()


def test_a_decorated_generator_has_one_scope_however_often_it_stops() -> None:
    @scope("batches")
    def batches():
        for _ in range(2):
            yield (Value(1.0) * 2).scope

    first, second = batches()
    assert first is second
    assert next(batches()) is not first


def no_grad_holds() -> bool:
    return not (Value(2.0) * 3).requires_grad


def the_scope_holds() -> bool:
    at = (Value(2.0) * 3).scope
    while at is not None and at.name != "around":
        at = at.parent
    return at is not None


def source_lines_hold() -> bool:
    return (Value(2.0) * 3).source is not None


def the_transform_holds() -> bool:
    return autograd.modes.is_inside_transform()


@contextmanager
def transform() -> Iterator[None]:
    looks = autograd.modes.enter_transform()
    try:
        yield
    finally:
        autograd.modes.leave_transform(looks)


SCOPE = functools.partial(scope, "around")


def in_another_thread(told: threading.Event, ended: threading.Event) -> threading.Thread:
    """A thread that holds a block open until it is told to end it."""

    def run() -> None:
        with scope("elsewhere"), transform():
            told.set()
            ended.wait(10)

    thread = threading.Thread(target=run)
    thread.start()
    told.wait(10)
    return thread


@pytest.mark.parametrize(
    ("block", "holds"),
    [
        (no_grad, no_grad_holds),
        (SCOPE, the_scope_holds),
        (source_lines, source_lines_hold),
        (transform, the_transform_holds),
    ],
)
class TestWhatOutlivesTheBlockItWasBegunIn:
    """It is in the block as long as that is open, whatever else is open then."""

    def everywhere(self, holds) -> list[bool]:
        found = [holds()]
        with scope("its own"):
            found.append(holds())
        with detect_anomaly() if holds is not source_lines_hold else scope("another"):
            found.append(holds())
        told, ended = threading.Event(), threading.Event()
        thread = in_another_thread(told, ended)
        found.append(holds())
        ended.set()
        thread.join()
        return [*found, holds()]

    def test_a_task(self, block, holds) -> None:
        async def task(over) -> list[list[bool]]:
            before = self.everywhere(holds)
            with scope("from inside to outside"):
                before.append(holds())
                await over.wait()
                # A scope is inside another for good.
                after = [holds() and block is not SCOPE]
            return [before, after + self.everywhere(holds)]

        async def main() -> list[list[bool]]:
            over = asyncio.Event()
            with block():
                begun = asyncio.create_task(task(over))
                await asyncio.sleep(0)
                assert holds()
            over.set()
            return await begun

        assert asyncio.run(main()) == [[True] * 6, [False] * 6]

    def test_a_task_begun_in_the_task(self, block, holds) -> None:
        async def later(over) -> list[bool]:
            await over.wait()
            return self.everywhere(holds)

        async def task(over) -> list[bool]:
            with scope("of the first"):
                second = asyncio.create_task(later(over))
            return await second

        async def main() -> list[bool]:
            over = asyncio.Event()
            with block():
                begun = asyncio.create_task(task(over))
                await asyncio.sleep(0)
            over.set()
            return await begun

        assert asyncio.run(main()) == [False] * 5

    def test_work_in_a_thread(self, block, holds) -> None:
        begun, over = threading.Event(), threading.Event()

        def work() -> list[list[bool]]:
            before = self.everywhere(holds)
            begun.set()
            over.wait(10)
            return [before, self.everywhere(holds)]

        async def main() -> list[list[bool]]:
            with block():
                working = asyncio.create_task(asyncio.to_thread(work))
                while not begun.is_set():
                    await asyncio.sleep(0.001)
            over.set()
            return await working

        assert asyncio.run(main()) == [[True] * 5, [False] * 5]

    def test_a_callback(self, block, holds) -> None:
        async def main() -> list[bool]:
            found: list[bool] = []
            done = asyncio.Event()

            def call() -> None:
                found.extend(self.everywhere(holds))
                done.set()

            with block():
                asyncio.get_running_loop().call_later(0.001, call)
            await done.wait()
            return found

        assert asyncio.run(main()) == [False] * 5


@pytest.mark.usefixtures("threads_take_turns_often")
def test_one_block_object_serves_several_tasks_and_threads():
    block = no_grad()
    wrong = []

    def is_recording():
        return (Value(2.0) * 3).requires_grad

    async def task(number):
        for _ in range(10):
            with block:
                await asyncio.sleep(1e-4 * (number % 3))
                wrong.append(is_recording())
            wrong.append(not is_recording())
            await asyncio.sleep(0)

    async def tasks():
        await asyncio.gather(*[task(number) for number in range(5)])

    asyncio.run(tasks())

    def run(_):
        for _ in range(100):
            with block:
                wrong.append(is_recording())
            wrong.append(not is_recording())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert not any(wrong)
    with block, block:
        assert not is_recording()
    assert is_recording()
