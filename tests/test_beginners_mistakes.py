"""What a beginner plausibly writes, coming from Python, NumPy, PyTorch, micrograd or Keras, gets the value that it
means, or one sentence in words about it: what was given, what is wanted, what to do. None gets Python's bare words."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy
import pytest

import autograd
import nn
import nn.pytorch_manner
import viz
from autograd import (
    ArgumentError,
    CallError,
    DataTypeError,
    GraphError,
    NotRecordedError,
    ShapeError,
    pytorch_manner,
)
from nn import CheckpointError, DatasetError, HistoryError, NetworkError
from viz import DrawingError

# What is written; the error's type; what of its sentence helps.
Row = tuple[str, type[Exception], str]

NODES: list[Row] = [
    ('Value("3")', DataTypeError, "not str '3'; float(text) reads one"),
    ("Value([1, 2])", DataTypeError, "arrays are for Tensor"),
    ("Value(None)", DataTypeError, "one real number, not NoneType None"),
    ("Value(2 + 3j)", DataTypeError, "one real number, not complex"),
    ("Value(v)", DataTypeError, "take its .data"),
    ('Value(2.0, "x")', DataTypeError, "a name goes into label="),
    ("Value(2.0, label=3)", DataTypeError, "a label is text"),
    ('v + "3"', DataTypeError, "not str '3'"),
    ("v * f", DataTypeError, "not function"),
    ("v + None", DataTypeError, "not NoneType None"),
    ("v / len", DataTypeError, "call it first"),
    ("v @ v", DataTypeError, "use * instead of @"),
    ("len(v)", DataTypeError, "hold Values in a list"),
    ("[one for one in v]", DataTypeError, "has no elements"),
    ('v > "3"', DataTypeError, "not str '3'"),
    ("v.sum()", AttributeError, "it is one number"),
    ("v.mean()", AttributeError, "sum(values) / len(values)"),
    ("v.numpy()", AttributeError, "write .data"),
    ('v.data = "3"', DataTypeError, "not str '3'"),
    ("v.label = 3", DataTypeError, "a label is text"),
    ('Tensor("abc")', DataTypeError, "not str 'abc'"),
    ("Tensor(None)", DataTypeError, "not NoneType None"),
    ("Tensor([[1, 2], [3]])", DataTypeError, "differ in length"),
    ('Tensor([["1", "2"]])', DataTypeError, "<U1, as in [['1', '2']]"),
    ("Tensor({1, 2})", DataTypeError, "no order; give a list"),
    ("Tensor(one for one in [1, 2])", DataTypeError, "make a list of it first"),
    ("Tensor(f)", DataTypeError, "not function"),
    ("Tensor(MLP)", DataTypeError, "the class MLP: make one of it first"),
    ("Tensor(table)", DataTypeError, "give its to_numpy(float)"),
    ("Tensor(numpy.array([1, 2], object))", DataTypeError, ".astype(numpy.float64)"),
    ("Tensor(2, 3)", DataTypeError, "requires_grad is True or False, not int 3"),
    ("Tensor([1.0], numpy.float32)", DataTypeError, "requires_grad is True or False"),
    ("t.backward()", ShapeError, "reduce it (.sum(), .mean())"),
    ("t.sum().backward(retain_graph=True)", CallError, "the graph stays"),
    ("v.backward(create_graph=True)", CallError, "gradients(output, inputs, create_graph=True)"),
    ("v.backward(t)", ShapeError, "one number"),
    ('v.backward("x")', DataTypeError, "not str 'x'"),
    ("t[0] = 1.0", DataTypeError, "use where(mask, new, old)"),
    ("del t[0]", DataTypeError, "index what is to stay"),
    ("t[0.5]", DataTypeError, "not float 0.5"),
    ('t["a"]', DataTypeError, "not str 'a'"),
    ("t[5]", ShapeError, "out of bounds"),
    ("t.item()", ShapeError, "is not one number"),
    ("float(t)", DataTypeError, "is not one number"),
    ("1 if t else 0", ShapeError, "reduce it first"),
    ("t.numpy()", AttributeError, "write .data"),
    ("t.detach().numpy()", AttributeError, "write .data"),
    ("t.view(3, 1)", AttributeError, "write .reshape(…)"),
    ("t.cuda()", AttributeError, "everything is on the CPU"),
    ('t.to("cpu")', AttributeError, "everything is on the CPU"),
    ("t.requires_grad_()", AttributeError, "assign node.requires_grad"),
    ("t.zero_()", AttributeError, "write .zero_grad()"),
    ("t.register_hook(f)", AttributeError, "viz.trace(output)"),
    ("t.append(3)", AttributeError, "autograd.concatenate"),
    ("t.requires_grad = 1", DataTypeError, "True or False"),
    ("t.data = [1, 2]", ShapeError, "data of shape (2,) assigned to a Tensor of shape (3,)"),
    ('t.grad = "abc"', DataTypeError, "not str 'abc'"),
]

FUNCTIONS: list[Row] = [
    ('exp("1")', DataTypeError, "an operand is a number, an array of real numbers, a Value or a Tensor, not str '1'"),
    ("exp(None)", DataTypeError, "not NoneType None"),
    ("exp(f)", DataTypeError, "not function"),
    ("exp()", CallError, "takes one operand, and 0 were given"),
    ("exp(1.0, 2.0)", CallError, "takes one operand, and 2 were given"),
    ("exp(t, axis=0)", CallError, "there is no axis=; it works element by element"),
    ("exp(v, axis=0)", CallError, "there is no axis=; it works element by element"),
    ("exp(1.0, axis=0)", CallError, "there is no axis=; it works element by element"),
    ("maximum(v)", CallError, "takes 2 operands, and 1 was given"),
    ("maximum([v, 3])", CallError, "takes 2 operands, and 1 was given"),
    ("power(t)", CallError, "takes 2 operands, and 1 was given"),
    ('sigmoid([1, "2"])', DataTypeError, "not list [1, '2']"),
    ('isnan("a")', DataTypeError, "not str 'a'"),
    ("sign(None)", DataTypeError, "not NoneType None"),
    ("relu({1, 2})", DataTypeError, "not set {1, 2}"),
    ("tanh(tanh)", DataTypeError, "not Operation"),
    ("mean([])", ShapeError, "has no elements"),
    ("mean(t, 1)", ShapeError, "no axis of an operand of shape (3,)"),
    ('t.sum("rows")', DataTypeError, "an axis is an integer, not 'rows'"),
    ("matmul(t, 3)", ShapeError, "use * instead of @"),
    ('reshape(t, "3,1")', DataTypeError, "a shape is a whole number or a tuple of them, not str '3,1'"),
    ("reshape(t, (3, None))", DataTypeError, "a shape is a whole number or a tuple of them"),
    ("t.reshape(2, 2)", ShapeError, "cannot reshape"),
    ("broadcast_to(t, 2.5)", DataTypeError, "a shape is a whole number or a tuple of them, not"),
    ("sum_to_shape(t, 2)", ShapeError, "shape (2,) does not broadcast to (3,)"),
    ("stack(t, t)", DataTypeError, "the arrays come in one list, stack([a, b])"),
    ("concatenate(t, t)", DataTypeError, "the arrays come in one list, concatenate([a, b])"),
    ("concatenate(3)", DataTypeError, "takes a list of arrays, not int 3"),
    ("where(f, t, t)", DataTypeError, "not function"),
    ('clip(t, "a", 3)', DataTypeError, "not str 'a'"),
    ("astype(t, str)", DataTypeError, "to float32, float64, integers or booleans"),
    ("array([t, [1]])", ShapeError, "its parts have different shapes"),
    ('take(t, "a")', DataTypeError, "not str 'a'"),
    ('repeat(t, "a")', DataTypeError, "how often is an integer"),
    ("math.sin(t)", DataTypeError, "is not one number"),
]

TRANSFORMS: list[Row] = [
    ("grad(f(2.0))", DataTypeError, "give the function itself: grad(f)(x)"),
    ("grad(f(v))", DataTypeError, "give the function itself: grad(f)(x)"),
    ("grad(3)", DataTypeError, "a function is differentiated, not int 3"),
    ("grad(None)", DataTypeError, "not NoneType None"),
    ("grad()", CallError, "function is missing; it is called as grad(function, …)"),
    ("grad(f, 2.0)", ArgumentError, "grad(f) is a function, which takes what f takes: grad(f)(x)"),
    ("grad(f, f)", ArgumentError, "grad(f)(x)"),
    ("grad(f)()", ArgumentError, "was called with 0 arguments"),
    ("grad(f)(2.0, 3.0)", CallError, "2 arguments by position, and it takes at most 1"),
    ("grad(lambda x, y: x * y)(2.0)", CallError, "y is missing"),
    ('grad(f)("2")', DataTypeError, "not str '2'"),
    ("grad(f)(model)", DataTypeError, "derivatives are taken by numbers, arrays"),
    ("grad(lambda x: x.sum)(numpy.ones(2))", DataTypeError, "call it first"),
    ("grad(lambda x: print(end=''))(2.0)", ShapeError, "does it end in return?"),
    ("grad(lambda x: [x, x])(2.0)", ShapeError, "only a single number has a gradient; use jacobian"),
    ("grad(lambda x: x * 2)(numpy.ones(2))", ShapeError, "reduce it (.sum(), .mean())"),
    ("vjp(f(2.0))", DataTypeError, "vjp(f, x)"),
    ("vjp(f)", CallError, "x is missing"),
    ("jvp(f, 2.0, 1.0)", DataTypeError, "the arguments come in a tuple"),
    ("jvp(f, (2.0,))", CallError, "tangents is missing"),
    ("jacobian(f, numpy.ones(2))", ArgumentError, "jacobian(f)(x)"),
    ("hessian_vector_product(f)(2.0)", ArgumentError, "the vector comes after the arguments"),
    ("gradcheck(3, 2.0)", DataTypeError, "give the function itself: gradcheck(f, x)"),
    ("gradcheck(f(v), 2.0)", DataTypeError, "give the function itself: gradcheck(f, x)"),
    ("gradcheck(f)", ArgumentError, "the inputs come after the function"),
    ("gradcheck(f, 2.0, 3.0)", CallError, "2 arguments by position"),
    ("gradcheck(f, 2.0, eps=1e-6)", CallError, "its step is found by itself"),
    ('gradcheck(f, 2.0, relative="a")', ArgumentError, "relative is a number"),
    ('gradcheck(f, 2.0, rng="a")', ArgumentError, "a seed (a whole number from 0)"),
    ("gradcheck(lambda x: None, 2.0)", DataTypeError, "does it end in return?"),
    ("compile(f(2.0))", DataTypeError, "give the function itself: compile(f)(x)"),
    ("compile(f, argnums=0)", CallError, "f.value_and_grad(x, argnums=0)"),
    ('compile(f, columns="yes")', ArgumentError, "columns is True or False"),
    ("compile(f)()", CallError, "x is missing"),
    ("compile(f)(2.0, 3.0)", CallError, "2 arguments by position"),
    ("compile(f).grad(2.0)", AttributeError, "write f.value_and_grad(x)[1]"),
    ("compile(f).source", NotRecordedError, "call it first"),
    ("gradients(v)", CallError, "inputs is missing"),
    ("gradients(v * v, 3)", DataTypeError, "inputs are a node (Value or Tensor) or a list of nodes, not int 3"),
    ("gradients(v * v, model)", DataTypeError, "give its parameters()"),
    ("gradients(v * v, model.parameters)", DataTypeError, "call it first"),
    ("gradients(9.0, v)", DataTypeError, "the output is a node"),
    ("gradients([v * v], v)", DataTypeError, "the output is a node"),
    ("label(v)", DataTypeError, 'node.label = "x"'),
    ("label(locals)", DataTypeError, "label(locals())"),
    ('label(v, "v")', CallError, 'node.label = "x"'),
    ("with no_grad:\n    pass", CallError, "written with parentheses"),
    ("@no_grad\ndef predict(x): return x", CallError, "write @no_grad() or with no_grad():"),
    ("with detect_anomaly:\n    pass", CallError, "written with parentheses"),
    ("with detect_anomaly(True):\n    pass", CallError, "takes no argument, not bool True"),
    ("with scope:\n    pass", CallError, "written with parentheses"),
    ("with scope(3):\n    pass", DataTypeError, 'scope("cost")'),
]

NETWORKS: list[Row] = [
    ("MLP()", CallError, "sizes is missing; it is called as MLP(sizes, …)"),
    ("MLP(3)", NetworkError, "such as (2, 16, 1), not int 3"),
    ('MLP("2-3-1")', NetworkError, "such as (2, 16, 1), not str"),
    ("MLP(2, 3, 1)", NetworkError, "such as (2, 16, 1), not int 2"),
    ("MLP((2, 3.0, 1))", NetworkError, "whole numbers from 1, not 3.0"),
    ('MLP((2, 3, 1), "Tanh")', NetworkError, "known are identity, sigmoid, tanh"),
    ('MLP((2, 3, 1), rng="a")', NetworkError, "a seed (a whole number from 0)"),
    ("MLP((2, 3, 1), rng=-1)", NetworkError, "a seed (a whole number from 0)"),
    ("MLP((2, 3, 1), seed=0)", CallError, "it is called rng= here"),
    ("Linear(2)", CallError, "n_outputs is missing"),
    ("Linear((2, 3))", CallError, "it is called as Linear(n_inputs, n_outputs, …)"),
    ('Linear(2, 3, activation="relu")', CallError, "Sequential(Linear(2, 3), tanh)"),
    ("Linear(in_features=2, out_features=3)", CallError, "it is called n_inputs= here"),
    ("Sequential(3)", NetworkError, "takes modules and functions, not int 3"),
    ('Sequential(Linear(2, 3), "tanh")', NetworkError, "autograd.tanh is the function"),
    ("Sequential(Linear, tanh)", NetworkError, "the class Linear: make one of it first, Linear(…)"),
    (
        "Sequential(Linear(2, 3), lambda x: None, Linear(3, 1))(X)",
        NetworkError,
        "does what comes before it end in return?",
    ),
    ("Dropout(p=0.5)", CallError, "it is called rate= here"),
    ("Dropout(2)", NetworkError, "below 1, not 2"),
    ("BatchNorm1d()", CallError, "n_features is missing"),
    ("model()", CallError, "x is missing; it is called as model(x)"),
    ("model(X, y)", CallError, "it is called as model(x)"),
    ("model(3)", ShapeError, "takes rows of 2 numbers"),
    ("model(X.T)", ShapeError, "takes rows of 2 numbers, not an input of shape (2, 4)"),
    ('model([["0", "1"]])', DataTypeError, "<U1"),
    ("model(None)", NetworkError, "not None"),
    ("model.forward(X)", AttributeError, "call it, model(x)"),
    ("model.predict(X)", AttributeError, "write model.outputs(inputs)"),
    ("model.fit(X, y)", AttributeError, "write nn.fit(model, (inputs, targets), loss, optimizer, epochs)"),
    ('model.compile(optimizer="adam")', AttributeError, "nn.fit(…, compile=True)"),
    ('model.save("x")', AttributeError, "nn.checkpoints.save(path, model)"),
    ("model.backward()", AttributeError, "the loss goes backward"),
    ('model.to("cuda")', AttributeError, "everything is on the CPU"),
    ("model[0]", CallError, "its layers are in the list .layers"),
    ("[layer for layer in model]", CallError, "its layers are in the list .layers"),
    ("model.requires_grad = False", AttributeError, "for p in model.parameters(): p.requires_grad = False"),
    ("model.layers[0].weight = numpy.ones((2, 3))", NetworkError, ".weight.data = …"),
    ("model.load_state_dict(model)", NetworkError, "a dict of arrays by name"),
    ('model.load_state_dict("model.pt")', NetworkError, "a dict of arrays by name, as state_dict() gives it, not str"),
    ("model.load_state_dict({})", NetworkError, "layers.0.weight is missing"),
    ("class Own(Module): pass\nOwn()(X)", CallError, "define __call__(self, x)"),
    (
        "class Own(Module):\n    def forward(self, x): return x\nOwn()(X)",
        CallError,
        "rename forward to __call__(self, x)",
    ),
    (
        "class Own(Module):\n    def __init__(self): self.parameters = []\nOwn()",
        NetworkError,
        "parameters() is a method of every module",
    ),
    ("NeuronMLP((2, 1))(3)", ShapeError, "takes a list of 2 numbers or Values"),
    ("Neuron(2)(3)", ShapeError, "takes 2 inputs in a list, not int 3"),
    ("to_neurons(NeuronMLP((2, 1)))", NetworkError, "takes an MLP"),
    ("to_tensors(model)", NetworkError, "takes a NeuronMLP"),
]

OPTIMIZERS_AND_LOSSES: list[Row] = [
    ("SGD(model)", CallError, "learning_rate is missing; it is called as SGD(parameters, learning_rate, …)"),
    ("SGD(model, lr=0.1)", CallError, "it is called learning_rate= here"),
    ("SGD(model, 0.1, 0.9)", CallError, "momentum, nesterov, weight_decay go by name"),
    ("Adam(model, beta1=0.9)", CallError, "it is called betas= here"),
    ("Adam(model, eps=1e-8)", CallError, "it is called epsilon= here"),
    ("SGD(0.1, model)", NetworkError, "takes a module or a list of its parameters(), not float 0.1"),
    ("SGD(model.parameters, 0.1)", NetworkError, "call it first"),
    ("SGD(MLP, 0.1)", NetworkError, "the class MLP: make one of it first"),
    ("SGD([model], 0.1)", NetworkError, "give the module itself"),
    ("SGD([1.0, 2.0], 0.1)", NetworkError, "leaves that require gradients"),
    ("SGD(model.state_dict(), 0.1)", NetworkError, "as model.parameters() gives"),
    ("SGD({v}, 0.1)", NetworkError, "give a list"),
    ("SGD([], 0.1)", NetworkError, "at least one parameter"),
    ('SGD(model, "0.1")', NetworkError, "a finite number ≥ 0, not '0.1'"),
    ('SGD(model, 0.1, momentum=0.5, nesterov="yes")', NetworkError, "nesterov is True or False"),
    ('Adam(model, amsgrad="yes")', NetworkError, "amsgrad is True or False"),
    ("optimizer.step(loss)", CallError, "loss.backward() comes before it"),
    ("optimizer.zero_grad(True)", CallError, "takes nothing"),
    ("optimizer.lr = 0.5", AttributeError, "write optimizer.learning_rate"),
    ("optimizer.param_groups", AttributeError, "optimizer.parameters"),
    ("optimizer.minimize(loss)", AttributeError, "optimizer.zero_grad(), loss.backward(), optimizer.step()"),
    ("optimizer.load_state_dict(None)", NetworkError, "a dict of arrays by name"),
    ("clipping.clip_norm(model, 1.0)", NetworkError, "a list of parameters, such as model.parameters()"),
    ("quadratic(model, y)", DataTypeError, "outputs: an operand is"),
    ("quadratic(None, y)", NetworkError, "does the model end in return?"),
    ("quadratic(model(X), None)", DataTypeError, "targets: an operand is"),
    ("quadratic(model(X), y[:, 0])", ShapeError, "they must be the same"),
    ("softmax_cross_entropy(model(X), 3)", ShapeError, "one label a row is needed"),
    ("hinge(model(X), y)", DataTypeError, "targets are −1 and 1"),
    ("binary_cross_entropy(model(X), y)", DataTypeError, "end the model in a sigmoid"),
    ("schedules.cosine()", CallError, "steps is missing"),
    ("schedules.warm_up(3, 3)", NetworkError, "a schedule is a function of the step's number"),
    ('schedules.warm_up(3, "cosine")', NetworkError, "schedules.cosine(1000)"),
    ("schedules.warm_up(3, schedules.cosine)", NetworkError, "give schedules.cosine(…)"),
]

TRAINING: list[Row] = [
    ("fit(model, X, y)", CallError, "optimizer and epochs are missing; it is called as fit(model, data, loss,"),
    ("fit(model, X, y, 10)", CallError, "where data is a pair, (inputs, targets)"),
    ("fit(model, data, quadratic, optimizer, 1, 32)", CallError, "go by name"),
    ("fit(model, data, quadratic, optimizer, 1, verbose=1)", CallError, "a line shows the progress"),
    ("fit(model, data, quadratic, optimizer, 1, validation_split=0.2)", CallError, "nn.split_samples"),
    ("fit(model, data, quadratic, optimizer, 1, validation_data=data)", CallError, "it is called validation= here"),
    ("fit(model, data, quadratic, optimizer, 1, shuffle=True)", CallError, "are shuffled anew in each epoch"),
    ("fit(model, data, quadratic, optimizer, 1, seed=3)", CallError, "it is called rng= here"),
    ("fit(None, data, quadratic, optimizer, 1)", NetworkError, "a model is called with rows of inputs"),
    ("fit(MLP, data, quadratic, optimizer, 1)", NetworkError, "the class MLP: make one of it first"),
    ("fit(model.parameters(), data, quadratic, optimizer, 1)", NetworkError, "a model is called with rows of inputs"),
    ("fit(lambda: 3, data, quadratic, optimizer, 1)", CallError, "1 argument by position"),
    ("fit(lambda x: None, data, quadratic, optimizer, 1)", NetworkError, "does the model end in return?"),
    ("fit(model, X, quadratic, optimizer, 1)", NetworkError, "data is a pair of inputs and targets"),
    ("fit(model, xor(), quadratic, optimizer, 1)", NetworkError, "such as a data set's `train`"),
    ("fit(model, (X, y[:3]), quadratic, optimizer, 1)", DatasetError, "every sample needs both"),
    ("fit(model, (X, None), quadratic, optimizer, 1)", DatasetError, "NoneType None has none"),
    ('fit(model, (X, list("abcd")), quadratic, optimizer, 1)', NetworkError, "targets are numbers"),
    ("fit(model, (X.astype(str), y), quadratic, optimizer, 1)", NetworkError, "inputs are numbers"),
    ("fit(model, (table, y), quadratic, optimizer, 1)", NetworkError, ".astype(float) makes them"),
    ("fit(model, ([[1, 2], [3]], y[:2]), quadratic, optimizer, 1)", DatasetError, "differ in length"),
    ("fit(model, (X, y[:, 0]), quadratic, optimizer, 1)", ShapeError, "they must be the same"),
    ("fit(model, data, optimizer, quadratic, 1)", NetworkError, "a loss is a function of outputs and targets"),
    ('fit(model, data, "mse", optimizer, 1)', NetworkError, "known are quadratic"),
    ("fit(model, data, loss, optimizer, 1)", NetworkError, "a loss is a function of outputs and targets"),
    ("fit(model, data, lambda a: a, optimizer, 1)", CallError, "2 arguments by position"),
    ("fit(model, data, model, optimizer, 1)", CallError, "2 arguments by position"),
    ("fit(model, data, lambda a, y: None, optimizer, 1)", NetworkError, "does it end in return?"),
    ("fit(model, data, lambda a, y: 3.0, optimizer, 1)", NetworkError, "without float(), .data, .item()"),
    ("fit(model, data, lambda a, y: ((a.data - y) ** 2).sum(), optimizer, 1)", NetworkError, "without float(), .data"),
    ("fit(model, data, lambda a, y: a - y, optimizer, 1)", NetworkError, "end it in .mean()"),
    ("fit(model, (X, [0, 1, 1, 0]), softmax_cross_entropy, optimizer, 1)", NetworkError, "whose share is always 1"),
    ("fit(model, data, quadratic, SGD, 1)", NetworkError, "the class SGD: make one of it first"),
    ('fit(model, data, quadratic, "sgd", 1)', NetworkError, "such as nn.SGD(model, 0.1)"),
    ('fit(model, data, quadratic, optimizer, "10")', NetworkError, "epochs is a whole number from 1, not '10'"),
    ('fit(model, data, quadratic, optimizer, 1, batch_size="32")', NetworkError, "batch_size is a whole number"),
    ('fit(model, data, quadratic, optimizer, 1, drop_last="no")', DatasetError, "drop_last is True or False"),
    ('fit(model, data, quadratic, optimizer, 1, compile="yes")', NetworkError, "compile is True or False"),
    ("fit(model, data, quadratic, optimizer, 1, validation=0.2)", NetworkError, "validation is a pair"),
    ("fit(model, data, quadratic, optimizer, 1, schedule=[1, 0.5])", NetworkError, "a schedule is a function"),
    ("fit(model, data, quadratic, optimizer, 1, schedule=schedules.cosine)", NetworkError, "schedules.cosine(…)"),
    ("fit(model, data, quadratic, optimizer, 1, schedule=lambda: 0.5)", CallError, "1 argument by position"),
    (
        "fit(model, data, quadratic, optimizer, 1, schedule=lambda s: None)",
        NetworkError,
        "a finite number ≥ 0, not None",
    ),
    ("fit(model, data, quadratic, optimizer, 1, callbacks=EarlyStopping)", NetworkError, "such as [EarlyStopping()]"),
    ("fit(model, data, quadratic, optimizer, 1, callbacks=[print])", NetworkError, "subclasses of nn.Callback"),
    ('fit(model, data, quadratic, optimizer, 1, rng="a")', DatasetError, "a seed (a whole number from 0)"),
    ("fit(model, data, quadratic, optimizer, 1, checkpoint=True)", CheckpointError, "checkpoint is the path of a file"),
    ("fit(model, data, quadratic, optimizer, 1, resume=True)", CheckpointError, "resume is the path of a file"),
    ('fit(model, data, quadratic, optimizer, 1, notes="a")', NetworkError, "notes are a dict"),
    ("train_step(model, X, y, quadratic)", CallError, "optimizer is missing"),
    ("train_step(model, X, y, optimizer, quadratic)", NetworkError, "a loss is a function of outputs and targets"),
    ("train_step(model, X, y, quadratic, SGD)", NetworkError, "such as nn.SGD(model, 0.1)"),
    ("train_step(model, X, y, lambda a, y: 3.0, optimizer)", NetworkError, "a node with one number, not float 3.0"),
    ("train_step(X, y, model, quadratic, optimizer)", NetworkError, "a model is called with rows of inputs"),
    ("accuracy(model(X), y)", CallError, "labels is missing"),
    ("accuracy(model(X), X, y[:, 0])", NetworkError, "a model is called with rows of inputs"),
    ("accuracy(model, X, y)", NetworkError, "[:, 0] of a column"),
    ("accuracy(model, X, y[:, 0], quadratic)", NetworkError, "loss=…"),
    ('accuracy(model, X, y[:, 0], "0.5")', NetworkError, "the threshold is a number"),
    ('accuracy(model, X, ["a", "b", "a", "b"])', NetworkError, "numbers names"),
    ("accuracy(lambda x: None, X, [0, 1, 1, 0])", NetworkError, "does it end in return?"),
    ("accuracy(model, None, None)", NetworkError, "inputs have a row for each sample"),
    ('EarlyStopping(monitor="loss")', CallError, "it is called watch= here"),
    ('EarlyStopping("loss")', NetworkError, "the patience is a whole number"),
    ('EarlyStopping(restore_best="yes")', NetworkError, "restore_best is True or False"),
    ("diagnose(model)", NetworkError, "the history that fit returned"),
    ('history["loss"]', HistoryError, "history.column('loss')"),
    ("history.history", AttributeError, 'history.column("loss")'),
    ("history.save(3)", HistoryError, "the path of a file"),
    ('checkpoints.save(model, "x")', CheckpointError, "the path of a file"),
    ("checkpoints.save(model)", CallError, "where the path comes first"),
    ('checkpoints.load(model, "x")', CheckpointError, "the path of a file"),
    ('checkpoints.load("no such file", model)', CheckpointError, "cannot be read"),
]

DATA: list[Row] = [
    ("X, y = xor()", DatasetError, "x, y = data.train"),
    ("xor()[0]", DatasetError, "x, y = data.train"),
    ("xor().x_train", AttributeError, "write .train_inputs"),
    ("moons(n_samples=10)", CallError, "it is called samples= here"),
    ('moons(10, noise="a")', DatasetError, "noise is a finite number"),
    ('moons(10, rng="a")', DatasetError, "a seed (a whole number from 0)"),
    ("mnist(3)", DatasetError, "not int 3"),
    ("mnist(train=True)", CallError, "data.train and data.test"),
    ("one_hot([0, 1])", CallError, "classes is missing"),
    ('one_hot([0, 1], "2")', DatasetError, "classes is a whole number"),
    ("one_hot([0, 1], num_classes=2)", CallError, "it is called classes= here"),
    ("Batches(data, 2)", CallError, "batch_size is missing"),
    ("Batches(X, y, 2)[0]", DatasetError, "for inputs, targets in batches"),
    ('Batches(X, y, 2, shuffle="no")', DatasetError, "shuffle is True or False"),
    ("Batches(3, 4, 2)", DatasetError, "inputs have a row for each sample, and int 3 has none"),
    ("split_samples(data)", CallError, "targets is missing"),
    ("split_samples(X, y, 0.2)", DatasetError, "such as (0.8, 0.2), not float 0.2"),
    ("split_samples(X, y, test_size=0.2)", CallError, "it is called shares= here"),
]

VIEWS: list[Row] = [
    ("viz.draw(3)", GraphError, "the output is a node (Value or Tensor) or a trace, not int 3"),
    ("viz.draw(model)", GraphError, "model(x), or a loss of that"),
    ("viz.draw(loss.item())", GraphError, "without .data, .item(), float()"),
    ("viz.draw([v])", GraphError, "give them one by one"),
    ("viz.draw(f)", GraphError, "call it first"),
    ('viz.draw(loss, "graph.svg")', CallError, "style, collapse, focus"),
    ('viz.draw(loss, format="png")', CallError, "the file's ending says it"),
    ('viz.draw(loss, style="Glass")', DrawingError, "known are glass, document"),
    ('viz.draw(loss, legend="yes")', DrawingError, "legend is True or False"),
    ('viz.draw(loss, seconds="1")', DrawingError, "seconds is a number above 0"),
    ('viz.draw(loss, max_traced="a")', DrawingError, "max_traced is a whole number"),
    ("viz.draw(model(X))", ShapeError, "reduce it (.sum(), .mean())"),
    ("viz.draw(loss).save()", CallError, "path is missing"),
    ("viz.draw(loss).save(3)", DrawingError, "the path of a file"),
    ('viz.draw(loss).save("graph.jpg")', DrawingError, ".svg, .png, .pdf, .dot, .json, .gif or .html"),
    ("viz.draw(loss).show()", AttributeError, 'write .save("graph.svg")'),
    ('viz.draw(loss).render("graph")', AttributeError, 'write .save("graph.svg")'),
    ("viz.trace(model)", GraphError, "model(x), or a loss of that"),
    ("viz.trace(loss, update=optimizer)", DataTypeError, "update=optimizer.step"),
    ("viz.trace(loss, 1.0)", CallError, "go by name"),
    ("viz.step(model)", CallError, "it takes nothing and returns a node"),
    ("viz.step(f)", CallError, "x is missing"),
    ("viz.step(3)", GraphError, "not int 3"),
    ('viz.step(loss, "steps.txt")', DrawingError, "an open file to print to, not str 'steps.txt'"),
    ("list(viz.steps(loss))", GraphError, "takes a trace, viz.trace(output)"),
    ('viz.format_number("3")', DrawingError, "a number is written, not str '3'"),
]

PYTORCH: list[Row] = [
    ("t.unsqueeze(0)", AttributeError, "autograd.expand_dims(t, axis)"),
    ("t.clamp(0, 1)", AttributeError, ".clip(low, high)"),
    ("v.clamp(min=0)", AttributeError, ".clip(low, high)"),
    ("t.numel()", AttributeError, "write t.size"),
    ("t.dim()", AttributeError, "write t.ndim"),
    ("t.masked_fill(t > 1, 0.0)", AttributeError, "autograd.where(mask, number, t)"),
    ("t.gather(0, t)", AttributeError, "take_along_axis"),
    ("t.t()", AttributeError, "write t.T"),
    ("t.add_(1)", AttributeError, "nothing is changed in place, write t = t + other"),
    ("t.device", AttributeError, "everything is on the CPU"),
    ("Tensor.zeros(3)", AttributeError, "Tensor(numpy.zeros(shape))"),
    ("t.sum(dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("t.mean(dim=0, keepdim=True)", CallError, "there is no keepdim=: it is called keepdims= here"),
    ("t.std(dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("t.softmax(dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("log_softmax(t, dim=-1)", CallError, "there is no dim=: it is called axis= here"),
    ("stack([t, t], dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("t.sort(dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("t.squeeze(dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("autograd.median(t, dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("autograd.flip(t, dims=0)", CallError, "there is no dims=: it is called axis= here"),
    ("autograd.cumsum(t, dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("autograd.linalg.norm(t, dim=0)", CallError, "there is no dim=: it is called axis= here"),
    ("t.flip(0)", AttributeError, "write autograd.flip(t, …)"),
    ("t.inverse()", AttributeError, "write autograd.linalg.inv(t)"),
    ("t.nbytes", AttributeError, "write t.data.nbytes"),
    ("Value(1.0).max(2.0)", AttributeError, "write autograd.maximum(v, other)"),
    ("Value(1.0).atan()", AttributeError, "write .arctan()"),
    ("autograd.cat([t, t], dim=0)", AttributeError, "autograd.concatenate([a, b], axis)"),
    ("autograd.zeros(3)", AttributeError, "autograd.Tensor(numpy.zeros(shape))"),
    ("autograd.manual_seed(0)", AttributeError, "give rng=0"),
    ("autograd.nn.Linear(2, 3)", AttributeError, "write import nn"),
    ("autograd.optim.SGD(model, lr=0.1)", AttributeError, "nn.SGD(model, 0.1)"),
    ("optimizer.zero_grad(set_to_none=True)", CallError, "gradients are None afterwards; leave it out"),
    ("model.zero_grad(set_to_none=True)", CallError, "gradients are None afterwards; leave it out"),
    ("optimizer.add_param_group({})", AttributeError, "give all parameters"),
    ("model.modules()", AttributeError, "model.named_modules()"),
    ("model.register_buffer('mean', X)", AttributeError, "in the class's `buffers`"),
    ("Sequential(tanh).append(tanh)", AttributeError, "model.layers.append(layer)"),
    ("nn.ReLU()", AttributeError, "Sequential(Linear(2, 3), relu)"),
    ("nn.CrossEntropyLoss()", AttributeError, "nn.softmax_cross_entropy(outputs, labels)"),
    ("nn.MSELoss()", AttributeError, "half the sum of squares"),
    ("nn.Parameter(t)", AttributeError, "is a parameter"),
    ("nn.ModuleList([])", AttributeError, "write a list"),
    ("nn.LSTM(2, 3)", AttributeError, "there is no such layer yet"),
    ("nn.optim.Adam(model)", AttributeError, "nn.Adam(model)"),
    ("nn.functional.relu(t)", AttributeError, "in autograd"),
    ("quadratic(model(X), y, reduction='sum')", CallError, "averaged over its samples"),
    ("Conv2d(in_channels=1, out_channels=2, kernel_size=3)", CallError, "it is called n_inputs= here"),
    ("Conv2d(1, 2, 3, dilation=2)", CallError, "windows have no gaps"),
    ("MaxPool2d(2, padding=1)", CallError, "windows stay inside the image"),
    ("Embedding(num_embeddings=3, embedding_dim=2)", CallError, "it is called n_entries= here"),
    ("Embedding(3, 2)([0.5])", DataTypeError, ".astype(int) makes them"),
    ("Embedding(3, 2)([3])", ShapeError, "whole numbers from 0 to 2 alone"),
    ('Linear(2, 3, bias="no")', NetworkError, "bias is True or False"),
    ("BatchNorm1d(num_features=3)", CallError, "n_features="),
    ("LayerNorm(normalized_shape=3)", CallError, "it is called n_features= here"),
]

MISTAKES = [*PYTORCH, *NODES, *FUNCTIONS, *TRANSFORMS, *NETWORKS, *OPTIMIZERS_AND_LOSSES, *TRAINING, *DATA, *VIEWS]

# Python's and NumPy's words, which say what an object is not, and nothing of what was meant.
BARE_WORDS = re.compile(
    r"object is not (callable|iterable|subscriptable|an iterator)|has no len\(\)|not subscriptable|"
    r"unsupported operand|has no attribute|missing \d+ required|unexpected keyword argument|positional arguments? but|"
    r"not supported between|can't multiply|cannot be interpreted|unhashable type|ufunc '|SeedSequence|os\.PathLike|"
    r"inhomogeneous|too many values|must be real number|context manager protocol|not a mapping"
)


class Table:
    """As a table of another library: an array that is asked for its numbers, and gives objects."""

    def to_numpy(self, dtype: Any = object) -> numpy.ndarray[Any, Any]:
        return numpy.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> numpy.ndarray[Any, Any]:
        return self.to_numpy()

    def __len__(self) -> int:
        return 4


@pytest.fixture
def names(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a beginner has at hand, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    model = nn.MLP((2, 3, 1), "tanh", rng=0)
    inputs, targets = nn.xor().train_inputs, nn.xor().train_labels.reshape(-1, 1)
    return {
        **vars(autograd),
        **{name: getattr(autograd, name) for name in autograd.__all__},  # also what is imported at its first use
        **vars(nn),
        "autograd": autograd,
        "nn": nn,
        "math": math,
        "numpy": numpy,
        "viz": viz,
        "clipping": nn.clipping,  # type: ignore[attr-defined]  # a module of the package, which `fit` imports
        "f": _squared,
        "v": autograd.Value(2.0, label="v"),
        "t": autograd.Tensor([1.0, 2.0, 3.0], label="t"),
        "table": Table(),
        "model": model,
        "optimizer": nn.SGD(model, 0.1),
        "X": inputs,
        "y": targets,
        "data": (inputs, targets),
        "loss": nn.quadratic(model(inputs), targets),
        "history": nn.History(),
    }


def _squared(x: Any) -> Any:
    return x**2


@pytest.mark.parametrize(("written", "kind", "words"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_beginners_mistake_is_answered_in_a_sentence(
    written: str, kind: type[Exception], words: str, names: dict[str, Any]
) -> None:
    with pytest.raises(kind) as raised:
        exec(written, names)
    sentence = str(raised.value)
    assert words in sentence
    assert not BARE_WORDS.search(sentence), sentence
    # Among the names that a class has not Python's own kind of error is the right one: `hasattr` is to be False.
    assert isinstance(raised.value, GraphError | AttributeError)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("grad(f)([1.0, 2.0])", "where a vector is meant, give numpy.array(…)"),
        ("vjp(f, (1.0, 2.0))", "where a vector is meant, give numpy.array(…)"),
        ("grad(lambda x: x.sum())([1.0, 2.0])", "where a vector is meant, give numpy.array(…)"),
        ("grad(f)(None)", "is None, by which nothing is differentiated"),
    ],
)
def test_the_error_of_a_persons_own_function_is_kept_with_a_note_on_its_argument(
    written: str, words: str, names: dict[str, Any]
) -> None:
    with pytest.raises((TypeError, AttributeError)) as raised:
        exec(written, names)
    assert words in " ".join(raised.value.__notes__)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("MLP([2, 3, 1], rng=0)(X)", "MLP((2, 3, 1), rng=0)(X)"),
        ("MLP(2, [3, 1], rng=0)(X)", "MLP((2, 3, 1), rng=0)(X)"),
        ("Sequential([model, tanh])(X)", "Sequential(model, tanh)(X)"),
        ("mean([v, v])", "mean(array([v, v]))"),
        ("t.reshape([3, 1])", "t.reshape(3, 1)"),
        ("sum_to_shape(array([[1.0, 2.0], [3.0, 4.0]]), 2)", "sum_to_shape(array([[1.0, 2.0], [3.0, 4.0]]), (2,))"),
        ("model([[0.0, 1.0]])", "model(numpy.array([[0.0, 1.0]]))"),
    ],
)
def test_where_one_thing_alone_can_be_meant_it_is_given(written: str, meant: str, names: dict[str, Any]) -> None:
    numpy.testing.assert_array_equal(*[eval(f"array({text})", names) for text in (f"{written}.data", f"{meant}.data")])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('fit(model, data, "quadratic", optimizer, 1)', "fit(model, data, quadratic, optimizer, 1)"),
        ("fit(model, list(data), quadratic, optimizer, 1)", "fit(model, data, quadratic, optimizer, 1)"),
        ("fit(model, data, quadratic, optimizer, 1, callbacks=None)", "fit(model, data, quadratic, optimizer, 1)"),
    ],
)
def test_fit_takes_what_can_be_meant_once(written: str, meant: str, names: dict[str, Any]) -> None:
    before = names["model"].state_dict()
    losses = []
    for text in (written, meant):
        names["model"].load_state_dict(before)
        losses.append(eval(text, names)[-1].loss)
    assert losses[0] == losses[1]


def test_what_a_class_has_not_may_be_set_or_defined_and_is_not_found_by_hasattr() -> None:
    tensor = autograd.Tensor([1.0])
    assert not hasattr(tensor, "numpy")
    tensor.numpy = 3  # type: ignore[attr-defined]  # a person's own
    assert tensor.numpy == 3  # type: ignore[attr-defined]  # as above

    class Own(nn.Module):
        def predict(self) -> int:
            return 4

    assert Own().predict() == 4
    assert not hasattr(nn.MLP((2, 1)), "fit")


def test_a_type_error_inside_a_function_of_ours_or_a_persons_is_not_taken_for_a_call_that_does_not_fit() -> None:
    def broken(x: Any) -> Any:
        return x + len(3)  # type: ignore[arg-type]  # the mistake

    for call in (lambda: autograd.grad(broken)(2.0), lambda: autograd.compile(broken)(2.0)):
        with pytest.raises(TypeError, match="has no len") as raised:
            call()
        assert not isinstance(raised.value, GraphError)


def _said_of(holder: Any, name: str) -> str | None:
    try:
        getattr(holder, name)
    except AttributeError as error:
        return str(error)
    return None


def test_every_name_of_pytorch_s_is_there_or_answered() -> None:
    answered = 0
    for holder, names in (
        (autograd.Tensor([1.0]), pytorch_manner._OF_NODES),
        (autograd.Value(1.0), pytorch_manner._OF_NODES),
        (autograd.Tensor, pytorch_manner._MAKING),
        (autograd, pytorch_manner._OF_THE_PACKAGE),
        (nn, nn.pytorch_manner._NAMES),
    ):
        for name, instead in names.items():
            said = _said_of(holder, name)
            answered += said is not None
            assert said is None or f"has no {name}: " in said, (name, instead)
    assert answered > 100


def test_a_name_that_no_library_has_is_python_s_own_error() -> None:
    for module in (autograd, nn):
        with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
            getattr(module, "nonsense")  # noqa: B009  # mypy knows that it is not there
        assert not hasattr(module, "ReLU")
