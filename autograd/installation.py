"""Whether this package is whole: PyPI has another one called autograd, and pip would mix the files of both."""

from __future__ import annotations

import sys


def check_not_mixed() -> None:
    """Raise ImportError where files of the two packages lie in one folder.

    The rooms that bear the other package's names (`autograd.numpy`, `autograd.extend`, …) ask it first.
    """
    if getattr(sys.modules.get(__package__), "DISTRIBUTION", None) != "glassgrad":
        raise ImportError(
            "glassgrad and PyPI's autograd are installed in one folder, and their files are mixed: run "
            "`pip uninstall -y autograd glassgrad`, then install glassgrad again; it has autograd's names, too"
        )
