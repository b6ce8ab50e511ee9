import pytest

from autograd import operations
from viz.formulas import computed, latex_name, local_gradient, pullback


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
        ("relu", ["z"], ["[z > 0]"]),
        ("exp", ["z"], ["out"]),
        ("log", ["z"], ["1 ÷ z"]),
        ("cos", ["z"], ["−sin(z)"]),
        ("square", ["z"], ["2 × z"]),
    ],
)
def test_a_local_gradient_is_written_as_its_rule_says(name: str, operands: list[object], expected: list[str]) -> None:
    row = operations()[name]
    names = [str(operand) for operand in operands]
    formulas = [local_gradient(row, slot, operands) for slot in range(len(expected))]
    assert [formula.filled(names, out="out") for formula in formulas if formula is not None] == expected


def test_every_elementwise_row_of_the_table_can_be_written_in_both_notations() -> None:
    for row in operations().values():
        for slot, rule in enumerate(row.local_gradients):
            if rule is not None:
                names = [f"x{position}" for position in range(len(row.local_gradients))]
                formula = local_gradient(row, slot, names)
                assert formula is not None
                for written in (formula.filled(names, "out"), formula.filled(names, "out", notation="latex")):
                    assert written
                    assert not any(0xE000 <= ord(character) <= 0xF8FF for character in written)
                assert formula.latex.count("{") == formula.latex.count("}")


@pytest.mark.parametrize(
    ("name", "slot", "shapes", "parameters", "text", "latex"),
    [
        ("matmul", 0, [(2, 3), (3, 4)], {}, "G @ Wᵀ", r"G \, W^{T}"),
        ("matmul", 1, [(2, 3), (3, 4)], {}, "xᵀ @ G", r"x^{T} \, G"),
        ("affine", 2, [(2, 3), (3, 4), (4,)], {}, "sum(G, axis=0)", r"\textstyle\sum_{\mathrm{axis}=0}\left(G\right)"),
        (
            "matmul",
            1,
            [(5, 2, 3), (3, 4)],
            {},
            "sum(xᵀ @ G, axis=0)",
            r"\textstyle\sum_{\mathrm{axis}=0}\left(x^{T} \, G\right)",
        ),
        ("sum", 0, [(2, 3)], {"axis": 0, "keepdims": False}, "broadcast(G)", r"\mathrm{broadcast}(G)"),
        (
            "mean",
            0,
            [(2, 3)],
            {"axis": None, "keepdims": False},
            "broadcast(G ÷ 6)",
            r"\mathrm{broadcast}(\frac{G}{6})",
        ),
        ("getitem", 0, [(3, 2)], {"index": (1, slice(None, None, 2))}, "0[1, ::2] += G", r"\mathtt{0[1, ::2] += G}"),
    ],
)
def test_a_pullback_is_written_as_its_rule_says(
    name: str, slot: int, shapes: list[tuple[int, ...]], parameters: dict[str, object], text: str, latex: str
) -> None:
    formula = pullback(operations()[name], slot, shapes, parameters)
    assert formula.filled(["x", "W", "b"], "z", "G") == text
    assert formula.filled(["x", "W", "b"], "z", "G", notation="latex") == latex


@pytest.mark.parametrize(
    ("name", "parameters", "text", "latex"),
    [
        ("norm", {"axis": None, "keepdims": False}, "‖v‖", r"\lVert v\rVert"),
        ("norm", {"axis": 1, "keepdims": False}, "norm(v, axis=1)", r"\mathrm{norm}_{\mathrm{axis}=1}\left(v\right)"),
        ("squared_norm", {"scale": 1.0}, "‖v‖²", r"\lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 0.5}, "½‖v‖²", r"\frac{1}{2} \lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 0.125}, "⅛‖v‖²", r"\frac{1}{8} \lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 1 / 64}, "‖v‖² ÷ 64", r"\frac{1}{64} \lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 0.3}, "0.3 × ‖v‖²", r"0.3 \cdot \lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 2.0}, "2 × ‖v‖²", r"2 \cdot \lVert v\rVert^{2}"),
        ("squared_norm", {"scale": 0.5, "axis": 0}, "squared_norm(v, scale=0.5, axis=0)", None),
    ],
)
def test_a_norm_is_written_with_every_factor(
    name: str, parameters: dict[str, object], text: str, latex: str | None
) -> None:
    formula = computed(operations()[name], 1, parameters)
    assert formula.filled(["v"]) == text
    assert latex is None or formula.filled(["v"], notation="latex") == latex


def test_a_pullback_too_long_to_read_says_so() -> None:
    formula = pullback(operations()["prod"], 0, [(9,)], {"axis": None, "keepdims": False})
    assert formula.filled(["x"], "y", "G") == "(too long to print)"


def test_parentheses_appear_where_they_are_needed_and_nowhere_else() -> None:
    table = operations()
    assert computed(table["multiply"], 2, {}).filled(["−2", "−3"]) == "−2 × (−3)"
    assert computed(table["power"], 2, {}).filled(["−2", "3"]) == "(−2) ** 3"
    assert computed(table["sum"], 1, {"axis": 0, "keepdims": False}).filled(["−2"]) == "sum(−2, axis=0)"
    gradient = local_gradient(table["multiply"], 0, [None, None])
    assert gradient is not None
    assert gradient.filled(["a", "−3"]) == "−3"


def test_names_become_latex() -> None:
    assert [latex_name(name) for name in ("ω1", "layers.0.weight", "a_b", "∞", "x")] == [
        r"\omega_{1}",
        r"\mathrm{layers.0.weight}",
        r"\mathrm{a\_b}",
        r"\infty ",
        "x",
    ]
