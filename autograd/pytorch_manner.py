"""What a person who comes from PyTorch types first, and is called otherwise here: asked for, each name says our word.

The names of operations here are NumPy's. Where PyTorch's word means another thing than NumPy's word that looks alike
(`var` with Bessel's correction, `max` along an axis with the indices, `repeat`, `size`), an alias would be silently
wrong, so none is given. A row whose name the class has, or gets one day, is without effect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from . import array_functions, composites, ops
from .arguments import answer_names, answering_module
from .node import Node
from .tensor import Tensor
from .value import Value

_IN_PLACE = "nothing is changed in place, write t = {} (of a leaf's numbers: t.data = …)"
_CPU = "everything is on the CPU; leave it out"

# Of Tensor and Value.
_OF_NODES = {
    "unsqueeze": "write autograd.expand_dims(t, axis), or t[:, None]",
    "clamp": "write .clip(low, high), or autograd.clip(t, low, high); None leaves a side open",
    "clamp_min": "write autograd.clip(t, low)",
    "clamp_max": "write autograd.clip(t, None, high)",
    "masked_fill": "write autograd.where(mask, number, t)",
    "masked_select": "write t[mask]",
    "numel": "write t.size, a number",
    "nelement": "write t.size, a number",
    "dim": "write t.ndim",
    "t": "write t.T",
    "acos": "write .arccos()",
    "asin": "write .arcsin()",
    "atan": "write .arctan()",
    "atan2": "write autograd.arctan2(y, x)",
    "mm": "write a @ b",
    "bmm": "write a @ b",
    "mv": "write a @ b",
    "matmul": "write a @ b",
    "add": "write a + b",
    "sub": "write a - b",
    "mul": "write a * b",
    "div": "write a / b",
    "neg": "write -t",
    "abs": "write abs(t)",
    "square": "write t ** 2, or autograd.square(t)",
    "rsqrt": "write 1 / t.sqrt()",
    "reciprocal": "write 1 / t",
    "eq": "write a == b",
    "ne": "write a != b",
    "gt": "write a > b",
    "ge": "write a >= b",
    "lt": "write a < b",
    "le": "write a <= b",
    "log_softmax": "write autograd.log_softmax(t, axis)",
    "logsumexp": "write autograd.logsumexp(t, axis)",
    "expand": "write autograd.broadcast_to(t, shape)",
    "expand_as": "write autograd.broadcast_to(t, other.shape)",
    "view_as": "write .reshape(other.shape)",
    "contiguous": "arrays are in order where it matters; leave it out",
    "unbind": "write list(t)",
    "chunk": "write autograd.split(t, parts)",
    "split": "write autograd.split(t, parts): how many parts, or where to cut, not how large each is",
    "gather": "write autograd.take_along_axis(t, indices, axis)",
    "index_select": "write autograd.take(t, indices, axis)",
    "scatter": "write autograd.where(mask, new, t); elements are not assigned",
    "scatter_add": "write autograd.where(mask, new, t); elements are not assigned",
    "repeat_interleave": "write .repeat(times, axis)",
    "topk": "write autograd.take_along_axis(t, numpy.argsort(t.data), axis), of the indices that you want",
    "type": "write autograd.astype(t, numpy.float32)",
    "half": "numbers are float32 or float64, write autograd.astype(t, numpy.float32)",
    "int": "write autograd.astype(t, int)",
    "bool": "write t != 0",
    "device": _CPU,
    "is_cuda": _CPU,
    "pin_memory": _CPU,
    "detach_": "write t = t.detach()",
    "add_": _IN_PLACE.format("t + other"),
    "sub_": _IN_PLACE.format("t - other"),
    "mul_": _IN_PLACE.format("t * other"),
    "div_": _IN_PLACE.format("t / other"),
    "clamp_": _IN_PLACE.format("autograd.clip(t, low, high)"),
    "fill_": "write t.data = numpy.full(t.shape, number)",
    "copy_": "write t.data = other.data",
    "normal_": "write t.data = rng.normal(size=t.shape), where rng = numpy.random.default_rng(0)",
    "uniform_": "write t.data = rng.uniform(low, high, t.shape), where rng = numpy.random.default_rng(0)",
}

# Of Tensor alone.
_OF_TENSORS = {
    "amax": "write .max(axis)",
    "amin": "write .min(axis)",
    "bernoulli": "write Tensor(rng.random(t.shape) < t.data), where rng = numpy.random.default_rng(0)",
    "cholesky": "write autograd.linalg.cholesky(t)",
    "det": "write autograd.linalg.det(t)",
    "H": "write t.mT, as there are no complex numbers",
    "inverse": "write autograd.linalg.inv(t)",
    "narrow": "write t[start : start + length]",
    "new_ones": "write Tensor(numpy.ones(shape))",
    "new_tensor": "write Tensor(data)",
    "new_zeros": "write Tensor(numpy.zeros(shape))",
    "pinverse": "write autograd.linalg.pinv(t)",
    "qr": "write autograd.linalg.qr(t)",
    "svd": "write autograd.linalg.svd(t)",
    "unflatten": "write .reshape(shape)",
}

# Of Value alone.
_OF_VALUES = {
    "max": "write autograd.maximum(v, other); max(values) is the greatest of a list of them",
    "min": "write autograd.minimum(v, other); min(values) is the least of a list of them",
    "dtype": "it is one number, a Python float",
    "T": "it is one number, and its own transpose",
    "round": "write round(v), a plain number, or autograd.rint(v)",
}

# Of Tensor alone: `Tensor.zeros(3)`.
_MAKING = {
    "zeros": "write Tensor(numpy.zeros(shape))",
    "ones": "write Tensor(numpy.ones(shape))",
    "randn": "write Tensor(rng.standard_normal(shape)), where rng = numpy.random.default_rng(0)",
    "rand": "write Tensor(rng.random(shape)), where rng = numpy.random.default_rng(0)",
    "arange": "write Tensor(numpy.arange(n))",
    "eye": "write Tensor(numpy.eye(n))",
}

# Of the package: `torch.cat(…)` with another import.
_OF_THE_PACKAGE = {
    "cat": "write autograd.concatenate([a, b], axis)",
    "concat": "write autograd.concatenate([a, b], axis)",
    "unsqueeze": "write autograd.expand_dims(t, axis)",
    "clamp": "write autograd.clip(t, low, high)",
    "masked_fill": "write autograd.where(mask, number, t)",
    "mm": "write a @ b, or autograd.matmul(a, b)",
    "bmm": "write a @ b, or autograd.matmul(a, b)",
    "mul": "write a * b, or autograd.multiply(a, b)",
    "sub": "write a - b, or autograd.subtract(a, b)",
    "div": "write a / b, or autograd.divide(a, b)",
    "pow": "write a ** b, or autograd.power(a, b)",
    "abs": "write abs(t), or autograd.absolute(t)",
    "gather": "write autograd.take_along_axis(t, indices, axis)",
    "index_select": "write autograd.take(t, indices, axis)",
    "chunk": "write autograd.split(t, parts)",
    **{name: instead.replace("Tensor(", "autograd.Tensor(") for name, instead in _MAKING.items()},
    "from_numpy": "write autograd.Tensor(array), which copies it",
    "as_tensor": "write autograd.Tensor(array)",
    "FloatTensor": "write autograd.Tensor(data, dtype=numpy.float32)",
    "LongTensor": "write autograd.Tensor(data, requires_grad=False)",
    "Variable": "write autograd.Tensor(data)",
    "Function": "an operation of one's own is made by @autograd.primitive",
    "backward": "write output.backward()",
    "functional": "its functions are autograd.jacobian, hessian, vjp, jvp, …",
    "float32": "write numpy.float32",
    "float64": "write numpy.float64",
    "long": "write int",
    "device": _CPU,
    "cuda": _CPU,
    "manual_seed": "give rng=0, a seed, to what draws random numbers",
    "set_grad_enabled": "write with autograd.no_grad():",
    "enable_grad": "gradients are recorded unless no_grad() says not to; leave it out",
    "inference_mode": "write with autograd.no_grad():",
    "nn": "write import nn, a package beside this one",
    "optim": "optimizers are in nn: nn.SGD(model, 0.1), nn.Adam(model)",
    "save": "write nn.checkpoints.save(path, model)",
    "load": "write nn.checkpoints.load(path, model)",
}

# What is a function here and no method, and NumPy's methods that are of arrays.
_FUNCTIONS = {
    name: f"write autograd.{name}(t, …)"
    for name in (*ops.operations(), *array_functions.__all__, *composites.__all__)
    if name not in ("array", "concatenate", "full", "geomspace", "linspace", "logspace", "meshgrid", "select", "stack")
}
_OF_ARRAYS = {
    **{
        name: f"write t.data.{name}, of its numbers"
        for name in (
            "argpartition", "base", "byteswap", "ctypes", "dump", "dumps", "flags", "flat", "getfield", "itemsize",
            "nbytes", "strides", "tobytes", "tofile",
        )
    },
    "choose": "write autograd.select([t == 0, t == 1, …], choices)",
    "fill": _OF_NODES["fill_"],
    "partition": "write autograd.partition(t, place), a new Tensor",
    "put": "write autograd.where(mask, new, t); elements are not assigned",
    "resize": "write autograd.resize(t, shape), a new Tensor",
}  # fmt: skip

answer_names(Node, _OF_NODES)
answer_names(Tensor, {**_MAKING, **_OF_TENSORS, **_OF_ARRAYS})
answer_names(Value, _OF_VALUES)
answer_names(Node, _FUNCTIONS)

missing_name: Callable[[str], NoReturn] = answering_module("autograd", _OF_THE_PACKAGE)
