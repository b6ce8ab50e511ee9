"""NumPy's own functions on nodes: `np.exp(t)`, `np.sum(t, axis=1)`, `array @ t` record as ours do.

NumPy asks a node's class what its function means for it (NEP 13 and NEP 18). What is not in the tables
below is refused by name: a plain array as the answer would lose the graph silently.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy

from . import array_functions, composites, ops
from .calling_line import asking_functions
from .errors import DataTypeError
from .locks import importing
from .names_of_scipy import namesake
from .numpy_instead import instead_of
from .operands import masked_refusal, operand_of
from .operation import Recordable


def call_ufunc(ufunc: numpy.ufunc, method: str, inputs: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """What `ufunc(*inputs)`, or one of its methods, is with nodes among the inputs."""
    if keywords.get("out") is not None:
        raise DataTypeError(
            f"{_name_of(ufunc, method)}: a result is not written into an array (out=…, or `array += node`), where its "
            "graph would be lost; make a new one: `a = a + node`"
        )
    function, supported = _method(ufunc, method)
    if function is None:
        raise _no_rule(_name_of(ufunc, method))
    for keyword in keywords:
        if keyword not in supported and keyword != "out":
            raise DataTypeError(f"{_name_of(ufunc, method)}: {keyword}= is not supported on a Value or Tensor")
    return function(*inputs, **{keyword: keywords[keyword] for keyword in supported if keyword in keywords})


def call_function(numpy_function: Callable[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """What `numpy_function(*arguments, **keywords)` is with nodes among the arguments."""
    if numpy_function in OF_THE_DATA:
        # Most ask for a shape or a dtype, for which a program is recorded anyway; the others read numbers.
        data = _looked_at if numpy_function in _OF_NUMBERS else _data
        return numpy_function(*map(data, arguments), **{name: data(value) for name, value in keywords.items()})
    if (usual := _usual(numpy_function, len(arguments), *keywords)) is not None:
        given = zip(usual, (*arguments, *keywords.values()), strict=True)
        return our_function(FUNCTIONS, numpy_function)(
            **{name: one for name, one in given if one is not numpy._NoValue}
        )
    return _call_of_its_own(numpy_function, arguments, keywords)


@functools.lru_cache(maxsize=4096)
def _usual(numpy_function: Callable[..., Any], count: int, *keywords: str) -> tuple[str, ...] | None:
    """Our names for the arguments of a call with so many by position, and those by keyword after them, where all are
    ours; None for calls that are to be looked at one by one."""
    if numpy_function not in FUNCTIONS:
        return None
    signature, parameters = _parameters(numpy_function)
    try:
        bound = signature.bind(*range(count), **dict.fromkeys(keywords)).arguments
    except TypeError:
        return None
    if any(name not in parameters or signature.parameters[name].kind in _OF_ANY_NUMBER for name in bound):
        return None
    return tuple([parameters[name] for name in (*[name for name in bound if name not in keywords], *keywords)])


_OF_ANY_NUMBER = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _call_of_its_own(numpy_function: Callable[..., Any], arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """A call whose arguments are of any number, or not all ours: what is not is refused by its name."""
    name = f"{numpy_function.__module__}.{numpy_function.__name__}"
    if numpy_function not in FUNCTIONS:
        raise _no_rule(name)
    signature, parameters = _parameters(numpy_function)
    try:
        bound = signature.bind(*arguments, **keywords).arguments
    except TypeError as error:
        raise DataTypeError(f"{name}: {error}") from None
    positional: Sequence[Any] = ()
    given: dict[str, Any] = {}
    for parameter, value in bound.items():
        kind, default = signature.parameters[parameter].kind, signature.parameters[parameter].default
        if kind is inspect.Parameter.VAR_POSITIONAL and parameter in parameters:
            positional, given = (*given.values(), *value), {}
            continue
        for keyword, one in value.items() if kind is inspect.Parameter.VAR_KEYWORD else ((parameter, value),):
            if keyword in parameters:
                if one is not numpy._NoValue:  # NumPy's word for what is not given
                    given[parameters[keyword]] = one
            elif one is not default and not (one is None and keyword == "out"):
                raise DataTypeError(
                    f"{name}: {keyword}= is not supported on a Value or Tensor; supported are {', '.join(parameters)}"
                )
    return our_function(FUNCTIONS, numpy_function)(*positional, **given)


def _name_of(ufunc: numpy.ufunc, method: str) -> str:
    library = "numpy." if _THEIRS.get(ufunc.__name__) is ufunc else "scipy.special." if _is_special(ufunc) else ""
    return f"{library}{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")


def _no_rule(name: str) -> DataTypeError:
    return DataTypeError(
        f"{name} has no rule for a Value or Tensor, and its plain answer would lose the graph; "
        f"{instead_of(name.removeprefix('numpy.'))}; the numbers alone are node.data"
    )


def refuse_mask() -> NoReturn:
    """Refuse a node's `_mask`, which numpy.ma asks of both operands after it took their `_data`, plain numbers: of
    the left one's operators (`masked * node`) this is all that a right one ever sees. Others find no such attribute."""
    askers = [code.co_name for code in asking_functions()]
    if not askers or askers[0] == "__new__":  # `numpy.ma.array(node)` goes on to `__array__`, which decides
        raise AttributeError("_mask")
    if not _OPERATORS.isdisjoint(askers):
        raise masked_refusal("numpy.ma")
    raise _no_rule("a function of numpy.ma")


