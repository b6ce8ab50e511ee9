"""A layout has a time limit, can be interrupted, and leaves nothing running."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from viz import DrawingError, layout
from viz.layout import by_graphviz, render_svg

SMALL = "digraph { a -> b }"
# Every node before every later one: minutes of work.
LARGE = "digraph {" + " ".join(f"{i} -> {j}" for i in range(150) for j in range(i + 1, 150)) + "}"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[layout._Worker]:
    """A renderer's process of the test's own."""
    own = layout._Worker()
    monkeypatch.setattr(layout, "_worker", own)
    yield own
    own.stop()


def process_of(worker: layout._Worker) -> subprocess.Popen[bytes]:
    assert worker._process is not None
    return worker._process


def is_running(identifier: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        status = Path(f"/proc/{identifier}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def waited_for(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def while_asked(worker: layout._Worker, act: Callable[[], object]) -> threading.Thread:
    """Do something soon after the renderer was given its graph, however long that takes."""

    def wait_and_act() -> None:
        waited_for(lambda: worker._process is not None)
        time.sleep(0.3)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


def test_after_what_takes_too_long_or_fails_the_next_layout_works(worker: layout._Worker) -> None:
    with pytest.raises(DrawingError, match=r"not laid out within 0.2 seconds: draw less of it \(collapse=, focus=\)"):
        render_svg(LARGE, "wasm", seconds=0.2)
    assert worker._process is None
    with pytest.raises(DrawingError, match=r"the graph could not be laid out: .*parse DOT source"):
        render_svg("digraph {", "wasm")
    assert worker._process is None
    assert "<svg" in render_svg(SMALL, "wasm")
    first = process_of(worker)
    assert "<svg" in render_svg(SMALL, "wasm")
    assert process_of(worker) is first  # which is not started again for every picture
    first.kill()
    first.wait()
    assert "<svg" in render_svg(SMALL, "wasm")


def test_a_process_that_ends_while_it_is_asked_is_an_error_of_one_sentence(worker: layout._Worker) -> None:
    killer = while_asked(worker, lambda: process_of(worker).kill())
    with pytest.raises(DrawingError, match="the graph could not be laid out: "):
        render_svg(LARGE, "wasm")
    killer.join()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="the system cannot send a signal to a thread")
def test_ctrl_c_kills_the_layout(worker: layout._Worker) -> None:
    here = threading.get_ident()
    interrupt = while_asked(worker, lambda: signal.pthread_kill(here, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        render_svg(LARGE, "wasm")
    interrupt.join()
    assert worker._process is None


def test_threads_take_turns() -> None:
    pictures: list[str] = []
    threads = [
        threading.Thread(target=lambda name=name: pictures.append(render_svg(f"digraph {{ {name} }}", "wasm")))  # type: ignore[misc]  # mypy cannot infer a lambda's default
        for name in ("a", "b", "c")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(name for picture in pictures for name in "abc" if f">{name}</text>" in picture) == ["a", "b", "c"]


@pytest.mark.slow
def test_where_nothing_can_be_kept_between_runs_pictures_are_laid_out_all_the_same(
    worker: layout._Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, os.path.join(os.devnull, "nowhere"))
    assert "<svg" in render_svg(SMALL, "wasm")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("end", ["pass", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_nothing_is_left_running_at_the_end(end: str) -> None:
    program = f"""
        import os, signal
        from viz import layout
        layout.render_svg("digraph {{ a }}", "wasm")
        print(layout._worker._process.pid, flush=True)
        {end}
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert waited_for(lambda: not is_running(int(done.stdout)))


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("end", ["killed", "out of time"])
def test_the_program_dot_ends_with_who_asked_it(end: str, tmp_path: Path) -> None:
    dot = tmp_path / "dot"
    dot.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid.new\nmv {tmp_path}/pid.new {tmp_path}/pid\nexec sleep 300\n")
    dot.chmod(0o755)
    seconds = 300 if end == "killed" else 1
    program = f"from viz import layout\nlayout.render_svg('digraph {{}}', 'dot', seconds={seconds})"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asking = subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert waited_for((tmp_path / "pid").exists)
        laying_out = int((tmp_path / "pid").read_text())
        if end == "killed":
            assert is_running(laying_out)
            asking.kill()
        _, said = asking.communicate(timeout=60)
        assert end == "killed" or "not laid out within 1 seconds" in said
        assert waited_for(lambda: not is_running(laying_out))
    finally:
        asking.kill()
        asking.wait()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the system has no timers")
def test_a_layout_that_nobody_waits_for_ends_by_itself() -> None:
    child = (
        Path(layout.__file__)
        .with_name("wasm_child.py")
        .read_text(encoding="utf-8")
        .replace("_GRACE = 10.0", "_GRACE = 0.0")
    )
    process = subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        process.communicate(f"{len(LARGE)} 0.5\n{LARGE}".encode(), timeout=60)
        assert process.returncode == -signal.SIGALRM
    finally:
        process.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_after_a_fork_each_process_has_a_renderer_of_its_own(worker: layout._Worker) -> None:
    os.register_at_fork(after_in_child=worker.forget)
    render_svg(SMALL, "wasm")
    ours = process_of(worker).pid
    child = os.fork()
    if child == 0:
        code = 1
        try:
            render_svg(SMALL, "wasm")
            code = 0 if process_of(worker).pid != ours else 2
            worker.stop()
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert "<svg" in render_svg(SMALL, "wasm")
    assert process_of(worker).pid == ours


def test_without_dot_the_other_renderer_is_taken_and_what_needs_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "<svg" in render_svg(SMALL)
    with pytest.raises(
        DrawingError, match=r'the SVG needs the program `dot`: install Graphviz .* or give renderer="wasm"'
    ):
        render_svg(SMALL, "dot")
    with pytest.raises(DrawingError, match=r"the PNG needs the program `dot`: install Graphviz \(apt install graphviz"):
        by_graphviz(SMALL, "png")


def test_a_dot_that_cannot_be_run_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "dot"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DrawingError, match=r"dot cannot be run: "):
        render_svg(SMALL)


def test_the_program_dot_has_the_same_limit_and_errors() -> None:
    if shutil.which("dot") is None:
        pytest.skip("the program dot is not installed")
    with pytest.raises(DrawingError, match=r"not laid out within 0.2 seconds"):
        render_svg(LARGE, "dot", seconds=0.2)
    with pytest.raises(DrawingError, match=r"dot could not lay the graph out: .*syntax error"):
        render_svg("digraph {", "dot")


def test_an_unknown_renderer_lists_the_known_ones() -> None:
    with pytest.raises(DrawingError, match="unknown renderer 'x'; known are auto, dot, wasm"):
        render_svg(SMALL, "x")  # type: ignore[arg-type]  # the point of the test
