"""Densities and distribution functions with gradients; sampling and the rest are SciPy's own `scipy.stats`."""

from ...installation import check_not_mixed as _check_not_mixed

_check_not_mixed()

from . import beta as beta  # noqa: E402  # after the check
from . import chi2 as chi2  # noqa: E402  # as above
from . import dirichlet as dirichlet  # noqa: E402  # as above
from . import gamma as gamma  # noqa: E402  # as above
from . import multivariate_normal as multivariate_normal  # noqa: E402  # as above
from . import norm as norm  # noqa: E402  # as above
from . import poisson as poisson  # noqa: E402  # as above
from . import t as t  # noqa: E402  # as above
