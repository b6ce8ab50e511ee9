"""SciPy's functions of nodes, in the rooms in which PyPI's autograd has them."""

from ..installation import check_not_mixed

check_not_mixed()
