"""Which part of a program each operation belongs to: calls of modules and `scope` blocks, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from autograd import Node, Scope
from autograd.node import ModuleCall

Part = ModuleCall | Scope


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


def groups_of(order: Sequence[tuple[Node, Sequence[Node]]]) -> tuple[list[Group], dict[Node, int]]:
    """The groups of a graph, and the innermost one of each node that is in any.

    Args:
        order: every node with its inputs, inputs first.

    Operations belong to the modules between whose inputs and outputs they lie; parameters and unnamed
    constants to whatever all their users belong to; named inputs to nothing, so that they stay in sight.
    """
    inputs_of = dict(order)
    parts, sizes = _parts(order, inputs_of)
    groups: list[Group] = []
    found: dict[tuple[int | None, int], int] = {}
    paths: dict[int, str] = {}
    group_of: dict[Node, int] = {}
    for node, inside in parts.items():
        parent: int | None = None
        outermost: Any = None
        for part in sorted(inside, key=lambda one: sizes[id(one)], reverse=True):
            key = (parent, id(part))
            if isinstance(part, ModuleCall) and outermost is None:
                outermost = part.module
                paths.update(_paths_in(outermost))
            if key not in found:
                found[key] = len(groups)
                groups.append(_group(len(groups), parent, part, paths))
            parent = found[key]
        if parent is not None:
            group_of[node] = parent
    _place_leaves(order, groups, group_of)
    return groups, group_of


def module_paths(order: Iterable[tuple[Node, Any]]) -> dict[Node, str]:
    """The path of each parameter in the outermost module that was called: `layers.0.weight`."""
    paths: dict[Node, str] = {}
    seen: set[int] = set()
    for node, _ in reversed(list(order)):
        for call in reversed(node.calls):
            named = getattr(call.module, "named_parameters", None)
            if named is not None and id(call.module) not in seen:
                seen.add(id(call.module))
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


def _parts(
    order: Sequence[tuple[Node, Sequence[Node]]], inputs_of: Mapping[Node, Sequence[Node]]
) -> tuple[dict[Node, list[Part]], dict[int, tuple[int, int]]]:
    """The parts each operation is in, and how large each part is: one inside another is not larger.
    Of two of one size, scopes are around modules, and what ended later is around what ended before."""
    outputs: dict[ModuleCall, list[Node]] = {}
    for node, _ in order:
        for call in node.calls:
            outputs.setdefault(call, []).append(node)
    parts: dict[Node, list[Part]] = {}
    sizes: dict[int, tuple[int, int]] = {}
    for position, (call, returned) in enumerate(outputs.items()):
        members = _between(call, returned, inputs_of)
        sizes[id(call)] = (len(members), position)
        for node in members:
            parts.setdefault(node, []).append(call)
    counts: dict[int, int] = {}
    for node, _ in order:
        scope = node.scope if node.op is not None else None
        while scope is not None:
            parts.setdefault(node, []).append(scope)
            counts[id(scope)] = counts.get(id(scope), 0) + 1
            scope = scope.parent
    for inside in parts.values():
        for depth, part in enumerate(part for part in inside if isinstance(part, Scope)):
            sizes.setdefault(id(part), (counts[id(part)], len(outputs) + depth))
    return parts, sizes


def _between(call: ModuleCall, returned: Sequence[Node], inputs_of: Mapping[Node, Sequence[Node]]) -> set[Node]:
    """The operations between a call's inputs and what it returned."""
    given = set(_nodes_in(call.inputs))
    members: set[Node] = set()
    stack = [node for node in returned if node not in given]
    while stack:
        node = stack.pop()
        if node.op is None or node in members:
            continue
        members.add(node)
        stack += [operand for operand in inputs_of[node] if operand not in given]
    return members


def _nodes_in(inputs: Any) -> Iterable[Node]:
    for item in inputs:
        if isinstance(item, Node):
            yield item
        elif isinstance(item, list | tuple):
            yield from _nodes_in(item)


def _group(identifier: int, parent: int | None, part: Part, paths: Mapping[int, str]) -> Group:
    if isinstance(part, Scope):
        return Group(identifier, parent, "scope", part.name, part.path, "")
    kind = type(part.module).__name__
    return Group(identifier, parent, "module", kind, paths.get(id(part.module), ""), repr(part.module))


def _paths_in(module: Any) -> dict[int, str]:
    named = getattr(module, "named_modules", None)
    return {} if named is None else {id(part): path for path, part in named()}


def _place_leaves(
    order: Sequence[tuple[Node, Sequence[Node]]], groups: Sequence[Group], group_of: dict[Node, int]
) -> None:
    """Put parameters and unnamed constants where all that use them are."""
    shared: dict[Node, list[int]] = {}
    for node, inputs in order:
        around = chain(groups, group_of.get(node))
        for operand in inputs:
            if operand.op is None and (operand.requires_grad or operand.label is None):
                before = shared.get(operand)
                shared[operand] = around if before is None else _common(before, around)
    for leaf, around in shared.items():
        if around:
            group_of[leaf] = around[-1]


def _common(first: Sequence[int], second: Sequence[int]) -> list[int]:
    found = []
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        found.append(one)
    return found
