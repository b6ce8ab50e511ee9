"""Random functions as people write them, compiled beside eager: with flags, loops, text and masks as arguments,
functions inside functions, integers of every size, and numbers from outside that change.

Each kind draws a function from a seed, calls it compiled and as it is, on several arguments, and gives the greatest
relative error of values and derivatives; infinite where one of the two refused and the other did not.
"""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy

from autograd import (
    CapturedConstantWarning,
    GraphError,
    Node,
    Tensor,
    Value,
    compile,
    grad,
    hessian,
    jacobian,
    jvp,
    value_and_grad,
)
from autograd.structure import flatten

from .relative_error import relative_error

# A few units in the last place, where a rewrite rounds differently from the eager engine.
TOLERANCES = {"float64": 1e-12, "float32": 1e-5}

Answer = Callable[[], Any]


def static_arguments(seed: int) -> float:
    """Integers, truths and text decide which branch is taken and how often something is done."""
    draw = random.Random(seed)
    function = _defined(f"""
def f(x, y, n, flag, mode):
    total = {_expression(draw, 2)}
    for i in range(n):
        total = total * {draw.uniform(0.5, 1.5):.3f} + i * {_expression(draw, 1)}
    if flag:
        total = total + {_expression(draw, 2)}
    if n in (1, {draw.randint(2, 4)}):
        total = total - {_expression(draw, 1)}
    match mode:
        case "sum":
            return total + x * n
        case "difference" if not flag:
            return total - y
    return total * {_expression(draw, 1)}
""")
    compiled, compiled_sum, eager_sum = compile(function), compile(_summed(function)), _summed(function)
    worst = 0.0
    for _ in range(4):
        settings = draw.randint(0, 4), draw.random() < 0.5, draw.choice(["sum", "difference", "other"])
        x, y = draw.uniform(0.2, 2.0), draw.uniform(0.2, 2.0)
        of_numbers = x, y, *settings
        of_arrays = numpy.array([x, -x, 0.3]), numpy.array([y, 1.0, y]), *settings
        worst = max(
            worst,
            _error(lambda: compiled(*of_numbers), lambda: function(*of_numbers)),  # noqa: B023  # called at once
            _error(lambda: compiled(*of_arrays), lambda: function(*of_arrays)),  # noqa: B023  # as above
            _error(lambda: compiled.value_and_grad(*of_numbers), lambda: value_and_grad(function)(*of_numbers)),  # noqa: B023
            _error(lambda: compiled_sum.value_and_grad(*of_arrays), lambda: value_and_grad(eager_sum)(*of_arrays)),  # noqa: B023
        )
    return worst


