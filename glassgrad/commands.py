"""The commands of `glassgrad` by name: a command is a file, or a few functions in one, and an entry here.

What it needs is imported when it is asked for, so that `glassgrad --help` is quick.
"""

from __future__ import annotations

from types import ModuleType

from .options import Command


def _graphs() -> ModuleType:
    from . import graph_commands

    return graph_commands


def _functions() -> ModuleType:
    from . import function_commands

    return function_commands


def _networks() -> ModuleType:
    from . import network_commands

    return network_commands


COMMANDS = {
    "demo": Command(
        "the worked neuron step by step and drawn, and XOR learned", lambda: (_graphs().demo_options, _graphs().demo)
    ),
    "examples": Command(
        "the built-in examples, and what an expression may contain",
        lambda: (lambda parser: None, _graphs().examples),
    ),
    "functions": Command(
        "NumPy's functions, and what each is on nodes",
        lambda: (_functions().functions_options, _functions().functions),
    ),
    "step": Command(
        "every forward and backward step of a graph, in words and numbers",
        lambda: (_graphs().step_options, _graphs().step),
    ),
    "draw": Command("a graph as a picture", lambda: (_graphs().draw_options, _graphs().draw)),
    "page": Command(
        "a graph as a page to be stepped through and changed, in one file",
        lambda: (_graphs().page_options, _graphs().page),
    ),
    "train": Command("train a network", lambda: (_networks().train_options, _networks().train)),
    "eval": Command(
        "how well a saved model does on its test data",
        lambda: (_networks().evaluate_options, _networks().evaluate),
    ),
    "predict": Command(
        "what a saved model takes an input for", lambda: (_networks().predict_options, _networks().predict)
    ),
}
