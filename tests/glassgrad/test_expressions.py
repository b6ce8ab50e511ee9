import ast
import inspect
import math
import operator
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import example as with_example
from hypothesis import strategies as st

import autograd
from autograd import GraphError, Value, composites
from glassgrad.expressions import (
    ExpressionError,
    expression_from_command_line,
    functions,
    numbers_from_command_line,
    record_expression,
)
from viz import trace
from viz.tracing import in_order


def refusal(text: str, **numbers: float) -> str:
    recorded, said = outcome(text, numbers)
    assert recorded is None
    return said


def outcome(text: str, numbers: dict[str, float]) -> tuple[Any, str]:
    """What was recorded, or None and the sentence that says why nothing was."""
    try:
        return record_expression(text, numbers), ""
    except ExpressionError as error:
        said = str(error)
    assert said.isprintable()
    return None, said


# --- what is read ---------------------------------------------------------------------------------------


def test_the_worked_neuron_typed_as_an_expression_gives_its_numbers() -> None:
    numbers = {"w1": 2.0, "x1": -1.0, "w2": -3.0, "x2": -2.0, "b": -3.0}
    f = record_expression("0.5*(1 - sigmoid(w1*x1 + w2*x2 + b))**2", numbers)
    assert f.data == pytest.approx(0.036164744064256626)
    traced = trace(f)
    found = {node.label: traced.gradients[node.id] for node in traced.nodes if node.role == "parameter"}
    assert found == pytest.approx(
        {"w1": 0.05287709, "x1": -0.10575419, "w2": 0.10575419, "x2": 0.15863128, "b": -0.05287709}
    )


def test_a_name_is_one_leaf_however_often_it_is_used() -> None:
    f = record_expression("x*x + x", {"x": 3.0})
    f.backward()
    (leaf,) = set(f.inputs[0].inputs)
    assert (leaf.label, leaf.grad) == ("x", 7.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2**3**2 * x", 1024.0),
        ("-x**2", -4.0),
        ("x**-2", 0.25),
        ("+x - -x", 4.0),
        ("1/x/x", 0.25),
        ("1_000*x + 0x10 + 1e-3 + .5", 2016.501),
        (" ( x\n + \t1 ) ", 3.0),
        ("abs(-x) + max(x, 3) - min(x, 1)", 4.0),
        ("where(greater(x, 1), clip(x, 0, 1.5), 0)", 1.5),
        ("leaky_relu(-x) + softplus(0*x)", -0.02 + math.log(2)),
        ("mod(7, x) + round(x)", 3.0),
    ],
)
def test_expressions_mean_what_they_mean_in_python(text: str, value: float) -> None:
    assert record_expression(text, {"x": 2.0}).item() == pytest.approx(value, rel=1e-15)


def test_signs_may_be_typed_as_they_are_printed() -> None:
    numbers = {"ω1": 2.0, "x1": -1.0, "b": 1.0}
    printed = record_expression("σ(ω1 × x1 + ω1·x1) ÷ x1 − b", numbers)
    typed = record_expression("sigmoid(ω1 * x1 + ω1*x1) / x1 - b", numbers)
    assert printed.data == typed.data


def test_names_that_look_alike_are_the_one_name_that_python_reads() -> None:
    ohm, omega = "\N{OHM SIGN}", "\N{GREEK CAPITAL LETTER OMEGA}"
    f = record_expression(f"{ohm} + {omega}", {ohm: 2.0})
    assert f.inputs[0] is f.inputs[1]
    assert f.inputs[0].label == omega


def test_constants_stay_bare_numbers_and_what_is_computed_of_them_alone_is_a_constant() -> None:
    f = record_expression("x * 2**3", {"x": 3.0})
    assert [(node.label, node.role) for node in trace(f).nodes] == [
        ("x", "parameter"),
        ("8", "constant"),
        ("f", "output"),
    ]


@pytest.mark.parametrize(("text", "label"), [("x*x", "f"), ("f*f", "y"), ("f*y", "f1"), ("f*y*f1", "f2"), ("x", "x")])
def test_the_result_is_called_f_unless_a_leaf_is(text: str, label: str) -> None:
    names = {name: 2.0 for name in ("x", "f", "y", "f1") if name in text.split("*")}
    assert record_expression(text, names).label == label


def test_a_sum_of_a_thousand_terms_and_a_hundred_parentheses_are_read() -> None:
    assert record_expression("+".join(["x"] * 1000), {"x": 2.0}).data == 2000.0
    assert record_expression("(" * 100 + "x" + ")" * 100, {"x": 2.0}).data == 2.0


