"""DOT to SVG, PNG or PDF: by the `dot` on the PATH, or by Graphviz compiled to WebAssembly.

Either runs in a process of its own: a layout can be interrupted, and has a time limit.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograd.arguments import check_known

from .dot import FONT
from .errors import DrawingError

SECONDS = 60.0
_SECONDS_TO_END = 5.0


@dataclass(frozen=True)
class Renderer:
    """What a renderer is, in a few words, and what makes an SVG of a DOT program within so many seconds."""

    shows: str
    svg: Callable[[str, float], str]


RENDERERS: dict[str, Renderer] = {
    "auto": Renderer(
        "dot where it is installed, else wasm",
        lambda dot, seconds: RENDERERS["dot" if shutil.which("dot") else "wasm"].svg(dot, seconds),
    ),
    "dot": Renderer(
        "Graphviz's program of that name", lambda dot, seconds: by_graphviz(dot, "svg", seconds=seconds).decode()
    ),
    "wasm": Renderer(
        "Graphviz in WebAssembly, which needs nothing installed", lambda dot, seconds: _by_wasm(dot, seconds)
    ),
}


def render_svg(dot: str, renderer: str = "auto", seconds: float = SECONDS) -> str:
    """The SVG of a DOT program.

    Args:
        renderer: one of `RENDERERS`.
        seconds: how long it may take.
    """
    check_known("renderer", renderer, RENDERERS, DrawingError)
    return RENDERERS[renderer].svg(dot, seconds)


def by_graphviz(
    dot: str, form: str, arguments: Sequence[str] = (), folder: str | None = None, seconds: float = SECONDS
) -> bytes:
    """What the program `dot` makes of a DOT program, in one of its forms.

    Args:
        folder: where the images are that the DOT program names.
    """
    program = dot_program(_KINDS.get(form, "SVG"))
    try:
        with _ending_with_us([program, *arguments, f"-T{form}"]) as (command, options):
            done: subprocess.CompletedProcess[bytes] = subprocess.run(
                command,
                input=dot.encode(),
                capture_output=True,
                timeout=seconds,
                check=False,
                cwd=folder,
                **options,
            )
    except subprocess.TimeoutExpired:
        raise _too_long(seconds) from None
    except OSError as error:
        raise DrawingError(f"{program} cannot be run: {error.strerror}") from None
    if done.returncode in _CANNOT_BE_RUN and os.name == "posix":
        raise DrawingError(f"{program} cannot be run: {done.stderr.decode(errors='replace').strip()}")
    if done.returncode:
        raise DrawingError(f"dot could not lay the graph out: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


_KINDS: dict[str, Literal["SVG", "PNG", "PDF"]] = {"png": "PNG", "pdf": "PDF"}
# What a shell answers where a program cannot be executed, or is not there.
_CANNOT_BE_RUN = (126, 127)
# Runs a program in a process group of its own, which ends when nobody holds the other end of the pipe any more.
_GUARD = """
{ read -r nothing < "$1"; kill -KILL 0; } < /dev/null > /dev/null 2>&1 &
guard=$!
shift
"$@"
status=$?
kill -KILL $guard
exit $status
"""


@contextlib.contextmanager
def _ending_with_us(command: list[str]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """A command, with options of `subprocess.run`, that ends at the end of the block, and with this process, however
    that ends. Elsewhere than on POSIX systems it is the command alone."""
    if os.name != "posix":
        yield command, {}
        return
    pipes: list[tuple[int, int]] = []
    try:
        pipes.extend(itertools.starmap(os.pipe, [()]))  # kept in the same step, before a signal's handler can raise
        watched, _ = pipes[0]
        guarded = ["/bin/sh", "-c", _GUARD, "sh", f"/dev/fd/{watched}", *command]
        yield guarded, {"pass_fds": (watched,), "start_new_session": True}
    finally:
        for descriptor in itertools.chain(*map(reversed, pipes)):
            os.close(descriptor)


def dot_program(what: Literal["SVG", "PNG", "PDF"]) -> str:
    """Where the program `dot` is. Raises DrawingError where it is not installed, for what it was to make."""
    program = shutil.which("dot")
    if program is None:
        instead = 'give renderer="wasm"' if what == "SVG" else 'give renderer="wasm", or save an SVG'
        raise DrawingError(
            f"the {what} needs the program `dot`: install Graphviz (apt install graphviz, "
            f"brew install graphviz, winget install graphviz), or {instead}"
        )
    return program


def _too_long(seconds: float) -> DrawingError:
    return DrawingError(
        f"the graph was not laid out within {seconds:g} seconds: draw less of it (collapse=, focus=), "
        "give it more (seconds=), or save it as .dot and lay it out elsewhere"
    )


def _by_wasm(dot: str, seconds: float) -> str:
    """It knows how wide the letters of single fonts are; of a list it takes the narrower Times for each."""
    measured = dot.replace(f'fontname="{FONT}"', f"fontname={_FIRST_FONT}")
    return _ITS_FONT.sub(f'font-family="{FONT}"', _worker.render(measured, seconds))


_FIRST_FONT = FONT.partition(",")[0]
_ITS_FONT = re.compile(rf'font-family="{_FIRST_FONT}[^"]*"')


class _Worker:
    """The WebAssembly renderer's process: started when it is first needed, kept for the next picture, killed
    when it takes too long, when it is interrupted, when it failed, and at the end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asking: threading.Thread | None = None
        self._lock = threading.Lock()

    def render(self, dot: str, seconds: float) -> str:
        with self._lock:
            try:
                process = self._started()
                answers: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
                self._asking = threading.Thread(
                    target=_ask, args=(process, dot.encode(), seconds, answers), daemon=True
                )
                self._asking.start()
                kind, content = answers.get(timeout=seconds)
            except queue.Empty:
                self.stop()
                raise _too_long(seconds) from None
            except BaseException:  # such as Ctrl-C: nobody waits for its answer any more
                self.stop()
                raise
            if kind != "ok":
                self.stop()  # after a failure it may fail again
                raise DrawingError(f"the graph could not be laid out: {content.decode(errors='replace').strip()}")
            return content.decode()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("wasm_child.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us, and we tell it
            )
        return self._process

    def stop(self) -> None:
        process, self._process = self._process, None
        asking, self._asking = self._asking, None
        if process is None:
            return
        process.kill()
        process.wait()
        if asking is not None:
            asking.join(_SECONDS_TO_END)  # it sees its pipes end
        with contextlib.suppress(OSError), process:  # its pipes are closed; the error is of what was not written yet
            pass

    def forget(self) -> None:
        """After a fork: the process belongs to the parent, and the lock may be held there."""
        self._process, self._asking, self._lock = None, None, threading.Lock()


def _ask(
    process: subprocess.Popen[bytes], dot: bytes, seconds: float, answers: queue.SimpleQueue[tuple[str, bytes]]
) -> None:
    """Send one request and put its answer, or what the process said as it ended."""
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    try:
        process.stdin.write(f"{len(dot)} {seconds:.3f}\n".encode() + dot)
        process.stdin.flush()
        kind, _, length = process.stdout.readline().decode().partition(" ")
        if kind:
            answers.put((kind, process.stdout.read(int(length))))
            return
        answers.put(("ended", process.stderr.read()[-500:] or b"its process ended"))
    except (OSError, ValueError) as error:  # it was killed while it was asked
        answers.put(("ended", str(error).encode()))


_worker: _Worker = _Worker()
atexit.register(_worker.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_worker.forget)
