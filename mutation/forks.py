"""Tests run on mutants, in processes forked from one that has imported everything slow.

Starting pytest anew would take longer than most mutants live. A mutant of a function's body needs no new
import either: tests are collected once, each mutant gets a fork in which the functions that differ have its
code, and there only the tests run that reach the changed lines, the quickest first, until one fails. What
differs already while the engine is imported is tested by a pytest of its own on a changed copy of the project.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .mutants import Mutant

KILLED, SURVIVED, NOT_TESTED = "killed", "survived", "not tested"
_CODES = {0: SURVIVED, 3: NOT_TESTED}  # any other exit code of a fork: killed

# Imported by the tests themselves; what is absent is absent in the forks, too.
_SLOW_IMPORTS = (
    "_hypothesis_pytestplugin", "_pytest.doctest", "hypothesis.extra.numpy", "hypothesis.stateful",
    "micrograd.engine", "numpy.testing", "torch",
)  # fmt: skip
_ARGUMENTS = (
    "-x", "-q", "--tb=line", "--import-mode=importlib", "--doctest-modules", "--hypothesis-profile=mutation",
    "-p", "no:cacheprovider", "-p", "no:logging", "-o", "addopts=",
)  # fmt: skip
_OUTPUT = "mutation-output.txt"
_MEMORY = 8 * 2**30  # bytes: a mutant may allocate without end


@dataclass(frozen=True)
class Reach:
    """Which tests ran which lines of the engine, and how long each took."""

    tests: dict[str, dict[int, set[str]]]  # by file and line; "" stands for the import and for collecting tests
    seconds: dict[str, float]

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that may notice a mutant, the quickest first, and "" if it may be noticed without any."""
        lines = self.tests.get(mutant.file, {})
        found: set[str] = set().union(*(lines.get(line, set()) for line in mutant.reached_by or ()))
        return sorted(found, key=lambda test: self.seconds.get(test, 0.0))


def warm_up() -> None:
    """Import what tests import, once for all forks; the engine itself is not among it."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True  # compiled code is told from a mutant's by size and whole seconds only
    os.environ.pop("CI", None)  # with it: thousands of random graphs, and no test may be skipped
    for name in _SLOW_IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import hypothesis

    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True, database=None, deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),  # a failure is enough, it need not be short
    )  # fmt: skip
    os.nice(10)


def reach(tree: Path, tests: Sequence[str]) -> Reach | None:
    """Run the tests without a mutant and see which lines each one runs; None if one fails."""
    kept = tree / "mutation-reach.json"

    def run() -> int:
        sys.dont_write_bytecode = False  # for every later fork
        recorder = _Recorder(tree)
        code = _pytest(tests, recorder)
        kept.write_text(json.dumps(recorder.found()), encoding="utf-8")
        return code

    process = _forked(tree, run)
    try:
        _, status = os.waitpid(process, 0)
    except BaseException:  # Ctrl-C: nobody waits for its end any more
        _end(process)
        raise
    if status:
        return None
    found = json.loads(kept.read_text(encoding="utf-8"))
    by_file = {
        file: {int(line): {found["contexts"][index] for index in contexts} for line, contexts in lines.items()}
        for file, lines in found["lines"].items()
    }
    return Reach(by_file, found["seconds"])


def outcomes(
    tree: Path, tests: Sequence[str], mutants: Sequence[Mutant], reached: Reach, jobs: int
) -> Iterator[tuple[Mutant, str]]:
    """What became of each mutant of a function's body: killed, survived, or not tested, being no such mutant."""
    reader, writer = os.pipe()

    def run() -> int:
        os.close(reader)
        with os.fdopen(writer, "w") as results:
            return _pytest(tests, _Session(tree, mutants, reached, jobs, results))

    session = _forked(tree, run)
    os.close(writer)
    try:
        with os.fdopen(reader) as results:
            for line in results:
                index, outcome = json.loads(line)
                yield mutants[index], outcome
    finally:
        _end(session)


def outcomes_anew(
    trees: Sequence[Path], tests: Sequence[str], mutants: Sequence[Mutant], seconds: float
) -> Iterator[tuple[Mutant, str]]:
    """What became of each mutant of one file: killed or survived, by a pytest of its own."""
    if not mutants:
        return
    file = mutants[0].file
    original = (trees[0] / file).read_bytes()
    for tree in trees:
        for compiled in (tree / file).parent.glob(f"__pycache__/{Path(file).stem}.*.pyc"):
            compiled.unlink()

    def start(mutant: Mutant, slot: int) -> tuple[int, float]:
        (trees[slot] / file).write_text(mutant.source, encoding="utf-8")
        return _forked(trees[slot], lambda: _pytest(tests)), seconds

    try:
        yield from _side_by_side(mutants, len(trees), start)
    finally:
        for tree in trees:
            (tree / file).write_bytes(original)


def output_of(tree: Path) -> str:
    """What pytest said last."""
    return (tree / _OUTPUT).read_text(encoding="utf-8", errors="replace")


# --- in the forks ---


