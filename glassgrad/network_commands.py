"""The commands that train and use networks, and their options: train, eval, predict."""

from __future__ import annotations

import io
import math
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy

from autograd import GraphError
from autograd.files import why_not_writable, write_whole
from nn import (
    ACTIVATIONS,
    DATASETS,
    OPTIMIZERS,
    SCHEDULES,
    Callback,
    CheckpointError,
    Diagnostics,
    Distributions,
    DivergenceError,
    EarlyStopping,
    Epoch,
    History,
    NeuronMLP,
    Snapshots,
    checkpoints,
    diagnose,
    fit,
)
from nn.callbacks import TrainingRun

from . import recognition
from .options import amount, bound, count, named, told, whole
from .recipes import DTYPES, ENGINES, PRESETS, Recipe, Settings, completed, offered_losses, recipe

# A start from which document 001's recipe learns XOR; about two of three do.
XOR_SEED = 0
# Parameters times samples of which hundreds of losses are computed in a moment.
_QUICKLY_MEASURED = 2_000_000
# The shares of training after which a boundary is drawn.
_STAGES = (0.0, 0.02, 0.05, 0.1, 0.3, 1.0)


def train_options(parser: ArgumentParser) -> None:
    parser.add_argument("dataset", help=named(DATASETS))
    parser.add_argument("--preset", help=told(PRESETS))
    _add_data_dir(parser)
    parser.add_argument("--engine", help=f"{named(ENGINES)}: arrays (usual), or every number a node of its own")
    parser.add_argument("--sizes", type=_sizes, help="the width of every layer, such as 784,32,10")
    parser.add_argument("--activation", help=f"of the hidden layers: {named(ACTIVATIONS)}")
    parser.add_argument("--loss", help=named(offered_losses()))
    parser.add_argument("--optimizer", help=named(OPTIMIZERS))
    parser.add_argument("--schedule", help=f"of the learning rate: {named(SCHEDULES)}")
    parser.add_argument("--epochs", type=count, help="passes through the data")
    parser.add_argument("--batch-size", type=count, help="samples a step")
    parser.add_argument("--learning-rate", type=amount, help="the step size")
    parser.add_argument("--momentum", type=amount, help="the share of the last step that is kept (sgd, rmsprop)")
    parser.add_argument("--weight-decay", type=amount, help="how much weights are drawn towards 0")
    parser.add_argument("--clip-norm", type=bound, metavar="MOST", help="the bound of the whole gradient's norm")
    parser.add_argument(
        "--early-stopping",
        type=count,
        metavar="EPOCHS",
        help="stop when the test loss has not become better for so many epochs, and keep the best weights",
    )
    parser.add_argument("--dtype", help=named(DTYPES))
    parser.add_argument("--seed", type=whole, help="of the start and the order of samples (0)")
    parser.add_argument("--limit", type=count, help="use only the first N samples to train on, and N to test on")
    parser.add_argument("--save", metavar="FILE", help="the model and all else that --resume needs, after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on with a saved run as if it had not been interrupted")
    parser.add_argument("--start-from", metavar="FILE", help="begin a new run from the model of a saved one")
    parser.add_argument("--history", metavar="FILE", help="the figures of every step and epoch, a JSON object a line")
    parser.add_argument("--plots", metavar="DIR", help="curves, gradients, mistakes … as pictures (needs matplotlib)")
    parser.add_argument("--seeds", type=count, metavar="N", help="run from N starts, and tell the distribution")


def train(options: Namespace) -> None:
    """`glassgrad train`: a line for each of some epochs, a final line, and the files that were asked for."""
    settings = Settings(**{one.name: getattr(options, one.name) for one in fields(Settings)})
    if options.resume is not None and options.start_from is not None:
        raise GraphError("--resume goes on with a run, --start-from begins another one: give one of the two")
    if options.resume is not None or options.start_from is not None:
        settings = _gone_on_from(options.resume or options.start_from, settings, is_same_run=bool(options.resume))
    if options.seeds is not None:
        _train_seeds(settings, options)
        return
    _check_places(options)
    run = recipe(settings, options.data_dir)
    if options.start_from is not None:
        checkpoints.load(options.start_from, run.model)
    save = options.save or options.resume
    snapshots = Snapshots(*(round(share * run.epochs) for share in _STAGES))
    distributions = _distributions(run)
    watching = [] if options.plots is None else [snapshots, *_diagnostics(run), *distributions]
    try:
        history = fit_recipe(run, save=save, resume=options.resume, callbacks=watching)
    except DivergenceError as error:
        if options.history is not None:
            error.history.save(options.history)
        raise
    for warning in diagnose(history):
        print(warning)
    if options.history is not None:
        print(f"wrote {history.save(options.history)}")
    if options.plots is not None:
        _plot(run, history, snapshots, distributions, Path(options.plots))
    if history.stopped == "interrupted":
        done = f"stopped after {len(history.steps):,} steps"
        kept = f"; go on with --resume {save}" if save else ", and without --save they are lost"
        raise KeyboardInterrupt(f"{done}{kept}")


