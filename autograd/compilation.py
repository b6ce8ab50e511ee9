"""`compile`: a function and its gradients as a program that is recorded once and runs fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .arguments import answering
from .locks import importing

if TYPE_CHECKING:
    from .compiler.compiled import Compiled


@answering(argnums="give it to the compiled function, f.value_and_grad(x, argnums=0)")
def compile(function: Callable[..., Any], *, columns: bool = False) -> Compiled:
    """The function as a program: recorded at the first call, run from then on.

    Args:
        function: of numbers, arrays, nested lists, tuples and dicts of them, and modules. What it does to them
            is recorded once for each structure, shapes and dtypes of the arguments. To the structure belong integers,
            truths, text, None, members of enumerations, and tuples and frozen dataclasses of these, unless they are
            differentiated by: `if order == 2` takes its branch for each. An integer that changes like a count of steps
            is given as float(step); from the ninth one on a warning says so. Modules, functions and other objects are
            told apart by identity. It runs when it is recorded, and once more when its program is first asked for
            again, to see whether it does the same.
        columns: the function is written for single numbers, and is called with arrays of N samples where it
            takes numbers: all are computed at once. A number given as it is (a parameter) is the same for all, and
            its gradient the sum over the samples.

    Returns:
        A function of the same arguments with, besides: `value_and_grad(…, argnums=0)`; `backward(…)`, which adds
        to the `.grad` of parameters; `source`, the program for people; `save("step.py")`; `javascript`; `to(target)`;
        `to_jax()`; `trace`; `programs`; `constants`; `check(…)`; `clear()`. It gives plain numbers and arrays; where
        something that it depends on requires gradients, and nobody says `no_grad()`, nodes. Each is one operation in
        the graph around it: transforms and `backward()` go through it, first derivatives by a program.

    Leaves outside the function that require gradients (a module's parameters) are read at each call. Python's
    own control flow is not recorded: an `if` that looks at data keeps the branch that was taken when the program
    was recorded: a warning tells of the look, `check(…)` compares, `where(…)` chooses anew in each call.

    What the function reads from outside its arguments (globals, closures, attributes, items, settings) is compared at
    each call, by type, sign and order, and it is recorded anew where something is another; so is what those functions
    read that it called when it was recorded, by whatever way, and what these calls gave. A warning tells of what
    cannot be compared (arrays that it computes with, random numbers, iterators, counts and lists that it changes
    itself and looks into, what a second run does otherwise); of what no later call does again (changes of its
    arguments, nodes that it leaves in objects and lists); and of questions that a node answers otherwise than a
    number or an array does (`type(x)`, `isinstance(x, numpy.ndarray)`, `x.requires_grad`, `x is y`). To
    `isinstance(x, float)` a number is a float. What it computes is changed as nodes are: `b += 1` gives b another
    array, and none to whoever else has the one that it had (`b = c`, `b = c[0]`). What nobody can see, and a program
    keeps as it was when it was recorded: what a library keeps to itself; files, the clock and devices that give the
    same twice, and another thing later; what a function in C reads by itself; what functions read that were called in
    other threads, or while a profiler was running, and that no name leads to; another code or defaults that a
    function is given; single numbers of large arrays in lists and dicts; the hash of a number that a library asks
    for. Pass such things as arguments. Its results are arrays of their own, never an argument nor a view of one.

    >>> from autograd import Value, compile, sigmoid
    >>> def cost(w, x, b):
    ...     a = sigmoid(w * x + b)
    ...     return 0.5 * (1 - a) ** 2
    >>> f = compile(cost)
    >>> value, (d_w, d_b) = f.value_and_grad(2.0, -1.0, 3.0, argnums=(0, 2))
    >>> round(value, 4), round(d_w, 4), round(d_b, 4)
    (0.0362, 0.0529, -0.0529)
    >>> f.value_and_grad(1.0, 2.0, -1.0)[0] == cost(1.0, 2.0, -1.0)  # no recording this time
    True
    >>> w = Value(2.0)
    >>> (w * f(w, -1.0, 3.0)).backward()
    >>> round(w.grad, 4)
    0.1419
    """
    with importing:  # the compiler is loaded by who uses it
        from .compiler.compiled import Compiled

    return Compiled(function, columns)
