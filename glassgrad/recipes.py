"""What `glassgrad train` trains: a data set, a network and its settings, checked before anything starts."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy

from autograd.arguments import check_known, whole_number
from nn import (
    DATASETS,
    LOSSES,
    MLP,
    OPTIMIZERS,
    SCHEDULES,
    Dataset,
    NetworkError,
    Optimizer,
    to_neurons,
)
from nn.meaning import Loss, meaning_of
from nn.schedules import Schedule

ENGINES = ("tensor", "value")
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Preset:
    """How to train unless the user says otherwise.

    Attributes:
        shows: where it is from.
        datasets: what it is for; by default all.
        usual_for: the data sets that are trained with it unless the user names another.
        digit: told from all others, instead of all classes from each other.
        claim: the accuracy that its text speaks of; some seeds reach it.
        differing: other settings for some data sets.
    """

    shows: str
    hidden: tuple[int, ...]
    activation: str
    loss: str
    initializer: str
    optimizer: str
    learning_rate: float
    epochs: int
    batch_size: int
    schedule: str = "constant"
    datasets: Collection[str] = field(default_factory=DATASETS.keys)
    usual_for: Collection[str] = ()
    digit: int | None = None
    claim: float | None = None
    differing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def for_dataset(self, dataset: str) -> Preset:
        return replace(self, **self.differing.get(dataset, {}))


_DOCUMENT_000 = Preset(
    shows="document 000: 784-256-10, sigmoid and softmax, cross-entropy, rate 0.05, batches of 32",
    datasets=("digits", "mnist"),
    hidden=(256,),
    activation="sigmoid",
    loss="softmax-cross-entropy",
    initializer="small",
    optimizer="sgd",
    learning_rate=0.05,
    epochs=5,  # the document says: a pre-determined number
    batch_size=32,
    # A fortieth of MNIST's samples: from a start so close to 0 the document's rate would not leave it.
    differing={"digits": {"epochs": 60, "learning_rate": 0.5}},
)

PRESETS: dict[str, Preset] = {
    "two-layer-softmax": _DOCUMENT_000,
    "eight-or-not": replace(
        _DOCUMENT_000,
        shows="document 000's derivation: one sigmoid that tells 8 from all other digits",
        loss="binary-cross-entropy",
        digit=8,
    ),
    "sigmoid-xor": Preset(
        shows="document 001: 2-2-1 sigmoids, cross-entropy, rate 1, 1000 passes",
        datasets=("xor",),
        usual_for=("xor",),
        hidden=(2,),
        activation="sigmoid",
        loss="binary-cross-entropy",
        initializer="normal",
        optimizer="sgd",
        learning_rate=1.0,
        epochs=1000,
        batch_size=4,
        claim=1.0,
    ),
    "quadratic-sigmoid": Preset(
        shows="document 002: 784-32-10 sigmoids, quadratic cost, rate 3, batches of 16, 30 passes",
        datasets=("digits", "mnist"),
        usual_for=("mnist",),
        hidden=(32,),
        activation="sigmoid",
        loss="quadratic",
        initializer="normal",
        optimizer="sgd",
        learning_rate=3.0,
        epochs=30,
        batch_size=16,
        claim=0.95,
    ),
    "modern": Preset(
        shows="ReLU, He's start, Adam, a rate that falls like a cosine",
        hidden=(32, 32),
        activation="relu",
        loss="softmax-cross-entropy",
        initializer="he",
        optimizer="adam",
        learning_rate=0.01,
        epochs=60,
        batch_size=32,
        schedule="cosine",
        differing={
            "xor": {"hidden": (8,), "epochs": 200, "batch_size": 4},
            "digits": {"hidden": (64,), "epochs": 40, "learning_rate": 0.005},
            "mnist": {"hidden": (256,), "epochs": 12, "learning_rate": 0.002, "batch_size": 128},
        },
    ),
}


def offered_losses() -> dict[str, Loss]:
    """The losses that say which activation their networks end in, by name."""
    return {name: loss for name, loss in LOSSES.items() if meaning_of(loss).output is not None}


@dataclass(frozen=True)
class Settings:
    """What the user asked for; None is as the preset, or the data, has it. Kept in a checkpoint."""

    dataset: str
    preset: str | None = None
    engine: str | None = None
    sizes: tuple[int, ...] | None = None
    activation: str | None = None
    loss: str | None = None
    optimizer: str | None = None
    schedule: str | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    dtype: str | None = None
    seed: int | None = None
    limit: int | None = None
    momentum: float | None = None
    weight_decay: float | None = None
    clip_norm: float | None = None
    early_stopping: int | None = None

    def filled_from(self, kept: Mapping[str, Any]) -> Settings:
        """What is not given is as in settings that a checkpoint kept."""
        named = {name: getattr(self, name) for name in asdict(self)}
        filled: dict[str, Any] = {name: kept.get(name) if given is None else given for name, given in named.items()}
        if filled["sizes"] is not None:
            filled["sizes"] = tuple(filled["sizes"])
        return Settings(**filled)


@dataclass(frozen=True)
class Recipe:
    """Everything that a training run needs."""

    data: Dataset
    model: Any
    targets: Any
    test_targets: Any
    loss: Loss
    optimizer: Optimizer
    schedule: Schedule | None
    epochs: int
    batch_size: int
    seed: int
    claim: float | None
    settings: Settings
    notes: dict[str, Any]  # for the checkpoint: what `predict` and `eval` need to know


def recipe(settings: Settings, data_dir: str | None = None) -> Recipe:
    """The run that these settings describe.

    Raises:
        NetworkError: an unknown name, or sizes that do not fit the data or the loss.
        DatasetError: data that cannot be read.
    """
    _, preset = _preset(settings)
    settings = completed(settings)
    engine, loss_name = settings.engine or "tensor", settings.loss or preset.loss
    optimizer_name, schedule_name = settings.optimizer or "", settings.schedule or ""
    if loss_name in LOSSES and loss_name not in offered_losses():
        raise NetworkError(
            f"the loss {loss_name} names no output activation (Meaning(output=…)), so no network can be made for it "
            f"here; those that do are {', '.join(offered_losses())}"
        )
    for kind, name, known in (
        ("loss", loss_name, offered_losses()),
        ("engine", engine, ENGINES),
        ("dtype", settings.dtype or "float64", DTYPES),
        ("optimizer", optimizer_name, OPTIMIZERS),
        ("schedule", schedule_name, SCHEDULES),
    ):
        check_known(kind, name, known, NetworkError)
    if engine == "value" and settings.dtype not in (None, "float64"):
        raise NetworkError(f"the engine `value` computes in float64, so --dtype {settings.dtype} cannot be had with it")
    seed = whole_number("the seed", settings.seed or 0, 0, NetworkError)
    epochs = whole_number("epochs", settings.epochs, error=NetworkError)
    batch_size = whole_number("batch_size", settings.batch_size, error=NetworkError)

    data = _data(settings, preset.digit, data_dir)
    dtype = numpy.dtype("float64" if engine == "value" else settings.dtype or data.train_inputs.dtype)
    data = data.as_dtype(dtype)
    loss = LOSSES[loss_name]
    meaning = meaning_of(loss)
    n_outputs = data.classes if data.classes > 2 or meaning.takes_labels else 1
    sizes = settings.sizes or (data.n_inputs, *preset.hidden, n_outputs)
    if len(sizes) < 2 or sizes[0] != data.n_inputs or sizes[-1] != n_outputs:
        raise NetworkError(
            f"sizes {'-'.join(map(str, sizes))} do not fit {settings.dataset} with {loss_name}: "
            f"the first is {data.n_inputs} (inputs), the last {n_outputs} (outputs)"
        )
    network = MLP(
        sizes,
        settings.activation or preset.activation,
        meaning.output or "identity",
        initializer=preset.initializer,
        rng=seed,
        dtype=dtype,
    )
    model = to_neurons(network) if engine == "value" else network
    steps = epochs * math.ceil(len(data.train_inputs) / batch_size)
    return Recipe(
        data=data,
        model=model,
        targets=meaning.targets_for(data.train_labels, n_outputs, dtype),
        test_targets=meaning.targets_for(data.test_labels, n_outputs, dtype),
        loss=loss,
        optimizer=_optimizer(settings, model),
        schedule=None if schedule_name == "constant" else SCHEDULES[schedule_name](steps),
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        claim=preset.claim,
        settings=settings,
        notes={
            "recipe": asdict(settings),
            "loss": loss_name,
            "digit": preset.digit,
        },
    )


def completed(settings: Settings) -> Settings:
    """The same with all that the preset says; sizes and dtype are as the data has them.

    An optimizer that is not the preset's takes its own usual rate, not the preset's.
    """
    name, preset = _preset(settings)
    optimizer = settings.optimizer or preset.optimizer
    check_known("optimizer", optimizer, OPTIMIZERS, NetworkError)
    usual: dict[str, Any] = {
        **{one: getattr(preset, one) for one in ("activation", "loss", "schedule", "epochs", "batch_size")},
        "preset": name,
        "engine": ENGINES[0],
        "optimizer": optimizer,
        "learning_rate": preset.learning_rate if optimizer == preset.optimizer else own_rate(optimizer),
        "seed": 0,
    }
    return replace(settings, **{one: given for one, given in usual.items() if getattr(settings, one) is None})


def own_rate(optimizer: str) -> float:
    """The learning rate that an optimizer has where none is given; gradient descent has none, and takes 0.1."""
    rate = inspect.signature(OPTIMIZERS[optimizer]).parameters["learning_rate"].default
    return 0.1 if rate is inspect.Parameter.empty else float(rate)


def _optimizer(settings: Settings, model: Any) -> Optimizer:
    kind: Any = OPTIMIZERS[settings.optimizer or ""]
    given = {"momentum": settings.momentum, "weight_decay": settings.weight_decay}
    keywords: dict[str, Any] = {name: number for name, number in given.items() if number is not None}
    for name in keywords:
        if name not in kind.hyperparameters:
            having = ", ".join(one for one, other in OPTIMIZERS.items() if name in other.hyperparameters)
            raise NetworkError(f"--{name.replace('_', '-')} is for {having}, not for {settings.optimizer}")
    made: Optimizer = kind(model.parameters(), settings.learning_rate, **keywords)
    return made


def data_of_notes(notes: Mapping[str, Any], data_dir: str | None) -> tuple[Callable[[], Dataset], Loss]:
    """What reads the data that a checkpoint's model was trained on, and its loss.

    Raises:
        NetworkError: notes that `glassgrad train` did not write.
    """
    try:
        settings = Settings(notes["recipe"]["dataset"])
        loss, digit, classes = notes["loss"], notes["digit"], range(10)
        if settings.dataset not in DATASETS or loss not in offered_losses() or not (digit is None or digit in classes):
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise NetworkError("the file does not say what its model was trained on") from None
    return lambda: _data(settings, digit, data_dir), LOSSES[loss]


def _preset(settings: Settings) -> tuple[str, Preset]:
    check_known("dataset", settings.dataset, DATASETS, NetworkError)
    usual = (name for name, preset in PRESETS.items() if settings.dataset in preset.usual_for)
    name = settings.preset or next(usual, "modern")
    check_known("preset", name, PRESETS, NetworkError)
    if settings.dataset not in PRESETS[name].datasets:
        raise NetworkError(f"the preset {name} is for {', '.join(PRESETS[name].datasets)}, not for {settings.dataset}")
    return name, PRESETS[name].for_dataset(settings.dataset)


def _data(settings: Settings, digit: int | None, data_dir: str | None) -> Dataset:
    data = DATASETS[settings.dataset](data_dir)
    if settings.limit is not None:
        data = data.limited(settings.limit)
    return data if digit is None else data.told_from_others(digit)
