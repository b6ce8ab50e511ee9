"""Which part of a program each operation belongs to: calls of modules and `scope` blocks, as a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograd import Node, Scope
from autograd.node import ModuleCall
from autograd.structure import flatten

Part = ModuleCall | Scope
# Every node with its inputs, inputs first.
Order = Sequence[tuple[Node, Sequence[Node]]]


@dataclass(frozen=True)
class Group:
    """One call of a module, or one `scope` block, in the group `parent`.

    Attributes:
        name: a module's class, or the scope's name.
        path: where the module is in the outermost one (`layers.0`), or the scope's path.
        description: a module's repr; "" for a scope.
    """

    id: int
    parent: int | None
    kind: Literal["module", "scope"]
    name: str
    path: str
    description: str


def groups_of(order: Order) -> tuple[list[Group], dict[Node, int]]:
    """The groups of a graph, and the innermost one of each node that is in any.

    Operations belong to the modules between whose inputs and outputs they lie, and to the scopes they were
    recorded in; parameters and unnamed constants to whatever all their users belong to; named inputs to
    nothing, so that they stay in sight.
    """
    calls = _calls_in(order)
    if not calls and all(node.scope is None for node, _ in order):
        return [], {}
    tree = _Tree()
    group_of: dict[Node, int] = {}
    for node, _ in order:
        if node.op is not None:
            group = tree.group_in(_parts_around(node, calls.get(node)))
            if group is not None:
                group_of[node] = group
    _place_leaves(order, tree.groups, group_of)
    return tree.groups, group_of


def module_paths(order: Order) -> dict[Node, str]:
    """The path of each parameter in the outermost module that was called: `layers.0.weight`."""
    paths: dict[Node, str] = {}
    seen: set[int] = set()
    for node, _ in reversed(order):
        for call in node.calls:
            for around in _outwards(call)[::-1]:
                named = getattr(around.module, "named_parameters", None)
                if named is not None and id(around.module) not in seen:
                    seen.add(id(around.module))
                    for path, parameter in named():
                        paths.setdefault(parameter, path)
    return paths


def chain(groups: Sequence[Group], group: int | None) -> list[int]:
    """A group and those around it, the outermost first."""
    found = []
    while group is not None:
        found.append(group)
        group = groups[group].parent
    return found[::-1]


# --- calls of modules -----------------------------------------------------------------------------------


def _calls_in(order: Order) -> dict[Node, ModuleCall]:
    """The innermost call that computed each operation, of those that any did.

    Calls take what they computed in the order in which they ended, so that each node is looked at once: one
    inside another goes first, and what an earlier call computed (a state that a module keeps) is not a later
    one's.
    """
    outputs: dict[ModuleCall, list[Node]] = {}
    for node, _ in order:
        for call in node.calls:
            outputs.setdefault(call, []).append(node)
    inputs_of = dict(order) if outputs else {}
    call_of: dict[Node, ModuleCall] = {}
    beyond: dict[ModuleCall, list[Node]] = {}  # the operations that a call's operations use and it did not compute
    for call, returned in sorted(outputs.items(), key=lambda item: item[0].ended):
        given = {one for one in flatten(call.inputs)[0] if isinstance(one, Node)}
        inner: set[ModuleCall] = set()
        outside = beyond[call] = []
        stack = [node for node in returned if node not in given]
        while stack:
            node = stack.pop()
            if node.op is None:
                continue
            computed_by = call_of.get(node)
            if node in given:
                outside.append(node)
            elif computed_by is None:
                call_of[node] = call
                stack += inputs_of[node]
            elif computed_by is not call:
                inside = _just_inside(call, computed_by, beyond)
                if inside is None:
                    outside.append(node)
                elif inside not in inner:
                    inner.add(inside)
                    stack += beyond[inside]
    return call_of


def _just_inside(call: ModuleCall, inner: ModuleCall, known: Mapping[ModuleCall, Any]) -> ModuleCall | None:
    """The outermost known call between these two, the inner one included; None if it was not made inside."""
    outermost = inner
    around = inner.around
    while around is not None and around is not call:
        if around in known:
            outermost = around
        around = around.around
    return None if around is None else outermost


# --- the tree -------------------------------------------------------------------------------------------


def _parts_around(node: Node, call: ModuleCall | None) -> list[Part]:
    """The calls and scopes that a node was recorded in, the outermost first."""
    parts: list[Part] = []
    scopes = _scopes_around(node.scope)
    for around in [] if call is None else _outwards(call):
        # The scopes that the call was made in are around it; further ones were opened inside.
        outer = _scopes_around(around.scope)
        parts += [scope for scope in scopes if scope not in outer]
        parts.append(around)
        scopes = outer
    return [*parts, *scopes][::-1]


def _outwards(call: ModuleCall | None) -> list[ModuleCall]:
    """A call and those around it, the innermost first; of a module that calls itself (for every row, or
    for every branch of a tree) each call stands beside the one that made it, not inside."""
    found: list[ModuleCall] = []
    while call is not None:
        if not found or call.module is not found[-1].module:
            found.append(call)
        call = call.around
    return found


def _scopes_around(scope: Scope | None) -> list[Scope]:
    """A scope and those around it, the innermost first."""
    found = []
    while scope is not None:
        found.append(scope)
        scope = scope.parent
    return found


class _Tree:
    """The groups, in the order in which they are met."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self._found: dict[tuple[int | None, int], int] = {}
        self._paths: dict[int, dict[int, str]] = {}  # of the modules in each outermost one, all by their `id()`
        self._descriptions: dict[int, str] = {}

    def group_in(self, parts: Sequence[Part]) -> int | None:
        """The innermost group of what is in these parts, the outermost of which comes first."""
        group: int | None = None
        outermost: Any = None
        for part in parts:
            if outermost is None and isinstance(part, ModuleCall):
                outermost = part.module
            key = (group, id(part))
            if key not in self._found:
                self._found[key] = len(self.groups)
                self.groups.append(self._group(group, part, outermost))
            group = self._found[key]
        return group

    def _group(self, parent: int | None, part: Part, outermost: Any) -> Group:
        identifier = len(self.groups)
        if isinstance(part, Scope):
            return Group(identifier, parent, "scope", part.name, part.path, "")
        if id(outermost) not in self._paths:
            named = getattr(outermost, "named_modules", None)
            self._paths[id(outermost)] = {} if named is None else {id(module): path for path, module in named()}
        path = self._paths[id(outermost)].get(id(part.module), "")
        if id(part.module) not in self._descriptions:
            self._descriptions[id(part.module)] = repr(part.module)
        description = self._descriptions[id(part.module)]
        return Group(identifier, parent, "module", type(part.module).__name__, path, description)


def _place_leaves(order: Order, groups: Sequence[Group], group_of: dict[Node, int]) -> None:
    """Put parameters and unnamed constants where all that use them are."""
    shared: dict[Node, int | None] = {}
    for node, inputs in order:
        around = group_of.get(node)
        for operand in inputs:
            if operand.op is None and (operand.requires_grad or operand.label is None):
                shared[operand] = _common(groups, shared[operand], around) if operand in shared else around
    group_of.update({leaf: around for leaf, around in shared.items() if around is not None})


def _common(groups: Sequence[Group], first: int | None, second: int | None) -> int | None:
    """The innermost group that both are in."""
    if first == second:
        return first
    around = zip(chain(groups, first), chain(groups, second), strict=False)
    return next((one for one, other in reversed(list(around)) if one == other), None)
