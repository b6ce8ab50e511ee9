"""The command `glassgrad`."""

from __future__ import annotations

import argparse
import codecs
import io
import sys
from collections.abc import Sequence
from typing import NoReturn

from . import __version__
from .commands import COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where it did what was asked, 2 with one sentence where it could not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or file without σ and × gets plainer signs
            stream.reconfigure(errors=_PLAINER)
    try:
        options = _parsed(sys.argv[1:] if arguments is None else arguments)
    except ImportError as error:  # PyPI's `autograd` is in the place of ours
        return _refused(str(error))
    except KeyboardInterrupt:
        return _refused("stopped", status=130)
    from autograd import GraphError

    try:
        options.run(options)
        sys.stdout.flush()
    except GraphError as error:
        return _refused(str(error))
    except KeyboardInterrupt as stopped:
        return _refused(str(stopped) or "stopped", status=130)
    except MemoryError as error:
        return _refused(f"there is not enough memory for this{f': {error}' if str(error) else ''}")
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 0
    except OSError as error:
        return _refused(f"the output could not be written: {error.strerror or error}")
    return 0


def _plainer(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that the output cannot hold."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    from viz.encodings import plainer

    return "".join(map(plainer, error.object[error.start : error.end])), error.end


_PLAINER = "glassgrad.plainer"
codecs.register_error(_PLAINER, _plainer)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; assignments may also stand behind other options, where argparse does not look for them."""
    parser = _parser(next((one for one in arguments if not one.startswith("-")), ""))
    options, rest = parser.parse_known_args(arguments)
    if rest and (not hasattr(options, "assignments") or any(argument.startswith("-") for argument in rest)):
        hint = " (an expression that begins with - goes in parentheses)" if hasattr(options, "assignments") else ""
        parser.error(f"unrecognized arguments: {' '.join(rest)}{hint}")
    if rest:
        options.assignments += rest
    return options


def _refused(sentence: str, status: int = 2) -> int:
    print(f"glassgrad: {sentence}", file=sys.stderr)
    return status


class _Parser(argparse.ArgumentParser):
    """argparse, with one sentence in place of a usage text."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser(asked: str) -> argparse.ArgumentParser:
    """What reads the options: all commands by name, and of the one that is asked for everything."""
    parser = _Parser(prog="glassgrad", description="The autograd engine you can see through.")
    parser.add_argument("--version", action="version", version=f"glassgrad {__version__}")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    for name, command in COMMANDS.items():
        own = parsers.add_parser(name, help=command.shows)
        if name == asked:
            add_options, run = command.load()
            add_options(own)
            own.set_defaults(run=run)
    return parser