def fit_recipe(
    run: Recipe,
    *,
    save: str | None = None,
    resume: str | None = None,
    callbacks: Sequence[Callback] = (),
    is_told: bool = True,
) -> History:
    """Train, with a line for each of some ten or thirty epochs and a final line."""
    if is_told:
        print(repr(run.model))
        print(f"on {run.data.name}: {len(run.data.train_inputs):,} samples, seed {run.seed}")
        chosen = run.settings
        print(
            f"preset {chosen.preset}: {chosen.loss}, {chosen.optimizer} with the rate {run.optimizer.learning_rate:g}"
            f"{'' if run.schedule is None else f' ({chosen.schedule})'}, batches of {run.batch_size}"
        )
    started, written_at = time.perf_counter(), _written_at(save)
    history = fit(
        run.model,
        (run.data.train_inputs, run.targets),
        run.loss,
        run.optimizer,
        run.epochs,
        batch_size=run.batch_size,
        validation=(run.data.test_inputs, run.test_targets),
        schedule=run.schedule,
        clip_norm=run.settings.clip_norm,
        callbacks=[*callbacks, *([_Told(run.epochs)] if is_told else []), *_early_stopping(run.settings)],
        rng=run.seed,
        checkpoint=save,
        resume=resume,
        notes=run.notes,
    )
    if is_told and history.epochs:
        last, kept = history[-1], history.kept
        epochs = f"{last.number} epoch{'' if last.number == 1 else 's'}"
        print(
            f"test accuracy {kept.validation_accuracy:.2%} on {len(run.data.test_labels):,} samples after "
            f"{epochs} in {time.perf_counter() - started:.1f} s, {history.way}"
            f"{'' if kept is last else f'; the parameters are those of epoch {kept.number}'}"
        )
        if history.stopped is not None and history.stopped != "interrupted":
            print(f"stopped: {history.stopped}")
        if save is not None and _written_at(save) != written_at:
            print(f"wrote {save}")
    return history


def _written_at(path: str | None) -> int | None:
    return Path(path).stat().st_mtime_ns if path is not None and Path(path).exists() else None


def _early_stopping(settings: Settings) -> list[Callback]:
    patience = settings.early_stopping
    return [] if patience is None else [EarlyStopping(patience, restore_best=True)]


