"""What the packages below show through this one: registered in `autograd.views` when `viz` is imported."""

from __future__ import annotations

from autograd import GraphError, Node, views

from . import plots
from .animation import boundary_animation
from .drawing import draw
from .notebook import bundle
from .tracing import trace

# The largest graph and the longest layout that a person waits for after evaluating a line.
MOST_NODES = 5_000
SECONDS = 10.0


def register_all() -> None:
    """Register every view of this package, unless somebody's own already has its name."""
    views.register("node", node_bundle, replace=False)
    views.register("trace", trace, replace=False)
    views.register("boundary_animation", boundary_animation, replace=False)
    for plot in plots.PLOTS:
        views.register(plot.__name__, plot, replace=False)


def node_bundle(node: Node) -> dict[str, str] | None:
    """A node as Jupyter shows it: its picture, or why there is none; of a leaf its repr, which None asks for."""
    if node.op is None:
        return None
    # A Value's is 0.0 before any backward(): then, as for None, "—" stands for gradients.
    gradient = None if isinstance(node.grad, float) and node.grad == 0 else node.grad
    try:
        # From the gradient that the node has, which is 1 only if backward() was called on it.
        traced = trace(node, gradient=gradient, backward=gradient is not None, most=MOST_NODES)
        drawing = draw(traced, theme="auto", seconds=SECONDS)
        return bundle(drawing.notebook_svg(), repr(node), drawing.note)
    except GraphError as error:
        return {"text/plain": f"{node!r}\n(no picture: {error})"}
