"""A program is saved as a module that needs NumPy and no glassgrad, and says how it was made."""

import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from autograd import ArgumentError, NotRecordedError, Tensor, compile, digamma, tanh

# An interpreter that finds NumPy, and nothing of glassgrad's even where that is installed.
ALONE = """
import sys
sys.path += [{packages!r}, "."]
for name in ("autograd", "nn", "viz", "glassgrad"):
    sys.modules[name] = None
import numpy, step
given = numpy.load("given.npz")
value, *gradients = step.step_and_gradients(*[given[name] for name in sorted(given)])
print(repr(float(value)), *[gradient.tolist() for gradient in gradients], sep="\\n")
print(step.__doc__)
"""


def test_a_saved_step_runs_where_there_is_no_glassgrad_and_says_how_it_was_made(tmp_path):
    generator = numpy.random.default_rng(0)
    weight = Tensor(generator.normal(size=(3, 2)), label="weight")
    table = generator.normal(size=(120, 2))  # too large to be written out

    def step(batch):
        return ((tanh(batch["x"] @ weight) - batch["y"] + table) ** 2).mean()

    x, y = generator.normal(size=(120, 3)), generator.normal(size=(120, 2))
    f = compile(step)
    with pytest.warns(UserWarning, match="keeps it as it was"):
        value, gradient = f.value_and_grad({"x": x, "y": y})
    assert f.save(tmp_path / "step.py") == tmp_path / "step.py"
    numpy.savez(tmp_path / "given.npz", a=x, b=y, c=weight.data, d=table)
    process = subprocess.run(
        [sys.executable, "-S", "-I", "-W", "error", "-c", ALONE.format(packages=str(Path(numpy.__file__).parents[1]))],
        cwd=tmp_path, capture_output=True, text=True, env={},
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    printed_value, d_x, d_y, *note = process.stdout.splitlines()
    assert eval(printed_value) == value
    numpy.testing.assert_array_equal(eval(d_x), gradient["x"])
    numpy.testing.assert_array_equal(eval(d_y), gradient["y"])
    said = " ".join(" ".join(note).split())
    assert "compile(step), a call, and .save('step.py')" in said
    assert "needs NumPy alone" in said
    assert (
        "takes what step was called with, taken apart (batch_x, batch_y); then the 1 parameter that it read (weight); "
        "then arrays that it kept and that are too large to be written here (constant_1); it returns step, d_batch_x, "
        "d_batch_y."
    ) in said
    assert (tmp_path / "step.py").read_text(encoding="utf-8").endswith(f.source)


def test_what_scipy_computes_is_said(tmp_path):
    f = compile(lambda x: digamma(x) * 2)
    f(2.0)
    text = f.save(tmp_path / "step.py").read_text(encoding="utf-8")
    assert "and SciPy" in text
    assert "NumPy alone" not in text


def test_what_is_no_place_for_a_module_is_refused_and_nothing_is_left(tmp_path):
    f = compile(lambda x: x * 2)
    with pytest.raises(NotRecordedError, match="call it first"):
        f.save(tmp_path / "step.py")
    f(1.0)
    for name, said in (
        ("step", r'step does not end in .py: a program is saved as a module of Python, such as "step.py"$'),
        ("2-step.py", "no module can be imported by the name '2-step': take letters, digits and _$"),
        ("class.py", "no module can be imported by the name 'class'"),
        ("numpy.py", "imports numpy, and would find itself"),
        ("nowhere/step.py", "cannot be written: No such file or directory$"),
    ):
        with pytest.raises(ArgumentError, match=said):
            f.save(tmp_path / name)
    with pytest.raises(ArgumentError, match="path is the path of a file"):
        f.save(3)
    assert list(tmp_path.iterdir()) == []
