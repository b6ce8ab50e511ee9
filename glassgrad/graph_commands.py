"""The commands that show a graph, and their options: examples, step, draw, page, demo."""

from __future__ import annotations

import re
import textwrap
import webbrowser
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

import viz
from autograd import GraphError
from viz import terminal
from viz.before_after import changes, side_by_side
from viz.layout import RENDERERS
from viz.overlays import OVERLAYS
from viz.styles import DIRECTIONS, OPERATIONS, STYLES
from viz.themes import THEMES
from viz.tracing import in_order

from .examples import EXAMPLES, Example, example
from .expressions import MAX_NODES, expression_from_command_line, functions, numbers_from_command_line
from .network_commands import XOR_SEED, fit_recipe
from .options import amount, count, told, whole
from .recipes import Recipe, Settings, recipe


def examples(options: Namespace) -> None:
    """`glassgrad examples`: the names that step and draw take, and what an expression may contain."""
    console = Console()
    shown = [make() for make in EXAMPLES.values()]
    if console.is_terminal:
        table = Table("example", "what it shows")
        for one in shown:
            table.add_row(one.name, one.shows)
        console.print(table)
    else:
        for one in shown:
            print(f"{one.name:<10} {one.shows}")
    print("\nStep through one, or draw it, with other numbers if you like:")
    print("  glassgrad step neuron x1=3\n  glassgrad draw vanishing --overlay gradient -o vanishing.svg")
    print("So with an expression of names, numbers, + - * / ** and functions:")
    print('  glassgrad step "(a + b)*(b + 1)" a=2 b=1')
    print(textwrap.fill(f"The functions: {', '.join(functions())}", width=min(console.width, 100)))


FORMATS: dict[str, Callable[[viz.Derivation], str]] = {
    "html": viz.Derivation.html,
    "latex": viz.Derivation.latex,
    "markdown": viz.Derivation.markdown,
    "worksheet": viz.Derivation.worksheet,
}


def step_options(parser: ArgumentParser) -> None:
    _add_graph(parser)
    parser.add_argument("--plain", action="store_true", help="as text, on a terminal too")
    parser.add_argument("--json", action="store_true", help="the trace as JSON")
    parser.add_argument(
        "--format", choices=FORMATS, help="the derivation as a document; a worksheet has blanks and a key"
    )
    parser.add_argument("--max-nodes", type=count, default=10_000, help="refuse a graph of more nodes (%(default)s)")


def step(options: Namespace) -> None:
    """`glassgrad step`: the calculation in words and numbers, or the trace as JSON."""
    shown = _chosen(options, max_nodes=options.max_nodes)
    if options.format is not None:
        if options.json or options.plain:
            raise GraphError("--format, --json and --plain each say another form: give one of them")
        print(FORMATS[options.format](viz.derivation(_traced(shown))), end="")
    elif options.json:
        print(_traced(shown).to_json())
    elif not options.plain and terminal.is_available():
        terminal.run(shown.record, optimizer=shown.optimizer, title=shown.shows)
    else:
        _print_steps(shown)


def draw_options(parser: ArgumentParser) -> None:
    _add_graph(parser)
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        help="the file to write: .svg, .png, .pdf, .dot, .json, .html (a page), or .gif, the way back step by step",
    )
    parser.add_argument(
        "--scale", type=amount, help="of a .png or .gif: pixels for each pixel that a browser would show (1)"
    )
    parser.add_argument("--style", default="glass", help=told(STYLES))
    parser.add_argument(
        "--collapse",
        type=_collapse,
        default="auto",
        metavar="auto|none|DEPTH",
        help="modules and scopes as boxes: where there are many nodes, never, or from a depth on (%(default)s)",
    )
    parser.add_argument("--focus", metavar="LABEL", help="only what is near this node")
    parser.add_argument("--hops", type=whole, help="with --focus: so many edges near (2)")
    parser.add_argument("--highlight", metavar="LABEL", help="all paths from this node to the output")
    parser.add_argument("--overlay", help=told(OVERLAYS))
    parser.add_argument("--direction", help=told(DIRECTIONS))
    parser.add_argument("--operations", help=told(OPERATIONS))
    parser.add_argument("--legend", action="store_true", help="also what shapes and edge labels mean")
    parser.add_argument("--theme", default="light", help=told(THEMES))
    parser.add_argument("--renderer", default="auto", help=told(RENDERERS))
    parser.add_argument("--max-nodes", type=count, default=1500, help="refuse a picture of more nodes (%(default)s)")


# The options that are arguments of `viz.draw`; what is not given is as it is there.
_OF_DRAW = (
    "style",
    "focus",
    "hops",
    "highlight",
    "overlay",
    "direction",
    "operations",
    "legend",
    "theme",
    "renderer",
    "max_nodes",
)


def draw(options: Namespace) -> None:
    """`glassgrad draw`: the graph as a picture."""
    if options.hops is not None and options.focus is None:
        raise GraphError("--hops says how far around --focus LABEL: give that, too")
    drawing = viz.draw(
        _chosen(options, max_nodes=max(options.max_nodes, MAX_NODES)).record(),
        **{name: option for name, option in vars(options).items() if name in _OF_DRAW and option is not None},
        collapse=options.collapse,  # None: nothing
    )
    size = {} if options.scale is None else {"scale": options.scale}
    print(f"wrote {drawing.save(options.output, **size)}{f' ({drawing.note})' if drawing.note else ''}")


