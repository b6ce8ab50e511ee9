"""What is attacked, and what counts as a find."""

from __future__ import annotations

import random
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import GraphError

# No answer takes a tenth of it.
SECONDS_FOR_ONE = 30
LONGEST_SENTENCE = 2000


class BrokenPromiseError(Exception):
    """An answer that is not what was promised."""


class TooLongError(BaseException):
    """No answer in time; of no family that anybody catches."""


@dataclass(frozen=True)
class Target:
    """One thing to be attacked.

    Attributes:
        begin: the samples to begin with; empty where each sample is drawn anew.
        change: another sample, from one of those that are known and all of them.
        run: gives the sample to the program, in a folder of its own. A refusal in one sentence is a good answer.
        files: which files of the program tell, by the lines that are run, whether a sample is new; none of them where
            nothing is to be learnt from that.
        kept: a sample as the bytes of a file, for a person to look at.
    """

    name: str
    begin: Callable[[random.Random], Sequence[Any]]
    change: Callable[[random.Random, Any, Sequence[Any]], Any]
    run: Callable[[Any, Path], None]
    files: tuple[str, ...] = ()
    kept: Callable[[Any], bytes] = lambda sample: repr(sample).encode()


@dataclass(frozen=True)
class Find:
    """A sample and what was wrong with its answer."""

    target: str
    sample: bytes
    reason: str
    told: str  # the traceback


def attempt(target: Target, sample: Any, folder: Path) -> Find | None:
    """Run one sample; what was wrong, or None."""
    try:
        with _in_time(), warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", UserWarning)  # ours, in words: an answer
            target.run(sample, folder)
    except GraphError as error:
        text = str(error)
        if "\n" not in text and 0 < len(text) <= LONGEST_SENTENCE:
            return None
        return Find(target.name, target.kept(sample), f"{len(text):,} characters are no sentence", text)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__} in {Path(place.filename).name}: {place.name}"
        return Find(target.name, target.kept(sample), reason, "".join(traceback.format_exception(error)))
    return None


@contextmanager
def _in_time() -> Iterator[None]:
    """A block that ends in TooLongError where it takes too long; on systems that have alarms."""

    def ring(number: int, frame: object) -> None:
        raise TooLongError(f"no answer within {SECONDS_FOR_ONE} seconds")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_ONE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
