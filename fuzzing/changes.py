"""Changes of bytes, texts and JSON: small ones, and the ones that have broken programs before."""

from __future__ import annotations

import copy
import json
import math
import random
import struct
from collections.abc import Iterator, Sequence
from typing import Any

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1)

# What may stand anywhere in a JSON document, instead of what is expected there. json.loads reads Infinity and NaN, and
# 1e999 as infinity.
STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 10**30, 10**400, 0.5, -0.0, 1e308, math.inf, -math.inf, math.nan,
    "", "x", "nan", "Infinity", "1e999", "é\u0000\ud800", "f4,(2", "float64", "object", "../x", "x" * 300, [], {}, [[]],
    [None], [1, 2], ["a"], {"a": 1}, {"float": "nan"}, {"array": [1], "dtype": "f4,(2", "shape": [1]},
    {"array": [], "dtype": "float64", "shape": [0, 2**62]}, {"float": []}, {"summary": {}}, {"rule": 3}, {"source": []},
)  # fmt: skip


def changed_bytes(rng: random.Random, sample: bytes, known: Sequence[bytes]) -> bytes:
    """Some bytes flipped, cut out, put in, repeated, or taken from another sample."""
    data = bytearray(sample)
    at = rng.randrange(len(data) + 1)
    length = min(rng.choice((1, 1, 2, 4, 8, 30)), len(data) - at)
    match rng.randrange(7):
        case 0 if data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        case 1:
            del data[at : at + length]
        case 2:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 30)))
        case 3:
            size, order = rng.choice((1, 2, 4, 8)), rng.choice("<>")
            number = rng.choice(_NUMBERS) % 2 ** (8 * size)
            data[at : at + size] = struct.pack(f"{order}{'_BH_I___Q'[size]}", number)
        case 4:
            del data[at:]
        case 5:
            data[at:at] = data[at : at + length] * rng.choice((1, 2, 50))
        case _:
            other = rng.choice(known)
            begin = rng.randrange(len(other) + 1)
            data[at : at + length] = other[begin : begin + rng.choice((1, 4, 30, len(other)))]
    return bytes(data[:100_000])


def changed_text(rng: random.Random, sample: str, known: Sequence[str], words: Sequence[str]) -> str:
    """Words put in, parts cut out, repeated, or taken from another sample."""
    at = rng.randrange(len(sample) + 1)
    end = at + rng.choice((0, 0, 1, 1, 2, 5, 20))
    match rng.randrange(4):
        case 0:
            return sample[:at] + rng.choice(words) + sample[end:]
        case 1:
            return sample[:at] + sample[end:]
        case 2:
            return sample[:at] + sample[at:end] * rng.choice((2, 3, 40)) + sample[end:]
        case _:
            other = rng.choice(known)
            begin = rng.randrange(len(other) + 1)
            return sample[:at] + other[begin : begin + rng.choice((1, 4, 20))] + sample[end:]


def changed_json(rng: random.Random, document: Any) -> Any:
    """The document with one part of it removed, put elsewhere, repeated or something strange."""
    document = copy.deepcopy(document)
    places = list(_places(document))
    if not places:
        return rng.choice(STRANGE)
    holder, key = rng.choice(places)
    match rng.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(rng.choice(holder)))
        case 2:
            other, its_key = rng.choice(places)
            holder[key] = copy.deepcopy(other[its_key])
        case 3 if type(holder[key]) in (int, float):
            holder[key] = rng.choice((holder[key] + 1, -holder[key], holder[key] // 2, str(holder[key])))
        case _:
            holder[key] = copy.deepcopy(rng.choice(STRANGE))
    return document


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, item in items:
        yield document, key
        yield from _places(item)


def as_text(document: Any) -> str:
    """A document as JSON, with the numbers that are none as a person would craft them."""
    return json.dumps(document).replace("Infinity", "1e999")
