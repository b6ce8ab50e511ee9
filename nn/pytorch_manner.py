"""What a person who comes from PyTorch looks for in `nn`: asked for, each name says our word."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from autograd.arguments import answering_module


def _function(name: str) -> str:
    return f"activations are functions, write autograd.{name}: Sequential(Linear(2, 3), {name})"


_LOSS = "losses are functions, write nn."

_NAMES = {
    "ReLU": _function("relu"), "Tanh": _function("tanh"), "Sigmoid": _function("sigmoid"), "GELU": _function("gelu"),
    "SiLU": _function("silu"), "ELU": _function("elu"), "LeakyReLU": _function("leaky_relu"),
    "Softplus": _function("softplus"), "Softmax": _function("softmax"), "LogSoftmax": _function("log_softmax"),
    "Identity": "write nn.identity, a function",
    "CrossEntropyLoss": f"{_LOSS}softmax_cross_entropy(outputs, labels)",
    "NLLLoss": f"{_LOSS}softmax_cross_entropy(outputs, labels), of outputs without log_softmax",
    "MSELoss": f"{_LOSS}quadratic(outputs, targets), half the sum of squares of a sample, averaged over samples",
    "L1Loss": f"{_LOSS}mean_absolute_error(outputs, targets)",
    "HuberLoss": f"{_LOSS}huber(outputs, targets)",
    "SmoothL1Loss": f"{_LOSS}huber(outputs, targets)",
    "BCELoss": f"{_LOSS}binary_cross_entropy(outputs, targets)",
    "BCEWithLogitsLoss": f"{_LOSS}binary_cross_entropy_with_logits(outputs, targets)",
    "cross_entropy": "write nn.softmax_cross_entropy(outputs, labels)",
    "mse_loss": "write nn.quadratic(outputs, targets), half the sum of squares of a sample, averaged over samples",
    **dict.fromkeys(
        ("Conv1d", "Conv3d", "ConvTranspose2d", "AvgPool2d", "BatchNorm2d", "Dropout2d", "RNN", "LSTM", "GRU",
         "MultiheadAttention", "TransformerEncoder"),
        "there is no such layer yet; one of your own is a subclass of nn.Module with a __call__",
    ),
    "Parameter": "write autograd.Tensor(data): an attribute of a module that requires gradients is a parameter",
    "ModuleList": "write a list: modules in a module's lists are its own",
    "ModuleDict": "write a dict: modules in a module's dicts are its own",
    "ParameterList": "write a list: parameters in a module's lists are its own",
    "functional": "its functions are in autograd (relu, softmax, …), its losses in nn",
    "init": 'weights begin as initializer= says, "normal", "xavier" or "he"',
    "optim": "optimizers are here, nn.SGD(model, 0.1), nn.Adam(model)",
    "utils": "nn.fit(…, clip_norm=1.0) clips gradients",
    "DataLoader": "write nn.Batches(inputs, targets, batch_size)",
    "TensorDataset": "write a pair, (inputs, targets)",
}  # fmt: skip

missing_name: Callable[[str], NoReturn] = answering_module("nn", _NAMES)
