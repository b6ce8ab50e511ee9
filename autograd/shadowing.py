"""The public functions that bear names of Python's own: `from autograd import *` leaves them out."""

from .array_functions import all as all
from .array_functions import any as any
from .array_functions import max as max
from .array_functions import min as min
from .array_functions import sum as sum
