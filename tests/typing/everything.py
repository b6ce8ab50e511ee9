"""`from autograd import *` brings the public names, and leaves Python's own alone."""

from typing import assert_type

from autograd import *  # noqa: F403

assert_type(tanh(1.0), float)  # noqa: F405
assert_type(softplus(Value(1.0)), Value)  # noqa: F405
assert_type(mean(Tensor([1.0])), Tensor)  # noqa: F405
assert_type(sum([1, 2]), int)
assert_type(max(1, 2), int)