def nested(seed: int) -> float:
    """Compiled functions inside functions, under every transform, and recorded inside expressions."""
    draw = random.Random(seed)
    inner = _defined(f"def f(x, y): return {_expression(draw, 3)}")
    outer = _defined(f"def f(x, y): return {_expression(draw, 2)}")
    factor = draw.randint(1, 3)

    def of(inner: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x, y: outer(inner(x, outer(x, y)), x) * factor + inner(y, y)

    eager, compiled_inside = of(inner), of(compile(inner))
    x, y = draw.uniform(0.2, 2.0), draw.uniform(0.2, 2.0)
    array = numpy.array([x, y, 0.5])
    return max(
        _error(lambda: transformed(one), lambda: transformed(eager))  # noqa: B023  # called at once
        for one in (compiled_inside, compile(compiled_inside), compile(eager))
        for transformed in (
            lambda f: grad(f)(x, y),
            lambda f: grad(grad(f), 1)(x, y),
            lambda f: jacobian(f)(array, y),
            lambda f: hessian(lambda a, b: numpy.sum(f(a, b) * a))(array, y),
            lambda f: jvp(f, (x, y), (1.0, -2.0)),
            lambda f: _swept(f, x, y),
        )
    )


def integers(seed: int) -> float:
    """Arrays of integers and truths of every size beside floats of both."""
    draw, generator = random.Random(seed), numpy.random.default_rng(seed)
    function = _summed(_defined(f"import numpy\ndef f(x, y): return {_expression(draw, 3, _OF_ARRAYS)}"))
    x = generator.integers(0, 5, (2, 3)).astype(
        draw.choice(["uint8", "int8", "uint16", "int32", "uint32", "int64", "bool", "float32", "float64"])
    )
    y = generator.uniform(0.3, 2.0, (2, 3)).astype(draw.choice(["float32", "float64"]))
    compiled = compile(function)
    recorded = Tensor(x, requires_grad=False)  # NumPy alone takes hypot of a uint8 for a float16
    return _error(lambda: compiled.value_and_grad(x, y, argnums=1), lambda: value_and_grad(function, 1)(recorded, y))


def columns(seed: int) -> float:
    """A function of single numbers with conditions, on columns of samples."""
    draw = random.Random(seed)
    function = _defined(
        "from autograd import greater, less, less_equal, logical_and, logical_not, logical_or, maximum, where\n"
        f"def f(x, y): return where({_condition(draw, 2)}, {_expression(draw, 2)}, {_expression(draw, 2)}) "
        f"+ maximum(x, {_expression(draw, 1)}) * where({_condition(draw, 1)}, 1.0, y)"
    )
    x, y = numpy.random.default_rng(seed).uniform(-2.0, 2.0, (2, 7))
    compiled = compile(function, columns=True)

    def one_by_one() -> Any:
        return numpy.array([function(Value(a), Value(b)).item() for a, b in zip(x, y, strict=True)])

    return _error(lambda: compiled(x, y), one_by_one)


def masks(seed: int) -> float:
    """A mask that lets another number of elements through at each call."""
    draw, generator = random.Random(seed), numpy.random.default_rng(seed)
    function = _defined(
        "import numpy\n"
        f"def f(x, y):\n    kept = x[{draw.choice(['x > 0', 'y < x', 'x * y > 0.1'])}]\n"
        f"    return numpy.sum(kept * {draw.uniform(0.5, 2):.3f}) + numpy.sum({_expression(draw, 2, _OF_ARRAYS)})"
    )
    compiled, worst = compile(function), 0.0
    for _ in range(4):
        x, y = generator.normal(size=(2, 6))
        worst = max(worst, _error(lambda: compiled.value_and_grad(x, y), lambda: value_and_grad(function)(x, y)))  # noqa: B023
    return worst


def outside(seed: int) -> float:
    """A global number, a model's attribute and an array in a list that change between calls."""
    draw = random.Random(seed)
    function, change = _defined(
        f"""
import numpy
scale = 1.0
class Model:
    def __init__(self): self.rate, self.weights = 1.0, [numpy.ones(3)]
model = Model()
def change(kind, number):
    global scale
    if kind == "global": scale = number
    elif kind == "attribute": model.rate = number
    else: model.weights[0] = numpy.full(3, number)
def f(x, y): return numpy.sum({_expression(draw, 2, _OF_ARRAYS)} * scale * model.rate + model.weights[0] * x)
""",
        "f",
        "change",
    )
    x, y = numpy.random.default_rng(seed).uniform(0.3, 2.0, (2, 3))
    compiled, worst = compile(function), 0.0
    for _ in range(4):
        worst = max(worst, _error(lambda: compiled.value_and_grad(x, y), lambda: value_and_grad(function)(x, y)))
        change(draw.choice(["global", "attribute", "item"]), draw.uniform(0.5, 2.0))
    return worst


KINDS: dict[str, Callable[[int], float]] = {
    "integers, truths and text as arguments": static_arguments,
    "compiled functions inside functions, under every transform": nested,
    "integers of every size beside floats": integers,
    "conditions in columns": columns,
    "masks that change": masks,
    "numbers from outside that change": outside,
}

# --- how functions are drawn ----------------------------------------------------------------------------

_OF_NUMBERS = ["({} * {})", "({} + {})", "({} - {})", "({} / (1.5 + {} ** 2))", "({} ** 2)", "(-{})"]
_OF_ARRAYS = [
    *_OF_NUMBERS[:5], "numpy.maximum({}, {})", "numpy.hypot({}, {})", "numpy.arctan2({}, {})", "numpy.tanh({})",
    "numpy.exp(-0.3 * {})", "numpy.sqrt(1.0 + {} ** 2)", "numpy.sin({})", "numpy.linalg.norm(x * {}, axis=0)",
]  # fmt: skip


def _expression(draw: random.Random, depth: int, forms: list[str] = _OF_NUMBERS) -> str:
    if depth == 0:
        return draw.choice(["x", "y", f"{draw.uniform(0.5, 2.0):.3f}"])
    form = draw.choice(forms)
    return form.format(*(_expression(draw, depth - 1, forms) for _ in range(form.count("{}"))))


def _condition(draw: random.Random, depth: int) -> str:
    if depth == 0:
        return f"{draw.choice(['greater', 'less', 'less_equal'])}({_expression(draw, 1)}, {_expression(draw, 0)})"
    form = draw.choice(["logical_and({}, {})", "logical_or({}, {})", "logical_not({})"])
    return form.format(*(_condition(draw, depth - 1) for _ in range(form.count("{}"))))


def _defined(text: str, *names: str) -> Any:
    space: dict[str, Any] = {}
    exec(text, space)  # what was drawn above
    return [space[name] for name in names] if names else space["f"]


# --- how they are compared ------------------------------------------------------------------------------


def _error(ours: Answer, eager: Answer) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CapturedConstantWarning)
        found, expected = _tried(ours), _tried(eager)
    if found is None or expected is None:
        return 0.0 if found is expected else math.inf
    if len(found) != len(expected):
        return math.inf
    errors = []
    for one, other in zip(found, expected, strict=True):
        if numpy.isnan(one).any() and numpy.array_equal(numpy.isnan(one), numpy.isnan(other)):
            one, other = numpy.nan_to_num(one), numpy.nan_to_num(other)
        errors.append(relative_error(one, other) * TOLERANCES["float64"] / TOLERANCES[_precision(expected)])
    return max(errors)


def _precision(arrays: list[Any]) -> str:
    """float32 where any of it is."""
    return "float32" if any(array.dtype == numpy.float32 for array in arrays) else "float64"


def _tried(answer: Answer) -> list[Any] | None:
    """All numbers of the answer; None where it was refused."""
    try:
        leaves = flatten(answer())[0]
    except (GraphError, ValueError):  # NumPy's own refusals among plain numbers are ValueErrors
        return None
    return [numpy.asarray(leaf.data if isinstance(leaf, Node) else leaf) for leaf in leaves]


def _summed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: numpy.sum(function(*given))


def _swept(function: Callable[..., Any], x: float, y: float) -> list[float]:
    """Gradients by `backward()` of an expression that the function is in."""
    a, b = Value(x), Value(y)
    (function(a, b) * a + b).backward()
    return [a.grad, b.grad]
