"""The options of the commands that train and use networks."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from nn import ACTIVATIONS, DATASETS, OPTIMIZERS, SCHEDULES

from .options import named, told
from .recipes import DTYPES, ENGINES, PRESETS, offered_losses


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
    parser.add_argument("--epochs", type=int, help="passes through the data")
    parser.add_argument("--batch-size", type=int, help="samples a step")
    parser.add_argument("--learning-rate", type=float, help="the step size")
    parser.add_argument("--dtype", help=named(DTYPES))
    parser.add_argument("--seed", type=int, help="of the start and the order of samples (0)")
    parser.add_argument("--limit", type=int, help="use only the first N samples to train on, and N to test on")
    parser.add_argument("--save", metavar="FILE", help="the model and all else that --resume needs, after every epoch")
    parser.add_argument("--resume", metavar="FILE", help="go on with a saved run as if it had not been interrupted")
    parser.add_argument("--history", metavar="FILE", help="the figures of every step and epoch, a JSON object a line")
    parser.add_argument("--plots", metavar="DIR", help="curves, gradients, mistakes … as pictures (needs matplotlib)")
    parser.add_argument("--seeds", type=int, metavar="N", help="run from N starts, and tell the distribution")


def evaluate_options(parser: ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("--plots", metavar="DIR", help="what it mistakes, and its weights, as pictures")


def predict_options(parser: ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("sample", metavar="PICTURE|INDEX", help="a picture of a digit, or the number of a test sample")
    parser.add_argument("--gradient", action="store_true", help="also how the winning score changes with each pixel")


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