def evaluate_options(parser: ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("--plots", metavar="DIR", help="what it mistakes, and its weights, as pictures")


def evaluate(options: Namespace) -> None:
    """`glassgrad eval`: loss and accuracy on the test data, each class's share, what is taken for what."""
    found = recognition.opened(options.model, options.data_dir)
    predicted, loss = found.predicted(), found.loss()
    labels = found.data.test_labels
    print(repr(found.model))
    right = (predicted == labels).mean()
    print(f"test accuracy {right:.2%}, loss {loss:.5f} on {len(labels):,} samples of {found.data.name}")
    for label in range(found.data.classes):
        own = predicted[labels == label]
        if not len(own):
            continue
        wrong = own[own != label]
        taken = ""
        if len(wrong):
            other = int(numpy.bincount(wrong).argmax())
            taken = f", most often mistaken for {found.names[other]} ({numpy.count_nonzero(wrong == other):,} times)"
        print(f"  {found.names[label]:>5}  {numpy.mean(own == label):7.2%} of {len(own):,}{taken}")
    if options.plots is not None:
        _write_figures(Path(options.plots), found.figures())


def predict_options(parser: ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument(
        "sample", metavar="PICTURE|INDEX", help="a picture of a digit, the number of a test sample, or numbers: 0.5,1"
    )
    parser.add_argument("--gradient", action="store_true", help="also how the winning score changes with each pixel")


def predict(options: Namespace) -> None:
    """`glassgrad predict`: the input as text, what the network makes of it as bars, and on request why."""
    found = recognition.opened(options.model, options.data_dir)
    row, source = found.sample(options.sample)
    print(source)
    print(recognition.as_text(row))
    print()
    for line in found.bars(row):
        print(line)
    if options.gradient:
        print()
        for line in found.gradient_lines(row):
            print(line)


def _add_model(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `glassgrad train --save` wrote")
    _add_data_dir(parser)


def _add_data_dir(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir",
        help="the directory of the four MNIST files (default: GLASSGRAD_DATA, or else they are downloaded)",
    )


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace("-", ",").split(","))
    except ValueError:
        raise ArgumentTypeError(f"sizes are whole numbers such as 784,32,10, not {text!r}") from None


class _Told(Callback):
    """A printed line for each of some ten or thirty epochs."""

    def __init__(self, epochs: int) -> None:
        self.every = max(1, math.ceil(epochs / 30)) if epochs <= 100 else math.ceil(epochs / 10)
        self.shown_at = time.perf_counter()

    def on_epoch(self, run: TrainingRun, epoch: Epoch) -> None:
        if epoch.number % self.every == 0 or epoch.number == run.epochs:
            now = time.perf_counter()
            print(
                f"epoch {epoch.number:>4}  loss {epoch.loss:.5f}  test accuracy {epoch.validation_accuracy:.2%}  "
                f"{now - self.shown_at:.2f} s",
                flush=True,
            )
            self.shown_at = now


def _train_seeds(settings: Settings, options: Namespace) -> None:
    """The same recipe from several starts, and the distribution of what comes out."""
    for name in ("save", "resume", "start_from", "history"):
        if getattr(options, name) is not None:
            raise GraphError(
                f"--{name.replace('_', '-')} is for a single run, --seeds for {options.seeds}: give one of the two"
            )
    _check_places(options)
    first = settings.seed or 0
    histories: list[History] = []
    claim: float | None = None
    for seed in range(first, first + options.seeds):
        run = recipe(replace(settings, seed=seed), options.data_dir)
        if seed == first:
            print(f"{run.model!r} on {run.data.name}, seeds {first} … {first + options.seeds - 1}")
        claim = run.claim
        started = time.perf_counter()
        history = fit_recipe(run, is_told=False)
        if not history.epochs:
            raise KeyboardInterrupt
        histories.append(history)
        print(
            f"seed {seed:>3}  loss {history.kept.loss:.5f}  test accuracy {history.kept.validation_accuracy:.2%}  "
            f"{time.perf_counter() - started:.1f} s",
            flush=True,
        )
        if history.stopped == "interrupted":
            raise KeyboardInterrupt
    accuracies = [history.kept.validation_accuracy or 0.0 for history in histories]
    print(
        f"test accuracy: lowest {min(accuracies):.2%}, median {numpy.median(accuracies):.2%}, "
        f"highest {max(accuracies):.2%}"
    )
    if claim is not None:
        reached = sum(accuracy >= claim for accuracy in accuracies)
        print(f"{reached} of {len(accuracies)} seeds reach {claim:.0%}")
    if options.plots is not None:
        from viz import plots

        figure = plots.seeds(histories, claim=claim, held_out="test")
        _write_figures(Path(options.plots), {"seeds": figure})


# What belongs to a network and not to how it is trained: a new run from a saved one cannot have it otherwise.
_OF_THE_NETWORK = ("preset", "engine", "sizes", "activation", "loss", "dtype")
# What a resumed run may have otherwise.
_FREE = ("dataset", "epochs", "early_stopping")


def _gone_on_from(path: str, given: Settings, is_same_run: bool) -> Settings:
    """What was given, and all else as a checkpoint has it. Refuses by name what contradicts it."""
    found = checkpoints.read(path)
    kept = _kept_settings(found, path, given.dataset)
    started_at = (found.notes.get("training") or {}).get("rate_at_start")
    rate = found.optimizer_settings.get("learning_rate") if started_at is None else started_at
    theirs = completed(Settings(given.dataset).filled_from({**kept, "learning_rate": rate}))
    described = {name: found.architecture.get(name) for name in ("sizes", "dtype")}
    fixed = _OF_THE_NETWORK if not is_same_run else [one.name for one in fields(Settings) if one.name not in _FREE]
    for name in fixed:
        wanted, has = getattr(given, name), described.get(name) or getattr(theirs, name)
        if wanted is not None and wanted != (tuple(has) if isinstance(has, list) else has):
            shown = ["-".join(map(str, one)) if isinstance(one, tuple | list) else one for one in (wanted, has)]
            other = "" if name in _OF_THE_NETWORK else f", or begin a new run from its model with --start-from {path}"
            raise CheckpointError(
                f"--{name.replace('_', '-')} {shown[0]} contradicts {path}, which has "
                f"{'none' if has is None else shown[1]}: leave it out{other}"
            )
    done = len(found.history.get("epochs.loss", ()))
    if is_same_run and given.epochs is not None and given.epochs < done:
        raise CheckpointError(f"--epochs {given.epochs}, and {path} has {done} epochs done: give as many or more")
    if not is_same_run and given.optimizer not in (None, theirs.optimizer):
        theirs = replace(theirs, learning_rate=None, momentum=None, weight_decay=None)
    return given.filled_from(asdict(theirs))


def _kept_settings(found: checkpoints.Checkpoint, path: str, dataset: str) -> dict[str, Any]:
    """The settings with which a checkpoint was trained."""
    kept = found.notes.get("recipe")
    if not isinstance(kept, dict):
        raise CheckpointError(f"{path} was not written by `glassgrad train`, which could go on with it")
    if kept.get("dataset") != dataset:
        raise CheckpointError(f"{path} was trained on {kept.get('dataset')!s:.40}, not on {dataset}")
    wrong = [name for name, entry in kept.items() if not _is_setting(name, entry)]
    if wrong:
        raise CheckpointError(f"{path}: its settings are damaged at {wrong[0]!r:.40}")
    return kept


def _is_setting(name: str, entry: Any) -> bool:
    """Whether this may stand in a checkpoint as that setting."""
    if name == "sizes":
        return entry is None or (isinstance(entry, list) and all(isinstance(size, int) for size in entry))
    kinds = get_type_hints(Settings)
    return name in kinds and (
        entry is None or isinstance(entry, kinds[name]) or (isinstance(entry, int) and float in get_args(kinds[name]))
    )


def _check_places(options: Namespace) -> None:
    """Refuse files and folders that cannot be written before hours are spent on what should go there."""
    for name in ("save", "history"):
        given = getattr(options, name)
        reason = None if given is None else why_not_writable(Path(given))
        if reason is not None:
            raise GraphError(f"--{name} {given} cannot be written: {reason}")
    written = options.save or options.resume
    if options.history and written and Path(options.history).resolve() == Path(written).resolve():
        raise GraphError(f"--history {options.history} is where the model is to go: it would be lost")
    if options.plots is not None:
        from viz import plots

        plots.require()
        folder = Path(options.plots)
        if folder.exists() and not folder.is_dir():
            raise GraphError(f"--plots {folder} is a file, not a directory")
        if not folder.absolute().parent.is_dir():
            raise GraphError(f"--plots {folder} cannot be made: {folder.parent} is no directory")
        reason = why_not_writable(folder / "curves.png" if folder.exists() else folder)
        if reason is not None:
            raise GraphError(f"--plots {folder} cannot be written: {reason}")


def _diagnostics(run: Recipe) -> list[Callback]:
    """Some two hundred looks into the layers, where there are layers of Tensors."""
    steps = run.epochs * math.ceil(len(run.data.train_inputs) / run.batch_size)
    return [] if isinstance(run.model, NeuronMLP) else [Diagnostics(max(1, steps // 200))]


def _distributions(run: Recipe) -> list[Distributions]:
    """Some forty looks at the numbers in the layers, where there are layers of Tensors."""
    steps = run.epochs * math.ceil(len(run.data.train_inputs) / run.batch_size)
    return [] if isinstance(run.model, NeuronMLP) else [Distributions(max(1, steps // 40))]


def _plot(
    run: Recipe, history: History, snapshots: Snapshots, distributions: Sequence[Distributions], folder: Path
) -> None:
    """All pictures that suit the run."""
    figures: dict[str, Any] = {}
    if history.epochs:
        figures["curves"] = history.plot("test")
    figures["gradients"] = history.plot_gradients()
    figures |= recognition.Recognizer(run.model, lambda: run.data, run.loss, run.notes["digit"]).figures()
    if run.data.n_inputs == 2 and len(snapshots.states) > 1:
        figures["boundaries"] = snapshots.plot_boundaries(run.model, *run.data.test)
    for one in distributions:
        figures["distributions"] = one.plot()
    if len(snapshots.states) > 1:
        figures["movement"] = snapshots.plot_movement()
    n_parameters = sum(numpy.size(parameter.data) for parameter in run.model.parameters())
    is_small = n_parameters * len(run.data.train_inputs) <= _QUICKLY_MEASURED
    if len(snapshots.states) > 2 and is_small and not isinstance(run.model, NeuronMLP):
        figures["surface"] = snapshots.plot_loss_surface(run.model, run.loss, run.data.train_inputs, run.targets)
    _write_figures(folder, figures)


def _write_figures(folder: Path, figures: dict[str, Any]) -> None:
    try:
        folder.mkdir(exist_ok=True)
        for name, figure in figures.items():
            content = io.BytesIO()
            figure.savefig(content, format="png")
            write_whole(folder / f"{name}.png", content.getvalue())
    except OSError as error:
        raise GraphError(f"{folder} cannot be written: {error.strerror or error}") from None
    print(f"wrote {', '.join(f'{name}.png' for name in figures)} into {folder}")
