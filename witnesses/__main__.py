"""Random functions, compiled beside eager, for as long as is asked: `python -m witnesses --seeds 20000`.

Exit code 1 where one differs; the line names its kind and seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .compiled_programs import KINDS, TOLERANCES


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m witnesses", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="functions of each kind (default: 1000)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (default: 0)")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error(f"--seeds is a whole number from 1, not {options.seeds}")
    differing = 0
    for kind, difference in KINDS.items():
        worst, where = 0.0, options.first
        for seed in range(options.first, options.first + options.seeds):
            error = difference(seed)
            if error > TOLERANCES["float64"]:
                differing += 1
                print(f"DIFFERS: {kind}, seed {seed}: relative error {error:.1e}")
            if error > worst:
                worst, where = error, seed
        print(f"{kind}: {options.seeds:,} functions, worst relative error {worst:.1e} (seed {where})")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
