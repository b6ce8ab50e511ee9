"""DOT, as every style needs it: the graph, and text that is shown as it was typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .numbers import format_data
from .parts import TracedNode
from .picture import RIGHT, Arrangement
from .themes import Colours
from .tracing import Trace

if TYPE_CHECKING:
    import graphviz

# Without a limit to its passes Graphviz takes minutes for hundreds of nodes that are connected across each other;
# small pictures do without one, because their edges come out a little shorter then. A long edge is laid out as a
# node in every rank it crosses: with very many of those only straight edges and few passes end in seconds.
LARGE, MANY_CROSSED_RANKS = 100, 1200
# One size for all text, in points: what can be read of a picture can all be read.
FONT_SIZE, FONT = 12.0, "Helvetica,Arial,sans-serif"
# Edges from what was computed are kept shorter than those from leaves, so that the leaves of a step stand beside it.
COMPUTED_WEIGHT = "3"
_LIMITED = {"nslimit": "2", "nslimit1": "2"}
_QUICK = {"splines": "line", "nslimit": "0.1", "nslimit1": "0.1", "mclimit": "0.1"}


def new_graph(
    node: dict[str, str],
    colours: Colours,
    *,
    nodesep: str,
    note: str,
    count: int,
    crossed_ranks: int = 0,
    arrangement: Arrangement = RIGHT,
) -> graphviz.Digraph:
    """A graph in these colours that runs where its arrangement says, with what it does not show below it.

    Args:
        count: about so many nodes there will be.
        crossed_ranks: by all edges together; where they are many, edges are straight.
    """
    import graphviz

    down = arrangement.direction == "down"
    # Without text on its edges a graph needs room for arrows alone.
    ranksep = "0.25" if arrangement.operations == "boxes" or down else "0.4"
    graph = {"rankdir": "TB" if down else "LR", "bgcolor": colours.background, "nodesep": nodesep}
    graph |= {"ranksep": ranksep, "pad": "0.1"}
    if count > LARGE:
        graph |= _LIMITED
    if crossed_ranks > MANY_CROSSED_RANKS:
        graph |= _QUICK
    if note:
        graph |= {"label": escape(note), "labelloc": "b", "fontsize": f"{FONT_SIZE:g}"}
    ink = {"color": colours.ink, "fontcolor": colours.ink, "fontname": FONT}
    return graphviz.Digraph(
        graph_attr={**graph, "fontname": FONT, "fontcolor": colours.ink},
        node_attr={"fontsize": f"{FONT_SIZE:g}", **ink, **node},
        edge_attr={"fontsize": f"{FONT_SIZE:g}", "arrowsize": "0.7", **ink},
    )


def escape(text: str) -> str:
    """Text that DOT shows as it was typed: backslashes, entities, markup and spaces at the ends mean nothing."""
    from graphviz import escape as escaped

    shown = _OUTER_SPACES.sub(lambda spaces: NO_BREAK * len(spaces.group()), printable(text)).replace("&", "&amp;")
    return escaped(shown)  # type: ignore[no-any-return]  # a subclass of str, by which graphviz knows that it is escaped


def record_text(text: str) -> str:
    """Text for a field of a record label, where braces, bars and angles have a meaning."""
    escaped = escape(text)
    for special in "{}|<>":
        escaped = escaped.replace(special, f"\\{special}")
    return escaped.replace("\n", r"\n")  # in a record a newline as such is a space


def printable(text: str) -> str:
    """Text that XML and a renderer can take: characters that cannot be printed become �."""
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return _UNPRINTABLE.sub("\ufffd", cut.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


NO_BREAK = "\u00a0"
# Spaces that a record or a browser would drop: all but one between two words.
_OUTER_SPACES = re.compile(r"^ +| +$|  +", re.MULTILINE)
_UNPRINTABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 1000


def tooltip_text(text: str) -> str:
    """Text for a tooltip, whose backslashes a renderer reads twice: `\\N` would be the node's name."""
    return escape(text.replace("\\", r"\\"))


def tooltip(node: TracedNode, trace: Trace) -> str:
    """Everything about a node, in full precision."""
    gradient = trace.gradients.get(node.id)
    parts = [node.label + (f" = {node.expression}" if node.expression else "") + f" = {_in_full(node.data)}"]
    parts.append(f"gradient {'—' if gradient is None else _in_full(gradient)}")
    if node.module_path:
        parts.append(node.module_path)
    if node.source is not None:
        parts.append(str(node.source))
    return tooltip_text("; ".join(parts))


def _in_full(data: object) -> str:
    return repr(data)[:200] if isinstance(data, int | float) else format_data(data, digits=17)[:400]
