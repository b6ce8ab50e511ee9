"""Module: something with parameters."""

from __future__ import annotations

import contextlib
import functools
import html
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, Self

import numpy
import numpy.typing

from autograd import Node, Tensor
from autograd.modes import current_mode
from autograd.node import ModuleCall

from . import plotting
from .errors import NetworkError
from .outputs import ROWS_AT_ONCE, classes_of, outputs_of
from .state import State, differences


class Module:
    """A part of a network. Its parameters are the nodes that require gradients among its attributes,
    those of modules among its attributes, and those in lists of either.

    >>> from nn import Linear
    >>> layer = Linear(3, 2, rng=0)
    >>> [(name, parameter.shape) for name, parameter in layer.named_parameters()]
    [('weight', (3, 2)), ('bias', (2,))]
    """

    # Arrays among its attributes that are kept with its parameters (running statistics), and whether it is
    # being trained: some layers behave differently then.
    buffers: ClassVar[tuple[str, ...]] = ()
    training: bool = True
    # Whether it computes the same whatever its inputs' numbers are, so that a program recorded once follows it: then
    # `fit` compiles it without being asked. Said by each class for itself, for a subclass may compute something else.
    is_traceable: ClassVar[bool] = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.is_traceable = vars(cls).get("is_traceable", False)
        if "__call__" in vars(cls):
            cls.__call__ = _marking(cls.__call__)  # type: ignore[method-assign]  # what it returns is marked

    def __call__(self, x: Any) -> Any:
        """The output of this part for an input."""
        raise TypeError(f"{type(self).__name__} does not say how it is called: define __call__(self, x)")

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Every parameter with its path, such as `layers.0.weight`; each once, in the order of definition."""
        seen: set[Node] = set()
        for name, parameter in _found_in(vars(self).items(), prefix):
            if parameter not in seen:
                seen.add(parameter)
                yield name, parameter

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module under the empty path, and every module in it with its path, such as `layers.0`."""
        yield prefix, self
        for name, item in _modules_in(vars(self).items(), f"{prefix}." if prefix else ""):
            yield from item.named_modules(name)

    def parameters(self) -> list[Any]:
        """Every parameter, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, numpy.typing.NDArray[Any]]]:
        """Every array that is kept with the parameters, with its path."""
        for path, module in self.named_modules():
            for name in module.buffers:
                yield (f"{path}.{name}" if path else name), getattr(module, name)

    def named_generators(self) -> Iterator[tuple[str, numpy.random.Generator]]:
        """Every random generator among the attributes of a part, with its path: dropout draws from one."""
        for path, module in self.named_modules():
            for name, item in vars(module).items():
                if isinstance(item, numpy.random.Generator):
                    yield (f"{path}.{name}" if path else name), item

    def train(self, training: bool = True) -> Self:
        """Behave as in training, in all parts; returns itself."""
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self) -> Self:
        """Behave as in use, in all parts: no dropout, running statistics; returns itself."""
        return self.train(False)

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def state_dict(self) -> State:
        """A copy of every parameter's data, and of every buffer, by path."""
        return {
            **{name: numpy.array(parameter.data) for name, parameter in self.named_parameters()},
            **{name: buffer.copy() for name, buffer in self.named_buffers()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter's data and every buffer. Names and shapes are checked before anything is changed.

        Raises NetworkError naming what is missing, unknown or of another shape.
        """
        parameters, kept = dict(self.named_parameters()), dict(self.named_buffers())
        problems = differences(state, self.state_dict())
        if problems:
            raise NetworkError(f"load_state_dict: {'; '.join(problems)}")
        for name, parameter in parameters.items():
            parameter.data = state[name] if isinstance(parameter, Tensor) else float(state[name])
        for name, buffer in kept.items():
            buffer[...] = state[name]

    def outputs(self, inputs: Any, rows_at_once: int = ROWS_AT_ONCE) -> numpy.typing.NDArray[Any]:
        """What comes out for rows of inputs, as an array; in use, not in training, and without a graph.

        >>> from nn import MLP
        >>> MLP((2, 3, 1), rng=0).outputs([[0.0, 1.0], [1.0, 0.0]]).shape
        (2, 1)
        """
        with mode(self, training=False):
            return outputs_of(self, numpy.asarray(inputs), rows_at_once)

    def plot_boundary(self, inputs: Any, labels: Any) -> Any:
        """What it takes each point of the plane for, with the data, as a matplotlib Figure (extra `plots`)."""
        return plotting.boundary(self.outputs, inputs, labels)

    def plot_confusion(self, inputs: Any, labels: Any) -> Any:
        """How many of each class it takes for which, as a matplotlib Figure."""
        return plotting.confusion(labels, classes_of(self.outputs(inputs)))

    def plot_mistakes(self, inputs: Any, labels: Any) -> Any:
        """The images that it takes for another class, as a matplotlib Figure."""
        return plotting.misclassified(inputs, labels, classes_of(self.outputs(inputs)))

    def plot_weights(self) -> Any:
        """The weights of the first layer's neurons as images, as a matplotlib Figure."""
        for _, parameter in self.named_parameters():
            if numpy.ndim(parameter.data) == 2:
                return plotting.weights(parameter.data)
        raise NetworkError(f"{self!r:.80} has no matrix of weights that could be drawn")

    def summary(self) -> str:
        """A table of the parameters: path, shape, dtype, count."""
        rows = self._table()
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        lines = [
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:>{widths[3]}}"
            for row in rows
        ]
        return "\n".join([repr(self), *lines])

    def _table(self) -> list[tuple[str, str, str, str]]:
        rows = [("parameter", "shape", "dtype", "count")]
        total = 0
        for name, parameter in self.named_parameters():
            data = numpy.asarray(parameter.data)
            rows.append((name, str(data.shape), str(data.dtype), f"{data.size:,}"))
            total += data.size
        return [*rows, ("total", "", "", f"{total:,}")]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """In a notebook a module shows its parameters as a table."""
        first, *rows = self._table()
        lines = ["".join(f"<th>{html.escape(cell)}</th>" for cell in first)]
        lines += ["".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in rows]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        table = f"<table><caption>{html.escape(repr(self))}</caption>{body}</table>"
        return {"text/html": f'<div style="max-height:32em;overflow:auto">{table}</div>', "text/plain": self.summary()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@contextlib.contextmanager
def mode(model: Any, training: bool) -> Iterator[None]:
    """Every part of a model in training or in use; afterwards each as it was."""
    modules = [module for _, module in model.named_modules()] if isinstance(model, Module) else []
    before = [module.training for module in modules]
    for module in modules:
        module.training = training
    try:
        yield
    finally:
        for module, was in zip(modules, before, strict=True):
            module.training = was


def own_module(node: Node) -> Module | None:
    """The innermost module that returned this node."""
    return node.calls[0].module if node.calls else None


def _marking(call: Callable[..., Any]) -> Callable[..., Any]:
    """A module's `__call__`, leaving a mark on the nodes it returns, by which views find what it computed."""

    @functools.wraps(call)
    def marked(self: Module, *inputs: Any, **keywords: Any) -> Any:
        if type(self).__call__ is not marked:
            return call(self, *inputs, **keywords)  # by a subclass's own, through super(): one call, one mark
        given = (*inputs, *keywords.values()) if keywords else inputs
        mark = ModuleCall(self, given, _current_call.get(), current_mode().scope)
        token = _current_call.set(mark)
        try:
            output = call(self, *inputs, **keywords)
        finally:
            _current_call.reset(token)
        mark.ended = next(_ended)
        _mark(output, mark)
        return output

    return marked


_current_call: ContextVar[ModuleCall | None] = ContextVar("nn_current_call", default=None)
_ended = itertools.count()


def _mark(output: Any, mark: ModuleCall) -> None:
    """Leave the mark on the nodes among what was returned; a module that called itself has marked them."""
    if isinstance(output, Node):
        if output.op is not None and not any(call.module is mark.module for call in output.calls):
            output.calls = (*output.calls, mark)  # type: ignore[misc]  # Value and Tensor have a __dict__
    elif isinstance(output, list | tuple):
        for item in output:
            _mark(item, mark)
    elif isinstance(output, dict):
        for item in output.values():
            _mark(item, mark)


def _modules_in(items: Any, prefix: str) -> Iterator[tuple[str, Module]]:
    for name, item in items:
        if isinstance(item, Module):
            yield f"{prefix}{name}", item
        elif isinstance(item, list | tuple):
            yield from _modules_in(((str(index), one) for index, one in enumerate(item)), f"{prefix}{name}.")


def _found_in(items: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, item in items:
        path = f"{prefix}{name}"
        if isinstance(item, Node):
            if item.requires_grad and item.op is None:
                yield path, item
        elif isinstance(item, Module):
            yield from item.named_parameters(f"{path}.")
        elif isinstance(item, list | tuple):
            yield from _found_in(((str(index), one) for index, one in enumerate(item)), f"{path}.")
