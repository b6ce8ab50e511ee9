"""Structures taken apart and put together: what they hold, where it is, and what is built like them."""

import copy
import gc
import typing
import weakref
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Iterator

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Tensor, Value
from autograd.structure import flatten

Layer = namedtuple("Layer", ["weight", "bias"])


class Typed(typing.NamedTuple):
    weight: float
    bias: float = 0.0


@pytest.fixture
def no_garbage_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_what_is_no_structure_is_the_only_leaf_itself() -> None:
    for one in (1.0, numpy.ones(2), numpy.float32(1), Value(1.0), Tensor([1.0]), "text", {1, 2}, object(), range(3)):
        leaves, places, rebuild = flatten(one)
        assert leaves[0] is one
        assert (len(leaves), places) == (1, [""])
        assert rebuild(["another"]) == "another"


@pytest.mark.parametrize(
    ("structure", "leaves", "places"),
    [
        ([1, 2], [1, 2], ["[0]", "[1]"]),
        ((1, (2, 3)), [1, 2, 3], ["[0]", "[1][0]", "[1][1]"]),
        ({"b": 1, "a": 2}, [1, 2], ["['b']", "['a']"]),
        ({0: [1], "w": {"x": (2,)}}, [1, 2], ["[0][0]", "['w']['x'][0]"]),
        (Layer(1, [2, 3]), [1, 2, 3], ["[0]", "[1][0]", "[1][1]"]),
        (Typed(1, 2), [1, 2], ["[0]", "[1]"]),
        ([None, 1, {"a": None}], [1], ["[1]"]),
    ],
)
def test_leaves_are_listed_in_order_with_the_subscripts_that_lead_to_them(structure, leaves, places) -> None:
    found = flatten(structure)
    assert (found[0], found[1]) == (leaves, places)


@pytest.mark.parametrize("structure", [None, [], (), {}, [[], {}, ()], {"a": None, "b": (None, [])}])
def test_a_structure_that_holds_nothing_is_built_like_itself(structure) -> None:
    leaves, places, rebuild = flatten(structure)
    assert (leaves, places) == ([], [])
    assert rebuild([]) == structure
    assert type(rebuild([])) is type(structure)


def test_what_is_built_has_the_classes_of_what_was_taken_apart() -> None:
    class Rows(list):
        pass

    class Pair(tuple):
        pass

    structure = [(1, 2), Layer(3, None), Typed(4), OrderedDict(b=5, a=6), Rows([7]), Pair([8]), None]
    built = flatten(structure)[2]([10, 20, 30, 40, 0, 50, 60, 70, 80])
    assert built == [(10, 20), (30, None), (40, 0), {"b": 50, "a": 60}, [70], (80,), None]
    assert [type(part) for part in built] == [tuple, Layer, Typed, OrderedDict, list, tuple, type(None)]
    assert built[1].weight == 30
    assert built[2].weight == 40
    assert list(built[3]) == ["b", "a"]


def test_a_dict_of_a_class_of_its_own_keeps_the_class_and_what_else_it_has() -> None:
    class Parameters(dict):
        def __init__(self, name):  # not called as dict is
            self.name = name

    defaults = defaultdict(list, a=1)
    own = Parameters("first layer")
    own["w"] = 2
    leaves, places, rebuild = flatten([defaults, own])
    assert (leaves, places) == ([1, 2], ["[0]['a']", "[1]['w']"])
    first, second = rebuild([10, 20])
    assert first == {"a": 10}
    assert first["absent"] == []
    assert type(second) is Parameters
    assert (second, second.name) == ({"w": 20}, "first layer")
    assert (defaults, own) == ({"a": 1}, {"w": 2})


def test_every_building_is_a_new_structure() -> None:
    structure = {"a": [1.0], "b": OrderedDict(c=2.0)}
    rebuild = flatten(structure)[2]
    first, second = rebuild([1.0, 2.0]), rebuild([1.0, 2.0])
    for one, other in ((first, second), (first, structure)):
        assert one == other
        assert one is not other
        assert one["a"] is not other["a"]
        assert one["b"] is not other["b"]
    first["a"].append(3.0)
    first["b"]["d"] = 4.0
    assert rebuild([1.0, 2.0]) == second == structure == {"a": [1.0], "b": {"c": 2.0}}


def test_a_structure_changed_later_does_not_change_what_is_built() -> None:
    structure = {"a": [1.0, 2.0]}
    rebuild = flatten(structure)[2]
    structure["a"].pop()
    structure["b"] = 3.0
    assert rebuild([1.0, 2.0]) == {"a": [1.0, 2.0]}


def test_one_leaf_in_two_places_is_two_leaves() -> None:
    x = Value(1.0)
    leaves, _, rebuild = flatten([x, {"again": x}])
    assert leaves[0] is leaves[1] is x
    assert rebuild([1, 2]) == [1, {"again": 2}]


def test_what_a_structure_held_goes_without_the_garbage_collector(no_garbage_collector) -> None:
    array = numpy.ones(3)
    seen = weakref.ref(array)
    leaves, _, rebuild = flatten({"w": [array, OrderedDict(b=array)]})
    del leaves
    del array
    assert seen() is None
    assert rebuild([1, 2]) == {"w": [1, {"b": 2}]}


structures = st.recursive(
    st.floats(-1e3, 1e3) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(0, 3), inner, max_size=3)
        | st.builds(Layer, inner, inner)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=200)
@given(structures)
def test_a_structure_built_from_its_own_leaves_is_equal_to_itself(structure) -> None:
    before = copy.deepcopy(structure)
    leaves, places, rebuild = flatten(structure)
    assert len(leaves) == len(places)
    assert rebuild(leaves) == structure == before
    again = flatten(rebuild([-leaf for leaf in leaves]))
    assert (again[0], again[1]) == ([-leaf for leaf in leaves], places)
    for leaf, place in zip(leaves, places, strict=True):
        assert eval(f"structure{place}", {}, {"structure": structure}) == leaf
