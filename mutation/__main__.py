"""How many small mistakes in the engine its tests notice: `python -m mutation [file ...]`.

Each mutant (`mutants.py`) is tested in a copy of the project (`forks.py`). One that no test notices
survives: either a test is missing, or the mutant does the same and `explained.toml` says why.
The summary goes to `summary.json`, a file's part as soon as its mutants are done. Exit code 1 where a
survivor is not explained, 2 where nothing could be measured.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

if TYPE_CHECKING:
    from .forks import Reach
    from .mutants import Mutant

ROOT = Path(__file__).resolve().parents[1]
SUMMARY = Path(__file__).with_name("summary.json")
EXPLANATIONS = Path(__file__).with_name("explained.toml")

FILES = (
    "autograd/ops.py",
    "autograd/array_functions.py",
    "autograd/operation.py",
    "autograd/sweep.py",
    "autograd/fast_paths.py",
    "autograd/value.py",
    "autograd/tensor.py",
    "autograd/node.py",
)
# In the order in which a pytest of its own asks them: the quickest to notice something first. The last four
# are slow and mostly notice what others do; `autograd` itself has the examples in docstrings.
_FIRST = ("test_kinks.py", "test_operations.py", "test_value.py", "test_backward.py")
_LAST = ("test_stale_data.py", "test_depth.py", "test_imports.py", "test_against_torch.py")
_TESTS = "tests/autograd"


class MutationError(Exception):
    """Nothing can be measured; the message says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="file", help=f"of {', '.join(FILES)}; all where none is named")
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants are tested at a time")
    parser.add_argument("--survivors", action="store_true", help="only what survived last time")
    parser.add_argument("--explain", action="store_true", help="test nothing: the last survivors, explained anew")
    options = parser.parse_args(arguments)
    try:
        _check(options)
        if not options.explain:
            _run(options.files or list(FILES), options.jobs, options.survivors)
        return _concluded()
    except MutationError as error:
        print(f"mutation: {error}", file=sys.stderr)
        return 2


def _check(options: argparse.Namespace) -> None:
    for file in options.files:
        if file not in FILES:
            raise MutationError(f"{file!r} is not among the files that are mutated: {', '.join(FILES)}")
    if options.jobs < 1:
        raise MutationError(f"--jobs is at least 1, not {options.jobs}")
    if (options.survivors or options.explain) and not SUMMARY.exists():
        raise MutationError(
            f"there is no {SUMMARY.name} of an earlier run: run without --survivors and --explain first"
        )
    if not hasattr(os, "fork"):
        raise MutationError(
            "mutants are tested in forked processes, which this system does not have: use Linux or macOS"
        )


def _run(files: list[str], jobs: int, only_survivors: bool) -> None:
    try:
        import coverage  # noqa: F401  # not until it is used, which is too late to say so

        from . import forks, mutants
    except ImportError as error:
        raise MutationError(f"{error.name} is not installed: pip install -e '.[dev,mutation]'") from None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that it ends what it has started
    summary = _summary()
    if only_survivors:
        files = [file for file in files if file in summary["by_file"]]
    survived_before = {(one["file"], one["within"], one["change"]) for one in summary["survivors"]}
    console = Console(stderr=True)
    forks.warm_up()
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        trees = [Path(directory).resolve() / str(number) for number in range(jobs)]
        _copy_project(trees[0])
        tests = _tests_in_order(trees[0])
        started = time.monotonic()
        reached = forks.reach(trees[0], tests)
        if reached is None:
            raise MutationError(f"without any mutant a test fails already:\n{forks.output_of(trees[0])}")
        console.print(f"{len(reached.seconds)} tests pass without a mutant, in {time.monotonic() - started:.0f} s")
        for tree in trees[1:]:
            shutil.copytree(trees[0], tree)
        for file in files:
            mutated = list(mutants.mutants_of(file, (trees[0] / file).read_text(encoding="utf-8")))
            if only_survivors:
                mutated = [mutant for mutant in mutated if (file, mutant.within, mutant.change) in survived_before]
            started = time.monotonic()
            survivors = []
            for mutant, survived in track(_tested(mutated, trees, tests, reached), file, len(mutated), console=console):
                if survived:
                    survivors.append(mutant)
                    console.print(
                        f"{file}:{mutant.line} {mutant.within}\n  {mutant.change}", markup=False, soft_wrap=True
                    )
            minutes = (time.monotonic() - started) / 60
            console.print(f"{file}: {len(mutated) - len(survivors)} of {len(mutated)} killed in {minutes:.1f} minutes")
            if only_survivors:
                _enter_again(summary, file, len(mutated), survivors)
            else:
                _enter(summary, file, len(mutated), survivors)


