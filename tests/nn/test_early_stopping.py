"""EarlyStopping gives the best parameters back whatever ends a run, and says why it ended it."""

import os
import signal
from typing import Any

import numpy
import pytest

from autograd import Tensor
from nn import MLP, SGD, Callback, EarlyStopping, checkpoints, fit

POINTS = numpy.random.default_rng(0).normal(size=(40, 2))
TARGETS = numpy.where(POINTS[:, :1] > 0, 1.0, -1.0)


class Stop(Callback):
    """Ends the run in its tenth epoch: in the middle or at its end, or by Ctrl-C."""

    def __init__(self, how: str) -> None:
        self.how = how

    def on_step(self, run: Any, step: Any) -> None:
        if len(run.history.steps) == 9 * run.steps_per_epoch + 2 and self.how != "epoch":
            if self.how == "step":
                run.stop("enough")
            else:
                os.kill(os.getpid(), signal.SIGINT)

    def on_epoch(self, run: Any, epoch: Any) -> None:
        if epoch.number == 10 and self.how == "epoch":
            run.stop("enough")


class Record(Callback):
    """What the parameters were at the end of each epoch, as all callbacks see them."""

    def on_start(self, run: Any) -> None:
        self.states = []
        self.losses = []

    def on_epoch(self, run: Any, epoch: Any) -> None:
        self.states.append(run.model.state_dict())
        self.losses.append(epoch.loss)

    def on_end(self, run: Any) -> None:
        self.restored = run.history.restored_epoch


def same(model: Any, state: Any) -> bool:
    return all(numpy.array_equal(array, state[name]) for name, array in model.state_dict().items())


@pytest.mark.parametrize("how", ["epoch", "step", "ctrl-c", "to the end"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_best_parameters_come_back_whatever_ends_the_run(how: str, place: int, tmp_path: Any) -> None:
    model, record = MLP((2, 8, 1), rng=0), Record()
    callbacks: list[Callback] = [record, Stop(how)]
    callbacks.insert(place, EarlyStopping(100, "loss", restore_best=True))
    path = tmp_path / "model.safetensors"
    fit(
        model, (POINTS, TARGETS), "quadratic", SGD(model, 0.9), 50 if how != "to the end" else 9,
        batch_size=8, rng=0, callbacks=callbacks, checkpoint=path,
    )  # fmt: skip
    best = int(numpy.argmin(record.losses))
    assert 0 < best < len(record.losses) - 1
    assert same(model, record.states[best]) and record.restored == best + 1
    assert same(checkpoints.build(path)[0], record.states[best])


@pytest.mark.parametrize("how", ["step", "ctrl-c"])
def test_steps_after_the_best_epoch_are_taken_back_where_the_run_ends_within_an_epoch(how: str) -> None:
    model, record = MLP((2, 8, 1), rng=0), Record()
    early = EarlyStopping(100, "loss", restore_best=True)
    fit(
        model,
        (POINTS, TARGETS),
        "quadratic",
        SGD(model, 0.01),
        50,
        batch_size=8,
        rng=0,
        callbacks=[Stop(how), early, record],
    )
    assert record.losses[-1] == min(record.losses) and len(record.losses) == 9
    assert same(model, record.states[-1]) and record.restored == 9


def test_parameters_within_an_epoch_are_not_taken_for_those_of_the_best_one(tmp_path: Any) -> None:
    path = tmp_path / "model.safetensors"
    model = MLP((2, 8, 1), rng=0)
    data = POINTS, TARGETS
    fit(model, data, "quadratic", SGD(model, 0.01), 50, batch_size=8, rng=0, callbacks=[Stop("step")], checkpoint=path)
    resumed = MLP((2, 8, 1), rng=1)
    early = EarlyStopping(100, "loss", restore_best=True)

    class Worse(Callback):
        def on_step(self, run: Any, step: Any) -> None:
            run.stop("enough")

    with pytest.warns(UserWarning, match="of epoch 9, are not in the resumed file: the last parameters stay"):
        fit(
            resumed,
            data,
            "quadratic",
            SGD(resumed, 0.01),
            50,
            batch_size=8,
            rng=0,
            callbacks=[early, Worse()],
            resume=path,
        )


def test_a_loss_that_is_never_a_number_has_no_best_epoch() -> None:
    def unknown(outputs: Any, targets: Any) -> Any:
        cost = ((outputs - targets) ** 2).mean()
        return cost if len(targets) == 8 else cost + Tensor(numpy.nan, requires_grad=False)

    model, record = MLP((2, 8, 1), rng=0), Record()
    data = POINTS, TARGETS
    with pytest.warns(UserWarning, match="no epoch had a finite validation loss: the last parameters stay"):
        history = fit(
            model, data, unknown, SGD(model, 0.1), 30, batch_size=8, rng=0, validation=data,
            callbacks=[EarlyStopping(3, restore_best=True), record],
        )  # fmt: skip
    assert history.stopped == "the validation loss was no finite number in any of 4 epochs (the last: nan)"
    assert same(model, record.states[-1]) and record.restored is None