_OPERATORS = {
    f"__{kind}{name}__"
    for kind in ("", "r", "i")
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "lt", "le", "gt", "ge", "eq", "ne")
}


def _method(ufunc: numpy.ufunc, method: str) -> tuple[Callable[..., Any] | None, tuple[str, ...]]:
    """Our function for a ufunc's method, None where there is none, and the keywords it takes."""
    if method == "__call__":
        return (our_function(UFUNCS, ufunc) if ufunc in UFUNCS else _of_scipy(ufunc)), (
            ("axis",) if ufunc is numpy.vecdot else ()
        )
    if method == "reduce" and ufunc in REDUCTIONS:
        return functools.partial(_reduced, REDUCTIONS[ufunc]), _REDUCE_KEYWORDS.get(
            ufunc, ("axis", "keepdims", "where")
        )
    if method == "accumulate" and ufunc in (numpy.add, numpy.multiply):
        return functools.partial(_accumulated, ufunc), ("axis",)
    if method == "outer" and ufunc in UFUNCS and ufunc.nin == 2:
        return functools.partial(_outer, our_function(UFUNCS, ufunc)), ()
    return None, ()


def _of_scipy(ufunc: numpy.ufunc) -> Callable[..., Any] | None:
    """Our function for one of `scipy.special`, if it is one."""
    if not _is_special(ufunc):
        return None
    return our_function(SPECIAL, ufunc.__name__) if ufunc.__name__ in SPECIAL else namesake(f"special.{ufunc.__name__}")


def _is_special(ufunc: numpy.ufunc) -> bool:
    special = sys.modules.get("scipy.special")  # who calls its function has imported it
    return getattr(special, ufunc.__name__, None) is ufunc


def our_function(table: dict[Any, Callable[..., Any] | str], theirs: Any) -> Callable[..., Any]:
    """Our function for one of theirs; one of the composites or of `linalg`, of which a table says the name, is
    imported now."""
    found = table[theirs]
    if isinstance(found, str):
        room, _, name = found.rpartition(".")
        with importing:
            rooms = importlib.import_module(".linear_algebra", __package__) if room else composites
            found = table[theirs] = getattr(rooms, name)
    return found


@functools.cache
def _parameters(numpy_function: Callable[..., Any]) -> tuple[inspect.Signature, Mapping[str, str]]:
    """How NumPy's function is called, and which of its parameters is which of ours: the first ones are each other's,
    the others those of the same name or of the name that `RENAMED` says."""
    ours = inspect.signature(our_function(FUNCTIONS, numpy_function)).parameters
    renamed = RENAMED.get(numpy_function, {})
    try:
        signature = inspect.signature(numpy_function)
    except ValueError:  # written in C: before NumPy 2.4 it did not tell
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        theirs = {mine: name for name, mine in renamed.items()}
        signature = inspect.Signature([inspect.Parameter(theirs.get(name, name), kind, default=None) for name in ours])
    parameters = {name: renamed.get(name, name) for name in signature.parameters}
    if renamed.keys() - parameters.keys():  # NumPy's `**keywords`
        parameters |= renamed
    first = next(iter(signature.parameters))
    if parameters[first] not in ours:
        parameters[first] = next(iter(ours))
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            parameters |= {keyword: keyword for keyword in ours if keyword not in parameters.values()}
            del parameters[name]
    return signature, {name: mine for name, mine in parameters.items() if mine in ours}


def _data(argument: Any) -> Any:
    if isinstance(argument, list | tuple):
        return type(argument)(map(_data, argument))
    return argument._data if isinstance(argument, Recordable) else argument


def _looked_at(argument: Any) -> Any:
    if isinstance(argument, list | tuple):
        return type(argument)(map(_looked_at, argument))
    if isinstance(argument, Recordable):
        return argument.data  # type: ignore[attr-defined]  # every node has it
    return _data(argument)


