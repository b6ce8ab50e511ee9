"""The same program in JavaScript gives the same numbers, in Node."""

import json
import math
import shutil
import subprocess
from typing import Any

import numpy
import pytest

import autograd
from autograd import ArgumentError, Value, compile
from autograd.compiler.write.javascript import WITHOUT_FORM
from witnesses.random_graphs import function_of, leaf_arrays, random_graph

# Its Math is not our mathematical library: a unit in the last place here and there.
CLOSE = {"rel": 1e-13, "abs": 1e-13}


@pytest.fixture(scope="session")
def in_node():
    """Runs programs, given as (text, calls), and gives what each call returned."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: apt-get install nodejs")

    def run(programs):
        lines = ["const found = [];"]
        for text, calls in programs:
            name = text.rsplit("function ", 1)[1].split("(")[0]
            given = json.dumps([[repr(float(one)) for one in call] for call in calls])
            lines.append(
                f"{{ {text} for (const call of {given}) found.push({name}(...call.map(one => one === 'nan' ? NaN : "
                "Number(one.replace('inf', 'Infinity')))).map(one => Object.is(one, -0) ? '-0.0' : String(one))); }"
            )
        lines.append("console.log(JSON.stringify(found));")
        process = subprocess.run([node, "-"], input="\n".join(lines), capture_output=True, text=True, check=True)
        found = iter(json.loads(process.stdout))
        return [
            [[float(one.replace("Infinity", "inf")) for one in next(found)] for _ in calls] for _, calls in programs
        ]

    return run


def test_every_row_of_numbers_has_a_form_and_its_numbers(in_node):
    interesting = [0.6, -1.5, 2.5, 0.5, 0.0, -0.0, math.inf, -math.inf, math.nan, 1.0, 30.0, 3.0]
    rows = [row for name, row in autograd.operations().items() if row.scalar and name not in WITHOUT_FORM]
    programs, expected = [], []
    for row in rows:
        compiled = compile(row)
        compiled(*interesting[: row.slots])
        calls = [[one, *interesting[3 : 2 + row.slots]] for one in interesting]
        if row.slots == 2:
            calls = [[one, other] for one in interesting for other in interesting]
        programs.append((compiled.programs[0].javascript, calls))
        expected.append([row(*[Value(number) for number in call]).data for call in calls])
    for row, (_, calls), found, wanted in zip(rows, programs, in_node(programs), expected, strict=True):
        for call, (one,), other in zip(calls, found, wanted, strict=True):
            assert one == pytest.approx(other, nan_ok=True, **CLOSE), f"{row.name}{tuple(call)}"


def test_random_graphs_and_their_gradients(in_node):
    programs, expected = [], []
    for seed in range(60):
        graph = random_graph(seed, of_numbers=True)
        if any(step.operation in WITHOUT_FORM for step in graph.steps):
            continue
        leaves = [array.item() for array in leaf_arrays(graph)]
        compiled = compile(function_of(graph))
        value, gradients = compiled.value_and_grad(*leaves, argnums=tuple(range(len(leaves))))
        programs.append((compiled.javascript, [leaves]))
        expected.append([value, *gradients])
    for (found,), wanted in zip(in_node(programs), expected, strict=True):
        scale = max(1.0, *(abs(one) for one in wanted if math.isfinite(one)))
        numpy.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12 * scale)


def test_zeros_have_their_signs_and_halves_go_to_even_numbers(in_node):
    numbers = [
        0.0, -0.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 1.0, -1.0, -7.0, 0.49999999999999994, -0.49999999999999994, 5e-324,
        -5e-324, 1e300, -1e300, 710.0, -710.0, 4503599627370497.5, -4503599627370497.5, math.inf, -math.inf,
    ]  # fmt: skip
    either = {"maximum", "minimum", "clip"}  # of two zeros, floats and NumPy give different ones already
    rows = [
        row
        for name, row in autograd.operations().items()
        if row.scalar and row.slots < 3 and name not in either | WITHOUT_FORM
    ]
    programs, expected = [], []
    for row in rows:
        calls = [[one] for one in numbers] if row.slots == 1 else [[a, b] for a in numbers for b in numbers]
        compiled = compile(row)
        compiled(*calls[0])
        programs.append((compiled.programs[0].javascript, calls))
        expected.append([float(row(*map(Value, call)).data) for call in calls])
    for row, (_, calls), found, wanted in zip(rows, programs, in_node(programs), expected, strict=True):
        for call, (one,), other in zip(calls, found, wanted, strict=True):
            assert one == pytest.approx(other, rel=1e-13, abs=0, nan_ok=True), f"{row.name}{tuple(call)}"
            assert math.isnan(one) or math.copysign(1, one) == math.copysign(1, other), f"{row.name}{tuple(call)}"


def test_what_javascript_lacks_is_named():
    for name in sorted(WITHOUT_FORM):
        row = autograd.operations()[name]
        compiled = compile(row)
        compiled(*[1.5] * row.slots)
        with pytest.raises(ArgumentError, match=f"JavaScript has no {name}"):
            compiled.javascript  # noqa: B018  # reading it is what is tested


def test_conditions_count_as_numbers(in_node):
    def g(x, y):
        return autograd.floor_divide(x, autograd.greater(y, 0.0)) + autograd.power(autograd.greater(x, 0.0), y)

    compiled = compile(g)
    compiled(1.0, 2.0)
    calls = [[1.0, -2.0], [2.0, math.nan], [1.0, 2.0]]
    for (found,), call in zip(in_node([(compiled.programs[0].javascript, calls)])[0], calls, strict=True):
        assert found == pytest.approx(float(g(*map(Value, call)).data), nan_ok=True), call


def test_a_word_that_a_module_reserves_is_no_name():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: apt-get install nodejs")
    words = ["implements", "interface", "let", "static", "package", "private", "protected", "public", "super", "enum"]
    words += ["eval", "arguments", "null", "undefined", "Math", "NaN", "Infinity", "Number", "Object", "extends"]
    for word in words:
        named: dict[str, Any] = {"sin": autograd.sin}
        exec(f"def f({word}): return sin({word}) * {word}", named)
        f = compile(named["f"])
        f.value_and_grad(0.7)
        text = f"{f.javascript}\nconsole.log(1)"
        done = subprocess.run([node, "--input-type=module"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{word}: {done.stderr}"


def test_the_neuron_reads_like_its_source():
    def cost(w, x, b):
        z = w * x + b
        a = autograd.tanh(z)
        return 0.5 * (1 - a) ** 2

    f = compile(cost)
    f.value_and_grad(2.0, -1.0, 0.5, argnums=(0, 2))
    assert "function cost_and_gradients(w, x, b) {" in f.javascript
    assert "  const d_w = d_z * x;\n" in f.javascript
    assert "  const z = v1 + b;\n  const a = Math.tanh(z);\n" in f.javascript


def test_arrays_are_not_for_javascript():
    f = compile(lambda x: x.sum())
    f(numpy.ones(3))
    with pytest.raises(ArgumentError, match="computes with arrays"):
        f.javascript  # noqa: B018  # reading it is what is tested
