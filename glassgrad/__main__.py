"""The command `glassgrad`, and `python -m glassgrad`: from here on Ctrl-C is one sentence."""

import sys


def main() -> int:
    """Run the command; 130 where it is stopped, be it while it is imported."""
    try:
        from .command_line import main as run
    except KeyboardInterrupt:
        print("glassgrad: stopped", file=sys.stderr)
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