# --- what differs from our own functions ----------------------------------------------------------------


def _reduced(function: Callable[..., Any], x: Any, axis: Any = 0, keepdims: bool = False, **others: Any) -> Any:
    return function(x, axis, keepdims, **others)


def _accumulated(ufunc: numpy.ufunc, x: Any, axis: int = 0) -> Any:
    return (array_functions.cumsum if ufunc is numpy.add else array_functions.cumprod)(x, axis)


def _outer(function: Callable[..., Any], a: Any, b: Any) -> Any:
    """Every element of a with every one of b."""
    a, b = operand_of("outer", a), operand_of("outer", b)
    return function(array_functions.reshape(a, (*a.shape, *(1,) * b.ndim)), b)


def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None and y is None:  # indices, given on the data
        return numpy.nonzero(_looked_at(condition))
    if x is None or y is None:
        raise DataTypeError("numpy.where: either both or neither of x and y are given")
    return ops.where(condition, x, y)


def _clip(x: Any, low: Any = None, high: Any = None, lowest: Any = None, highest: Any = None) -> Any:
    return array_functions.clip(x, lowest if low is None else low, highest if high is None else high)


def _modf(x: Any) -> tuple[Any, Any]:
    whole = ops.trunc(x)
    return ops.where(composites.isinf(x), 0.0, ops.subtract(x, whole)), whole


def _divmod(a: Any, b: Any) -> tuple[Any, Any]:
    return ops.floor_divide(a, b), ops.remainder(a, b)


def both(a: Any, b: Any) -> Any:
    """`&` of two masks."""
    return ops.logical_and(_mask("&", a), _mask("&", b))


def either(a: Any, b: Any) -> Any:
    """`|` of two masks."""
    return ops.logical_or(_mask("|", a), _mask("|", b))


def exactly_one(a: Any, b: Any) -> Any:
    """`^` of two masks."""
    return ops.not_equal(_mask("^", a), _mask("^", b))


def exactly_one_is_true(a: Any, b: Any) -> Any:
    return ops.not_equal(ops.not_equal(a, 0), ops.not_equal(b, 0))


def neither(a: Any) -> Any:
    """`~` of a mask."""
    return ops.logical_not(_mask("~", a))


def _mask(sign: str, operand: Any) -> Any:
    dtype = getattr(operand, "dtype", numpy.dtype(type(operand) if isinstance(operand, bool) else object))
    if dtype != numpy.bool_:
        raise DataTypeError(f"{sign} is for masks, arrays of booleans such as `t > 0`, not for {operand!r:.60}")
    return operand


# Those whose answers are truths.
OF_MASKS = (both, either, exactly_one, exactly_one_is_true, neither)

# --- the tables -----------------------------------------------------------------------------------------

_THEIRS = vars(numpy)

# Of a composite the name, since its room is imported when it is used.
UFUNCS: dict[numpy.ufunc, Callable[..., Any] | str] = {
    **{_THEIRS[name]: row for name, row in ops.operations().items() if isinstance(_THEIRS.get(name), numpy.ufunc)},
    **{_THEIRS[name]: name for name in composites.__all__ if isinstance(_THEIRS.get(name), numpy.ufunc)},
    numpy.matmul: array_functions.matmul,
    numpy.fabs: ops.absolute,
    numpy.float_power: ops.power,
    numpy.reciprocal: lambda x: ops.divide(1, x),
    numpy.divmod: _divmod,
    numpy.modf: _modf,
    numpy.bitwise_and: both,
    numpy.bitwise_or: either,
    numpy.bitwise_xor: exactly_one,
    numpy.logical_xor: exactly_one_is_true,
    numpy.invert: neither,
}

# Functions of scipy.special, by their names there; others are in `autograd.scipy`.
SPECIAL: dict[str, Callable[..., Any] | str] = {
    "cbrt": ops.cbrt,
    "digamma": ops.digamma,
    "psi": ops.digamma,
    "erf": ops.erf,
    "erfc": ops.erfc,
    "erfinv": ops.erfinv,
    "exp2": ops.exp2,
    "expit": ops.sigmoid,
    "expm1": ops.expm1,
    "gammaln": ops.gammaln,
    "log1p": ops.log1p,
    "log_expit": lambda x: ops.negative(composites.softplus(ops.negative(x))),
    "logit": "logit",
    "softplus": "softplus",
    "xlogy": ops.xlogy,
}

REDUCTIONS: dict[numpy.ufunc, Callable[..., Any]] = {
    numpy.add: array_functions.sum,
    numpy.multiply: array_functions.prod,
    numpy.maximum: array_functions.max,
    numpy.minimum: array_functions.min,
    numpy.logical_and: array_functions.all,
    numpy.logical_or: array_functions.any,
    numpy.logaddexp: array_functions.logsumexp,
}

