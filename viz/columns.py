"""Long chains beside each other: a DOT program that is cut where a single edge holds its two sides together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Text cannot begin a line with a tab: it is printed as a space.
_EDGE = re.compile(r"^\t+(\w+) -> (\w+) \[", re.MULTILINE)
# A node's name and its place, or a corner of it, in Graphviz's SVG.
_PLACE = re.compile(
    r"<title>(\w+)</title>\s*(?:<g[^>]*>\s*<a [^>]*>\s*)?"
    r'<\w+ [^>]*?(?:points="|cx="| x="| d="M)(-?[\d.]+)(?:,|" c?y=")(-?[\d.]+)'
)
_FRAME = re.compile(r"^\t+subgraph ", re.MULTILINE)


@dataclass(frozen=True)
class Columns:
    """A DOT program whose graph is in columns (rows, where it runs to the right), each beginning beside the first.

    Attributes:
        dot: in which Graphviz has columns in any order, but few bends.
        in_order: in which their order is fixed.
        members: what is in each.
    """

    dot: str
    in_order: str
    members: Sequence[set[str]]

    def are_apart(self, svg: str) -> bool:
        """Whether in this picture of it each column is beside the one before it as a whole."""
        axis = 1 if "rankdir=LR" in self.dot else 0
        found = {name: float(place[axis]) for name, *place in _PLACE.findall(svg)}
        extents = [[found[one] for one in column if one in found] for column in self.members]
        return all(before and after and max(before) < min(after) for before, after in pairwise(extents))


_COUNTS = 2


def in_columns(dot: str, columns: int) -> Columns | None:
    """The program with its graph in so many columns; None where it cannot be cut about there, or has frames, which a
    cut may cross.

    An edge that is cut is drawn all the same: it only asks no more for its ends to follow each other.
    """
    found = list(_EDGE.finditer(dot))
    if not found or _FRAME.search(dot):
        return None
    edges = [(edge[1], edge[2]) for edge in found]
    depth = _depths(edges)
    step = (max(depth.values()) + 1) / columns
    # A leaf's edge would cut off the leaf alone.
    bridges = [at for at, (source, _) in enumerate(edges) if depth[source] > 0 and _is_bridge(edges, at)]
    cuts: list[int] = []
    for column in range(1, columns):
        near = [at for at in bridges if abs(depth[edges[at][1]] - column * step) <= step / 4]
        if not near:
            return None
        cuts.append(min(near, key=lambda at: abs(depth[edges[at][1]] - column * step)))
    kept = [edge for at, edge in enumerate(edges) if at not in cuts]
    first = next(one for one in depth if depth[one] == 0)
    heads = [first, *(edges[at][1] for at in cuts)]
    ends = [0, *(found[at].end() for at in sorted(set(cuts))), dot.rindex("}")]
    cut = "constraint=false ".join(dot[start:end] for start, end in pairwise(ends))
    return Columns(f"{cut}}}\n", f"{cut}{_fixed(heads)}}}\n", [_reached(kept, head) for head in heads])


def _fixed(heads: Sequence[str]) -> str:
    """What keeps columns in their order: something unseen above each, in a row that is fixed."""
    unseen = [f"above_{head}" for head in heads]
    lines = [
        *(f'{above} [fixedsize=true height=0 label="" shape=point style=invis width=0];' for above in unseen),
        f"{{ rank=same; {' -> '.join(unseen)} [style=invis]; }}",
        # Edges that lie upon each other count as often where they would cross others.
        *(
            f"{above} -> {head} [style=invis];"
            for above, head in zip(unseen, heads, strict=True)
            for _ in range(_COUNTS)
        ),
    ]
    return "".join(f"\t{line}\n" for line in lines)


def _depths(edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many edges lead to each end on the longest way."""
    users = defaultdict(list)
    waiting: dict[str, int] = {}
    for source, target in edges:
        users[source].append(target)
        waiting[target] = waiting.get(target, 0) + 1
        waiting.setdefault(source, 0)
    depth = dict.fromkeys(waiting, 0)
    ready = [one for one, count in waiting.items() if count == 0]
    for one in ready:  # it grows as it is read
        for target in users[one]:
            depth[target] = max(depth[target], depth[one] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return depth


def _is_bridge(edges: Sequence[tuple[str, str]], at: int) -> bool:
    """Whether nothing but this edge holds its ends together."""
    source, target = edges[at]
    return target not in _reached([edge for other, edge in enumerate(edges) if other != at], source)


def _reached(edges: Sequence[tuple[str, str]], start: str) -> set[str]:
    """What hangs together with this by these edges, whichever way they point."""
    beside = defaultdict(list)
    for source, target in edges:
        beside[source].append(target)
        beside[target].append(source)
    seen, waiting = {start}, [start]
    while waiting:
        new = set(beside[waiting.pop()]) - seen
        seen |= new
        waiting += new
    return seen