def test_functions_are_the_tables_elementwise_rows_and_the_activations_made_of_them() -> None:
    known = functions()
    for row in autograd.operations().values():
        assert (row.name in known) == row.elementwise or row.name in ("max", "min")
    assert known["max"].call is autograd.maximum
    for name, composite in inspect.getmembers(composites, inspect.isfunction):
        if (
            composite.__module__.startswith(composites.__name__)
            and not name.startswith("_")
            and _is_activation(composite)
        ):
            assert known[name].call is composite


def _is_activation(function: Any) -> bool:
    try:
        result = function(Value(0.5))
    except (GraphError, TypeError):
        return False
    return isinstance(result, Value) and result.requires_grad


def test_every_function_takes_as_many_numbers_as_it_says() -> None:
    for name, function in functions().items():
        numbers = ["x", "0.25", "0.75"][: function.count]
        recorded, said = outcome(f"{name}({', '.join(numbers)})", {"x": 0.5})
        assert recorded is not None or "has no gradient" in said  # a comparison
        with pytest.raises(ExpressionError, match=f"and {name} takes"):
            record_expression(f"{name}({', '.join([*numbers, '1'])})", {"x": 0.5})


# --- what is refused ------------------------------------------------------------------------------------

REFUSED = [
    ("x.real", "column 1 of the expression", '"x.real" is an attribute'),
    ("2*x[0]", "column 4 of the expression", '"[" cannot be read; there are no subscripts'),
    ('__import__("os")', "column 12 of the expression", "there is no text"),
    ("__import__(x)", "column 1 of the expression", "there is no function __import__;"),
    ("1 + sigmod(x)", "column 5 of the expression", "there is no function sigmod, but there is sigmoid, mod"),
    ("sin(x)(x)", "column 1 of the expression", '"sin(x)(x)" calls what is no function; a product is written with *'),
    ("2(x+1)", "column 1 of the expression", "a product is written with *"),
    ("exp((y for y in x))", "column 5 of the expression", '"(y for y in x)" is a comprehension'),
    ("lambda x: x", "column 9 of the expression", "there is no lambda"),
    ("exp(*x)", "column 5 of the expression", '"*x" is a starred argument'),
    ("gelu(x, approximate=x)", "column 20 of the expression", '"=" cannot be read'),
    ("log(x, 2)", "column 1 of the expression", '"log(x, 2)" gives 2, and log takes one number'),
    ("max(x, 2, 3)", "column 1 of the expression", "gives 3, and max takes 2 numbers"),
    ("x + y % 2", "column 7 of the expression", '"%" cannot be read; a remainder is written mod(a, b)'),
    ("x // 2", "column 1 of the expression", '"x // 2" has an operator that is not known'),
    ("x^2", "column 2 of the expression", '"^" cannot be read; a power is written **'),
    ("x²", "column 2 of the expression", '"²" cannot be read; a square is written **2'),
    ("x < 1", "column 3 of the expression", '"<" cannot be read; a comparison is written less(a, b)'),
    ("x in x", "column 1 of the expression", '"x in x" is a comparison'),
    ("x and x", "column 1 of the expression", '"x and x" is a logical operation'),
    ("not x", "column 1 of the expression", '"not x" is a logical operation'),
    ("x if x else 1", "column 1 of the expression", "is a condition"),
    ("(yield)", "column 2 of the expression", "is yield"),
    ("await x", "column 1 of the expression", "is await"),
    ("x, x", "column 1 of the expression", '"x, x" is more than one value, or none'),
    ("x + ()", "column 5 of the expression", '"()" is more than one value, or none'),
    ("x = 3", "column 3 of the expression", '"=" cannot be read; numbers are given after the expression, as x=3'),
    ("x # square", "column 3 of the expression", '"#" cannot be read'),
    ("x*\x00", "column 3 of the expression", "the character U+0000 cannot be read"),
    ("x*\ud800", "column 3 of the expression", "the character U+D800 cannot be read"),
    ("x*√x", "column 3 of the expression", '"√" cannot be read'),
    ("x*1j", "column 3 of the expression", '"1j" is not a real number'),
    ("x*True", "column 3 of the expression", '"True" is not a real number'),
    ("x*...", "column 3 of the expression", '"..." is not a real number'),
    ("x*1e400", "column 3 of the expression", '"1e400" is too large for a float'),
    ("x*" + "9" * 400, "column 3 of the expression", "is too large for a float"),
    ("x*0x" + "f" * 9000, "column 3 of the expression", "is too large for a float"),
    ("x*" + "9" * 9000, "the expression has a whole number", "of thousands of digits"),
    ("x + 10**10**10", "column 5 of the expression", '"10**10**10", a constant, is inf; constants are finite'),
    ("x/(1/0)", "column 4 of the expression", '"1/0", a constant, is inf'),
    ("x*(-8)**0.5", "column 3 of the expression", "a constant, is nan"),
    ("", "the expression is empty", "allowed are names, numbers"),
    (" \n\t", "the expression is empty", "allowed are names, numbers"),
    ("x +", "column 3 of the expression", '"+" cannot be the end'),
    (" x x", "column 4 of the expression", '"x" cannot be read here'),
    ("ω + x\ny", "column 7 of the expression", '"y" cannot be read here'),
    ("ωωω + (x ÷ y z)", "column 8 of the expression", '"x ÷ y z" cannot be read here'),
    ("2x", "column 1 of the expression", '"2x" cannot be read here'),
    ("x)*(x", "column 2 of the expression", '")" closes nothing'),
    ("(x*(x+1)", "column 1 of the expression", '"(" is never closed'),
    ("x*(1", "column 3 of the expression", '"(" is never closed'),
    ("import os", "column 1 of the expression", '"import" cannot be read here'),
    ("2 + 3", "the expression has no name", "nothing to take gradients of"),
    ("greater(x, 0)", "the expression has no gradient", "comparisons"),
    ("(" * 10_000 + "x" + ")" * 10_000, "column 101 of the expression", "nested more than 100 deep"),
    ("exp(" * 101 + "x" + ")" * 101, "column 404 of the expression", "nested more than 100 deep"),
    ("x" * 100_001, "the expression has 100,001 characters", "at most 100,000 are read"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "where", "what"), REFUSED, ids=lambda part: part[:20].encode("ascii", "replace").decode()
)
def test_what_is_no_expression_is_refused_in_one_sentence_with_its_column(text: str, where: str, what: str) -> None:
    said = refusal(text, x=1.0)
    assert said.startswith(where)
    assert what in said
    assert len(said) < 300


