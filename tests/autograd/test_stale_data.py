"""Gradients belong to the forward pass that was run: data assigned since gives the recorded gradient or an
error, never a mixture."""

import numpy
import pytest

import autograd
from autograd import StaleGraphError, Tensor, Value, gradients


def assign(node) -> None:
    node.data = node.data * 2 + 1


def subtract_in_place(node) -> None:
    node.data -= 0.75


EDITS = pytest.mark.parametrize("edit", [assign, subtract_in_place])


def recorded_or_refused(output, leaves, expected, **options) -> None:
    """The sweep gives the gradients of the forward pass, or refuses and leaves every leaf as it was."""
    for leaf in leaves:
        leaf.zero_grad()
    before = [leaf.grad for leaf in leaves]
    try:
        found = [one.data for one in gradients(output, leaves, **options)]
    except StaleGraphError:
        pass
    else:
        for one, gradient in zip(found, expected, strict=True):
            numpy.testing.assert_array_equal(one, gradient)
    if "create_graph" in options:
        return
    try:
        output.backward(options.get("gradient"))
    except StaleGraphError:
        assert all(leaf.grad is old for leaf, old in zip(leaves, before, strict=True))
    else:
        for leaf, gradient in zip(leaves, expected, strict=True):
            numpy.testing.assert_array_equal(numpy.zeros_like(gradient) if leaf.grad is None else leaf.grad, gradient)


def each_edit_and_sweep():
    for edit in (assign, subtract_in_place):
        for options in ({}, {"create_graph": True}):
            yield edit, options


@pytest.mark.parametrize("through_views", [False, True])
def test_the_data_of_any_operand_of_any_row(sample, through_views) -> None:
    for edit, options in each_edit_and_sweep():
        for position in range(len(sample.shapes)):
            leaves = sample.leaves()
            operands = leaves
            if through_views:
                operands = [leaf.reshape(-1, *leaf.shape)[0].T.T if leaf.size else leaf for leaf in leaves]
            output = sample.call(*operands)
            seed = numpy.ones(output.shape)
            expected = [one.data for one in gradients(output, leaves, seed)]
            edit(leaves[position])
            recorded_or_refused(output, leaves, expected, gradient=seed, **options)


def test_the_number_of_any_operand_of_any_row(elementwise_row, samples_of) -> None:
    sample = samples_of(elementwise_row)[0]
    for edit, options in each_edit_and_sweep():
        for position in range(len(sample.shapes)):
            leaves = [Value(operand.item()) for operand in sample.operands()]
            middle = [leaf * 1.0 for leaf in leaves]
            output = sample.call(*middle)
            expected = [one.data for one in gradients(output, leaves)]
            for edited in (leaves[position], middle[position], output):
                edit(edited)
                recorded_or_refused(output, leaves, expected, **options)


@EDITS
def test_a_value_s_first_derivative_is_the_recorded_one(edit) -> None:
    x, y = Value(3.0), Value(4.0)
    z = x * y + autograd.tanh(x)
    edit(x)
    edit(y)
    edit(z)
    z.backward()
    assert x.grad == pytest.approx(4.0 + 1 - numpy.tanh(3.0) ** 2)
    assert y.grad == 3.0


@EDITS
def test_a_value_s_second_derivative_is_refused(edit) -> None:
    x = Value(3.0, label="x")
    y = x * x * x
    edit(x)
    with pytest.raises(StaleGraphError, match="the data of x was assigned after multiply had used it"):
        gradients(y, x, create_graph=True)


@EDITS
def test_a_tensor_s_gradient_is_refused_and_the_message_names_the_tensor(edit) -> None:
    w = Tensor([1.0, 2.0], label="w")
    y = (w * w).sum()
    edit(w)
    with pytest.raises(RuntimeError, match=r"the data of w was assigned after multiply had used it.*run it again"):
        y.backward()
    assert w.grad is None


@EDITS
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_constant_operand_counts_too(edit, create_graph) -> None:
    w, x = Tensor([1.0, 2.0]), Tensor([3.0, 4.0], requires_grad=False)
    y = (w * x).sum()
    edit(x)
    recorded_or_refused(y, [w], [numpy.array([3.0, 4.0])], **({"create_graph": True} if create_graph else {}))


@EDITS
@pytest.mark.parametrize(
    "view",
    [
        lambda x: x.reshape(4),
        lambda x: x.T,
        lambda x: x.swapaxes(0, 1),
        lambda x: x[0],
        lambda x: x[::-1, 1:],
        lambda x: autograd.broadcast_to(x, (3, 2, 2)),
        lambda x: x.reshape(4).reshape(2, 2).T,
        lambda x: autograd.sum_to_shape(x, (2, 2)),
    ],
)
def test_a_view_of_edited_data_counts_too(edit, view) -> None:
    for source_is_leaf in (True, False):
        leaf = Tensor([[1.0, 2.0], [3.0, 4.0]])
        source = leaf if source_is_leaf else leaf * 1.0
        seen = view(source)
        y = (seen * seen).sum()
        expected = gradients(y, leaf).data
        edit(source)
        recorded_or_refused(y, [leaf], [expected])


