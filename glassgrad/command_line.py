"""The command `glassgrad`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

from . import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where it did what was asked, 2 with one sentence where it could not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or file without σ and × shows ? for them
            stream.reconfigure(errors="replace")
    options = _parsed(arguments)
    try:
        # PyPI's `autograd` in our place is an ImportError here, and a sentence below.
        from . import commands
        from .commands import GraphError
    except ImportError as error:
        return _refused(str(error))
    try:
        commands.COMMANDS[options.command](options)
        sys.stdout.flush()
    except GraphError as error:
        return _refused(str(error))
    except KeyboardInterrupt as stopped:
        return _refused(str(stopped) or "stopped", status=130)
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 0
    except OSError as error:
        return _refused(f"the output could not be written: {error.strerror or error}")
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; assignments may also stand behind other options, where argparse does not look for them."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and (not hasattr(options, "assignments") or any(argument.startswith("-") for argument in rest)):
        hint = " (an expression that begins with - goes in parentheses)" if hasattr(options, "assignments") else ""
        parser.error(f"unrecognized arguments: {' '.join(rest)}{hint}")
    if rest:
        options.assignments += rest
    return options


def _refused(sentence: str, status: int = 2) -> int:
    print(f"glassgrad: {sentence}", file=sys.stderr)
    return status


class _Parser(argparse.ArgumentParser):
    """argparse, with one sentence in place of a usage text."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="glassgrad", description="The autograd engine you can see through.")
    parser.add_argument("--version", action="version", version=f"glassgrad {__version__}")
    names = "demo|examples|step|draw|train|eval|predict"
    commands = parser.add_subparsers(dest="command", required=True, metavar=names)

    demo = commands.add_parser("demo", help="the worked neuron step by step and drawn, and XOR learned")
    demo.add_argument("--output-dir", default="glassgrad-demo", help="where to write the pictures (%(default)s)")

    commands.add_parser("examples", help="the built-in examples, and what an expression may contain")

    step = commands.add_parser("step", help="every forward and backward step of a graph, in words and numbers")
    _add_graph(step)
    step.add_argument("--plain", action="store_true", help="as text, on a terminal too")
    step.add_argument("--json", action="store_true", help="the trace as JSON")
    step.add_argument("--max-nodes", type=_count, default=10_000, help="refuse a graph of more nodes (%(default)s)")

    draw = commands.add_parser("draw", help="a graph as a picture")
    _add_graph(draw)
    draw.add_argument("-o", "--output", required=True, help="the file to write: .svg, .png, .dot or .json")
    draw.add_argument("--style", default="glass", help="glass (ours) or document (operations as nodes)")
    draw.add_argument(
        "--collapse",
        type=_collapse,
        default="auto",
        metavar="auto|none|DEPTH",
        help="modules and scopes as boxes: where there are many nodes, never, or from a depth on (%(default)s)",
    )
    draw.add_argument("--focus", metavar="LABEL", help="only what is near this node")
    draw.add_argument("--hops", type=int, help="with --focus: so many edges near (2)")
    draw.add_argument("--highlight", metavar="LABEL", help="all paths from this node to the output")
    draw.add_argument("--overlay", help="gradient: its magnitude, and what is dead, vanishing, exploding")
    draw.add_argument("--legend", action="store_true", help="also what shapes and edge labels mean")
    draw.add_argument("--theme", default="light", help="light, dark, or auto: as the viewer prefers")
    draw.add_argument("--renderer", default="auto", help="auto, dot or wasm")
    draw.add_argument("--max-nodes", type=_count, default=1500, help="refuse a picture of more nodes (%(default)s)")

    train = commands.add_parser("train", help="train a network")
    train.add_argument("dataset", help="xor, moons, circles, spiral, yinyang, digits or mnist")
    train.add_argument(
        "--preset", help="two-layer-softmax, eight-or-not, sigmoid-xor, quadratic-sigmoid (the texts') or modern"
    )
    _add_data_dir(train)
    train.add_argument("--engine", help="tensor (usual), or value: every number a scalar node")
    train.add_argument("--sizes", type=_sizes, help="the width of every layer, such as 784,32,10")
    train.add_argument("--activation", help="of the hidden layers: sigmoid, tanh, relu, …")
    train.add_argument("--loss", help="quadratic, binary-cross-entropy or softmax-cross-entropy")
    train.add_argument("--optimizer", help="sgd, rmsprop, adam or adamw")
    train.add_argument("--epochs", type=int, help="passes through the data")
    train.add_argument("--batch-size", type=int, help="samples a step")
    train.add_argument("--learning-rate", type=float, help="the step size")
    train.add_argument("--dtype", help="float32 or float64")
    train.add_argument("--seed", type=int, help="of the start and the order of samples (0)")
    train.add_argument("--limit", type=int, help="use only the first N samples to train on, and N to test on")
    train.add_argument("--save", metavar="FILE", help="the model and all else that --resume needs, after every epoch")
    train.add_argument("--resume", metavar="FILE", help="go on with a saved run as if it had not been interrupted")
    train.add_argument("--history", metavar="FILE", help="the figures of every step and epoch, a JSON object a line")
    train.add_argument("--plots", metavar="DIR", help="curves, gradients, mistakes … as pictures (needs matplotlib)")
    train.add_argument("--seeds", type=int, metavar="N", help="run from N starts, and tell the distribution")

    evaluate = commands.add_parser("eval", help="how well a saved model does on its test data")
    _add_model(evaluate)
    evaluate.add_argument("--plots", metavar="DIR", help="what it mistakes, and its weights, as pictures")

    predict = commands.add_parser("predict", help="what a saved model takes an input for")
    _add_model(predict)
    predict.add_argument("sample", metavar="PICTURE|INDEX", help="a picture of a digit, or the number of a test sample")
    predict.add_argument("--gradient", action="store_true", help="also how the winning score changes with each pixel")
    return parser


def _add_graph(parser: argparse.ArgumentParser) -> None:
    """What a command is about: an example or an expression, and numbers."""
    parser.add_argument("example", metavar="NAME|EXPRESSION", help='an example, or an expression such as "w*x + b"')
    parser.add_argument(
        "assignments",
        metavar="name=number",
        nargs="*",
        default=[],
        help="a number for each name in the expression, or another one for a name in the example",
    )


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a file that `glassgrad train --save` wrote")
    _add_data_dir(parser)


def _add_data_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir",
        help="the directory of the four MNIST files (default: GLASSGRAD_DATA, or else they are downloaded)",
    )


def _collapse(text: str) -> str | int | None:
    if text in ("auto", "none"):
        return None if text == "none" else text
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"collapse is auto, none, or a depth such as 1, not {text!r}")


def _count(text: str) -> int:
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"a whole number from 1 is expected, not {text!r}")


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace("-", ",").split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"sizes are whole numbers such as 784,32,10, not {text!r}") from None