@pytest.mark.parametrize("text", ["-" * 50_000 + "x", "x" + "+x" * 40_000, "x**" * 30_000 + "x", "not " * 20_000 + "x"])
def test_what_is_nested_deeper_than_python_reads_is_refused_too(text: str) -> None:
    # By another sentence where another Python reads it: it is longer than an expression may be.
    said = refusal(text, x=1.0)
    assert "nested too deeply to be read" in said or "more than 10,000" in said or "a logical operation" in said


def test_python_does_not_warn_of_what_is_refused_anyway() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        refusal("1if x else 2", x=1.0)
    assert not caught


def test_numbers_and_names_must_fit_together() -> None:
    assert "needs a number for w (column 1), b (column 5), such as w=0.5; given are w1" in refusal("w + b*w", w1=2.0)
    assert "needs a number for x (column 1), such as x=0.5" in refusal("x*x")
    assert "needs a number for exp (column 1), such as exp=0.5; as a function it is exp(…)" in refusal("exp*2")
    assert "has no b, which is given a number; its names are a" in refusal("a*a", a=1.0, b=2.0)
    assert "has no b, c, which are given a number" in refusal("a*a", a=1.0, b=2.0, c=3.0)
    many = refusal("+".join(f"x{number}" for number in range(200)))
    assert "and 192 more" in many
    assert len(many) < 250


def test_the_size_of_an_expression_is_bounded() -> None:
    assert record_expression("x*x + x*2", {"x": 2.0}, max_nodes=5).data == 8.0
    with pytest.raises(ExpressionError, match=r"column \d+ of the expression: here it has more than 4 names"):
        record_expression("x*x + x*2", {"x": 2.0}, max_nodes=4)
    half = "(" + "+".join(["exp(x)"] * 1000) + ")"
    with pytest.raises(ExpressionError, match="more than 10,000 names, numbers and operations"):
        record_expression("*".join([half] * 6), {"x": 2.0})


def test_an_assignment_that_is_no_real_number_is_refused() -> None:
    with pytest.raises(GraphError, match="a Value holds one real number, not complex"):
        record_expression("x*x", {"x": 1j})  # type: ignore[dict-item]  # the point of the test


# --- the command line -----------------------------------------------------------------------------------


