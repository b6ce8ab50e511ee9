"""What goes on inside a network while it learns: each layer's activations, gradients and updates, and warnings in
words where they are what keeps it from learning."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import numpy

from autograd import Node, Tensor
from autograd.arguments import described, whole_number
from autograd.structure import flatten
from autograd.traversal import nodes_in_order

from .activations import ACTIVATIONS
from .callbacks import Callback, TrainingRun
from .clipping import norm_of
from .errors import NetworkError
from .history import History, LayerFigures, Step
from .module import Module, held, own_module

# Where a figure becomes a warning. A layer learns too little or too much relative to its neighbour at a thousandth
# or a thousandfold; a weight is usually moved by about a thousandth of itself in a step (Karpathy 2022).
_VANISHING = 1e-3
_EXPLODING = 1e3
_MANY_DEAD = 0.5
_LARGE_UPDATE = 0.1
_SMALL_UPDATE = 1e-7
_ALL_ALIKE = 1e-6
# So many of the last measurements are looked at: one batch says little.
_LAST = 5


class Diagnostics(Callback):
    """Notes each layer's figures in `history.layers`, every so many steps.

    Layers are the modules that have parameters of their own, in a network of Tensors.

    Args:
        every: so many steps; the first is always among them.

    >>> from nn import MLP, SGD, Diagnostics, diagnose, fit, quadratic, xor
    >>> network = MLP((2, 3, 1), "relu", rng=0)
    >>> network.layers[0].bias.data = [-10.0, -10.0, -10.0]
    >>> targets = xor().train_labels.reshape(-1, 1)
    >>> history = fit(network, (xor().train_inputs, targets), quadratic, SGD(network.parameters(), 0.1), 3, rng=0,
    ...               callbacks=[Diagnostics()])
    >>> for warning in diagnose(history):
    ...     print(warning)
    layers.0: its gradient is 0: it learns nothing
    layers.0: 100% of its ReLUs are 0 for the whole batch: they are dead
    layers.0: its outputs are all alike (deviation 0): it tells nothing apart
    layers.1: its outputs are all alike (deviation 0): it tells nothing apart
    """

    def __init__(self, every: int = 10) -> None:
        self.every: int = whole_number("every", every, error=NetworkError)
        self._pending: list[tuple[LayerFigures, list[Tensor], list[Any]]] = []

    def on_start(self, run: TrainingRun) -> None:
        if not isinstance(run.model, Module):
            raise NetworkError(f"diagnostics look into modules, not into a {type(run.model).__name__}")
        self._layers = layers_of(run.model)

    def on_gradients(self, run: TrainingRun, outputs: Any) -> None:
        number = len(run.history.steps)
        self._pending = []
        if number % self.every:
            return
        activations = activations_of(outputs, self._layers)
        for module, path in self._layers.items():
            parameters = own_parameters(module)
            gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
            average, deviation, dead = _statistics(activations.get(module))
            figures = LayerFigures(number, path, average, deviation, dead, norm_of(gradients), None)
            self._pending.append((figures, parameters, [parameter.data.copy() for parameter in parameters]))

    def on_step(self, run: TrainingRun, step: Step) -> None:
        for figures, parameters, before in self._pending:
            size = norm_of(before)
            moved = norm_of([parameter.data - was for parameter, was in zip(parameters, before, strict=True)])
            ratio = moved / size if size else None
            run.history.layers.append(replace(figures, update_ratio=ratio))


def diagnose(history: History) -> list[str]:
    """Warnings, in words, from what `Diagnostics` noted last; none where all is well.

    A layer's gradient is compared with that of the layer behind it, through which it came.
    """
    if not isinstance(history, History):
        raise NetworkError(f"diagnose takes the history that fit returned, not {described(history)}")
    layers: dict[str, list[LayerFigures]] = {}
    for one in history.layers:
        layers.setdefault(one.layer, []).append(one)
    gradients = {name: _median(one.gradient_norm for one in noted[-_LAST:]) for name, noted in layers.items()}
    warnings: list[str] = []
    for (name, gradient), behind in zip_longest(gradients.items(), list(gradients)[1:]):
        figures = layers[name][-_LAST:]
        # Compared with what is no number, or with nothing, neither is true.
        share = gradient / gradients[behind] if gradient > 0 and gradients.get(behind, 0) > 0 else math.nan
        if share < _VANISHING:
            warnings.append(f"{name}: gradients are {share:.1g} of {behind}'s: they vanish")
        elif share > _EXPLODING:
            warnings.append(f"{name}: gradients are {share:.1g} times {behind}'s: they explode")
        if gradient == 0:
            warnings.append(f"{name}: its gradient is 0: it learns nothing")
        dead = _median(one.dead for one in figures)
        if dead >= _MANY_DEAD:
            warnings.append(f"{name}: {dead:.0%} of its ReLUs are 0 for the whole batch: they are dead")
        deviation = _median(one.activation_deviation for one in figures)
        if deviation < _ALL_ALIKE:
            warnings.append(f"{name}: its outputs are all alike (deviation {deviation:.1g}): it tells nothing apart")
        # Of the whole run: at its end a falling learning rate makes every step small.
        ratio = _median(one.update_ratio for one in layers[name])
        if ratio > _LARGE_UPDATE:
            warnings.append(f"{name}: a step moves its weights by {ratio:.0%} of themselves: that is much")
        elif 0 < ratio < _SMALL_UPDATE:
            warnings.append(f"{name}: a step moves its weights by {ratio:.1g} of themselves: they hardly move")
    return warnings


def layers_of(model: Module) -> dict[Module, str]:
    """The modules with parameters of their own in a network of Tensors, with their paths. Raises NetworkError where
    there are none."""
    found = {module: path or type(module).__name__ for path, module in model.named_modules() if own_parameters(module)}
    if not found:
        raise NetworkError(f"diagnostics look at layers of Tensors, and {model!r:.60} has none")
    return found


def _median(figures: Iterable[float | None]) -> float:
    """The median of what was measured; nan, of which no comparison is true, where nothing was."""
    measured = [figure for figure in figures if figure is not None and not math.isnan(figure)]
    return float(numpy.median(measured)) if measured else math.nan


def own_parameters(module: Module) -> list[Tensor]:
    """Parameters that the module holds itself, not in its parts, and that learn."""
    return [item for _, item in held(module) if isinstance(item, Tensor) and item.is_parameter and item.requires_grad]


def activations_of(outputs: Any, layers: dict[Any, str]) -> dict[Any, Tensor]:
    """What each layer's last call passed on: the output of its activation, if one follows it, which may be made of
    several operations on each element (silu, gelu) or on rows (softmax)."""
    given: dict[Any, Tensor] = {}
    of_node: dict[Node, Any] = {}
    for node in nodes_in_order(flatten(outputs)[0]):
        if not isinstance(node, Tensor) or node.op is None:
            continue
        module = own_module(node)
        if module in layers:
            given[module] = node
            of_node[node] = module
            continue
        made_of = {of_node.get(operand) for operand in node.operands if isinstance(operand, Node) and operand.op}
        is_part = module is not None and not any(True for _, one in module.named_modules() if one is not module)
        layer = made_of.pop() if len(made_of) == 1 else None
        # Of a part without parts, such as a Dropout, only what it is an activation by.
        if layer is not None and (node.op.name in ACTIVATIONS or (node.op.elementwise and not is_part)):
            given[layer] = node
            of_node[node] = layer
    return given


def _statistics(activation: Tensor | None) -> tuple[float, float, float | None]:
    """Mean, standard deviation, and of ReLUs the share that is 0 in all rows."""
    if activation is None:
        return math.nan, math.nan, None
    data = activation.data
    dead = None
    if activation.op is not None and activation.op.name == "relu":
        dead = float((data <= 0).all(axis=tuple(range(data.ndim - 1))).mean())
    return float(data.mean(dtype=float)), float(data.std(dtype=float)), dead
