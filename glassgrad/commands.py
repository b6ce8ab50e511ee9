"""The commands of `glassgrad` by name: a command is a file, or a few functions in one, and an entry here."""

from __future__ import annotations

from . import graph_commands, network_commands, network_options
from .options import Command

COMMANDS = {
    "demo": Command(
        "the worked neuron step by step and drawn, and XOR learned", graph_commands.demo_options, graph_commands.demo
    ),
    "examples": Command(
        "the built-in examples, and what an expression may contain", lambda parser: None, graph_commands.examples
    ),
    "step": Command(
        "every forward and backward step of a graph, in words and numbers",
        graph_commands.step_options,
        graph_commands.step,
    ),
    "draw": Command("a graph as a picture", graph_commands.draw_options, graph_commands.draw),
    "train": Command("train a network", network_options.train_options, network_commands.train),
    "eval": Command(
        "how well a saved model does on its test data", network_options.evaluate_options, network_commands.evaluate
    ),
    "predict": Command(
        "what a saved model takes an input for", network_options.predict_options, network_commands.predict
    ),
}