class _Recorder:
    """A plugin of pytest that records which test runs which lines."""

    def __init__(self, tree: Path) -> None:
        import coverage

        self._tree = tree
        self._seconds: dict[str, float] = {}
        self._coverage = coverage.Coverage(data_file=None, source=[str(tree / "autograd")], config_file=False)
        self._coverage.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._coverage.switch_context(nodeid)
        self._seconds[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._seconds[nodeid] = time.monotonic() - self._seconds[nodeid]
        self._coverage.switch_context("")

    def found(self) -> dict[str, Any]:
        self._coverage.stop()
        data = self._coverage.get_data()
        contexts = sorted(data.measured_contexts())
        position = {context: index for index, context in enumerate(contexts)}
        lines = {
            Path(file).relative_to(self._tree).as_posix(): {
                line: [position[context] for context in by] for line, by in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        return {"contexts": contexts, "lines": lines, "seconds": self._seconds}


class _Session:
    """A plugin of pytest: in place of every test once, the tests that reach it for every mutant."""

    def __init__(self, tree: Path, mutants: Sequence[Mutant], reached: Reach, jobs: int, results: Any) -> None:
        self._tree, self._mutants, self._reached, self._jobs, self._results = tree, mutants, reached, jobs, results
        self._failed = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._failed |= report.failed

    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions = _Functions(self._tree)
        gc.collect()
        gc.freeze()
        position = {id(mutant): index for index, mutant in enumerate(self._mutants)}

        def start(mutant: Mutant, slot: int) -> tuple[int, float]:
            chosen = [items[test] for test in self._reached.of(mutant) if test in items]
            seconds = 10 + 5 * sum(self._reached.seconds[item.nodeid] for item in chosen)
            return _fork(lambda: self._test(mutant, chosen, functions)), seconds

        for mutant, outcome in _side_by_side(self._mutants, self._jobs, start):
            self._results.write(json.dumps([position[id(mutant)], outcome]) + "\n")
            self._results.flush()
        return True

    def _test(self, mutant: Mutant, items: list[Any], functions: _Functions) -> int:
        if not functions.become(mutant):
            return 3
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return 1
        return 0


class _Functions:
    """The engine's functions as they were imported, found by their code."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._by_code: defaultdict[Any, list[FunctionType]] = defaultdict(list)
        for thing in gc.get_objects():
            if type(thing) is FunctionType and thing.__code__.co_filename.startswith(str(tree)):
                self._by_code[_identity(thing.__code__)].append(thing)

    def become(self, mutant: Mutant) -> bool:
        """Give every function the mutant's code; False where that makes no difference or is not possible."""
        path = self._tree / mutant.file
        before = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
        after = compile(mutant.source, str(path), "exec", dont_inherit=True)
        if mutant.reached_by is None:
            return False
        any_changed = False
        try:
            for old, new in _pairs(before, after):
                for function in self._by_code.get(_identity(old), ()):
                    function.__code__ = new
                    any_changed = True
        except ValueError:  # another structure, or other variables of the functions around
            return False
        return any_changed


def _pairs(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code of each function in both, where it differs."""
    inner = [[part for part in code.co_consts if isinstance(part, CodeType)] for code in (before, after)]
    for old, new in zip(*inner, strict=True):
        if old.co_name != new.co_name:
            raise ValueError("another function")
        if old.co_code != new.co_code or old.co_consts != new.co_consts or old.co_names != new.co_names:
            yield old, new
        yield from _pairs(old, new)


def _identity(code: CodeType) -> Any:
    """What two functions of a file do not share, though they may be on one line and say the same."""
    return code.co_filename, code.co_qualname, tuple(code.co_positions())


def _pytest(tests: Sequence[str], *plugins: object) -> int:
    import pytest

    return int(pytest.main([*_ARGUMENTS, *tests], plugins=[sys.modules["_hypothesis_pytestplugin"], *plugins]))


def _side_by_side(
    mutants: Sequence[Mutant], jobs: int, start: Callable[[Mutant, int], tuple[int, float]]
) -> Iterator[tuple[Mutant, str]]:
    """Start so many forks at a time; what becomes of each, as it ends."""
    waiting = list(mutants)[::-1]
    free = list(range(jobs))
    running: dict[int, tuple[Mutant, int, float]] = {}  # by process: its mutant, its slot, its deadline
    try:
        while waiting or running:
            while waiting and free:
                mutant, slot = waiting.pop(), free.pop()
                process, seconds = start(mutant, slot)
                running[process] = mutant, slot, time.monotonic() + seconds
            for process, (mutant, slot, deadline) in list(running.items()):
                outcome = _outcome_so_far(process, deadline)
                if outcome:
                    del running[process]
                    free.append(slot)
                    yield mutant, outcome
            time.sleep(0.005)
    finally:
        for process in running:
            _end(process)


def _forked(tree: Path, run: Callable[[], int]) -> int:
    """A fork with a process group of its own that has the copy as its project."""

    def enter_and_run() -> int:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        output = os.open(tree / _OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        sys.path[:] = [str(tree), *(entry for entry in sys.path if entry not in {"", str(Path.cwd())})]
        os.environ["PYTHONPATH"] = str(tree)
        os.chdir(tree)
        return run()

    process = _fork(enter_and_run)
    with contextlib.suppress(OSError):  # it does so itself, but perhaps later than it is to be stopped
        os.setpgid(process, process)
    return process


def _fork(run: Callable[[], int]) -> int:
    """Start `run` in a fork, whose exit code its result becomes; the fork's process."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        code = run()
    except BaseException:  # whatever it is, a fork does not go on as its parent does
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _outcome_so_far(process: int, deadline: float) -> str | None:
    """What became of a fork, None while it runs; it is stopped at its deadline: an endless loop is killed."""
    ended, status = os.waitpid(process, os.WNOHANG)
    if ended:
        return _CODES.get(os.waitstatus_to_exitcode(status), KILLED)
    if time.monotonic() > deadline:
        _end(process)
        return KILLED
    return None


def _end(process: int) -> None:
    """Stop a fork, and what it has started if that is a process group."""
    with contextlib.suppress(ProcessLookupError):
        if os.getpgid(process) == process:
            os.killpg(process, signal.SIGKILL)
        else:
            os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
