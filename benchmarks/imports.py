"""What `import autograd` adds to `import numpy`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from .harness import Row

_PROGRAM = """
import time, numpy
started = time.perf_counter()
import autograd
print(time.perf_counter() - started)
"""


def rows() -> list[Row]:
    # As where it is installed: compiled once, by the first import.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", _PROGRAM]
    seconds = [
        float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)
        for _ in range(9)
    ]
    added = statistics.median(seconds[1:]) * 1e3
    return [Row("import autograd, after import numpy", f"{added:.1f} ms", "≤ 30 ms", added <= 30)]
