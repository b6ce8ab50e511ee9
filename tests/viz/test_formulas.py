import pytest

from autograd import operations
from viz.formulas import expression, local_gradient_formula


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("add", ["a", "b"], ["1", "1"]),
        ("multiply", ["w1", "x1"], ["x1", "w1"]),
        ("divide", ["a", "b"], ["1 ÷ b", "−out ÷ b"]),
        ("power", ["a", 2.0], ["2 × a"]),
        ("power", ["a", 3.0], ["3 × a ** 2"]),
        ("tanh", ["z"], ["1 − out × out"]),
        ("sigmoid", ["z"], ["out × (1 − out)"]),
        ("relu", ["z"], ["z > 0"]),
        ("exp", ["z"], ["out"]),
        ("log", ["z"], ["1 ÷ z"]),
        ("cos", ["z"], ["−sin(z)"]),
        ("square", ["z"], ["2 × z"]),
    ],
)
def test_a_local_gradient_is_written_as_its_rule_says(name: str, operands: list[object], expected: list[str]) -> None:
    row = operations()[name]
    assert [local_gradient_formula(row, slot, operands, "out") for slot in range(len(expected))] == expected


def test_every_elementwise_row_of_the_table_can_be_written() -> None:
    for row in operations().values():
        for slot, rule in enumerate(row.local_gradients):
            if rule is not None:
                names = [f"x{position}" for position in range(len(row.local_gradients))]
                assert local_gradient_formula(row, slot, names, "out")


def test_parentheses_appear_where_they_are_needed_and_nowhere_else() -> None:
    table = operations()
    assert expression(table["multiply"], ["−2", "−3"], {}) == "−2 × −3"
    assert expression(table["power"], ["−2", "3"], {}) == "(−2) ** 3"
    assert expression(table["sum"], ["x"], {"axis": 0, "keepdims": False}) == "sum(x, axis=0)"
