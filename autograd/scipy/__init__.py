"""SciPy's functions of nodes, in the rooms in which PyPI's autograd has them: `special`, `stats`, `linalg`, `signal`,
`integrate`. What can be made of autograd's functions is; the others are operations with SciPy's answer and a rule.
"""

from ..errors import MissingPackageError as _MissingPackageError
from ..installation import check_not_mixed as _check_not_mixed

_check_not_mixed()

try:
    import scipy as _scipy  # noqa: F401  # that it is there
except ImportError:
    raise _MissingPackageError(
        "autograd.scipy: SciPy is not installed: pip install scipy (glassgrad's extra `blas` has it)"
    ) from None
