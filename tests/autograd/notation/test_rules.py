"""The pictures and the comments of a printed program tell the same rule, each with its own signs."""

import pytest

from autograd import compile, operations
from autograd.compiler.write.numpy_expression import rule_formula
from autograd.notation.rules import bare_literals, filled
from autograd.notation.signs import SIGNS
from viz.formulas import local_gradient

ROWS = [row for row in operations().values() if row.local_gradients]


def in_a_comment(row, slot, operands):
    literals = bare_literals(row, operands)
    return filled(rule_formula(row, slot, literals), [str(one) for one in operands], "out")


def in_a_picture(row, slot, operands):
    return local_gradient(row, slot, operands).filled([str(one) for one in operands], "out")


def with_the_signs_of_comments(text):
    for mine, theirs in (("×", "·"), ("÷", "/"), ("**", "^")):
        text = text.replace(mine, theirs)
    return text


@pytest.mark.parametrize("ruled", ROWS, ids=lambda row: row.name)
def test_pictures_and_comments_say_the_same_of_every_row(ruled):
    for slot, rule in enumerate(ruled.local_gradients):
        if rule is None:
            continue
        for other in ("b", 2, -3, 0.0, 0):
            operands = ["a" if position == slot else other for position in range(ruled.slots)]
            picture, comment = in_a_picture(ruled, slot, operands), in_a_comment(ruled, slot, operands)
            if not any(character in picture for character in ".…"):  # numbers of many digits are written otherwise
                assert with_the_signs_of_comments(picture) == comment


def test_the_derivative_of_a_power_is_written_without_the_case_of_its_kink():
    power = operations()["power"]
    assert in_a_comment(power, 0, ["a", "b"]) == "b · a ^ (b − 1)"
    assert in_a_picture(power, 0, ["a", "b"]) == "b × a ** (b − 1)"
    f = compile(lambda a, b: a**b)
    f(2.0, 3.0)
    assert "∂value/∂a = b · a ^ (b − 1), ∂value/∂b = value · log(a)\n" in f.source


@pytest.mark.parametrize(
    ("function", "comment"),
    [
        (lambda a: a / 0.0, "∂value/∂a = 1 / 0.0"),
        (lambda a: a / 4, "∂value/∂a = 1 / 4"),
        (lambda a: a**0, "∂value/∂a = 0"),
        (lambda a: a * -3.0, "∂value/∂a = -3.0"),
        (lambda a: 0.0**a, "∂value/∂a = value · log(1)"),  # where the base is 0 the derivative is 0
    ],
)
def test_a_rule_with_a_literal_is_printed_whatever_the_literal_is(function, comment):
    f = compile(function)
    f(1.0)
    assert f"{comment}\n" in f.source


def test_a_kink_has_no_case_and_a_gate_has_square_brackets():
    table = operations()
    assert in_a_comment(table["hypot"], 0, ["a", "b"]) == "a / out"
    assert in_a_comment(table["relu"], 0, ["z"]) == "[z > 0]"
    assert in_a_comment(table["maximum"], 0, ["a", "b"]) == "[a > b] + 0.5 · [a = b]"


def test_every_operation_with_a_sign_is_in_the_table_once():
    table = operations()
    assert set(SIGNS) <= set(table)
    for name, sign in SIGNS.items():
        assert sign.comment
        assert table[name].slots == 2
