"""What the parameters of networks of neurons are called: w¹₂₁ leads in layer 1 to neuron 2 from input 1, all from 1."""

from __future__ import annotations

import re

from .encodings import encodable

_PATH = re.compile(
    r"(?P<network>(?:.+?\.)??)(?:layers\.(?P<layer>\d+)\.)?neurons\.(?P<neuron>\d+)\.(?:weights\.(?P<input>\d+)|bias)"
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def short_name(path: str) -> str:
    """The name of a parameter by its path in a module; of one that is no neuron's, the path.

    >>> short_name("layers.0.neurons.1.weights.0"), short_name("layers.1.neurons.0.bias"), short_name("layers.0.weight")
    ('w¹₂₁', 'b²₁', 'layers.0.weight')
    >>> short_name("neurons.11.weights.2"), short_name("encoder.layers.0.neurons.0.bias")
    ('w₁₂,₃', 'encoder.b¹₁')
    """
    found = _PATH.fullmatch(path)
    if found is None:
        return path
    layer = "" if found["layer"] is None else _from_one(found["layer"]).translate(_RAISED)
    places = [_from_one(found[part]) for part in ("neuron", "input") if found[part] is not None]
    # Two numbers of one digit are told apart without a comma.
    between = "," if max(map(len, places)) > 1 else ""
    letter = "b" if found["input"] is None else "w"
    return f"{found['network'] or ''}{letter}{layer}{between.join(places).translate(_LOWERED)}"


def is_called(typed: str, label: str, path: str | None) -> bool:
    """Whether a node is meant: by its label, as it is or with the signs that keyboards have (`w^1_21`, `w1_21`), or by
    its path."""
    plain = encodable(label, "ascii")
    return typed in (label, path, plain, plain.replace("^", ""))


def _from_one(index: str) -> str:
    return f"{int(index) + 1}"
