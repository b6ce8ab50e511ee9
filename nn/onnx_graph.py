"""A model as a graph of ONNX's, of the same recorded program that compiled steps are made of.

`FORMS` says how each row of the table is written; what is not in it is written by its row's expansion into rows that
are, and what has none either is refused by its name and its layer's.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy

from autograd import CapturedConstantWarning, Node, compile
from autograd.compiler.pipeline import COMMON, passed
from autograd.compiler.program import Constant, Instruction, Operand, Program
from autograd.compiler.record.recording import Recording, layer_with, program_of
from autograd.compiler.rewrite.expansion import expanded
from autograd.ops import INDEX_ARRAY

from .errors import NetworkError
from .module import Module, mode
from .state import Array

# The version of the operators, and of the format: what runtimes of 2023 read.
OPSET, FORMAT = 18, 9
_MOST_EXPANSIONS = 8


def model_file(onnx: Any, model: Module, row: Array) -> Any:
    """What ONNX calls a model, for this one: of inputs like this row of one sample."""
    with mode(model, training=False):
        recordings = [_recorded(model, numpy.repeat(row, count, axis=0)) for count in (2, 3)]
    return _Graph(onnx, model, *recordings).model()


def _recorded(model: Module, rows: Array) -> Recording:
    f = compile(lambda x: model(x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CapturedConstantWarning)  # statistics are meant to be kept
        f(rows)
    return f.programs[-1].recording


class _Graph:
    """The graph of a program, recorded for two samples and for three: where the two differ, it is by their number."""

    def __init__(self, onnx: Any, model: Module, recording: Recording, of_three: Recording) -> None:
        self.onnx, self.recording = onnx, recording
        if len(recording.outputs) != 1:
            raise NetworkError(f"export_onnx: a model gives one array, and this one gives {len(recording.outputs)}")
        self.program, other = self._program(recording), self._program(of_three)
        pairs = list(zip(self.program.instructions, other.instructions, strict=False))
        if len(pairs) != len(other.instructions) or not all(_is_alike(*pair) for pair in pairs):
            raise NetworkError("export_onnx: how many samples there are decides what this model computes with each")
        self.twins = {id(one): twin for one, twin in pairs}
        self.paths = {id(parameter): path for path, parameter in model.named_parameters()}
        self.nodes: list[Any] = []
        self.initializers: dict[str, Any] = {}
        self.named: dict[int, str] = {}
        self.kinds: dict[str, Any] = {}
        self.batch: str | None = None

    def _program(self, recording: Recording) -> Program:
        program = passed(program_of(recording), COMMON)
        for _ in range(_MOST_EXPANSIONS):
            if all(one.operation.name in FORMS for one in program.instructions):
                return program
            program = expanded(program, wants=lambda one: one.operation.name not in FORMS)
        lacking = next(one for one in program.instructions if one.operation.name not in FORMS)
        raise self._lacking(lacking, recording)

    @staticmethod
    def _lacking(instruction: Instruction, recording: Recording, what: str = "") -> NetworkError:
        row = instruction.operation.name
        return NetworkError(f"export_onnx: {row}{what} has no form in ONNX here{layer_with(recording, row)}")

    def model(self) -> Any:
        helper, program = self.onnx.helper, self.program
        recording = self.recording
        leaves: list[Node] = [*recording.inputs, *recording.parameters]
        for number, (given, leaf) in enumerate(zip(program.inputs, leaves, strict=True)):
            if number < len(recording.inputs):
                self._name(given, "x", given.dtype)
            else:
                path = self.paths.get(id(leaf), given.name)
                self._name(given, self._initializer(path, numpy.asarray(leaf._data)), numpy.asarray(leaf._data).dtype)
        (x,) = program.inputs[: len(recording.inputs)]
        for instruction in program.instructions:
            form = FORMS[instruction.operation.name]
            name = form(self, instruction)
            self._name(instruction, name, instruction.dtype)
        (output,) = program.outputs
        self.node("Identity", [self.of(output)], output.dtype, name="y")
        dimensions = [None, *x.shape[1:]]
        outputs = [None, *output.shape[1:]]
        graph = helper.make_graph(
            self.nodes, "glassgrad",
            [helper.make_tensor_value_info("x", self.kind(x.dtype), ["samples", *dimensions[1:]])],
            [helper.make_tensor_value_info("y", self.kind(output.dtype), ["samples", *outputs[1:]])],
            [self.onnx.numpy_helper.from_array(array, name) for name, array in self.initializers.items()],
        )  # fmt: skip
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FORMAT, producer_name="glassgrad"
        )

    # --- parts ---

    def kind(self, dtype: Any) -> int:
        return self.onnx.helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype))  # type: ignore[no-any-return]  # onnx's

    def node(self, kind: str, inputs: Sequence[str], dtype: Any, name: str | None = None, **attributes: Any) -> str:
        name = name or f"v{len(self.nodes) + 1}"
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [name], name=f"{kind}_{name}", **attributes))
        self.kinds[name] = numpy.dtype(dtype)
        return name

    def constant(self, data: Any, dtype: Any) -> str:
        array = numpy.array(data, dtype)
        known = next(
            (n for n, a in self.initializers.items()
             if a.dtype == array.dtype and a.shape == array.shape and a.tobytes() == array.tobytes()), None,
        )  # fmt: skip
        return known or self._initializer(f"constant_{len(self.initializers) + 1}", array)

    def numbers(self, *whole: int) -> str:
        return self.constant(whole, numpy.int64)

    def _initializer(self, name: str, array: Array) -> str:
        self.initializers[name] = numpy.array(array, order="C")
        self.kinds[name] = array.dtype
        return name

    def _name(self, operand: Operand, name: str, dtype: Any) -> None:
        self.named[id(operand)] = name
        self.kinds[name] = numpy.dtype(dtype)

    def of(self, operand: Operand, dtype: Any = None) -> str:
        """What an operand is called, after it was made that dtype."""
        if isinstance(operand, float | int):
            return self.constant(operand, dtype or numpy.float64)
        name = self.named.get(id(operand))
        if name is None:
            assert isinstance(operand, Constant)
            name = self.constant(operand.data, operand.dtype)
            self.named[id(operand)] = name
        if dtype is not None and self.kinds[name] != dtype:
            return self.node("Cast", [name], dtype, to=self.kind(dtype))
        return name

    def shape_of(self, instruction: Instruction, parameter: str = "shape") -> str:
        """A shape that may depend on the number of samples, as a tensor."""
        two, three = instruction.parameters[parameter], self.twins[id(instruction)].parameters[parameter]
        if two == three:
            return self.numbers(*two)
        if self.batch is None:
            shape = self.node("Shape", ["x"], numpy.int64)
            self.batch = self.node("Slice", [shape, self.numbers(0), self.numbers(1)], numpy.int64)
        parts = []
        for first, second in zip(two, three, strict=True):
            if first == second:
                parts.append(self.numbers(first))
            elif 3 * first == 2 * second:
                times = self.numbers(first // 2)
                parts.append(self.node("Mul", [self.batch, times], numpy.int64))
            else:
                raise self._lacking(instruction, self.recording, " to a shape that is no multiple of the samples")
        return self.node("Concat", parts, numpy.int64, axis=0)


# What may depend on the number of samples: shapes, and where parts begin that are joined.
_OF_SAMPLES = frozenset({"shape", "starts"})


def _is_alike(one: Instruction, other: Instruction) -> bool:
    """Whether two instructions do the same with other numbers of samples: no number that they are given is of these."""
    if one.operation.name != other.operation.name or len(one.operands) != len(other.operands):
        return False
    for name in {*one.parameters, *other.parameters} - _OF_SAMPLES:
        if repr(one.parameters.get(name)) != repr(other.parameters.get(name)):
            return False
    return all(map(_is_same_operand, one.operands, other.operands))


def _is_same_operand(one: Operand, other: Operand) -> bool:
    if isinstance(one, Constant) and isinstance(other, Constant):
        return bool(one.data.shape == other.data.shape and one.data.tobytes() == other.data.tobytes())
    if isinstance(one, float | int):
        return type(one) is type(other) and repr(one) == repr(other)
    return type(one) is type(other)


def _kind_of(instruction: Instruction) -> Any:
    """The dtype in which an elementwise row computes with its operands."""
    arrays = [one for one in instruction.operands if not isinstance(one, float | int)]
    numbers = [one for one in instruction.operands if isinstance(one, float | int)]
    return numpy.result_type(*[numpy.dtype(one.dtype) for one in arrays], *numbers)


Form = Callable[[_Graph, Instruction], str]


def _elementwise(kind: str) -> Form:
    def form(graph: _Graph, instruction: Instruction) -> str:
        dtype = _kind_of(instruction)
        if not instruction.operation.is_boolean:
            dtype = instruction.dtype
        return graph.node(kind, [graph.of(one, dtype) for one in instruction.operands], instruction.dtype)

    return form


def _logical(kind: str) -> Form:
    return lambda graph, one: graph.node(kind, [graph.of(operand, bool) for operand in one.operands], bool)


def _reduction(kind: str) -> Form:
    def form(graph: _Graph, instruction: Instruction) -> str:
        axis, keepdims = instruction.parameters["axis"], instruction.parameters["keepdims"]
        axes = axis if isinstance(axis, tuple) or axis is None else (axis,)
        inputs = [graph.of(instruction.operands[0], instruction.dtype)]
        if axes is not None:
            inputs.append(graph.numbers(*axes))
        empty = int(axes == ())
        return graph.node(kind, inputs, instruction.dtype, keepdims=int(keepdims), noop_with_empty_axes=empty)

    return form


def _where(graph: _Graph, one: Instruction) -> str:
    condition, *choices = one.operands
    return graph.node(
        "Where", [graph.of(condition, bool), *[graph.of(choice, one.dtype) for choice in choices]], one.dtype
    )


def _square(graph: _Graph, one: Instruction) -> str:
    name = graph.of(one.operands[0], one.dtype)
    return graph.node("Mul", [name, name], one.dtype)


def _less_one_after(graph: _Graph, one: Instruction) -> str:
    name = graph.node("Exp", [graph.of(one.operands[0], one.dtype)], one.dtype)
    return graph.node("Sub", [name, graph.constant(1, one.dtype)], one.dtype)


def _logaddexp(graph: _Graph, one: Instruction) -> str:
    dtype = one.dtype
    given = [graph.of(operand, dtype) for operand in one.operands]
    distance = graph.node("Abs", [graph.node("Sub", given, dtype)], dtype)
    share = graph.node("Exp", [graph.node("Neg", [distance], dtype)], dtype)
    rest = graph.node("Log", [graph.node("Add", [share, graph.constant(1, dtype)], dtype)], dtype)
    return graph.node("Add", [graph.node("Max", given, dtype), rest], dtype)


def _softmax(kind: str, graph: _Graph, one: Instruction) -> str:
    axis = one.parameters["axis"]
    if not isinstance(axis, int):
        raise graph._lacking(one, graph.recording, " over several axes")
    return graph.node(kind, [graph.of(one.operands[0], one.dtype)], one.dtype, axis=axis)


def _reshape(graph: _Graph, one: Instruction) -> str:
    return graph.node("Reshape", [graph.of(one.operands[0]), graph.shape_of(one)], one.dtype, allowzero=1)


def _broadcast(graph: _Graph, one: Instruction) -> str:
    return graph.node("Expand", [graph.of(one.operands[0]), graph.shape_of(one)], one.dtype)


def _transpose(graph: _Graph, one: Instruction) -> str:
    return graph.node("Transpose", [graph.of(one.operands[0])], one.dtype, perm=list(one.parameters["axes"]))


def _cast(graph: _Graph, one: Instruction) -> str:
    return graph.of(one.operands[0], one.dtype)


def _concatenate(graph: _Graph, one: Instruction) -> str:
    parts = [graph.of(part, one.dtype) for part in one.operands]
    return graph.node("Concat", parts, one.dtype, axis=one.parameters["axis"])


def _stack(graph: _Graph, one: Instruction) -> str:
    axis = one.parameters["axis"] % len(one.shape)
    parts = [
        graph.node("Unsqueeze", [graph.of(part, one.dtype), graph.numbers(axis)], one.dtype) for part in one.operands
    ]
    return graph.node("Concat", parts, one.dtype, axis=axis)


def _getitem(graph: _Graph, one: Instruction) -> str:
    first, *arrays = one.operands
    index = one.parameters["index"]
    if repr(index) != repr(graph.twins[id(one)].parameters["index"]):
        raise graph._lacking(one, graph.recording, " by places that depend on the number of samples")
    name = graph.of(first)
    is_of_entries = bool(index) and index[0] is INDEX_ARRAY and all(part is Ellipsis for part in index[1:])
    if is_of_entries and len(arrays) == 1 and arrays[0].dtype.kind in "iu":
        return graph.node("Gather", [name, graph.of(arrays[0], numpy.int64)], one.dtype, axis=0)
    if arrays or any(part is None for part in index):
        raise graph._lacking(one, graph.recording, " by these indices")
    parts = _whole_index(index, len(first.shape))
    gone = [axis for axis, part in enumerate(parts) if not isinstance(part, slice)]
    cut = [axis for axis, part in enumerate(parts) if part != slice(None)]
    if cut:
        ends, starts, steps = [], [], []
        for axis in cut:
            part = parts[axis]
            start, stop, step = part.indices(first.shape[axis]) if isinstance(part, slice) else (part, part + 1, 1)
            if axis == 0 and isinstance(part, slice):
                raise graph._lacking(one, graph.recording, " of some samples")
            starts.append(start)
            ends.append((stop or math.inf) if start == -1 else stop)
            steps.append(step)
        ends = [2**62 if end == math.inf else (-(2**62) if end == -1 and step < 0 else end)
                for end, step in zip(ends, steps, strict=True)]  # fmt: skip
        starts_of = [graph.numbers(*part) for part in (starts, ends, cut, steps)]
        name = graph.node("Slice", [name, *starts_of], one.dtype)
    return graph.node("Squeeze", [name, graph.numbers(*gone)], one.dtype) if gone else name


def _whole_index(index: tuple[Any, ...], ndim: int) -> list[Any]:
    """An index with a part for each axis."""
    missing = ndim - sum(part is not Ellipsis for part in index)
    parts: list[Any] = []
    for part in index if Ellipsis in index else (*index, Ellipsis):
        parts += [slice(None)] * missing if part is Ellipsis else [part]
    return parts


def _padded(graph: _Graph, one: Instruction) -> str:
    """A scatter to where a slice is: zeros around."""
    first, *arrays = one.operands
    index, shape = one.parameters["index"], one.parameters["shape"]
    parts = [] if arrays else _whole_index(index, len(shape))
    if arrays or len(first.shape) != len(shape) or not all(isinstance(part, slice) for part in parts):
        raise graph._lacking(one, graph.recording, " to these indices")
    before, behind = [], []
    for part, size in zip(parts, shape, strict=True):
        start, stop, step = part.indices(size)
        if step != 1:
            raise graph._lacking(one, graph.recording, " to these indices")
        before.append(start)
        behind.append(size - stop)
    return graph.node("Pad", [graph.of(first, one.dtype), graph.numbers(*before, *behind)], one.dtype)


SAME = {
    "add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "negative": "Neg", "positive": "Identity",
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "absolute": "Abs", "sign": "Sign", "floor": "Floor", "ceil": "Ceil",
    "rint": "Round", "sin": "Sin", "cos": "Cos", "tan": "Tan", "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan",
    "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh", "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh",
    "sigmoid": "Sigmoid", "relu": "Relu", "erf": "Erf", "power": "Pow", "maximum": "Max", "minimum": "Min",
    "greater": "Greater", "less": "Less", "greater_equal": "GreaterOrEqual", "less_equal": "LessOrEqual",
    "equal": "Equal", "matmul": "MatMul",
}  # fmt: skip
FORMS: dict[str, Form] = {
    **{row: _elementwise(kind) for row, kind in SAME.items()},
    "logical_not": _logical("Not"),
    "logical_and": _logical("And"),
    "logical_or": _logical("Or"),
    "where": _where,
    "square": _square,
    "expm1": _less_one_after,
    "logaddexp": _logaddexp,
    "sum": _reduction("ReduceSum"),
    "mean": _reduction("ReduceMean"),
    "max": _reduction("ReduceMax"),
    "min": _reduction("ReduceMin"),
    "prod": _reduction("ReduceProd"),
    "softmax": partial(_softmax, "Softmax"),
    "log_softmax": partial(_softmax, "LogSoftmax"),
    "reshape": _reshape,
    "broadcast_to": _broadcast,
    "transpose": _transpose,
    "astype": _cast,
    "concatenate": _concatenate,
    "stack": _stack,
    "getitem": _getitem,
    "scatter_add": _padded,
}
