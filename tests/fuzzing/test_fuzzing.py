"""The search finds what is wrong behind conditions, says so, and finds nothing where promises are kept."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import GraphError
from fuzzing import changes
from fuzzing.__main__ import TARGETS
from fuzzing.search import search
from fuzzing.target import BrokenPromiseError, Target, attempt

ROOT = Path(__file__).resolve().parents[2]


def guarded(content: bytes, folder: Path) -> None:
    """Fails for what no change of a few bytes makes at once: each condition is to be found on its own."""
    if len(content) < 4:
        raise GraphError("too short")
    if content[0] == 0x7F:
        if content[1] == 0x80:
            raise IndexError("deep inside")
        raise GraphError("second")
    raise GraphError("first")


def planted(files: tuple[str, ...]) -> Target:
    return Target("planted", lambda rng: [b"0000"], changes.changed_bytes, guarded, files, bytes)


@pytest.mark.slow
def test_what_is_behind_conditions_is_found_by_the_lines_that_are_reached() -> None:
    led = search(planted(("test_fuzzing.py",)), 60, most=6_000)
    assert [(find.reason, find.sample[:2]) for find in led.finds.values()] == [
        ("IndexError in test_fuzzing.py: guarded", b"\x7f\x80")
    ]
    assert led.kept >= 3
    blind = search(planted(()), 60, most=1_000)
    assert (blind.kept, blind.finds) == (1, {})


def test_the_same_seed_tries_the_same_samples() -> None:
    def recording(into: list[bytes]) -> Target:
        return Target("recording", lambda rng: [b"abc"], changes.changed_bytes, lambda one, folder: into.append(one))

    tried: list[list[bytes]] = [[], [], []]
    for seed, into in zip((0, 0, 1), tried, strict=True):
        search(recording(into), 60, seed, most=50)
    assert tried[0] == tried[1] != tried[2]
    assert len(tried[0]) == 50


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (GraphError("two\nlines"), "characters are no sentence"),
        (GraphError(""), "characters are no sentence"),
        (GraphError("x" * 5000), "characters are no sentence"),
        (ValueError("unexpected"), "ValueError in test_fuzzing.py"),
        (BrokenPromiseError("another"), "BrokenPromiseError"),
        (RecursionError("deep"), "RecursionError"),
        (MemoryError(), "MemoryError"),
        (GraphError("one sentence"), None),
        (None, None),
    ],
    ids=repr,
)
def test_an_answer_is_a_find_unless_it_is_right_or_a_sentence(
    answer: BaseException | None, reason: str | None, tmp_path: Path
) -> None:
    def run(sample: object, folder: Path) -> None:
        if answer is not None:
            raise answer

    find = attempt(Target("x", lambda rng: [0], lambda rng, sample, known: sample, run), 0, tmp_path)
    assert (find is None) if reason is None else (find is not None and reason in find.reason)


def test_json_is_changed_everywhere_and_never_in_place() -> None:
    document = {"a": [1, {"b": 2.5}], "c": "text"}
    rng = random.Random(0)
    made = [changes.changed_json(rng, document) for _ in range(500)]
    assert document == {"a": [1, {"b": 2.5}], "c": "text"}
    assert all(any(one.get(key) != document[key] for one in made) for key in document)
    assert any("1e999" in changes.as_text(one) for one in made)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(TARGETS))
def test_no_promise_is_broken(name: str) -> None:
    """With few samples, for `.ci/run` goes on with hundreds."""
    outcome = search(TARGETS[name], 3, most=20)
    assert outcome.tried == 20
    assert not outcome.finds, "\n".join(find.told for find in outcome.finds.values())


@pytest.mark.slow
def test_the_command_says_how_many_were_tried_and_knows_its_targets() -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fuzzing", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    done = run("idx", "--seconds", "0.5")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tried" in done.stdout and ", 0 found" in done.stdout
    assert "idx                         7 tried" in run("idx", "--most", "7").stdout
    assert "there is no target 'ids': choose from expressions, idx" in run("ids").stderr