def _copy_project(tree: Path) -> None:
    """Every file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def _tests_in_order(tree: Path) -> list[str]:
    # Rooms below, too: the compiler's tests are the ones that run expansions.
    names = {path.relative_to(tree / _TESTS).as_posix() for path in (tree / _TESTS).rglob("test_*.py")}
    between = sorted(names.difference(_FIRST, _LAST))
    return [*(f"{_TESTS}/{name}" for name in (*_FIRST, *between, *_LAST) if name in names), "autograd"]


def _tested(
    mutated: list[Mutant], trees: list[Path], tests: list[str], reached: Reach
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant, and whether it survived, as they are done."""
    from . import forks

    anew = [mutant for mutant in mutated if mutant.reached_by is None]
    of_bodies = [mutant for mutant in mutated if mutant.reached_by is not None]
    for mutant, outcome in forks.outcomes(trees[0], tests, of_bodies, reached, len(trees)):
        # What runs while the engine is imported, or to find tests, may be noticed there, too.
        if outcome == forks.NOT_TESTED or (outcome == forks.SURVIVED and "" in reached.of(mutant)):
            anew.append(mutant)
        else:
            yield mutant, outcome == forks.SURVIVED
    seconds = 10 + 4 * sum(reached.seconds.values())
    for mutant, outcome in forks.outcomes_anew(trees, tests, anew, seconds):
        yield mutant, outcome == forks.SURVIVED


# --- the summary ---


def _summary() -> dict[str, Any]:
    if SUMMARY.exists():
        return dict(json.loads(SUMMARY.read_text(encoding="utf-8")))
    return {"commit": "", "date": "", "mutants": 0, "killed": 0, "explained": 0, "by_file": {}, "survivors": []}


def _enter(summary: dict[str, Any], file: str, mutants: int, survivors: list[Mutant]) -> None:
    """Put a file's results in place of earlier ones."""
    commit = _commit()
    summary["by_file"][file] = {"mutants": mutants, "killed": mutants - len(survivors), "commit": commit}
    _put_survivors(summary, file, survivors, commit)


def _enter_again(summary: dict[str, Any], file: str, mutants: int, survivors: list[Mutant]) -> None:
    """Count what survived before and does not any more; what the code no longer has is no mutant now."""
    before = sum(one["file"] == file for one in summary["survivors"])
    counts, commit = summary["by_file"][file], _commit()
    counts["mutants"] -= before - mutants
    counts["killed"] += mutants - len(survivors)
    counts["survivors_again"] = commit
    _put_survivors(summary, file, survivors, commit)


def _commit() -> str:
    changed = _git("status", "--porcelain", "autograd", _TESTS)
    return _git("rev-parse", "--short", "HEAD") + (" and changes" if changed else "")


def _put_survivors(summary: dict[str, Any], file: str, survivors: list[Mutant], commit: str) -> None:
    summary["commit"] = commit
    summary["date"] = datetime.date.today().isoformat()
    summary["survivors"] = [one for one in summary["survivors"] if one["file"] != file] + [
        {"file": file, "line": mutant.line, "within": mutant.within, "change": mutant.change, "explanation": None}
        for mutant in sorted(survivors, key=lambda mutant: mutant.line)
    ]
    _write(summary)


def _concluded() -> int:
    """Explain what survived, write it down, and say what is left."""
    summary = _summary()
    explanations, allowed = _explanations()
    for survivor in summary["survivors"]:
        key = (survivor["file"], survivor["within"], survivor["change"])
        survivor["explanation"] = explanations[key] if allowed[key] > 0 else None
        allowed[key] -= 1
    _write(summary)
    console = Console()
    for key, left in allowed.items():
        if left > 0 and key[0] in summary["by_file"]:
            console.print(
                f"{key[0]} {key[1]}: explained, but it did not survive: {key[2]}", markup=False, soft_wrap=True
            )
    unexplained = [survivor for survivor in summary["survivors"] if survivor["explanation"] is None]
    for survivor in unexplained:
        place = f"{survivor['file']}:{survivor['line']} {survivor['within']}"
        console.print(
            f"{place}: survived, and nothing explains it:\n  {survivor['change']}", markup=False, soft_wrap=True
        )
    console.print(
        f"{summary['mutants']} mutants: {summary['killed']} killed, {summary['explained']} explained, "
        f"{len(unexplained)} survived without an explanation"
    )
    return 1 if unexplained else 0


def _explanations() -> tuple[dict[tuple[str, str, str], str], Counter[tuple[str, str, str]]]:
    """The reasons for survivors, and for how many of the same change each one stands."""
    reasons: dict[tuple[str, str, str], str] = {}
    allowed: Counter[tuple[str, str, str]] = Counter()
    for entry in tomllib.loads(EXPLANATIONS.read_text(encoding="utf-8")).get("mutant", []):
        for becomes in [entry["becomes"]] if isinstance(entry["becomes"], str) else entry["becomes"]:
            key = (entry["file"], entry["within"], f"{entry['line']}  →  {becomes}")
            reasons[key] = entry["why"]
            allowed[key] += entry.get("times", 1)
    return reasons, allowed


def _write(summary: dict[str, Any]) -> None:
    by_file = summary["by_file"].values()
    summary["mutants"] = sum(one["mutants"] for one in by_file)
    summary["killed"] = sum(one["killed"] for one in by_file)
    summary["explained"] = sum(one["explanation"] is not None for one in summary["survivors"])
    SUMMARY.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