@EDITS
@pytest.mark.parametrize(
    "chosen",
    [
        lambda x: x // 1.0,
        lambda x: autograd.sign(x),
        lambda x: autograd.where(x > 0, 2.0, 3.0),
    ],
    ids=["floor_divide", "sign", "where of numbers"],
)
def test_a_view_of_a_node_without_gradient_counts_too(edit, chosen) -> None:
    w = Tensor([[2.0], [5.0]])
    x = Tensor([1.5, -2.5])
    steps = chosen(x)
    y = (w * steps.reshape(2, 1)).sum()
    expected = steps.data.copy().reshape(2, 1)
    edit(steps)
    recorded_or_refused(y, [w], [expected])


def test_a_mask_that_was_inverted_since_counts_too() -> None:
    w, x = Tensor([[2.0], [5.0]]), Tensor([1.5, -2.5])
    mask = x > 0
    y = autograd.where(mask.reshape(2, 1), w, 0).sum()
    mask.data ^= True
    recorded_or_refused(y, [w], [numpy.array([[1.0], [0.0]])])


@EDITS
def test_a_value_among_tensors_counts_too(edit) -> None:
    v, t = Value(3.0), Tensor([1.0, 2.0])
    y = (v * t).sum()
    edit(v)
    recorded_or_refused(y, [t, v], [numpy.array([3.0, 3.0]), 3.0])


@EDITS
def test_an_edit_to_an_intermediate_counts_too(edit) -> None:
    x = Tensor([1.0, 2.0])
    middle = x * 3
    y = (middle * middle).sum()
    edit(middle)
    recorded_or_refused(y, [x], [numpy.array([18.0, 36.0])])


@EDITS
def test_an_edit_to_the_output_counts_too(edit) -> None:
    x = Tensor([1.0, 2.0])
    y = autograd.exp(x)
    expected = y.data.copy()
    edit(y)
    recorded_or_refused(y, [x], [expected], gradient=numpy.ones(2))


def test_an_edit_after_backward_is_what_an_optimizer_does() -> None:
    w = Tensor([1.0, 2.0])
    for _ in range(3):
        w.zero_grad()
        (w * w).sum().backward()
        w.data -= 0.25 * w.grad
    assert w.data.tolist() == [0.125, 0.25]
    v = Value(2.0)
    for _ in range(3):
        v.grad = 0
        (v * v).backward()
        v.data -= 0.25 * v.grad
    assert v.data == 0.25


def test_the_same_graph_swept_after_a_step_is_refused() -> None:
    w = Tensor([1.0, 2.0])
    y = (w * w).sum()
    y.backward()
    w.data -= 0.1 * w.grad
    with pytest.raises(StaleGraphError):
        y.backward()
    assert w.grad is not None
    assert w.grad.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_an_array_in_an_operand_slot_is_copied_by_the_recording(create_graph) -> None:
    x = Tensor([1.0, 2.0])
    factor, index, mask = numpy.array([3.0, 4.0]), numpy.array([1, 1]), numpy.array([True, False])
    scalar, listed = numpy.array([5.0]), [7.0, 8.0]
    for function, touched, expected in [
        (lambda: x * factor, factor, [3.0, 4.0]),
        (lambda: factor * x, factor, [3.0, 4.0]),
        (lambda: x * scalar[0, ...], scalar, [5.0, 5.0]),
        (lambda: x * listed, listed, [7.0, 8.0]),
        (lambda: x @ factor, factor, [3.0, 4.0]),
        (lambda: x @ numpy.outer(factor, factor)[:, :1], factor, [9.0, 12.0]),
        (lambda: x[index], index, [0.0, 2.0]),
        (lambda: x[mask], mask, [1.0, 0.0]),
        (lambda: autograd.where(mask, x, 0), mask, [1.0, 0.0]),
        (lambda: autograd.maximum(x, factor - 2), factor, [0.5, 0.5]),
        (lambda: autograd.stack([x * 2, factor]), factor, [2.0, 2.0]),
    ]:
        kept = touched.copy()
        output = function()
        touched[:] = [0] * len(kept)
        found = gradients(output, x, numpy.ones(output.shape), create_graph=create_graph)
        assert found.data.tolist() == expected
        touched[:] = kept


def test_data_is_not_frozen_by_a_comparison() -> None:
    x = Tensor([1.0, -1.0])
    y = autograd.relu(x)
    x.data = [-1.0, 1.0]
    recorded_or_refused(y, [x], [numpy.array([1.0, 0.0])], gradient=numpy.ones(2))
    again = autograd.relu(x)
    again.backward(numpy.ones(2))
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 1.0]