def test_an_expression_from_the_command_line_is_an_example_that_records_again_and_again() -> None:
    found = expression_from_command_line(["w*x + b", "w=2", " x = −1.5 ", "b=-2e-3"])
    assert (found.shows, found.optimizer) == ("f = w*x + b", None)
    first, second = found.record(), found.record()
    assert first is not second
    assert first.data == second.data == -3.002
    leaf = first.inputs[1]
    leaf.data = 1.0
    assert found.record().data == -2.0


@pytest.mark.parametrize(("written", "number"), [("inf", math.inf), ("-Infinity", -math.inf), ("nan", math.nan)])
def test_infinity_and_nan_are_numbers_where_they_are_asked_for(written: str, number: float) -> None:
    (found,) = numbers_from_command_line([f"x={written}"]).values()
    assert found == pytest.approx(number, nan_ok=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x"], '"x" is not name=number, such as x=-2e-3'),
        (["=3"], '"=3" is not name=number'),
        (["2=3"], '"2=3" is not name=number'),
        (["x.y=3"], '"x.y=3" is not name=number'),
        (["lambda=3"], '"lambda=3" is not name=number'),
        (["x="], '"x=" does not give x a number, such as x=-2e-3'),
        (["x=1,5"], '"x=1,5" does not give x a number'),
        (["x=two"], '"x=two" does not give x a number'),
        (["x=1j"], '"x=1j" does not give x a number'),
        (["x==1"], '"x==1" does not give x a number'),
        (["x=1e400"], "gives x a number too large for a float; inf is one"),
        (["x=1", "y=2", "x=1"], '"x=1" gives x a second time'),
        (["x=" + "9" * 500], "gives x a number too large for a float"),
    ],
)
def test_an_assignment_that_is_none_is_refused_by_name(arguments: list[str], sentence: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        numbers_from_command_line(arguments)
    assert sentence in str(caught.value)
    assert len(str(caught.value)) < 150


# --- anything at all ------------------------------------------------------------------------------------

_events: list[str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _events is not None and event in ("exec", "import", "open", "os.system", "subprocess.Popen", "builtins.input"):
        _events.append(event)


sys.addaudithook(_hook)


@contextmanager
def audited() -> Iterator[list[str]]:
    """What Python runs, imports or opens meanwhile."""
    global _events
    _events = found = []
    try:
        yield found
    finally:
        _events = None


HOSTILE = [
    "__import__('os').system('touch hostile')",
    "eval(x)", "exec(x)", "open(x)", "compile(x, x, x)", "input()", "breakpoint()", "__import__(x)",
    "x.__class__.__bases__", "x.__init__.__globals__", "(lambda: x)()", "[x for x in (1,)]", "f'{x}'",
    "x if exec(x) else x", "exp(open(x))", "x + (y for y in open(x))", "x @ x", "x == x", "print(x)",
    "exit()", "x*abs(exit())",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_ever_evaluated_by_python(text: str) -> None:
    refusal("x +", x=1.0)  # what is imported when first needed has been
    with audited() as events:
        refusal(text, x=1.0)
    assert not events


def test_the_audit_would_see_an_evaluation() -> None:
    with audited() as events:
        eval("1 + 1")
    assert events == ["exec"]


PIECES = [
    "x", "y", "ω1", "1", "0", "2.5", "1e308", "0x1f", "+", "-", "*", "/", "**", "//", "%", "(", ")", ",", " ", ".",
    "[", "]", "exp", "log", "max", "where", "σ", "lambda", "if", "else", "for", "in", "not", "and", "=", ":", "'", "#",
    "\n", "\\", "\0", "×", "·",
]  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map("".join)))
@with_example("x" + "." * 50)
@with_example("\N{COMBINING ACUTE ACCENT}")
@with_example("x\N{COMBINING ACUTE ACCENT} + \N{LATIN SMALL LETTER E WITH ACUTE}")
def test_any_text_is_recorded_or_refused_in_one_sentence(text: str) -> None:
    found, said = outcome(text, {"x": 0.5, "y": -1.5, "ω1": 2.0})
    assert said or found.requires_grad


PLAIN = r"\A[a-z]=\d{1,3}\Z"


@given(
    st.one_of(
        st.lists(st.one_of(st.text(max_size=12), st.from_regex(r"\A\w{1,3}=[-\w.]{0,6}\Z")), max_size=4),
        st.lists(st.from_regex(PLAIN), max_size=4),
    )
)
def test_any_assignments_are_numbers_or_refused(arguments: list[str]) -> None:
    try:
        found = numbers_from_command_line(arguments)
    except ExpressionError:
        plain = [argument[0] for argument in arguments if re.match(PLAIN, argument)]
        assert len(set(plain)) < len(arguments), "plain assignments to different names"
        return
    assert len(found) == len(arguments)
    assert all(type(number) is float for number in found.values())


def _of_comparable(choose: Callable[[float, float], float]) -> Callable[[float, float], float]:
    """Python's max and min, but for NaN and for two zeros, where its answer depends on their order."""

    def chosen(a: float, b: float) -> float:
        if math.isnan(a) or math.isnan(b) or a == b == 0:
            raise ValueError("Python takes one of them by its place")
        return choose(a, b)

    return chosen


# `pow` is what ** becomes in `in_python`: a number or ValueError, where Python's own ** has a complex answer.
IN_PYTHON = {
    "exp": math.exp, "log": math.log, "sin": math.sin, "tanh": math.tanh, "sqrt": math.sqrt, "hypot": math.hypot,
    "abs": abs, "max": _of_comparable(max), "min": _of_comparable(min), "square": lambda a: a * a,
    "arctan2": math.atan2, "expm1": math.expm1, "pow": math.pow,
}  # fmt: skip
NAMES = {"u": 0.5, "v": -1.5, "ω1": 2.0}


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = ["exp", "log", "sin", "tanh", "sqrt", "abs", "square", "expm1"]
    two = ["hypot", "max", "min", "arctan2"]
    return st.one_of(
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner),
        st.builds("{}({})".format, st.sampled_from(one), inner),
        st.builds("{}({}, {})".format, st.sampled_from(two), inner, inner),
    )


