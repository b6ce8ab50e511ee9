"""NumPy's Fourier transforms of plain arrays: they give complex numbers, which glassgrad has no gradients of."""

from __future__ import annotations

from numpy.fft import *  # noqa: F403  # NumPy's whole namespace

from ..installation import check_not_mixed

check_not_mixed()