def page_options(parser: ArgumentParser) -> None:
    _add_graph(parser)
    parser.add_argument("-o", "--output", required=True, help="the file to write: .html")
    parser.add_argument("--renderer", default="auto", help=told(RENDERERS))
    parser.add_argument("--open", action="store_true", help="also open it in the browser")


def page(options: Namespace) -> None:
    """`glassgrad page`: the graph as one file that explains itself, and computes again what is changed in it."""
    shown = _chosen(options, max_nodes=MAX_NODES)
    rate = {} if shown.optimizer is None else {"learning_rate": shown.optimizer.learning_rate}
    written = viz.page(shown.record(), options.output, renderer=options.renderer, **rate)
    print(f"wrote {written}")
    if options.open and not webbrowser.open(written.resolve().as_uri()):
        raise GraphError(f"no browser was found to open {written} with")


def demo_options(parser: ArgumentParser) -> None:
    parser.add_argument("--output-dir", default="glassgrad-demo", help="where to write the pictures (%(default)s)")


def demo(options: Namespace) -> None:
    """`glassgrad demo`: the neuron worked by hand, its graph, and XOR learned."""
    console = Console()
    folder = Path(options.output_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraphError(f"{folder} cannot be made: {error.strerror}") from None

    console.rule("1. A neuron worked by hand")
    shown = example("neuron")
    _print_steps(shown)

    console.rule("2. Its computation graph")
    ours = viz.draw(example("neuron").record()).save(folder / "neuron.svg")
    documents = viz.draw(example("neuron").record(), style="document").save(folder / "neuron-document.svg")
    print(f"wrote {ours} and {documents}")

    console.rule("3. XOR learned by a network of 2-2-1")
    run = recipe(Settings("xor", seed=XOR_SEED))
    fit_recipe(run)
    console.print(_truth_table(run))

    print(f"\nWritten, to be opened in a browser:\n  {ours}: values, gradients, local gradients")
    print(f"  {documents}: the text's own picture")
    print("Next:\n  glassgrad step neuron\n  glassgrad draw neuron -o neuron.svg\n  glassgrad train xor --engine value")
    print("  glassgrad train spiral --plots pictures\n  glassgrad train mnist --preset modern --save mnist.safetensors")


def _add_graph(parser: ArgumentParser) -> None:
    """What a command is about: an example or an expression, and numbers."""
    parser.add_argument("example", metavar="NAME|EXPRESSION", help='an example, or an expression such as "w*x + b"')
    parser.add_argument(
        "assignments",
        metavar="name=number",
        nargs="*",
        default=[],
        help="a number for each name in the expression, or another one for a name in the example",
    )


def _collapse(text: str) -> str | int | None:
    if text in ("auto", "none"):
        return None if text == "none" else text
    if text.isdecimal() and int(text):
        return int(text)
    raise ArgumentTypeError(f"collapse is auto, none, or a depth such as 1, not {text!r}")


def _chosen(options: Namespace, max_nodes: int) -> Example:
    """The example of that name, or the expression, with the numbers that are given.

    A name alone is taken as that of an example; with numbers beside it, it is an expression.
    """
    text, assignments = options.example, options.assignments
    if text in EXAMPLES or (not assignments and re.fullmatch(r"\w+(-\w+)*", text) and not text[0].isdigit()):
        shown = example(text, numbers_from_command_line(assignments))
    else:
        shown = expression_from_command_line([text, *assignments], max_nodes=max_nodes)
    n_nodes = sum(1 for _ in in_order(shown.record()))
    if n_nodes > max_nodes:
        raise GraphError(f"{text[:40]} has {n_nodes:,} nodes, more than --max-nodes {max_nodes:,}")
    return shown


def _traced(shown: Example) -> viz.Trace:
    """Forward, backward, and the update where the example has an optimizer."""
    return viz.trace(shown.record(), update=None if shown.optimizer is None else shown.optimizer.step)


def _print_steps(shown: Example) -> None:
    """Forward, backward, update, and what the moved parameters give."""
    print(shown.shows)
    if shown.optimizer is not None:
        print(f"learning rate {viz.format_number(shown.optimizer.learning_rate)}")
    print()
    traced = _traced(shown)
    viz.step(traced, plain=True)
    if shown.optimizer is not None:
        print("Forward again, from the moved parameters")
        found = list(side_by_side(changes(traced, viz.trace(shown.record(), backward=False))))
        width = max((len(name) for name, _ in found), default=0)
        for name, numbers in found:
            print(f"      {name:<{width}}  {numbers}")
    print()


def _truth_table(run: Recipe) -> Table:
    table = Table("x1", "x2", "wanted", "output", "answer")
    outputs = run.model.outputs(run.data.test_inputs)
    for (x1, x2), wanted, (output,) in zip(run.data.test_inputs, run.data.test_labels, outputs, strict=True):
        table.add_row(f"{x1:.0f}", f"{x2:.0f}", str(wanted), f"{output:.4f}", str(int(output > 0.5)))
    return table