# Floats, with whose powers Python is as quick as we are.
EXPRESSIONS = st.recursive(st.sampled_from([*NAMES, "0.0", "1.0", "2.0", "3.5", "0.1"]), _larger, max_leaves=12)


def used_in(text: str) -> dict[str, float]:
    words = re.findall(r"\w+", text)
    return {name: number for name, number in NAMES.items() if name in words}


class _PowersAsCalls(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow):
            return ast.Call(ast.Name("pow", ast.Load()), [node.left, node.right], [])
        return node


def in_python(text: str, names: dict[str, Any]) -> Any:
    """What Python makes of an expression; None where it has no answer, and IEEE's arithmetic has."""
    tree = ast.fix_missing_locations(_PowersAsCalls().visit(ast.parse(text, mode="eval")))
    try:
        return eval(compile(tree, "expression", "eval"), {"__builtins__": {}} | names)
    except (ArithmeticError, ValueError):
        return None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("exp(v**u)", None),
        ("abs(v**u)", None),
        ("max(ω1*0.0, -0.0)", None),
        ("-u**2.0", -0.25),
        ("2.0**3.5**0.0*v", -3.0),
        ("max(v, ω1)", 2.0),
    ],
)
def test_python_answers_with_a_real_number_or_not_at_all(text: str, number: float | None) -> None:
    assert in_python(text, IN_PYTHON | NAMES) == number


# `assume` counts: Hypothesis draws other texts in place of those that are not compared, and fails where most are not.


@given(EXPRESSIONS)
def test_what_is_computed_is_what_python_computes_of_the_same_text(text: str) -> None:
    used = used_in(text)
    found, said = outcome(text, used)
    assert found is not None or not used or "a constant, is" in said
    assume(found is not None)
    wanted = in_python(text, IN_PYTHON | used)
    assume(wanted is not None)
    assert found.item() == pytest.approx(wanted, rel=1e-9, abs=1e-300, nan_ok=True)


@given(EXPRESSIONS)
def test_what_is_recorded_is_what_python_would_record(text: str) -> None:
    used = used_in(text)
    found, _ = outcome(text, used)
    assume(found is not None)  # a constant that is not finite, or nothing but constants
    leaves = {name: Value(number, label=name) for name, number in used.items()}
    rows = {name: functions()[name].call for name in IN_PYTHON if name != "pow"} | {"pow": operator.pow}
    wanted = in_python(text, rows | leaves)
    assume(wanted is not None)  # a constant for which Python has no answer, and IEEE's arithmetic has
    leaves_of_ours = {node.label: node for node, _ in in_order(found) if node.op is None and node.requires_grad}
    assert leaves_of_ours.keys() == leaves.keys()
    assert len(list(in_order(found))) == len(list(in_order(wanted)))
    found.backward()
    wanted.backward()
    for name, leaf in leaves.items():
        assert leaves_of_ours[name].grad == pytest.approx(leaf.grad, nan_ok=True)
