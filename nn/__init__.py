"""nn: networks on glassgrad's engine, their losses, optimizers and data."""

import importlib
from typing import TYPE_CHECKING, Any

try:
    from autograd import DISTRIBUTION as _ENGINE  # noqa: F401  # its presence is the check
except ImportError as _error:
    raise ImportError(
        "nn needs glassgrad's package `autograd`, and PyPI's package of that name was found in its place, or took its "
        "files along when it was removed: run `pip uninstall -y autograd glassgrad`, then install glassgrad again; it "
        "has autograd's names, too"
    ) from _error

from . import checkpoints, schedules
from .activations import ACTIVATIONS, activation_of, identity
from .callbacks import Callback, EarlyStopping, Snapshots
from .convolution import Conv2d, MaxPool2d
from .datasets import (
    DATASETS,
    Batches,
    Dataset,
    circles,
    digits,
    from_one_hot,
    mnist,
    moons,
    one_hot,
    spiral,
    split_samples,
    xor,
    yinyang,
)
from .diagnostics import Diagnostics, diagnose
from .distributions import Distributions
from .divergence import DivergenceError
from .embedding import Embedding
from .errors import CheckpointError, DatasetError, HistoryError, NetworkError
from .history import Epoch, History
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
from .meaning import Meaning
from .measuring import accuracy
from .module import Module
from .neuron import Neuron, NeuronLayer, NeuronMLP, to_neurons, to_tensors
from .onnx_bridge import export_onnx, import_onnx
from .optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSProp
from .pytorch_manner import missing_name as _missing_name
from .regularization import BatchNorm1d, Dropout, Flatten, LayerNorm
from .schedules import SCHEDULES
from .torch_bridge import from_torch, to_torch
from .training import fit, train_step
from .weight_files import load_weights

if TYPE_CHECKING:
    from . import sklearn as sklearn
else:  # with it, a type checker would believe that every name is there

    def __getattr__(name: str) -> Any:
        """The room of scikit-learn's estimators, which is imported when it is asked for."""
        if name == "sklearn":
            return importlib.import_module(".sklearn", __name__)
        return _missing_name(name)


__all__ = [
    "ACTIVATIONS", "DATASETS", "INITIALIZERS", "LOSSES", "MLP", "OPTIMIZERS", "SCHEDULES", "SGD", "Adam", "AdamW",
    "BatchNorm1d", "Batches", "Callback", "CheckpointError", "Conv2d", "Dataset", "DatasetError", "Diagnostics",
    "Distributions", "DivergenceError", "Dropout", "EarlyStopping", "Embedding", "Epoch", "Flatten", "History",
    "HistoryError", "Initializer", "LayerNorm", "Linear", "MaxPool2d", "Meaning", "Module", "NetworkError", "Neuron",
    "NeuronLayer", "NeuronMLP", "Optimizer", "RMSProp", "Sequential", "Snapshots", "accuracy", "activation_of",
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "checkpoints", "circles", "diagnose", "digits",
    "export_onnx", "fit", "from_one_hot", "from_torch", "hinge", "huber", "identity", "import_onnx", "load_weights",
    "mean_absolute_error", "mnist", "moons", "one_hot", "quadratic", "schedules", "softmax_cross_entropy", "spiral",
    "split_samples", "to_neurons", "to_tensors", "to_torch", "train_step", "xor", "yinyang",
]  # fmt: skip
