"""A program of single numbers as a function in JavaScript, for a page.

JavaScript's numbers are the same double precision; what its `Math` has is used, what it lacks or does otherwise
than IEEE 754's `pow` (1 to the power of nan is 1) is written out before the program.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ...errors import ArgumentError
from ...notation.signs import SIGNS
from ..program import Instruction, Operand, Program
from .naming import Names
from .numpy_expression import UnwrittenOperationError

_OF_MATH = (
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "ceil", "cos", "cosh", "exp", "expm1", "floor",
    "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip
_FORMS = {
    **{name: f"{{0}} {sign.javascript} {{1}}" for name, sign in SIGNS.items() if sign.javascript},
    **{name: f"Math.{name.replace('arc', 'a')}({{0}})" for name in _OF_MATH},
    "absolute": "Math.abs({0})",
    "arctan2": "Math.atan2({0}, {1})",
    "hypot": "Math.hypot({0}, {1})",
    "maximum": "Math.max({0}, {1})",
    "minimum": "Math.min({0}, {1})",
    "negative": "-{0}",
    "positive": "+{0}",
    "square": "{0} * {0}",
    "exp2": "2 ** {0}",
    "where": "{0} != 0 ? {1} : {2}",  # nan is no falsehood, as JavaScript's own ! has it
    "logical_not": "{0} == 0",
    "logical_and": "{0} != 0 && {1} != 0",
    "logical_or": "{0} != 0 || {1} != 0",
    "clip": "Math.min(Math.max({0}, {1}), {2})",
    "power": "power({0}, {1})",
    "remainder": "remainder({0}, {1})",
    "floor_divide": "floorDivide({0}, {1})",
    "rint": "rint({0})",
    "sign": "Math.sign({0}) + 0",  # of -0 it is 0, as NumPy's
    "logaddexp": "logaddexp({0}, {1})",
    "erf": "erf({0})",
    "erfc": "erfc({0})",
    "cbrt": "Math.cbrt({0})",
    "fmod": "{0} % {1}",
    "copysign": "copysign({0}, {1})",
    "heaviside": "{0} == 0 ? {1} : {0} > 0 ? 1 : {0} < 0 ? 0 : NaN",
    "logaddexp2": "logaddexp2({0}, {1})",
    "sinc": "sinc({0})",
}
# What JavaScript lacks, and no program of a page has needed.
WITHOUT_FORM = frozenset({"digamma", "erfinv", "gammaln", "zeta"})
_FUNCTIONS = {
    "power": """function power(base, exponent) {
  if (exponent == 0 || base == 1) return 1; // also of true and false; JavaScript: 1 ** NaN is NaN
  if (base === -1 && Math.abs(exponent) === Infinity) return 1;
  return base ** exponent;
}""",
    "remainder": """function remainder(a, b) { // of the divisor's sign
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return r < 0 !== b < 0 ? r + b : r;
}""",
    "floorDivide": """function floorDivide(a, b) {
  if (b == 0) return a / b; // also of false
  const r = a % b;
  const quotient = (a - r) / b - (r !== 0 && r < 0 !== b < 0 ? 1 : 0);
  const below = Math.floor(quotient);
  return quotient === 0 ? 0 * (a / b) : quotient - below > 0.5 ? below + 1 : below;
}""",
    "rint": """function rint(a) { // halves to even numbers
  const below = Math.floor(a);
  if (a - below !== 0.5) return a < 0 ? -Math.round(-a) : Math.round(a);
  const even = below % 2 === 0 ? below : below + 1;
  return even === 0 ? 0 * a : even; // of -0.5 it is -0
}""",
    "logaddexp": """function logaddexp(a, b) {
  if (a === b) return a + Math.LN2;
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}""",
    "logaddexp2": """function logaddexp2(a, b) {
  if (a === b) return a + 1;
  return Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2;
}""",
    "copysign": """function copysign(a, b) {
  const isNegative = b < 0 || Object.is(+b, -0);
  return isNegative ? -Math.abs(a) : Math.abs(a);
}""",
    "sinc": """function sinc(a) {
  return a == 0 ? 1 : Math.sin(Math.PI * a) / (Math.PI * a);
}""",
    "erfc": """function erfc(x) {
  if (x < 1) { // 1 less Kummer's series for erf
    if (x < -6) return 2;
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = x < 2 ? 500 : 100; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}""",
    "erf": """function erf(x) {
  if (x !== x) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) { // Kummer's series, all terms of one sign
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0; // the continued fraction of the complement
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (a + fraction)));
}""",
}
# The words that a module or strict code reserves, too, beside those that are Python's as well.
_RESERVED = {
    "abstract", "arguments", "await", "boolean", "case", "catch", "const", "debugger", "default", "delete", "do",
    "enum", "eval", "export", "extends", "function", "implements", "instanceof", "interface", "let", "new", "null",
    "package", "private", "protected", "public", "static", "super", "switch", "this", "throw", "true", "false",
    "typeof", "undefined", "var", "void", "with", "Math", "NaN", "Infinity", "Number", "Object", *_FUNCTIONS,
}  # fmt: skip


def javascript(program: Program) -> str:
    """The text of a function that takes the program's inputs and returns an array: values, then gradients.

    Raises:
        ArgumentError: the program computes with arrays.
    """
    what = f"{program.name}_and_gradients" if program.gradient_of else f"{program.name}_of"
    body = function(program, what)
    return "\n".join([*helpers(body), body]) + "\n"


def function(program: Program, called: str) -> str:
    """That function alone, by another name.

    Raises:
        ArgumentError: as `javascript`.
    """
    if not program.is_of_numbers:
        raise ArgumentError(f"javascript: {program.name} computes with arrays, and the page with single numbers")
    names = Names(program, _RESERVED, set())

    def of(operand: Operand) -> str:
        return _literal(operand) if isinstance(operand, float | int) else names[operand]

    lines = [
        f"  const {names[instruction]} = {_expression(instruction, map(of, instruction.operands))};"
        for instruction in program.instructions
    ]
    returned = ", ".join(
        f"+{of(output)}" if isinstance(output, Instruction) else of(output) for output in program.outputs
    )
    inputs = ", ".join(names[one] for one in program.inputs)
    return "\n".join([f"function {names.fresh(called)}({inputs}) {{", *lines, f"  return [{returned}];", "}"])


def helpers(*functions: str) -> list[str]:
    """What these functions call and JavaScript lacks."""
    return [text for name, text in _FUNCTIONS.items() if any(f" {name}(" in one for one in functions)]


def has_no_form(instruction: Instruction) -> bool:
    """Whether JavaScript has none for it, so that its row's expansion is written."""
    return instruction.operation.name not in _FORMS


def _expression(instruction: Instruction, operands: Iterable[str]) -> str:
    if has_no_form(instruction):
        row = instruction.operation.name
        if row in WITHOUT_FORM:
            raise ArgumentError(f"javascript: JavaScript has no {row}, and none is written here")
        raise UnwrittenOperationError(f"javascript: the row {row} has no form in JavaScript, and no expansion")
    return _FORMS[instruction.operation.name].format(*operands)


def _literal(number: float | int) -> str:
    number = float(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "(-Infinity)"
    text = repr(number).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text
