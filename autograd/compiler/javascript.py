"""A program of single numbers as a function in JavaScript."""

from __future__ import annotations


def javascript(program: object) -> str:
    raise NotImplementedError
