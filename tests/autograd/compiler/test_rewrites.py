"""Each rewrite alone: what it makes of an instruction, and what it must leave."""

import math
import pathlib

import numpy
import pytest

from autograd.compiler.program import Constant, Input, Instruction, Program, number_in
from autograd.compiler.rewrite import simplifications as rewrites
from autograd.compiler.rewrite.rewriting import TABLE, rewritten, without_dead_code

FLOAT, SINGLE = numpy.dtype("float64"), numpy.dtype("float32")
x = Input("x", (2, 3), FLOAT, False)
row = Input("row", (3,), FLOAT, False)
scalar = Input("scalar", (), FLOAT, False)
number = Input("number", (), FLOAT, True)
matrix = Input("matrix", (3, 2), FLOAT, False)


def instruction(name, *operands, shape=(2, 3), dtype=FLOAT, is_number=False, **parameters):
    return Instruction(TABLE[name], operands, parameters, shape, dtype, is_number)


def of_numbers(name, *operands):
    return instruction(name, *operands, shape=(), is_number=True)


def made(found, name, *operands):
    return isinstance(found, Instruction) and found.operation.name == name and found.operands == operands


def test_constants_are_folded():
    found = rewrites.fold_constants(instruction("multiply", Constant(numpy.ones((2, 3))), 3.0))
    assert found.data.tolist() == [[3.0] * 3] * 2
    assert rewrites.fold_constants(of_numbers("divide", 1.0, 0.0)) == math.inf
    assert rewrites.fold_constants(of_numbers("greater", 2.0, 1.0)) == 1.0
    assert rewrites.fold_constants(instruction("multiply", x, 3.0)) is None
    whole = instruction("broadcast_to", Constant(numpy.ones(())), shape=(100, 100))
    assert rewrites.fold_constants(whole) is None  # it would be 10,000 numbers out of one


def test_a_constant_without_axes_is_written_as_a_number():
    assert made(
        rewrites.write_scalar_constants(instruction("multiply", x, Constant(numpy.asarray(2.0)))), "multiply", x, 2.0
    )
    wider = instruction("multiply", Input("x", (2, 3), SINGLE, False), Constant(numpy.asarray(2.0)))
    assert rewrites.write_scalar_constants(wider) is None  # a plain 2.0 would leave it in single precision


def test_a_copy_is_what_it_copies():
    assert rewrites.drop_copy(instruction("positive", x)) is x
    assert rewrites.drop_copy(instruction("negative", x)) is None


def test_times_one():
    assert rewrites.drop_times_one(instruction("multiply", x, 1)) is x
    assert rewrites.drop_times_one(instruction("multiply", 1.0, x)) is x
    assert rewrites.drop_times_one(instruction("divide", x, 1.0)) is x
    assert rewrites.drop_times_one(instruction("divide", 1.0, x)) is None
    assert rewrites.drop_times_one(instruction("multiply", row, 1.0)) is None  # it is broadcast besides
    single = Input("x", (2, 3), SINGLE, False)
    assert rewrites.drop_times_one(instruction("multiply", single, Constant(numpy.ones((2, 3))))) is None  # and widened


def test_times_minus_one():
    assert made(rewrites.negate_for_minus_one(instruction("multiply", x, -1.0)), "negative", x)
    assert made(rewrites.negate_for_minus_one(instruction("multiply", -1, x)), "negative", x)
    assert rewrites.negate_for_minus_one(instruction("multiply", x, 2.0)) is None


def test_plus_zero_only_where_no_negative_zero_is_lost():
    assert rewrites.drop_plus_zero(instruction("subtract", x, 0.0)) is x
    assert rewrites.drop_plus_zero(instruction("subtract", x, -0.0)) is None  # −0 − (−0) is 0
    assert rewrites.drop_plus_zero(instruction("add", x, -0.0)) is x
    assert rewrites.drop_plus_zero(instruction("add", x, 0.0)) is None  # −0 + 0 is 0
    square = instruction("square", x)
    assert rewrites.drop_plus_zero(instruction("add", 0, square)) is square


def test_times_zero_stays():
    for operands in ((x, 0.0), (0, x)):
        product = instruction("multiply", *operands)
        program = Program("f", [x], [product], [product], 1)
        assert rewrites.simplified(program).outputs[0] is product  # 0 · ∞ is nan


def test_double_negation():
    inner = instruction("negative", x)
    assert rewrites.drop_double_negation(instruction("negative", inner)) is x
    assert rewrites.drop_double_negation(inner) is None