_REDUCE_KEYWORDS: dict[numpy.ufunc, tuple[str, ...]] = {
    **dict.fromkeys((numpy.add, numpy.multiply), ("axis", "keepdims", "dtype", "initial", "where")),
    **dict.fromkeys((numpy.maximum, numpy.minimum), ("axis", "keepdims", "initial", "where")),
    numpy.logaddexp: ("axis", "keepdims"),
}

# The functions of `linalg`, which is imported when one of them is used.
OF_MATRICES = (
    "cholesky", "cross", "det", "diagonal", "eigh", "eigvalsh", "inv", "lstsq", "matmul", "matrix_norm", "matrix_power",
    "matrix_transpose", "multi_dot", "norm", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "tensordot",
    "trace", "vecdot", "vector_norm",
)  # fmt: skip
_THEIRS_OF_MATRICES = vars(numpy.linalg)
_NAMED_AS_PYTHON_S = ("sum", "max", "min", "any", "all")

# Our functions that bear the name of one of NumPy's; then what differs.
FUNCTIONS: dict[Any, Callable[..., Any] | str] = {
    **{
        _THEIRS[name]: vars(array_functions).get(name, name)
        for names in (array_functions.__all__, _NAMED_AS_PYTHON_S, composites.__all__)
        for name in names
        if name not in ("array", "put_along_axis") and name in _THEIRS and not isinstance(_THEIRS[name], numpy.ufunc)
    },
    **{_THEIRS_OF_MATRICES[name]: f"linalg.{name}" for name in OF_MATRICES if name in _THEIRS_OF_MATRICES},
    numpy.amax: array_functions.max,
    numpy.amin: array_functions.min,
    numpy.clip: _clip,
    numpy.where: _where,
    numpy.sinc: lambda x: ops.sinc(x),
    numpy.round: "round_to",
    numpy.around: "round_to",
    numpy.copy: lambda x: ops.positive(x),
    numpy.real_if_close: lambda x: ops.positive(x),
    numpy.lib.stride_tricks.sliding_window_view: array_functions.sliding_window_view,
}

# Parameters that have another name with us.
RENAMED: dict[Any, Mapping[str, str]] = {
    numpy.clip: {"a_min": "low", "a_max": "high", "min": "lowest", "max": "highest"},
    numpy.reshape: {"newshape": "shape"},  # its name before NumPy 2.1
    numpy.tile: {"reps": "repetitions"},
    numpy.empty_like: {"prototype": "x"},
    **{getattr(numpy.linalg, name): {"x2": "b"} for name in ("cross", "matmul", "outer", "tensordot", "vecdot")},
    numpy.compress: {"a": "x"},
    numpy.extract: {"arr": "x"},
}

# Functions whose answer depends on numbers in a way that no gradient follows (indices, as many as there are; what is
# different; counts): they are given the data, which a program that is recorded notes.
_OF_NUMBERS = frozenset(
    getattr(numpy, name)
    for name in (
        "allclose", "argpartition", "argwhere", "array2string", "array_equal", "array_equiv", "array_repr", "array_str",
        "bincount", "digitize", "flatnonzero", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd",
        "intersect1d", "lexsort", "nanargmax", "nanargmin", "nonzero", "setdiff1d", "setxor1d", "union1d", "unique",
        "unique_all", "unique_counts", "unique_inverse", "unique_values",
    )
) | {numpy.linalg.cond, numpy.linalg.matrix_rank}  # fmt: skip

# Those, and questions about shapes and dtypes.
OF_THE_DATA: frozenset[Any] = _OF_NUMBERS | {
    getattr(numpy, name)
    for name in (
        "can_cast", "common_type", "diag_indices_from", "einsum_path", "iscomplex", "iscomplexobj", "isreal",
        "isrealobj", "may_share_memory", "min_scalar_type", "ndim", "ravel_multi_index", "result_type", "shape",
        "shares_memory", "size", "tril_indices_from", "triu_indices_from", "unravel_index",
    )
}  # fmt: skip


@functools.cache
def _code_of_the_data() -> frozenset[Any]:
    """Their code, but of those written in C."""
    return frozenset(getattr(inspect.unwrap(function), "__code__", None) for function in OF_THE_DATA) - {None}


def is_asked_for_the_data() -> bool:
    """Whether one of these is running, given a list with nodes in it: NumPy tells of nodes outside lists alone."""
    codes = _code_of_the_data()
    return any(code in codes for code in asking_functions())
