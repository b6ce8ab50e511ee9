"""How speed grows with the batch, the width and the depth of a network, and with the size of a graph of numbers:
a picture of each, with the peers in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from . import single_numbers, training_steps
from .apart import Contestant, alternating_apart
from .harness import Row
from .training_steps import Network

PICTURES = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True)
class Sweep:
    """What is measured along one axis.

    Attributes:
        name: the picture's file is named after it.
        title: what is measured of what.
        axis: what grows.
        unit: what there are so many a second of.
        points: how large it is at each point, and who has a turn there.
        each: units in what a contestant's seconds are of.
        rounds: turns at each point.
    """

    name: str
    title: str
    axis: str
    unit: str
    points: dict[int, dict[str, Contestant]]
    each: int = 1
    rounds: int = 5


def sweeps() -> list[Sweep]:
    return [
        Sweep(
            "batch",
            "Training steps of 784-32-10 in float32, quadratic cost",
            "samples in a batch",
            "steps",
            {size: _steps(Network((784, 32, 10), size, "quadratic")) for size in (1, 4, 16, 64, 256, 1024, 4096)},
        ),
        Sweep(
            "width",
            "Training steps of 784-width-10 in float32, softmax, batch 32",
            "width of the hidden layer",
            "steps",
            {width: _steps(Network((784, width, 10), 32, "softmax")) for width in (8, 32, 128, 512, 2048)},
        ),
        Sweep(
            "depth",
            "Training steps of 784-64-…-64-10 in float32, softmax, batch 32",
            "hidden layers",
            "steps",
            {depth: _engines(Network((784, *[64] * depth, 10), 32, "softmax")) for depth in (1, 2, 4, 8, 16, 32)},
        ),
        Sweep(
            "nodes",
            "Graphs of single numbers: forward and backward, collector on",
            "nodes in the graph",
            "nodes",
            {
                samples * single_numbers.OPERATIONS: single_numbers.contestants(samples)
                for samples in (2, 16, 156, 1556)
            },
            each=single_numbers.OPERATIONS,
            rounds=2,
        ),
    ]


def _steps(network: Network) -> dict[str, Contestant]:
    found = training_steps.contestants(network)
    del found["in fit"]
    return found


def _engines(network: Network) -> dict[str, Contestant]:
    """Those who take any depth."""
    return {name: one for name, one in _steps(network).items() if name != "by hand"}


def rows() -> list[Row]:
    return [row for sweep in sweeps() for row in _rows(sweep)]


def _rows(sweep: Sweep) -> Iterator[Row]:
    for size, contestants in sweep.points.items():
        Console(stderr=True).print(f"{sweep.title}: {sweep.axis} {size:,}", style="dim")
        measured = alternating_apart(contestants, rounds=sweep.rounds)
        listed = ", ".join(f"{name} {sweep.each / seconds:,.0f}" for name, seconds in measured.seconds.items())
        yield Row(
            f"{sweep.title}: {sweep.axis} {size:,}",
            f"{sweep.unit} a second: {listed}",
            figures=measured,
            section=sweep.name,
            line=str(size),
        )


def write_pictures(rows: Sequence[Row], directory: Path = PICTURES) -> list[str]:
    """Draw what `rows()` measured, a picture for each sweep; the files' names."""
    from .pictures import growth  # matplotlib

    written = []
    for sweep in sweeps():
        speeds: dict[str, dict[int, float]] = {}
        for row in rows:
            if row.section == sweep.name and row.figures is not None:
                for name, seconds in row.figures.seconds.items():
                    speeds.setdefault(name, {})[int(row.line)] = sweep.each / seconds
        path = directory / f"speed-{sweep.name}.svg"
        growth(speeds, sweep.title, sweep.axis, f"{sweep.unit} a second", path)
        written.append(path.name)
    return written
