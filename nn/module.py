"""Module: something with parameters."""

from __future__ import annotations

import contextlib
import functools
import html
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set, ValuesView
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

import numpy
import numpy.typing

from autograd import CallError, Node, Tensor
from autograd.arguments import NoSuchAttribute, NotAssigned, answering, check_call, described, flag
from autograd.modes import current_mode
from autograd.node import ModuleCall
from autograd.sweep import forget_gradients

from . import plotting
from .errors import NetworkError
from .generators import Generator
from .meaning import Loss, Meaning, classes_named, meaning_in
from .outputs import ROWS_AT_ONCE, outputs_each, outputs_of
from .state import State, fitting, plain

# By the name of a setting, what checks it and gives what is to be set.
Checks = Mapping[str, Callable[[Any], Any]]


class Module:
    """A part of a network. Its parameters are the leaves that were made to require gradients among its attributes,
    and those of modules among its attributes; also in lists, tuples and dicts of either, nested as deep as you like.
    Sets, which have no order to save them in, are refused.

    A parameter whose `requires_grad` is set to False is frozen: it gets no gradients and is not moved, and stays a
    parameter that is saved, loaded and shown. A leaf that was made with False (a mask, a table) is none; it is saved
    and loaded all the same, unless it was set while a module was called.

    >>> from nn import Linear
    >>> layer = Linear(3, 2, rng=0)
    >>> [(name, parameter.shape) for name, parameter in layer.named_parameters()]
    [('weight', (3, 2)), ('bias', (2,))]
    """

    # Arrays among its attributes that are kept with its parameters (running statistics), and whether it is
    # being trained: some layers behave differently then.
    buffers: ClassVar[tuple[str, ...]] = ()
    training: bool = True
    # The checks of its settings, also of those that are assigned later: each gives what is to be set.
    _checks: ClassVar[Checks] = {"training": functools.partial(flag, "training", error=NetworkError)}
    # The names of attributes that were set while a module was called: what it computed, and no part of it.
    _set_in_calls: frozenset[str] = frozenset()
    # What its outputs stand for, by the loss that it was trained with (`fit`).
    _meaning: Meaning | None = None
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
        forward = "rename forward to" if hasattr(self, "forward") else "define"
        raise CallError(f"{type(self).__name__} does not say how it is called: {forward} __call__(self, x)")

    def __setattr__(self, name: str, given: Any) -> None:
        if name in _METHODS:
            raise NetworkError(
                f"{name}() is a method of every module: give what {type(self).__name__} holds another name"
            )
        if (check := self._checks.get(name)) is not None:
            given = check(given)
        is_parameter = isinstance(given, Node) and (given.is_parameter or given.op is None)  # frozen or not
        if isinstance(given, numpy.ndarray | int | float | Node) and not is_parameter and name in vars(self):
            before = vars(self)[name]
            if isinstance(before, Node) and before.is_parameter:
                raise NetworkError(
                    f"{name} of {self!r:.60} is a parameter: set its numbers by .{name}.data = …, or give a Tensor "
                    f"that was not computed, {described(given)} here"
                )
        object.__setattr__(self, name, given)
        if isinstance(given, Node) and (name in self._set_in_calls) is (_current_call.get() is None):
            object.__setattr__(self, "_set_in_calls", self._set_in_calls ^ {name})

    def __getitem__(self, index: Any) -> NoReturn:
        hint = "; its layers are in the list .layers" if hasattr(self, "layers") else ""
        raise CallError(f"a {type(self).__name__} has no elements{hint}")

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        forward = NoSuchAttribute("call it, model(x)")
        predict = NoSuchAttribute("write model.outputs(inputs), or model(x) for a node")
        fit = NoSuchAttribute("write nn.fit(model, (inputs, targets), loss, optimizer, epochs)")
        compile = NoSuchAttribute("write nn.fit(…, compile=True), or autograd.compile(function)")
        evaluate = NoSuchAttribute("write nn.accuracy(model, inputs, labels)")
        score = NoSuchAttribute("write nn.accuracy(model, inputs, labels)")
        save = NoSuchAttribute("write nn.checkpoints.save(path, model)")
        load = NoSuchAttribute("write nn.checkpoints.load(path, model)")
        backward = NoSuchAttribute("the loss goes backward: loss(model(x), y).backward()")
        step = NoSuchAttribute("an optimizer steps: nn.SGD(model, 0.1).step()")
        add = NoSuchAttribute("give all layers at once, Sequential(first, second)")
        to = NoSuchAttribute("everything is on the CPU; a dtype is given when it is made, dtype=numpy.float32")
        cuda = NoSuchAttribute("everything is on the CPU; leave it out")
        weights = NoSuchAttribute("write model.parameters(), or model.layers[0].weight")
        children = NoSuchAttribute("write model.named_modules()")
        named_children = NoSuchAttribute("write model.named_modules()")
        modules = NoSuchAttribute("write model.named_modules()")
        apply = NoSuchAttribute("write for path, part in model.named_modules():")
        cpu = NoSuchAttribute("everything is on the CPU; leave it out")
        float = NoSuchAttribute("a dtype is given when it is made, dtype=numpy.float32")
        double = NoSuchAttribute("float64 is the usual dtype; leave it out")
        half = NoSuchAttribute("a dtype is given when it is made, dtype=numpy.float32 or numpy.float64")
        get_parameter = NoSuchAttribute("write dict(model.named_parameters())[path]")
        register_parameter = NoSuchAttribute("set it as an attribute, model.scale = Tensor(1.0)")
        register_buffer = NoSuchAttribute("name the attribute in the class's `buffers`, as BatchNorm1d does")
        register_forward_hook = NoSuchAttribute("what each part computes is seen in viz.trace(output)")
        append = NoSuchAttribute("write model.layers.append(layer)")
        extend = NoSuchAttribute("write model.layers.extend(layers)")
        trainable = NotAssigned("freeze by for p in model.parameters(): p.requires_grad = False")
        requires_grad = NotAssigned("freeze by for p in model.parameters(): p.requires_grad = False")
        requires_grad_ = NoSuchAttribute("freeze by for p in model.parameters(): p.requires_grad = False")

    def named_parameters(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Every parameter with its path, such as `layers.0.weight`; each once, in the order of definition.

        Raises NetworkError where two have the same path, as the keys 1 and "1" of a dict give it.
        """
        paths: dict[str, Node] = {}
        seen: set[Node] = set()
        for path, item in _walk(self, prefix):
            if isinstance(item, Node) and item.is_parameter and item not in seen:
                if path in paths:
                    raise NetworkError(f"two parameters of {self!r:.80} have the path {path}: give them other keys")
                paths[path] = item
                seen.add(item)
                yield path, item

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """This module under the empty path, and every module in it with its path, such as `layers.0`.

        One that is in two places has two paths; where modules hold each other in a circle, each has one.
        """
        yield prefix, self
        for path, item in _walk(self, f"{prefix}." if prefix else ""):
            if isinstance(item, Module):
                yield path, item

    def parameters(self) -> list[Any]:
        """Every parameter, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_buffers(self) -> Iterator[tuple[str, numpy.typing.NDArray[Any]]]:
        """Every array that is kept with the parameters, with its path."""
        for path, module in self.named_modules():
            for name in module.buffers:
                yield (f"{path}.{name}" if path else name), getattr(module, name)

    def _named_constants(self) -> Iterator[tuple[str, Any]]:
        """Every leaf that is no parameter, each once, with its path, but for what was computed in calls."""
        seen = set()
        for prefix, module in self.named_modules():
            for path, item in held(module):
                is_leaf = isinstance(item, Node) and item.op is None and not item.is_parameter
                if is_leaf and item not in seen and path.partition(".")[0] not in module._set_in_calls:
                    seen.add(item)
                    yield (f"{prefix}.{path}" if prefix else path), item

    def named_generators(self) -> Iterator[tuple[str, Generator]]:
        """Every random generator among the attributes of a part, with its path: dropout draws from one."""
        for path, item in _walk(self):
            if isinstance(item, Generator):
                yield path, item

    def train(self, training: bool = True) -> Self:
        """Behave as in training, in all parts; returns itself."""
        for _, module in self.named_modules():
            module.training = training
        return self

    def eval(self) -> Self:
        """Behave as in use, in all parts: no dropout, running statistics; returns itself."""
        return self.train(False)

    @answering(set_to_none="gradients are None afterwards; leave it out")
    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        forget_gradients(self.parameters())

    def state_dict(self) -> State:
        """A copy of every parameter's data, of every buffer, and of leaves that are no parameters, by path."""
        return {
            **{name: numpy.array(parameter.data) for name, parameter in self.named_parameters()},
            **{name: numpy.array(constant.data) for name, constant in self._named_constants()},
            **{name: buffer.copy() for name, buffer in self.named_buffers()},
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all that `state_dict` has. Everything is checked before anything is changed.

        Raises NetworkError naming what is missing, unknown, of another shape, no number, or beyond the dtype.
        """
        leaves = {**dict(self.named_parameters()), **dict(self._named_constants())}
        kept = dict(self.named_buffers())
        state, problems = fitting(state, self.state_dict())
        if problems:
            raise NetworkError(f"load_state_dict: {'; '.join(problems)}")
        for name, leaf in leaves.items():
            leaf.data = state[name] if isinstance(leaf, Tensor) else float(state[name])
        for name, buffer in kept.items():
            buffer[...] = state[name]

    def outputs(self, inputs: Any, rows_at_once: int = ROWS_AT_ONCE) -> numpy.typing.NDArray[Any]:
        """What comes out for rows of inputs, as an array; in use, not in training, and without a graph.

        >>> from nn import MLP
        >>> MLP((2, 3, 1), rng=0).outputs([[0.0, 1.0], [1.0, 0.0]]).shape
        (2, 1)
        """
        with mode(self, training=False):
            return outputs_of(self, plain(inputs), rows_at_once)

    def plot_boundary(self, inputs: Any, labels: Any, *, loss: Loss | None = None) -> Any:
        """What it takes each point of the plane for, with the data, as a matplotlib Figure (extra `plots`).

        Labels and `loss` are as for `accuracy`, here and in the other plots of classes.
        """
        n_outputs = self.outputs(inputs[:1]).shape[-1]
        regions = meaning_in(self, loss, n_outputs).regions(self.outputs)
        return plotting.boundary(regions, inputs, classes_named(labels, n_outputs))

    def plot_regression(self, inputs: Any, targets: Any) -> Any:
        """What it gives for one number, as a curve over the data, as a matplotlib Figure."""
        return plotting.regression(self.outputs, inputs, targets)

    def plot_confusion(self, inputs: Any, labels: Any, *, loss: Loss | None = None) -> Any:
        """How many of each class it takes for which, as a matplotlib Figure."""
        return plotting.confusion(*self._labels_and_classes(inputs, labels, loss))

    def plot_mistakes(self, inputs: Any, labels: Any, *, loss: Loss | None = None) -> Any:
        """The images that it takes for another class, as a matplotlib Figure."""
        return plotting.misclassified(inputs, *self._labels_and_classes(inputs, labels, loss))

    def _labels_and_classes(self, inputs: Any, labels: Any, loss: Loss | None) -> tuple[Any, Any]:
        outputs = self.outputs(inputs)
        n_outputs = outputs_each(outputs, len(inputs))
        if len(labels := plain(labels)) != len(inputs):
            raise NetworkError(f"{len(labels)} labels for {len(inputs)} samples: each sample needs one")
        return classes_named(labels, n_outputs), meaning_in(self, loss, n_outputs).classes(outputs)

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
        name, shape, dtype, count = widths
        return "\n".join(
            [repr(self), *[f"{a:<{name}}  {b:<{shape}}  {c:<{dtype}}  {d:>{count}}" for a, b, c, d in rows]]
        )

    def _table(self) -> list[tuple[str, str, str, str]]:
        rows = [("parameter", "shape", "dtype", "count")]
        total = 0
        for name, parameter in self.named_parameters():
            data = numpy.asarray(parameter.data)
            kind = str(data.dtype) if parameter.requires_grad else f"{data.dtype}, frozen"
            rows.append((name, str(data.shape), kind, f"{data.size:,}"))
            total += data.size
        return [*rows, ("total", "", "", f"{total:,}")]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """In a notebook a module shows its parameters as a table."""
        body = ""
        for number, row in enumerate(self._table()):
            tag = "td" if number else "th"
            body += f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in row)}</tr>"
        table = f"<table><caption>{html.escape(repr(self))}</caption>{body}</table>"
        return {"text/html": f'<div style="max-height:32em;overflow:auto">{table}</div>', "text/plain": self.summary()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


# What optimizers, `fit` and checkpoints ask a module for: an attribute of that name would stand before it.
_METHODS = frozenset({
    "parameters", "named_parameters", "named_modules", "named_buffers", "named_generators", "train", "eval",
    "zero_grad", "state_dict", "load_state_dict",
})  # fmt: skip


@contextlib.contextmanager
def mode(model: Any, training: bool) -> Iterator[None]:
    """Every part of a model in training or in use; afterwards each as it was."""
    modules = [module for _, module in model.named_modules()] if isinstance(model, Module) else []
    before = [module.training for module in modules]
    name = itertools.repeat("training")
    try:
        for module in modules:  # for each batch of outputs, so without the checks of what a person sets
            object.__setattr__(module, "training", training)
        yield
    finally:  # in one: a signal's handler may raise in any step of a loop
        deque(map(object.__setattr__, modules, name, before), maxlen=0)


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
        around = _current_call.get()
        mark = ModuleCall(self, given, around, current_mode().scope)
        try:  # around all that it changes: a signal's handler may raise in any call
            _current_call.set(mark)
            output = call(self, *inputs, **keywords)
        except TypeError:
            check_call("", call, (self, *inputs), keywords)
            raise
        finally:
            _current_call.set(around)
        mark.ended = next(_ended)
        _mark(output, mark)
        return output

    return marked


_current_call: ContextVar[ModuleCall | None] = ContextVar("nn_current_call", default=None)
_ended = itertools.count()


def _mark(output: Any, mark: ModuleCall) -> None:
    """Leave the mark on the nodes among what was returned; a module that called itself has marked them."""
    if isinstance(output, Node):
        calls = output.calls
        if output.op is not None and not (calls and any(call.module is mark.module for call in calls)):
            output.calls = (*calls, mark)  # type: ignore[misc]  # Value and Tensor have a __dict__
    elif isinstance(output, list | tuple):
        for item in output:
            _mark(item, mark)
    elif isinstance(output, dict):
        for item in output.values():
            _mark(item, mark)


# Most attributes are one of these, a node or a module: asking for abstract classes costs more than all the rest.
_HOLD_NOTHING = frozenset({int, float, str, bool, type(None)})


def held(module: Module) -> Iterator[tuple[str, Any]]:
    """What the attributes of a module hold, with its path: they themselves, or what is in lists, tuples and dicts."""
    # No recursion: how deep lists are nested is the user's.
    begun: list[tuple[str, Iterator[tuple[Any, Any]], int]] = [("", iter(vars(module).items()), 0)]
    open_containers: list[int] = []
    while begun:
        prefix, rest, depth = begun[-1]
        del open_containers[depth:]
        entry = next(rest, None)
        if entry is None:
            begun.pop()
            continue
        path, item = f"{prefix}{entry[0]}", entry[1]
        if type(item) in _HOLD_NOTHING or isinstance(item, Module | Node):
            yield path, item
            continue
        if isinstance(item, numpy.ndarray) and item.dtype == object:
            item = item.tolist()
        if isinstance(item, Mapping):
            _refuse_in(module, f"the keys of {path}", item)
            inside: Iterable[tuple[Any, Any]] = item.items()
        elif isinstance(item, list | tuple | deque | ValuesView):
            inside = enumerate(item)
        else:
            if isinstance(item, Set):
                _refuse_in(module, f"the set {path}", item)
            yield path, item
            continue
        if id(item) not in open_containers:  # a list may hold itself
            open_containers.append(id(item))
            begun.append((f"{path}.", iter(inside), len(open_containers)))


def _refuse_in(module: Module, place: str, items: Iterable[Any]) -> None:
    if any(isinstance(item, Module) or (isinstance(item, Node) and item.is_parameter) for item in items):
        raise NetworkError(
            f"{place} of {type(module).__name__} hold modules or parameters, which are found and saved by their place: "
            "hold them in a list, or as the values of a dict"
        )


def _walk(module: Module, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """All that a module holds and, after each module in it, what that one holds, with its path."""
    each_once = _has_circle(module)
    seen = {id(module)}  # no module itself: one that says when it is equal (a dataclass) has no hash
    begun = [(prefix, held(module))]
    while begun:
        prefix, rest = begun[-1]
        entry = next(rest, None)
        if entry is None:
            begun.pop()
            continue
        path, item = f"{prefix}{entry[0]}", entry[1]
        if isinstance(item, Module):
            if each_once and id(item) in seen:
                continue
            seen.add(id(item))
            begun.append((f"{path}.", held(item)))
        yield path, item


def _has_circle(module: Module) -> bool:
    """Whether a module in this one holds one that it is in."""
    around, finished = {id(module)}, set()
    begun = [(module, held(module))]
    while begun:
        own, rest = begun[-1]
        item = next((item for _, item in rest if isinstance(item, Module) and id(item) not in finished), None)
        if item is None:
            begun.pop()
            around.discard(id(own))
            finished.add(id(own))
        elif id(item) in around:
            return True
        else:
            around.add(id(item))
            begun.append((item, held(item)))
    return False
