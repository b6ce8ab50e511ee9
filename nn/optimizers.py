"""Optimizers: how parameters follow their gradients.

Each is its paper's recursion on arrays; ten steps of each equal PyTorch's to 1e-12 in float64 (tests). Scalar
parameters (Values) are gathered into one array for a step, so that there is one recursion for both engines.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, ClassVar, Never

import numpy

from autograd import CallError, Node, Tensor, Value
from autograd.arguments import NoSuchAttribute, NotAssigned, answering, described, flag, whole_number
from autograd.sweep import forget_gradients

from .checks import checked
from .errors import NetworkError
from .module import Module
from .recorded_updates import UpdateRule, update_rule
from .state import Array, State, check_state, differences, fitting, shape_of


def _checked_betas(betas: Any) -> tuple[float, float]:
    if not (isinstance(betas, tuple | list) and len(betas) == 2):
        raise NetworkError(f"betas are two numbers from 0 to below 1, not {betas!r}")
    return checked("first beta", betas[0], 1), checked("second beta", betas[1], 1)


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "momentum": functools.partial(checked, "momentum"),
    "weight_decay": functools.partial(checked, "weight decay"),
    "epsilon": functools.partial(checked, "epsilon"),
    "decay": functools.partial(checked, "decay", below=1),
    "betas": _checked_betas,
    "nesterov": functools.partial(flag, "nesterov", error=NetworkError),
    "centered": functools.partial(flag, "centered", error=NetworkError),
    "amsgrad": functools.partial(flag, "amsgrad", error=NetworkError),
}


class Optimizer:
    """What optimizers share: the parameters, the learning rate, the state between steps.

    Args:
        parameters: a module, or leaves (Values or Tensors), each once; those that are frozen (`requires_grad = False`)
            are left as they are, and so is what is kept for them.
        learning_rate: the step size, a finite number ≥ 0; may be assigned between steps (schedules do).

    Raises NetworkError for anything else.
    """

    # The names of the arrays that are kept for each parameter between steps (`slot.kept`); some only with some
    # settings. And those of its hyper-parameters besides the learning rate: attributes, and keywords of `__init__`.
    kept: tuple[str, ...] = ()
    hyperparameters: ClassVar[tuple[str, ...]] = ()
    # The checks of hyper-parameters, also of those that are assigned later: each gives what is to be set.
    _checks: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}

    @answering("parameters are a module, or a list of its parameters()")
    def __init__(self, parameters: Sequence[Any] | Module, learning_rate: float) -> None:
        if isinstance(parameters, Module):
            parameters = parameters.parameters()
        elif isinstance(parameters, Node):
            parameters = [parameters]
        elif not isinstance(parameters, Iterable):
            raise NetworkError(
                f"an optimizer takes a module or a list of its parameters(), not {described(parameters)}"
            )
        if isinstance(parameters, Set):
            raise NetworkError("an optimizer keeps its state by the parameters' order, and a set has none: give a list")
        self._parameters = tuple(parameters)
        if not self._parameters:
            raise NetworkError("an optimizer needs at least one parameter")
        for parameter in self.parameters:
            if not (isinstance(parameter, Node) and parameter.is_parameter):
                hint = "; give the module itself" if isinstance(parameter, Module) else ""
                raise NetworkError(
                    f"an optimizer takes leaves that require gradients, as model.parameters() gives, not "
                    f"{described(parameter)}{hint}"
                )
        if len(set(self.parameters)) != len(self.parameters):
            raise NetworkError("a parameter was given to the optimizer twice: it would be updated twice a step")
        self.learning_rate = learning_rate
        self.steps: int = 0  # in `_update`, this one included; `slot.age` leaves out those without a gradient
        self._slots = [_Slot(one, (), self.kept) for one in self.parameters if isinstance(one, Tensor)]
        if values := [one for one in self.parameters if isinstance(one, Value)]:
            self._slots.append(_Slot(None, values, self.kept))

    def __setattr__(self, name: str, given: Any) -> None:
        check = self._checks.get(name)
        if check is None:
            if name == "steps":
                if type(given) is not int or given < 0:
                    given = whole_number("the number of steps", given, 0, error=NetworkError)
            elif "_slots" in vars(self):
                self._refuse_unheeded(name)
            super().__setattr__(name, given)
            return
        before, given = vars(self).get(name), check(given)
        super().__setattr__(name, given)
        if "_slots" in vars(self):  # between steps
            try:
                self._settle()
            except NetworkError:
                super().__setattr__(name, before)
                raise
            for slot in self._slots:
                slot.keep(self.kept)

    @property
    def parameters(self) -> tuple[Any, ...]:
        """What it moves, for good: it keeps its state by their order."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: object) -> Never:
        raise NetworkError(
            f"an optimizer keeps its state by the order of its parameters: for others make a new {type(self).__name__}"
        )

    def _refuse_unheeded(self, name: str) -> None:
        """Refuse what would be kept, and nothing come of it."""
        known = name in vars(self) or any(name in vars(kind) for kind in type(self).__mro__)
        if not known and type(self) in OPTIMIZERS.values():  # one of a person's own may keep what it likes
            raise NetworkError(
                f"a {type(self).__name__} has no {name}; what may be assigned is {', '.join(self.settings())}, steps"
            )

    def _settle(self) -> None:
        """Set `kept` for the hyper-parameters as they are, and refuse those that do not go together."""

    @property
    def learning_rate(self) -> float:
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: float) -> None:
        self._learning_rate = checked("learning rate", learning_rate)

    if not TYPE_CHECKING:  # what a class has not, its subclasses may have
        lr = NotAssigned("write optimizer.learning_rate")
        param_groups = NoSuchAttribute("write optimizer.parameters and optimizer.learning_rate")
        add_param_group = NoSuchAttribute("give all parameters when it is made")
        defaults = NoSuchAttribute("write optimizer.settings()")
        state = NoSuchAttribute("write optimizer.state_dict()")
        minimize = NoSuchAttribute("write optimizer.zero_grad(), loss.backward(), optimizer.step()")

    def step(self, *misplaced: Never) -> None:
        """Move every parameter that has a gradient. That of a Value is a number from the beginning, 0 where no loss has
        reached it: weight decay and what is left of momentum move it all the same."""
        if misplaced:
            raise CallError(f"step takes nothing, not {described(misplaced[0])}; loss.backward() comes before it")
        vars(self)["steps"] += 1  # past the checks of what a person assigns
        for slot in self._slots:
            tensor = slot.tensor  # spelled out: a further call costs a hundredth of a small network's step
            if tensor is None:
                slot.move_values(self._update)
            elif (gradient := tensor.grad) is not None and tensor._requires_grad:
                data = tensor.data
                slot.age += 1
                self._update(data, gradient, slot)
                tensor._data = data.view()  # as another object, it is seen to be changed

    def _update(self, data: Array, gradient: Array, slot: _Slot) -> None:
        """Move `data` in place.

        Args:
            data: a parameter's numbers.
            gradient: of the same shape; not to be written to.
            slot: `slot.kept[name]`, for each name of `kept`, is an array of the parameter's shape, 0 at first, to be
                written in place; `slot.age` counts this parameter's updates, this one included; `slot.work` is room
                for one array, of no particular numbers.

        `fit` compiles it: runs it once on stand-ins and repeats what that did. So it may use operators, also in place
        (`data -= …`), `[...] = …`, numpy.copyto, `out=`, and NumPy's functions that take a Tensor (numpy.sqrt,
        numpy.where, numpy.sum); may branch on hyper-parameters, but on no element of an array, nor on learning_rate,
        steps or age (numpy.where does that); sets no attribute; and draws no random numbers. Where it does otherwise,
        steps are eager and the history says why; that it reads a global variable or draws from a global generator is
        not noticed.
        """
        raise NotImplementedError

    def update_rule(self) -> UpdateRule:
        """What `step` does to a parameter, as graphs on stand-ins: `_update` itself, recorded.

        Raises NetworkError where it cannot be recorded.
        """
        return update_rule(self)

    def update_numbers(self, parameter: Node) -> dict[str, Any]:
        """What the next update of this parameter begins from, by the names in `update_rule`: the learning rate, which
        of its updates it is (`age`), and what is kept: numbers for a Value, arrays (copies) for a Tensor."""
        kept: dict[str, Any]
        for slot in self._slots:
            if slot.tensor is parameter:
                kept = {name: array.copy() for name, array in slot.kept.items()}
                return {"learning_rate": self.learning_rate, "age": slot.age + 1, **kept}
            index = next((index for index, one in enumerate(slot.values) if one is parameter), None)
            if index is not None:
                kept = {name: float(array[index]) for name, array in slot.kept.items()}
                age = slot.age if numpy.ndim(slot.age) == 0 else slot.age[index]
                return {"learning_rate": self.learning_rate, "age": int(age) + 1, **kept}
        raise NetworkError(f"this {type(self).__name__} does not move {parameter!r:.80}")

    @answering(set_to_none="gradients are None afterwards; leave it out")
    def zero_grad(self, *misplaced: Never) -> None:
        """Forget the gradients of all parameters."""
        if misplaced:
            raise CallError(f"zero_grad takes nothing, not {described(misplaced[0])}")
        forget_gradients(self._parameters)

    def settings(self) -> dict[str, Any]:
        """The hyper-parameters, by name."""
        return {name: getattr(self, name) for name in ("learning_rate", *self.hyperparameters)}

    def state_dict(self) -> State:
        """A copy of what is kept between steps, as arrays by name."""
        state: State = {"steps": numpy.array(self.steps)}
        for position, slot in enumerate(self._slots):
            state[f"{position}.age"] = numpy.array(slot.age)  # one number, or one for each Value
            for name, kept in slot.kept.items():
                state[f"{position}.{name}"] = kept.copy()
        return state

    def differences(self, state: Mapping[str, Any], in_file: bool = False) -> list[str]:
        """In words, why a state is none of this optimizer; nothing where it is one."""
        check_state(state)
        return differences(state, self._like(state), in_file) or self._fitting(state)[1]

    def _fitting(self, state: Mapping[str, Any]) -> tuple[State, list[str]]:
        """A state's arrays as this optimizer keeps them, and in words what of them it cannot keep."""
        taken, problems = fitting(state, self._like(state))
        counts = ((name, array) for name, array in taken.items() if array.dtype.kind == "i")
        return taken, problems + [f"{name} is below 0" for name, count in counts if (count < 0).any()]

    def _like(self, state: Mapping[str, Any]) -> State:
        """Its own state, with an age for all Values together or for each, as the given one has."""
        own = self.state_dict()
        for position, slot in enumerate(self._slots):
            age = own[f"{position}.age"]
            shape = shape_of(state.get(f"{position}.age", 0))
            if slot.tensor is None and shape is not None and shape in ((), (len(slot.values),)):
                own[f"{position}.age"] = numpy.zeros(shape, age.dtype)
        return own

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state. Everything is checked before anything is changed."""
        check_state(state)
        state, problems = self._fitting(state)
        if problems:
            raise NetworkError(f"the state is not one of this {type(self).__name__}: {'; '.join(problems)}")
        self.steps = int(state["steps"])
        for position, slot in enumerate(self._slots):
            age = numpy.asarray(state[f"{position}.age"])
            slot.age = age.copy() if age.ndim else int(age)
            for name, kept in slot.kept.items():
                kept[...] = state[f"{position}.{name}"]

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in self.settings().items())
        return f"{type(self).__name__}({settings})"


class SGD(Optimizer):
    """Gradient descent: parameter ← parameter − learning_rate · gradient.

    Args:
        parameters, learning_rate: as for every optimizer.
        momentum: follow a velocity, v ← momentum · v + gradient, in place of the gradient.
        nesterov: look ahead along the velocity: follow gradient + momentum · v (Sutskever et al. 2013).
        weight_decay: pull every parameter to 0 by so much of itself: the gradient of ½ · weight_decay · ‖w‖².

    >>> from autograd import Value
    >>> from nn import SGD
    >>> w = Value(2.0)
    >>> optimizer = SGD([w], learning_rate=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w.data
    0.0
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("momentum", "nesterov", "weight_decay")
    _checks = _CHECKS

    @answering("parameters are a module, or a list of its parameters()")
    def __init__(
        self,
        parameters: Sequence[Any] | Module,
        learning_rate: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.momentum: float = momentum
        self.nesterov: bool = nesterov
        self.weight_decay: float = weight_decay
        self._settle()
        super().__init__(parameters, learning_rate)

    def _settle(self) -> None:
        if self.nesterov and not self.momentum:
            raise NetworkError("Nesterov's method looks ahead along the momentum: give one above 0")
        self.kept: tuple[str, ...] = ("velocity",) if self.momentum else ()

    def _update(self, data: Array, gradient: Array, slot: _Slot) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * data
        if self.momentum:
            velocity = slot.kept["velocity"]
            velocity *= self.momentum
            velocity += gradient
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        data -= numpy.multiply(self._learning_rate, gradient, slot.work)


class RMSProp(Optimizer):
    """Each gradient divided by the root of a running mean of its square (Tieleman and Hinton 2012).

    Args:
        parameters, learning_rate: as for every optimizer.
        decay: of the running mean.
        epsilon: added to the root.
        momentum: follow a velocity, as SGD does.
        centered: divide by the running standard deviation instead (Graves 2013).
        weight_decay: as for SGD.

    >>> from nn import RMSProp
    >>> from autograd import Value
    >>> RMSProp([Value(1.0)], 0.01)
    RMSProp(learning_rate=0.01, decay=0.99, epsilon=1e-08, momentum=0.0, centered=False, weight_decay=0.0)
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("decay", "epsilon", "momentum", "centered", "weight_decay")
    _checks = _CHECKS

    @answering("parameters are a module, or a list of its parameters()")
    def __init__(
        self,
        parameters: Sequence[Any] | Module,
        learning_rate: float = 0.01,
        *,
        decay: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float = 0.0,
        centered: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        self.decay: float = decay
        self.epsilon: float = epsilon
        self.momentum: float = momentum
        self.centered: bool = centered
        self.weight_decay: float = weight_decay
        self._settle()
        super().__init__(parameters, learning_rate)

    def _settle(self) -> None:
        others = [name for name, is_kept in (("mean", self.centered), ("velocity", self.momentum)) if is_kept]
        self.kept: tuple[str, ...] = ("mean_square", *others)

    def _update(self, data: Array, gradient: Array, slot: _Slot) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * data
        mean_square = slot.kept["mean_square"]
        mean_square *= self.decay
        mean_square += (1 - self.decay) * numpy.square(gradient)
        variance = mean_square
        if self.centered:
            mean = slot.kept["mean"]
            mean += (1 - self.decay) * (gradient - mean)
            variance = numpy.maximum(mean_square - numpy.square(mean), 0)  # rounded, the difference may be below 0
        step = numpy.divide(gradient, numpy.sqrt(variance) + self.epsilon, out=slot.work)
        if self.momentum:
            velocity = slot.kept["velocity"]
            velocity *= self.momentum
            velocity += step
            numpy.copyto(step, velocity)
        step *= self.learning_rate
        data -= step


class Adam(Optimizer):
    """Running means of the gradient and of its square, corrected for their start (Kingma and Ba 2015).

    Args:
        parameters, learning_rate: as for every optimizer.
        betas: the decays of the two running means.
        epsilon: added to the root of the second.
        weight_decay: as for SGD: into the gradient.
        amsgrad: divide by the greatest second mean so far (Reddi et al. 2018).

    >>> from autograd import Value
    >>> from nn import Adam
    >>> w = Value(2.0)
    >>> optimizer = Adam([w], learning_rate=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)  # the first step is the learning rate, whatever the gradient's size
    1.5
    """

    hyperparameters: ClassVar[tuple[str, ...]] = ("betas", "epsilon", "weight_decay", "amsgrad")
    _checks = _CHECKS

    @answering("parameters are a module, or a list of its parameters()")
    def __init__(
        self,
        parameters: Sequence[Any] | Module,
        learning_rate: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        self.betas: tuple[float, float] = betas
        self.epsilon: float = epsilon
        self.weight_decay: float = weight_decay
        self.amsgrad: bool = amsgrad
        self._settle()
        super().__init__(parameters, learning_rate)

    def _settle(self) -> None:
        self.kept: tuple[str, ...] = ("mean", "mean_square", *(["greatest"] if self.amsgrad else []))

    def _update(self, data: Array, gradient: Array, slot: _Slot) -> None:
        if self.weight_decay:
            gradient = self._decayed(data, gradient)
        first, second = self.betas
        mean, mean_square, work = slot.kept["mean"], slot.kept["mean_square"], slot.work
        numpy.subtract(gradient, mean, out=work)
        work *= 1 - first
        mean += work
        numpy.multiply(gradient, gradient, out=work)
        work *= 1 - second
        mean_square *= second
        mean_square += work
        if self.amsgrad:
            mean_square = numpy.maximum(slot.kept["greatest"], mean_square, out=slot.kept["greatest"])
        numpy.sqrt(mean_square, out=work)
        work /= (1 - second**slot.age) ** 0.5
        work += self.epsilon
        numpy.divide(mean, work, out=work)
        work *= self.learning_rate / (1 - first**slot.age)
        data -= work

    def _decayed(self, data: Array, gradient: Array) -> Array:
        decayed: Array = gradient + self.weight_decay * data
        return decayed


class AdamW(Adam):
    """Adam with the weight decay beside the gradient, not in it (Loshchilov and Hutter 2019).

    >>> from autograd import Value
    >>> from nn import AdamW
    >>> AdamW([Value(1.0)], 0.001).weight_decay
    0.01
    """

    @answering("parameters are a module, or a list of its parameters()")
    def __init__(
        self,
        parameters: Sequence[Any] | Module,
        learning_rate: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(
            parameters, learning_rate, betas=betas, epsilon=epsilon, weight_decay=weight_decay, amsgrad=amsgrad
        )

    def _decayed(self, data: Array, gradient: Array) -> Array:
        data *= 1 - self.learning_rate * self.weight_decay
        return gradient


OPTIMIZERS: dict[str, type[Any]] = {"sgd": SGD, "rmsprop": RMSProp, "adam": Adam, "adamw": AdamW}


class _Slot:
    """What is updated as one array: a Tensor, or all Values together."""

    def __init__(self, tensor: Tensor | None, values: Sequence[Value], kept: Sequence[str]) -> None:
        self.tensor, self.values = tensor, values
        shape, dtype = ((len(values),), numpy.dtype(float)) if tensor is None else (tensor.shape, tensor.dtype)
        # How often it was updated; of Values that were not all updated equally often, of each.
        self.age: Any = 0
        self.kept: State = {}
        self._shape, self._dtype = shape, dtype
        self.keep(kept)
        # Where a step is computed: a new array of a large matrix's size costs as much as filling it.
        self.work: Array = numpy.empty(shape, dtype)

    def keep(self, names: Sequence[str]) -> None:
        """Keep arrays of these names: those that there are, new ones beginning with 0."""
        self.kept = {
            name: self.kept[name] if name in self.kept else numpy.zeros(self._shape, self._dtype) for name in names
        }

    def move_values(self, update: Callable[[Array, Array, _Slot], None]) -> None:
        """Update the Values, but for those that are frozen."""
        learning = [value.requires_grad for value in self.values]
        if all(learning):
            self.age += 1
            self._moved(self.values, update)
        elif any(learning):
            chosen = numpy.flatnonzero(learning)
            part = _Slot(None, [self.values[index] for index in chosen.tolist()], tuple(self.kept))
            self.age = numpy.broadcast_to(self.age, len(self.values)) + learning
            part.age = self.age[chosen]
            for name, kept in part.kept.items():
                kept[...] = self.kept[name][chosen]
            part._moved(part.values, update)
            for name, kept in part.kept.items():
                self.kept[name][chosen] = kept

    def _moved(self, values: Sequence[Value], update: Callable[[Array, Array, _Slot], None]) -> None:
        data = numpy.array([value.data for value in values])
        update(data, numpy.array([value.grad or 0.0 for value in values]), self)
        for value, number in zip(values, data.tolist(), strict=True):
            value.data = number
