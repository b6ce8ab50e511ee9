"""The part of the graph that stands beside the equation on a wide terminal."""

from autograd import Value, relu, sin
from viz import Trace, trace
from viz.parts import Contribution, TraceEvent
from viz.playback import Playback
from viz.terminal.small_graph import small_graph
from viz.themes import DARK


def drawn(traced: Trace, at: int, width: int = 60) -> list[str]:
    return [line.plain.rstrip() for line in small_graph(traced, Playback(traced), at, width, DARK)]


def events(traced: Trace, label: str) -> list[tuple[int, TraceEvent]]:
    return [(at, event) for at, event in enumerate(traced.events) if traced.nodes[event.node].label == label]


def test_an_operation_stands_between_its_operands_and_its_result_and_its_use_below() -> None:
    w, x = Value(2.0, label="w"), Value(-1.0, requires_grad=False, label="x")
    z = w * x
    z.label = "z"
    traced = trace(sin(z))
    (forward, _), (back, event) = events(traced, "z")
    assert drawn(traced, forward) == [
        "◆ w 2                ───┐",
        "  ∇ —                   │",
        "                        ├─(×)─▸ · z −2",
        "● x −1               ───┘         ∇ —",
        "  ∇ —",
        "",
        "z goes into v1 (sin)",
    ]
    assert isinstance(event, Contribution)
    assert drawn(traced, back)[0] == "◆ w 2                ◂──┐"  # what it gets goes back to w
    assert drawn(traced, back)[1].startswith("  ∇ 0.4161")


def test_what_has_no_room_is_cut_and_what_is_left_out_is_counted() -> None:
    x = Value(0.5, label="a name that is far too long to be shown whole")
    y = relu(x)
    for number in range(6):
        sin(y)
        y = y * (number + 1.0)
    traced = trace(y)
    for at in range(len(traced.events)):
        assert max(map(len, drawn(traced, at, width=40))) <= 46
    assert "…" in drawn(traced, 0, width=40)[0]


def test_a_leaf_stands_alone_with_its_uses() -> None:
    x = Value(3.0, label="x")
    traced = trace(sin(x) + x * 1.0 + x * 2.0 + x * 3.0)
    assert drawn(traced, 0) == ["◆ x 3", "  ∇ —", "", "x goes into v1 (sin), v2 (×), v4 (×), … 1 more"]
