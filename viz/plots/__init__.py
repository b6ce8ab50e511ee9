"""Pictures of training, as matplotlib Figures: curves, boundaries, mistakes, weights (needs the extra `plots`).

Each function takes arrays, or figures under their names (`nn.History` has them), and returns a Figure:
`.savefig("curves.png")` writes it, a notebook shows it. They are made to be read in grey, too: what is told apart by
colour is told apart by lightness, line style or marker as well. `with theme("dark"):` makes them for dark paper.
"""

from __future__ import annotations

from .boundaries import decision_boundaries, decision_boundary
from .confusion import confusion_matrix
from .distributions import layer_distributions
from .histories import curves, gradient_norms, seeds
from .images import first_layer_weights, image_grid, misclassified
from .looks import require, theme
from .movement import weight_movement
from .regressions import regression_curve
from .surfaces import loss_surface

# What networks, data sets and histories show of themselves.
PLOTS = (
    curves,
    gradient_norms,
    decision_boundary,
    decision_boundaries,
    confusion_matrix,
    first_layer_weights,
    misclassified,
    image_grid,
    regression_curve,
    loss_surface,
    layer_distributions,
    weight_movement,
)

__all__ = [
    "PLOTS",
    "confusion_matrix",
    "curves",
    "decision_boundaries",
    "decision_boundary",
    "first_layer_weights",
    "gradient_norms",
    "image_grid",
    "layer_distributions",
    "loss_surface",
    "misclassified",
    "regression_curve",
    "require",
    "seeds",
    "theme",
    "weight_movement",
]