def test_adding_a_negation_is_subtracting():
    minus = instruction("negative", x)
    y = Input("y", (2, 3), FLOAT, False)
    assert made(rewrites.subtract_for_negation(instruction("add", y, minus)), "subtract", y, x)
    assert made(rewrites.subtract_for_negation(instruction("subtract", y, minus)), "add", y, x)
    assert made(rewrites.subtract_for_negation(instruction("add", minus, y)), "subtract", y, x)
    assert rewrites.subtract_for_negation(instruction("subtract", minus, y)) is None


def test_small_powers():
    assert rewrites.simplify_powers(instruction("power", x, 1)) is x
    assert made(rewrites.simplify_powers(instruction("power", x, 2.0)), "square", x)
    assert rewrites.simplify_powers(instruction("power", x, 0.5)) is None  # the root of −∞ is nan, its power ∞
    assert rewrites.simplify_powers(instruction("power", x, x)) is None


def test_a_known_condition_chooses():
    y = Input("y", (2, 3), FLOAT, False)
    assert rewrites.choose_known_branch(instruction("where", True, x, y)) is x
    assert rewrites.choose_known_branch(instruction("where", False, x, y)) is y
    zeros = rewrites.choose_known_branch(instruction("where", False, x, 0))
    assert zeros.shape == (2, 3)
    assert number_in(zeros) == 0
    assert rewrites.choose_known_branch(of_numbers("where", False, number, 0)) == 0.0
    assert rewrites.choose_known_branch(instruction("where", x, x, y)) is None
    assert rewrites.choose_known_branch(instruction("where", True, row, y)) is None  # broadcast besides


def test_what_changes_nothing_goes():
    assert rewrites.drop_same_shape(instruction("reshape", x, shape=(2, 3))) is x
    assert rewrites.drop_same_shape(instruction("astype", x, dtype=FLOAT)) is x
    assert rewrites.drop_same_shape(instruction("astype", x, dtype=SINGLE)) is None
    turned = Instruction(TABLE["transpose"], (x,), {"axes": (0, 1)}, (2, 3), FLOAT, False)
    assert rewrites.drop_same_shape(turned) is x
    turned.parameters = {"axes": (1, 0)}
    assert rewrites.drop_same_shape(turned) is None


def test_only_the_last_reshape_counts():
    flat = Instruction(TABLE["reshape"], (x,), {"shape": (6,)}, (6,), FLOAT, False)
    again = Instruction(TABLE["reshape"], (flat,), {"shape": (3, 2)}, (3, 2), FLOAT, False)
    found = rewrites.merge_reshapes(again)
    assert made(found, "reshape", x)
    assert found.parameters == {"shape": (3, 2)}
    assert rewrites.merge_reshapes(flat) is None


def test_transposes_of_transposes():
    cube = Input("cube", (2, 3, 4), FLOAT, False)
    first = Instruction(TABLE["transpose"], (cube,), {"axes": (2, 0, 1)}, (4, 2, 3), FLOAT, False)
    second = Instruction(TABLE["transpose"], (first,), {"axes": (1, 0, 2)}, (2, 4, 3), FLOAT, False)
    found = rewrites.merge_transposes(second)
    assert made(found, "transpose", cube)
    data = numpy.arange(24.0).reshape(2, 3, 4)
    assert (data.transpose(found.parameters["axes"]) == data.transpose(2, 0, 1).transpose(1, 0, 2)).all()


def test_transposes_fold_into_a_matrix_product():
    turned = [
        Instruction(TABLE["transpose"], (one,), {"axes": (1, 0)}, one.shape[::-1], FLOAT, False) for one in (matrix, x)
    ]
    product = Instruction(TABLE["matmul"], tuple(turned), {}, (2, 2), FLOAT, False)
    outer = Instruction(TABLE["transpose"], (product,), {"axes": (1, 0)}, (2, 2), FLOAT, False)
    assert made(rewrites.fold_transposes_into_matmul(outer), "matmul", x, matrix)
    product.operands = (x, matrix)
    assert rewrites.fold_transposes_into_matmul(outer) is None


def test_arithmetic_broadcasts_by_itself():
    whole = Instruction(TABLE["broadcast_to"], (row,), {"shape": (2, 3)}, (2, 3), FLOAT, False)
    assert made(rewrites.broadcast_in_arithmetic(instruction("multiply", x, whole)), "multiply", x, row)
    assert rewrites.broadcast_in_arithmetic(instruction("multiply", row, whole)) is None  # nothing else has its shape
    ones = Constant(numpy.broadcast_to(numpy.ones(()), (2, 3)))
    found = rewrites.broadcast_in_arithmetic(instruction("multiply", x, ones))
    assert found.operands[1].shape == ()


