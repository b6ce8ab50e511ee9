"""Programs of single floats are straight-line Python, written short."""

import math

import pytest

from autograd import compile, exp, sqrt, tanh
from autograd.compiler.run import float_machine as numbers


def lines_of(function, *arguments):
    compiled = compile(function)
    compiled(*arguments)
    (program,) = compiled.programs
    return numbers.text(program.program, numbers._fast)[0], compiled


def test_what_is_read_once_is_written_where_it_is_read():
    lines, compiled = lines_of(lambda x, y: tanh(x * y + 1.0), 0.5, 2.0)
    assert [line.strip() for line in lines[1:-1]] == ["v2 = tanh(((x0 * x1) + 1.0))"]
    assert compiled(0.5, 2.0) == math.tanh(2.0)


def test_what_is_read_twice_is_computed_once():
    def function(x):
        y = exp(x)
        z = sqrt(x)
        return y * y + y + z * z

    lines, compiled = lines_of(function, 0.7)
    text = "\n".join(lines)
    assert text.count("exp(") == text.count("sqrt(") == 1
    assert compiled(0.7) == pytest.approx(math.exp(1.4) + math.exp(0.7) + 0.7, rel=1e-15)


def test_a_long_chain_is_broken_into_lines_that_python_can_parse():
    def function(x):
        for _ in range(3000):
            x = x * 0.999 + 0.001
        return x

    lines, compiled = lines_of(function, 0.5)
    assert max(line.count("(") for line in lines) <= 4 * numbers._DEEPEST
    x = 0.5
    for _ in range(3000):
        x = x * 0.999 + 0.001
    assert compiled(0.5) == x


def test_what_is_far_from_its_reader_has_a_line_of_its_own():
    def function(x, y):
        early = x * y
        for _ in range(2 * numbers._NEAR):
            x = tanh(x)
            y = y * x
        return early + y

    lines, _ = lines_of(function, 0.5, 0.3)
    assert "    v0 = x0 * x1" in lines
