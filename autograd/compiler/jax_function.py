"""`f.to_jax()`: a recorded function, and its pullback, as a function of JAX's.

The derivatives that JAX is told of are the program's own, made by the sweep, and not those that JAX has of each line:
so they agree in ties, at kinks and at infinity, whatever transform asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from ..errors import ArgumentError, DataTypeError, MissingPackageError, ShapeError
from ..garbage_collection import without_garbage_collection
from ..node import Node
from ..structure import flatten
from ..sweep import propagate
from .pipeline import COMMON, FOR_JAX, passed
from .program import Instruction, Program
from .record.recording import Recording, program_of, translated, zeros
from .write.jax_text import JAX, NOT_LINEAR_IN_UPSTREAM
from .write.numpy_text import Printer, module_of


class JaxFunction:
    """A pure function for JAX: of the same nested arguments as the one that was recorded, of those shapes, and with
    the same integers, truths, text and objects among them. `jit`, `vmap`, `grad`, `jvp`, `scan` and the rest take it.

    Attributes:
        source: the text of it and of its pullback, which need JAX alone.
        parameters: the numbers, when it was made, of leaves that the function read from outside (a module's
            parameters), by the names that they have in `source`; `with_parameters` takes others.
    """

    def __init__(self, recording: Recording) -> None:
        self._jax = _imported()
        self._recording = recording
        self.__name__: str = recording.function_name
        self.__doc__ = f"{recording.function_name}, as it was recorded, for JAX."
        with without_garbage_collection():
            forward = _forward(recording)
            self._wanted, self._pulled_from, pullback = _pullback(recording)
            printers = [Printer(program, JAX) for program in (forward, *([] if pullback is None else [pullback]))]
            self.source: str = module_of(printers, JAX, ["import jax"])
        names: dict[str, Any] = {"__name__": __name__}
        exec(compile(self.source, f"<{self.__name__} for JAX>", "exec"), names)
        self._run, *pulled = [
            _with_constants(names[printer.name], [one.data for one in printer.large]) for printer in printers
        ]
        is_linear = not any(one.operation.name in NOT_LINEAR_IN_UPSTREAM for one in forward.instructions)
        self._differentiable = self._with_own_rule(pulled[0], is_linear) if pulled else self._outputs
        n_inputs = len(recording.inputs)
        called = [printers[0].names[one] for one in forward.inputs[n_inputs:]]
        self.parameters: dict[str, Any] = {
            name: numpy.array(parameter._data) for name, parameter in zip(called, recording.parameters, strict=True)
        }

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """What the function gives for these arguments, as JAX's arrays in the nesting that it returned."""
        return self.with_parameters(self.parameters, *arguments, **keywords)

    def with_parameters(self, parameters: dict[str, Any], /, *arguments: Any, **keywords: Any) -> Any:
        """The same with other numbers for the parameters, by their names in `self.parameters`: to differentiate by
        them, and to train them."""
        given = self._leaves(arguments, keywords)
        if set(parameters) != set(self.parameters):
            raise ArgumentError(
                f"to_jax: the parameters of {self.__name__} are {', '.join(self.parameters) or 'none'}, not "
                f"{', '.join(map(str, parameters)) or 'none'}"
            )
        given += [parameters[name] for name in self.parameters]
        nodes = [*self._recording.inputs, *self._recording.parameters]
        names = [*(node.label or "" for node in self._recording.inputs), *self.parameters]
        leaves = [self._as_array(*one) for one in zip(names, nodes, given, strict=True)]
        return self._recording.rebuild(list(self._differentiable(*leaves)))

    def __repr__(self) -> str:
        return f"<{self.__name__} for JAX>"

    # --- arguments ---

    def _leaves(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
        """The numbers and arrays among the arguments, in the order of the recording's inputs."""
        recording = self._recording
        n_positional = len(recording.argument_names) - len(recording.keywords)
        if len(arguments) != n_positional or set(keywords) != set(recording.keywords):
            raise ArgumentError(
                f"to_jax: {self.__name__} was recorded for {', '.join(recording.argument_names) or 'no arguments'}, "
                f"and is given {', '.join([*map(str, range(len(arguments))), *keywords]) or 'none'}"
            )
        leaves, paths, _ = flatten((*arguments, *[keywords[name] for name in recording.keywords]))
        by_place = {}
        for leaf, path in zip(leaves, paths, strict=True):
            position, _, rest = path[1:].partition("]")
            by_place[int(position), rest] = leaf
        for place, is_same in recording.statics:
            if place not in by_place or not is_same(by_place.pop(place)):
                raise ArgumentError(
                    f"to_jax: {self.__name__} was recorded for another {self._called(place)}, which is no number that "
                    "may change: call the compiled function with this one, and take its to_jax()"
                )
        missing = [place for place in recording.places if place not in by_place]
        unknown = [place for place in by_place if place not in recording.places]
        if missing or unknown:
            what = "lacks" if missing else "has"
            raise ArgumentError(
                f"to_jax: {self.__name__} was recorded for arguments of another structure, and this call {what} "
                f"{self._called((missing or unknown)[0])}"
            )
        return [by_place[place] for place in recording.places]

    def _called(self, place: tuple[int, str]) -> str:
        return f"{self._recording.argument_names[place[0]]}{place[1]}"

    def _as_array(self, name: str, node: Node, given: Any) -> Any:
        """A leaf of a call as JAX's array of the recorded dtype, as wide as JAX is set to."""
        jax = self._jax
        data = numpy.asarray(node._data)
        given = given._data if isinstance(given, Node) else given
        if numpy.shape(given) != data.shape:
            raise ShapeError(
                f"to_jax: {self.__name__} was recorded for {name} of shape {data.shape}, and is given one of shape "
                f"{numpy.shape(given)}: call the compiled function with such arguments, and take its to_jax()"
            )
        array, dtype = jax.numpy.asarray(given), _canonical(jax, data.dtype)
        if not numpy.can_cast(array.dtype, dtype, "same_kind"):
            raise DataTypeError(
                f"to_jax: {self.__name__} was recorded for {name} of {data.dtype}, and is given {array.dtype}: call "
                "the compiled function with such arguments, and take its to_jax()"
            )
        return array.astype(dtype)

    # --- derivatives ---

    def _with_own_rule(self, pullback: Callable[..., Any], is_linear: bool) -> Callable[..., Any]:
        """The function with the program's own pullback as its derivative, for JAX's both modes."""
        jax, run = self._jax, self._outputs
        wanted, pulled_from = self._wanted, self._pulled_from

        def pulled(leaves: Sequence[Any], upstream: Sequence[Any]) -> tuple[Any, ...]:
            gradients = pullback(*leaves, *upstream)
            gradients = gradients if isinstance(gradients, tuple) else (gradients,)
            return tuple(
                jax.numpy.broadcast_to(jax.numpy.asarray(one, leaves[slot].dtype), leaves[slot].shape)
                for slot, one in zip(wanted, gradients, strict=True)
            )

        if is_linear:

            def tangents_of(leaves: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
                """Forward mode: the transpose of the pullback, which is linear in the upstream gradient."""
                outputs = run(*leaves)
                transposed = jax.linear_transpose(
                    lambda *upstream: pulled(leaves, upstream), *[outputs[number] for number in pulled_from]
                )
                found = dict(zip(pulled_from, transposed(tuple(tangents[slot] for slot in wanted)), strict=True))
                return outputs, tuple(found.get(number, _no_tangent(jax, one)) for number, one in enumerate(outputs))

            both = jax.custom_jvp(run)
            both.defjvp(tangents_of)
            return both  # type: ignore[no-any-return]  # JAX's

        def gradients_of(leaves: Sequence[Any], upstream: Sequence[Any]) -> tuple[Any, ...]:
            found = dict(zip(wanted, pulled(leaves, [upstream[number] for number in pulled_from]), strict=True))
            return tuple(found.get(slot) for slot in range(len(leaves)))

        backward = jax.custom_vjp(run)
        backward.defvjp(lambda *leaves: (run(*leaves), leaves), gradients_of)
        return backward  # type: ignore[no-any-return]  # JAX's

    def _outputs(self, *leaves: Any) -> tuple[Any, ...]:
        jax = self._jax
        found = self._run(*leaves)
        found = found if len(self._recording.outputs) != 1 else (found,)
        return tuple(
            jax.numpy.asarray(one, _canonical(jax, numpy.asarray(node._data).dtype))
            for one, node in zip(found, self._recording.outputs, strict=True)
        )


def _imported() -> Any:
    try:
        import jax
        import jax.numpy
    except ImportError:
        raise MissingPackageError(
            "to_jax needs JAX, which is not installed: pip install jax (glassgrad's extra `jax` has it)"
        ) from None
    return jax


def _canonical(jax: Any, dtype: Any) -> Any:
    return jax.dtypes.canonicalize_dtype(dtype)


def _no_tangent(jax: Any, output: Any) -> Any:
    is_float = output.dtype.kind == "f"
    return jax.numpy.zeros_like(output) if is_float else numpy.zeros(output.shape, jax.dtypes.float0)


def _with_constants(function: Callable[..., Any], constants: list[Any]) -> Callable[..., Any]:
    return (lambda *leaves: function(*leaves, *constants)) if constants else function


def _forward(recording: Recording) -> Program:
    program = passed(passed(program_of(recording), COMMON), FOR_JAX.passes)
    if len(program.outputs) == 1 and isinstance(program.outputs[0], Instruction):
        program.outputs[0].name = program.outputs[0].name or "value"  # the function has the program's name
    return program


def _pullback(recording: Recording) -> tuple[list[int], list[int], Program | None]:
    """Which leaves have gradients, which outputs they come from, and the program of leaves and upstream gradients."""
    leaves = [*recording.inputs, *recording.parameters]
    wanted = [slot for slot, leaf in enumerate(leaves) if leaf.requires_grad]
    numbers = [number for number, output in enumerate(recording.outputs) if output.requires_grad]
    if not wanted or not numbers:
        return [], [], None
    upstreams = []
    seeds: dict[Node, Any] = {}
    with recording.gradients_recorded():
        for number in numbers:
            output = recording.outputs[number]
            upstream = output._constant(numpy.ones_like(output._data))
            upstream.label = f"upstream{recording.output_paths[number]}"
            upstreams.append(upstream)
            seeds[output] = seeds[output] + upstream if output in seeds else output._seed(upstream, True)
        reached = propagate(seeds, create_graph=True, wanted=frozenset(leaves[slot] for slot in wanted))
    gradients = [reached[leaves[slot]] if leaves[slot] in reached else zeros(leaves[slot]) for slot in wanted]
    program, _ = translated(recording, upstreams, gradients)
    del program.outputs[: len(recording.outputs)]
    for instruction in program.instructions:
        instruction.origin = -1  # the printer tells forward from backward, and here all is one
    program.name, program.n_values = f"{recording.function_name}_pullback", len(gradients)
    program = passed(passed(program, COMMON), FOR_JAX.passes)
    for slot, output in zip(wanted, program.outputs, strict=True):
        if isinstance(output, Instruction):
            output.name = f"d_{leaves[slot].label or 'parameter'}"
    return wanted, numbers, program