def test_the_sum_of_a_broadcast_is_a_multiple():
    whole = Instruction(TABLE["broadcast_to"], (scalar,), {"shape": (2, 3)}, (2, 3), FLOAT, False)
    total = Instruction(TABLE["sum"], (whole,), {"axis": None, "keepdims": False}, (), FLOAT, False)
    assert made(rewrites.sum_broadcast(total), "multiply", scalar, 6.0)
    columns = Instruction(TABLE["sum"], (whole,), {"axis": 0, "keepdims": False}, (3,), FLOAT, False)
    found = rewrites.sum_broadcast(columns)
    assert found.operands[0].operation.name == "broadcast_to"
    assert found.operands[1] == 2.0
    rows = Instruction(TABLE["broadcast_to"], (row,), {"shape": (2, 3)}, (2, 3), FLOAT, False)
    back = Instruction(TABLE["sum_to_shape"], (rows,), {"shape": (3,)}, (3,), FLOAT, False)
    assert made(rewrites.sum_broadcast(back), "multiply", row, 2.0)
    across = Instruction(TABLE["sum"], (rows,), {"axis": 1, "keepdims": False}, (2,), FLOAT, False)
    assert rewrites.sum_broadcast(across) is None
    square = Input("square", (3, 3), FLOAT, False)
    rows = Instruction(
        TABLE["broadcast_to"], (Input("row", (3,), FLOAT, False),), {"shape": (3, 3)}, (3, 3), FLOAT, False
    )
    across = Instruction(TABLE["sum"], (rows,), {"axis": 1, "keepdims": False}, (3,), FLOAT, False)
    assert rewrites.sum_broadcast(across) is None  # of the right shape, and wrong
    assert (
        rewrites.sum_broadcast(Instruction(TABLE["sum"], (square,), {"axis": 1, "keepdims": False}, (3,), FLOAT, False))
        is None
    )


def test_a_column_times_a_row_is_an_outer_product():
    column, line = Input("column", (4, 1), FLOAT, False), Input("line", (1, 3), FLOAT, False)
    found = rewrites.multiply_for_outer_product(instruction("matmul", column, line, shape=(4, 3)))
    assert made(found, "multiply", column, line)
    assert rewrites.multiply_for_outer_product(instruction("matmul", line, matrix, shape=(1, 2))) is None
    assert rewrites.multiply_for_outer_product(instruction("matmul", x, matrix, shape=(2, 2))) is None
    stack = Input("stack", (2, 4, 1), FLOAT, False)
    assert rewrites.multiply_for_outer_product(instruction("matmul", stack, line, shape=(2, 4, 3))) is None


@pytest.mark.parametrize("rewrite", rewrites.SIMPLIFICATIONS, ids=lambda rewrite: rewrite.__name__)
def test_every_rewrite_has_a_test(rewrite):
    assert f"rewrites.{rewrite.__name__}(" in pathlib.Path(__file__).read_text(encoding="utf-8")


def test_common_subexpressions_are_computed_once():
    first, second = of_numbers("multiply", number, 2.0), of_numbers("multiply", number, 2.0)
    total = of_numbers("add", first, second)
    program = rewritten(Program("f", [number], [first, second, total], [total], 1), ())
    assert len(program.instructions) == 2
    assert program.outputs[0].operands == (first, first)


@pytest.mark.parametrize("operands", [(0.0, -0.0), (1, 1.0), (1, True)])
def test_literals_that_are_equal_and_not_the_same_are_not_merged(operands):
    instructions = [of_numbers("multiply", number, operand) for operand in operands]
    total = of_numbers("add", *instructions)
    program = rewritten(Program("f", [number], [*instructions, total], [total], 1), ())
    assert len(program.instructions) == 3


def test_parameters_tell_steps_apart():
    instructions = [
        Instruction(TABLE["sum"], (x,), {"axis": axis, "keepdims": True}, (1, 3), FLOAT, False) for axis in (0, 1)
    ]
    program = rewritten(Program("f", [x], instructions, list(instructions), 2), ())
    assert len(program.instructions) == 2


def test_what_nothing_needs_goes():
    used, unused = of_numbers("negative", number), of_numbers("exp", number)
    program = without_dead_code(Program("f", [number], [used, unused], [used], 1))
    assert program.instructions == [used]
