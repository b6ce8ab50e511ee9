"""Many values of a test's parameter that one test takes one after the other."""

from __future__ import annotations

from typing import Any


class Together(tuple[Any, ...]):
    """Values that a test is called with one after the other: by the thousand, tests take longer to be counted than run.

    The message of a failure names the value.
    """
