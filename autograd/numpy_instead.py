"""What to write instead of NumPy's functions that have no rule here, by their names."""

from __future__ import annotations

_ROWS = "write it with functions of autograd.operations()"
_IN_PLACE = "a node is not written into; write autograd.where(mask, new, old), which gives a new one"
_INTEGERS = "it is of integers, through which no gradient flows"
_COMPLEX = "there are no complex numbers here"
_INDICES = "it makes indices"
_POLYNOMIAL = "write it with autograd.polyval, vander and convolve"
_FILE = "a file has numbers alone"
_DATES = "it is of dates"
_MADE = "autograd.array(…) makes an array of nodes, or of a node"

INSTEAD: dict[str, str] = {
    "angle": _COMPLEX,
    "apply_along_axis": "write autograd.vmap(function), whose in_axes= says along which axis the samples lie",
    "apply_over_axes": "the reductions take several axes at once: axis=(0, 1)",
    "arange": "write start + step * numpy.arange(n), or autograd.linspace(start, stop, n)",
    "array": _MADE,
    "asanyarray": _MADE,
    "asarray": _MADE,
    "asarray_chkfinite": _MADE,
    "ascontiguousarray": _MADE,
    "asfortranarray": _MADE,
    "asmatrix": "arrays of two axes are matrices; autograd.array(…) makes one of nodes",
    "bitwise_count": _INTEGERS,
    "bitwise_left_shift": _INTEGERS,
    "bitwise_right_shift": _INTEGERS,
    "bmat": "write autograd.block",
    "busday_count": _DATES,
    "busday_offset": _DATES,
    "choose": "write autograd.select([index == 0, index == 1, …], choices)",
    "copyto": "a node is not written into an array (numpy.full and full_like do so); write "
    "autograd.broadcast_to(autograd.array(node), shape)",
    "datetime_as_string": _DATES,
    "fft.fftshift": "write autograd.roll",
    "fft.ifftshift": "write autograd.roll",
    "fill_diagonal": "a node is not written into; write autograd.where(numpy.eye(n) == 1, number, matrix)",
    "frexp": _ROWS,
    "frompyfunc": "NumPy's own functions, and autograd.vmap(function), go through arrays of nodes",
    "full": "write autograd.full(shape, node)",
    "gcd": _INTEGERS,
    "i0": "write autograd.scipy.special.i0",
    "is_busday": _DATES,
    "isnat": _DATES,
    "ix_": _INDICES,
    "lcm": _INTEGERS,
    "ldexp": "write x * 2.0**exponent",
    "left_shift": _INTEGERS,
    "linalg.eig": "eigenvalues of any matrix are complex; autograd.linalg.eigh is of symmetric ones",
    "linalg.eigvals": "eigenvalues of any matrix are complex; autograd.linalg.eigvalsh is of symmetric ones",
    "linalg.tensorinv": "write reshape and autograd.linalg.inv",
    "linalg.tensorsolve": "write reshape and autograd.linalg.solve",
    "maximum.accumulate": "write autograd.max of each part",
    "minimum.accumulate": "write autograd.min of each part",
    "nextafter": _ROWS,
    "packbits": _INTEGERS,
    "piecewise": "write autograd.where(condition, f(x), g(x)), or autograd.select",
    "place": _IN_PLACE,
    "poly": _POLYNOMIAL,
    "polyadd": _POLYNOMIAL,
    "polyder": _POLYNOMIAL,
    "polydiv": _POLYNOMIAL,
    "polyfit": "write autograd.linalg.lstsq(autograd.vander(x, degree + 1), y)",
    "polyint": _POLYNOMIAL,
    "polymul": "write autograd.convolve(p, q)",
    "polysub": _POLYNOMIAL,
    "put": _IN_PLACE,
    "put_along_axis": "a node is not written into; autograd.put_along_axis(x, indices, values, axis) gives a new one",
    "putmask": _IN_PLACE,
    "require": _MADE,
    "right_shift": _INTEGERS,
    "roots": "roots are complex",
    "save": _FILE,
    "savetxt": _FILE,
    "savez": _FILE,
    "savez_compressed": _FILE,
    "sort_complex": _COMPLEX,
    "spacing": _ROWS,
    "trim_zeros": "how many are left depends on the numbers: slice x, as the numbers say",
    "unpackbits": _INTEGERS,
    "unwrap": "how often it turns is constant: write x + 2π · times, where the times are found from the numbers",
    "vectorize": "NumPy's own functions, and autograd.vmap(function), go through arrays of nodes",
}


def instead_of(name: str) -> str:
    """What to write instead of a function, by its name without `numpy.`, or why there is nothing to write."""
    if name in INSTEAD:
        return INSTEAD[name]
    if name.startswith("fft."):
        return _COMPLEX
    return _ROWS
