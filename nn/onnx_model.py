"""The model of an ONNX file that `export_onnx` wrote: trained on and drawn as any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy

import autograd
from autograd import Tensor, operations
from autograd.operands import as_array

from .errors import NetworkError
from .layers import as_tensor
from .module import Module
from .onnx_graph import SAME


class OnnxModel(Module):
    """What an ONNX file computes, node by node. Its parameters are the file's, by the names that they have there."""

    is_traceable: ClassVar[bool] = True

    def __init__(self, nodes: list[tuple[str, list[str], str, dict[str, Any]]], arrays: dict[str, Any]) -> None:
        self.parts: dict[str, Tensor] = {
            name: Tensor(array) for name, array in arrays.items() if not name.startswith("constant_")
        }
        self._constants = {name: array for name, array in arrays.items() if name not in self.parts}
        self._nodes = nodes

    def __call__(self, x: Any) -> Any:
        known: dict[str, Any] = {**self._constants, **self.parts, "x": as_tensor(x)}
        for kind, inputs, output, attributes in self._nodes:
            known[output] = READ[kind](*[known[name] for name in inputs], **attributes)
        return known["y"]

    def __repr__(self) -> str:
        return f"OnnxModel({len(self._nodes)} nodes, {len(self.parts)} parameters)"


def model_of(onnx: Any, target: Path, content: bytes) -> OnnxModel:
    """The model of a file's content. Raises NetworkError: no ONNX file, or one of somebody else's."""
    try:
        model = onnx.load_model_from_string(content)
        onnx.checker.check_model(model)
    except Exception as error:  # protobuf's, of a class that it does not name
        raise NetworkError(f"{target} is no whole ONNX file: {' '.join(str(error).split()):.120}") from None
    unknown = sorted({node.op_type for node in model.graph.node} - set(READ))
    if model.producer_name != "glassgrad" or unknown:
        raise NetworkError(f"{target} is of another program: import_onnx reads what export_onnx wrote")
    arrays = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    nodes = [
        (
            node.op_type,
            list(node.input),
            node.output[0],
            {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute},
        )
        for node in model.graph.node
    ]
    for node in nodes:
        if node[0] == "Cast":
            node[3]["to"] = onnx.helper.tensor_dtype_to_np_dtype(node[3]["to"])
    return OnnxModel(nodes, arrays)


def _whole(numbers: Any) -> tuple[int, ...]:
    return tuple(int(one) for one in as_array("shape", getattr(numbers, "data", numbers)))


def _reduced(name: str) -> Callable[..., Any]:
    def reduced(x: Any, axes: Any = None, *, keepdims: int, noop_with_empty_axes: int) -> Any:
        axis = None if axes is None else _whole(axes)
        return getattr(autograd, name)(x, axis=axis, keepdims=bool(keepdims))

    return reduced


def _sliced(x: Any, starts: Any, ends: Any, axes: Any = (0,), steps: Any = None) -> Any:
    index = [slice(None)] * len(x.shape)
    axes = _whole(axes)
    steps = (1,) * len(axes) if steps is None else _whole(steps)
    for axis, start, end, step in zip(axes, _whole(starts), _whole(ends), steps, strict=True):
        index[axis] = slice(start, None if end < -(2**61) else end, step)
    return x[tuple(index)]


def _padded(x: Any, pads: Any) -> Any:
    pads = _whole(pads)
    half = len(pads) // 2
    return autograd.pad(x, list(zip(pads[:half], pads[half:], strict=True)))


def _unsqueezed(x: Any, axes: Any) -> Any:
    return autograd.expand_dims(x, _whole(axes))


READ: dict[str, Callable[..., Any]] = {
    **{kind: operations()[row] for row, kind in SAME.items()},
    "Not": operations()["logical_not"],
    "And": operations()["logical_and"],
    "Or": operations()["logical_or"],
    "Where": autograd.where,
    "ReduceSum": _reduced("sum"),
    "ReduceMean": _reduced("mean"),
    "ReduceMax": _reduced("max"),
    "ReduceMin": _reduced("min"),
    "ReduceProd": _reduced("prod"),
    "Softmax": lambda x, axis: autograd.softmax(x, axis=axis),
    "LogSoftmax": lambda x, axis: autograd.log_softmax(x, axis=axis),
    "Reshape": lambda x, shape, allowzero: autograd.reshape(x, _whole(shape)),
    "Expand": lambda x, shape: autograd.broadcast_to(x, _whole(shape)),
    "Transpose": lambda x, perm: autograd.transpose(x, tuple(perm)),
    "Cast": lambda x, to: autograd.astype(x, to),
    "Concat": lambda *parts, axis: autograd.concatenate(parts, axis=axis),
    "Unsqueeze": _unsqueezed,
    "Squeeze": lambda x, axes: autograd.squeeze(x, _whole(axes)),
    "Slice": _sliced,
    "Pad": _padded,
    "Gather": lambda x, places, axis: autograd.take(x, places, axis=axis),
    "Shape": lambda x: numpy.array(x.shape, numpy.int64),
}
