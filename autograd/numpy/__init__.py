"""NumPy's namespace for programs of PyPI's autograd: `import autograd.numpy as np`.

NumPy's own functions record what they are given of nodes (`numpy_protocol.py`), so `import numpy as np` does as well.
What NumPy does not hand on is replaced here: where a list holds nodes, it is the array that it looks like, with its
graph (`np.array([x[0], 1.0])`, `np.sum([a, b])`, `np.stack`, `np.full`, `np.r_`). Everything else is NumPy's.
"""

from typing import Any

import numpy as _numpy

from ..installation import check_not_mixed as _check_not_mixed

_check_not_mixed()

from . import fft as fft  # noqa: E402  # after the check
from . import linalg as linalg  # noqa: E402  # as above
from . import numpy_boxes as numpy_boxes  # noqa: E402  # as above
from . import random as random  # noqa: E402  # as above
from .building import array as array  # noqa: E402  # as above
from .building import asanyarray as asanyarray  # noqa: E402  # as above
from .building import asarray as asarray  # noqa: E402  # as above
from .building import ascontiguousarray as ascontiguousarray  # noqa: E402  # as above
from .building import c_ as c_  # noqa: E402  # as above
from .building import full as full  # noqa: E402  # as above
from .building import full_like as full_like  # noqa: E402  # as above
from .building import linspace as linspace  # noqa: E402  # as above
from .building import make_diagonal as make_diagonal  # noqa: E402  # as above
from .building import metadata as metadata  # noqa: E402  # as above
from .building import r_ as r_  # noqa: E402  # as above
from .building import where as where  # noqa: E402  # as above
from .lists import namespace as _namespace  # noqa: E402  # as above

__version__ = _numpy.__version__

# Last, because among NumPy's names are some of Python's own (any, max, sum).
globals().update({name: found for name, found in _namespace(_numpy).items() if name not in globals()})


def __getattr__(name: str) -> Any:
    return getattr(_numpy, name)
