"""What holds for every optimizer of the table, by the table: one that is added is tested by being there."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy
import pytest

from autograd import Tensor, Value
from nn import (
    MLP,
    OPTIMIZERS,
    Callback,
    History,
    NetworkError,
    Optimizer,
    checkpoints,
    fit,
    quadratic,
    to_neurons,
)
from nn.checkpoints import described_settings

INPUTS = numpy.random.default_rng(0).normal(size=(40, 3))
DATA = (INPUTS, numpy.sin(INPUTS[:, :1]))


def keywords_of(make: Any) -> dict[str, Any]:
    """The keyword arguments of `__init__`, by default, besides the learning rate."""
    parameters = inspect.signature(make).parameters.values()
    return {one.name: one.default for one in parameters if one.name not in ("parameters", "learning_rate")}


def another(default: Any) -> Any:
    """A setting that is allowed and is not the default."""
    if isinstance(default, bool):
        return not default
    if isinstance(default, tuple):
        return tuple(map(another, default))
    return default * 0.75 if default else 0.25


def settings_of(make: Any) -> list[dict[str, Any]]:
    """The defaults; all settings changed; and each alone, where it is allowed alone."""
    changed = {name: another(default) for name, default in keywords_of(make).items()}
    found: list[dict[str, Any]] = [{}, changed]
    for name, setting in changed.items():
        try:
            make([Value(1.0)], 0.1, **{name: setting})
        except NetworkError:
            continue
        found.append({name: setting})
    return found


CASES = [pytest.param(make, settings, id=f"{name}-{settings}") for name, make in OPTIMIZERS.items()
         for settings in settings_of(make)]  # fmt: skip


def trained(
    make: Any, settings: Any, way: bool | None, dtype: Any = float, **keywords: Any
) -> tuple[Any, Any, History]:
    model = MLP((3, 4, 1), "tanh", "identity", rng=0, dtype=dtype)
    optimizer = make(model.parameters(), 0.01, **settings)
    return model, optimizer, fit(model, DATA, quadratic, optimizer, 4, batch_size=8, rng=1, compile=way, **keywords)


def same(one: Any, other: Any, tolerance: float = 1e-10) -> None:
    for state, state2 in ((part.state_dict(), part2.state_dict()) for part, part2 in zip(one, other, strict=True)):
        assert state.keys() == state2.keys()
        for name in state:
            numpy.testing.assert_allclose(state[name], state2[name], rtol=tolerance, atol=tolerance, err_msg=name)


@pytest.mark.parametrize(("make", "settings"), CASES)
def test_it_descends_a_quadratic(make: Any, settings: Any) -> None:
    w = Tensor([3.0, -2.0])
    optimizer = make([w], 0.02, **settings)
    costs = []
    for _ in range(400):
        optimizer.zero_grad()
        cost = (w * w * numpy.array([1.0, 0.5])).sum()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    assert costs[1] < costs[0]
    assert costs[-1] < 0.1 * costs[0]


@pytest.mark.parametrize(("make", "settings"), CASES)
def test_its_compiled_steps_are_its_eager_ones(make: Any, settings: Any) -> None:
    compiled, eager = trained(make, settings, True), trained(make, settings, False)
    assert compiled[2].way == "compiled steps"
    same(compiled[:2], eager[:2])


@pytest.mark.parametrize(("make", "settings"), CASES)
def test_values_move_as_tensors(make: Any, settings: Any) -> None:
    tensors = MLP((3, 2, 1), "tanh", "identity", rng=0)
    values = to_neurons(tensors)
    for model in (tensors, values):
        fit(model, (INPUTS[:8], DATA[1][:8]), quadratic, make(model.parameters(), 0.01, **settings), 3, rng=0,
            compile=False)  # fmt: skip
    same([to_neurons(tensors)], [values])


@pytest.mark.parametrize(("make", "settings"), CASES)
def test_its_state_comes_back_from_a_checkpoint(make: Any, settings: Any, tmp_path: Path) -> None:
    model, optimizer, _ = trained(make, settings, False)
    checkpoints.save(tmp_path / "whole", model, optimizer)
    other = MLP((3, 4, 1), "tanh", "identity", rng=5)
    restored = make(other.parameters(), 0.01, **settings)
    checkpoints.load(tmp_path / "whole", other, restored)
    same([other, restored], [model, optimizer], tolerance=0.0)
    assert restored.steps == optimizer.steps == 20
    assert any(array.any() for name, array in restored.state_dict().items() if name.startswith("0."))


@pytest.mark.parametrize("way", [True, False])
@pytest.mark.parametrize(("make", "settings"), CASES)
def test_a_run_that_was_stopped_goes_on_where_it_was(
    make: Any, settings: Any, way: bool, tmp_path: Path, stop_after: Callable[[int], Callback]
) -> None:
    whole = trained(make, settings, way)
    trained(make, settings, way, checkpoint=tmp_path / "half", callbacks=[stop_after(7)])
    resumed = trained(make, settings, way, resume=tmp_path / "half")
    same(resumed[:2], whole[:2], tolerance=0.0)


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_keyword_is_a_hyperparameter_and_is_noted_in_a_checkpoint(make: Any) -> None:
    changed = {name: another(default) for name, default in keywords_of(make).items()}
    optimizer = make([Value(1.0)], 0.01, **changed)
    assert set(make.hyperparameters) == set(changed)
    assert optimizer.settings() == {"learning_rate": 0.01, **changed}
    assert described_settings(optimizer).keys() == {"class", "learning_rate", *changed}


# --- updates that change from step to step ---------------------------------------------------------------


class Plain(Optimizer):
    """What the tests derive theirs from."""

    kept = ("latest",)
    hyperparameters: ClassVar[tuple[str, ...]] = ("factor",)

    def __init__(self, parameters: Any, learning_rate: float, *, factor: float = 1.0) -> None:
        self.factor = factor
        self.buffer, self.random = numpy.zeros(1), numpy.random.default_rng(0)
        self.count = 0
        super().__init__(parameters, learning_rate)


def registered(monkeypatch: pytest.MonkeyPatch, update: Any) -> Any:
    made = type("Lion", (Plain,), {"_update": update, "total": 0})
    monkeypatch.setitem(OPTIMIZERS, "lion", made)
    monkeypatch.setattr("nn.way._WORTH_COMPILING", 1)
    return made


def alternates(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    data -= numpy.where(self.steps % 2 == 1, self.learning_rate, 0.0) * gradient


def writes_all(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    latest = slot.kept["latest"]
    latest[...] = 0.5 * latest + numpy.clip(gradient, -0.1, 0.1)
    slot.work[...] = 1.0 / self.steps
    slot.work *= latest
    data[...] -= self.factor * slot.work / numpy.sum(numpy.abs(gradient) + 1)


def keeps_the_shape(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    numpy.copyto(slot.kept["latest"], self.learning_rate)
    numpy.multiply(slot.age, numpy.ones((), numpy.float64), out=slot.work)
    assert slot.work.shape == data.shape and data.ndim == len(data.shape)
    data -= slot.kept["latest"] * gradient / numpy.sqrt(slot.work)


@pytest.mark.parametrize("update", [alternates, writes_all, keeps_the_shape])
def test_counters_and_numpys_functions_are_recorded(update: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(monkeypatch, update)
    compiled, eager = trained(made, {}, True), trained(made, {}, False)
    assert compiled[2].way == "compiled steps"
    assert not numpy.array_equal(compiled[0].layers[0].weight.data, MLP((3, 4, 1), rng=0).layers[0].weight.data)
    same(compiled[:2], eager[:2])


@pytest.mark.parametrize("update", [writes_all, keeps_the_shape])
def test_what_is_written_keeps_its_dtype(update: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(monkeypatch, update)
    compiled, eager = (trained(made, {}, way, numpy.float32) for way in (True, False))
    same(compiled[:2], eager[:2], tolerance=1e-5)
    states = [array for part in compiled[:2] for array in part.state_dict().values()]
    assert {array.dtype for array in states if array.ndim} == {numpy.dtype("float32")}


def branches_on_steps(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    if self.steps % 2:
        data -= self.learning_rate * gradient


def branches_on_age(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    data -= self.learning_rate * gradient if slot.age > 1 else 0.5 * gradient


def counts(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    self.count += 1
    data -= self.learning_rate / self.count * gradient


def counts_in_its_class(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    type(self).total += 1
    data -= self.learning_rate / type(self).total * gradient


def draws(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    data -= self.learning_rate * gradient * self.random.uniform()


def keeps_elsewhere(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    self.buffer[0] += 0.1
    data -= self.learning_rate * gradient * self.buffer[0]


def has_a_method(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    data -= self.learning_rate * gradient / (1 + abs(gradient.sum()))


def calls_what_has_no_rule(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    data -= self.learning_rate * numpy.real(numpy.fft.ifft(numpy.fft.fft(gradient)))


def picks_elements(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    slot.kept["latest"][0] = gradient[0]
    data -= self.learning_rate * gradient


def reads_work(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    slot.work *= 0
    data -= self.learning_rate * gradient


def writes_its_own(self: Any, data: Any, gradient: Any, slot: Any) -> None:
    own = numpy.empty(data.shape)
    numpy.multiply(gradient, self.learning_rate, out=own)
    data -= own


REFUSED = [
    (branches_on_steps, r"it looks at numbers \(if, float\(\), a loop\), once for all steps; numpy.where may do"),
    (branches_on_age, "it looks at numbers"),
    (counts, "it sets self.count; slot.kept holds what changes, self.steps and slot.age count"),
    (counts_in_its_class, "it sets total of its class; self.steps and slot.age count"),
    (draws, "it reads self.random, whose Generator may change between steps"),
    (keeps_elsewhere, "it reads self.buffer, whose ndarray may change between steps"),
    (has_a_method, r"it uses .sum of an array or a number; NumPy's function \(numpy.sum\) may do"),
    (calls_what_has_no_rule, "it calls numpy.fft, which has no derivative or looks at numbers"),
    (picks_elements, "it picks elements of an array"),
    (reads_work, "it reads slot.work before it has written to it"),
    (writes_its_own, "it writes into an array of its own"),
]


@pytest.mark.parametrize(("update", "reason"), REFUSED)
def test_what_would_be_frozen_is_eager_and_says_why(update: Any, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(monkeypatch, update)
    default = trained(made, {}, None)
    made = registered(monkeypatch, update)  # anew: one counts in its class
    eager = trained(made, {}, False)
    assert default[2].eager_because is not None and "Cell" not in default[2].eager_because
    assert default[2].eager_because.startswith("the update of Lion cannot be compiled: it ")
    same(default[:2], eager[:2], tolerance=0.0)
    with pytest.raises(NetworkError, match=f"^compile=True: the update of Lion cannot be compiled: {reason}"):
        trained(made, {}, True)


def test_a_step_of_its_own_is_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    made = registered(monkeypatch, alternates)
    made.step = lambda self: Optimizer.step(self)
    assert trained(made, {}, None)[2].eager_because == (
        "Lion has a step() of its own, which a compiled step would not run"
    )


def test_a_setting_that_is_no_hyperparameter_is_followed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def update(self: Any, data: Any, gradient: Any, slot: Any) -> None:
        data -= self.learning_rate * (self.count + 1) * gradient

    class Change(Callback):
        def on_step(self, run, step):
            run.optimizer.count = len(run.history.steps) // 3

    made = registered(monkeypatch, update)
    compiled, eager = (trained(made, {}, way, callbacks=[Change()]) for way in (True, False))
    assert compiled[2].way == "compiled steps"
    same(compiled[:2], eager[:2])


def test_a_setting_that_makes_recording_impossible_makes_steps_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    def update(self: Any, data: Any, gradient: Any, slot: Any) -> None:
        data -= self.learning_rate * self.factor * gradient

    class Change(Callback):
        def on_step(self, run, step):
            if len(run.history.steps) > 3:
                run.optimizer.factor = numpy.array(0.5)

    made = registered(monkeypatch, update)
    compiled, eager = (trained(made, {}, way, callbacks=[Change()]) for way in (True, False))
    same(compiled[:2], eager[:2])
