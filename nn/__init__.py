"""nn: networks on glassgrad's engine, their losses, optimizers and data."""

try:
    from autograd import DISTRIBUTION as _ENGINE  # noqa: F401  # its presence is the check
except ImportError as error:
    raise ImportError(
        "nn needs glassgrad's package `autograd`, and PyPI's package of that name was found in its place: "
        "give glassgrad an environment of its own, or `pip uninstall autograd` and install glassgrad again"
    ) from error

from .activations import ACTIVATIONS, activation_of, identity
from .datasets import Dataset, mnist, one_hot, xor
from .errors import DatasetError, NetworkError
from .initializers import INITIALIZERS, Initializer
from .layers import MLP, Linear, Sequential
from .losses import (
    LOSSES,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    huber,
    mean_absolute_error,
    quadratic,
    softmax_cross_entropy,
)
from .module import Module
from .neuron import Neuron, NeuronLayer, NeuronMLP, to_neurons, to_tensors
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSProp
from .regularization import BatchNorm1d, Dropout, Flatten, LayerNorm
from .training import Epoch, accuracy, batches, fit, train_step

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "LOSSES",
    "MLP",
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "BatchNorm1d",
    "Dataset",
    "DatasetError",
    "Dropout",
    "Epoch",
    "Flatten",
    "Initializer",
    "LayerNorm",
    "Linear",
    "Module",
    "NetworkError",
    "Neuron",
    "NeuronLayer",
    "NeuronMLP",
    "Optimizer",
    "RMSProp",
    "Sequential",
    "accuracy",
    "activation_of",
    "batches",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "fit",
    "hinge",
    "huber",
    "identity",
    "mean_absolute_error",
    "mnist",
    "one_hot",
    "quadratic",
    "softmax_cross_entropy",
    "to_neurons",
    "to_tensors",
    "train_step",
    "xor",
]
