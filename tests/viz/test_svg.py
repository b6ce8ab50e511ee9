"""A picture as SVG, read back: the numbers, whoever lays it out; text as it was typed; colours, ids and heat maps."""

import base64
import itertools
import math
import re
import struct
import xml.etree.ElementTree as ElementTree
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy
import pytest

from autograd import Tensor, Value, label, scope, tanh
from glassgrad.examples import example
from nn import MLP, softmax_cross_entropy
from viz import DrawingError, Trace, draw, trace
from viz.numbers import format_data, grouped
from viz.overlays import trouble
from viz.terminal import rows
from viz.text_width import text_width
from viz.themes import DARK, LIGHT, style_sheet, variables

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
Read = Callable[[str], Any]
Drawn = Callable[..., Any]


@pytest.fixture(scope="module")
def network() -> Trace:
    """A tensor network with heat maps, dead gradients and paths to highlight."""
    loss = softmax_cross_entropy(MLP((3, 4, 2), rng=0)(numpy.arange(6.0).reshape(2, 3)), numpy.eye(2))
    label({"loss": loss})
    return trace(loss)


def parsed(number: str) -> float:
    return float(number.strip("()").replace("−", "-").replace("∞", "inf"))


# --- the same from both renderers -----------------------------------------------------------------------


@pytest.mark.usefixtures("needs_dot")
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("neuron", {}),
        ("neuron", {"style": "document"}),
        ("xor", {"overlay": "gradient", "legend": True}),
        ("mlp", {"collapse": 2, "highlight": 0}),
        ("softmax", {"theme": "auto"}),
    ],
)
def test_both_renderers_give_the_same_nodes_edges_texts_and_tooltips(
    name: str, options: dict[str, Any], drawn: Drawn
) -> None:
    wasm, dot = (drawn(name, renderer, **options) for renderer in ("wasm", "dot"))
    assert len(wasm.nodes) > 5
    assert wasm.nodes == dot.nodes
    assert wasm.edges == dot.edges
    assert wasm.tooltips() == dot.tooltips()
    assert wasm.images() == dot.images()
    assert sorted(wasm.all_texts()) == sorted(dot.all_texts())


@pytest.mark.parametrize("name", ["neuron", "paths", "xor"])
def test_every_number_of_the_graph_can_be_read_back(name: str, renderer: str, drawn: Drawn) -> None:
    traced = trace(example(name).record())
    picture = drawn(name, renderer)
    for node in traced.nodes:
        rows = picture.nodes[f"n{node.id}"]
        if node.role == "constant" and not node.is_named:
            assert rows == [node.label]
            continue
        assert rows[0] == node.label
        assert rows[1] == f"data {format_data(node.data)}"
        gradient = format_data(traced.gradients.get(node.id))
        assert rows[2].split()[0] == "grad"
        assert rows[2].split()[-1] == gradient
    assert {title for title in picture.nodes if title.startswith("n")} == {f"n{node.id}" for node in traced.nodes}


@pytest.mark.parametrize("name", ["neuron", "paths", "xor"])
def test_every_operand_slot_is_an_edge_with_upstream_times_local_gradient(
    name: str, renderer: str, drawn: Drawn
) -> None:
    traced = trace(example(name).record())
    picture = drawn(name, renderer)
    drawn_edges = Counter(
        (title, tuple(texts)) for title, texts in picture.edges if not title.startswith("op")
    )  # those from an operation to its result have nothing to say
    contributions = traced.contributions()
    wanted: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for edge in traced.edges:
        event = contributions.get((edge.target, edge.slot))
        if event is None:
            wanted[f"n{edge.source}->op{edge.target}", ()] += 1
            continue
        numbers = (event.upstream_gradient, event.local_gradient, event.contribution)
        upstream, local, contribution = map(format_data, numbers)
        product = f"{upstream} × {grouped(local)} = {contribution}"
        wanted[f"n{edge.source}->op{edge.target}", (product,)] += 1
    assert drawn_edges == wanted
    for texts in (texts for _, texts in picture.edges if texts):
        upstream, local, contribution = (parsed(number.strip("()")) for number in re.split(" [×=] ", texts[0]))
        assert upstream * local == pytest.approx(contribution, rel=2e-3)


def test_where_paths_meet_the_sum_is_in_the_node(drawn: Drawn) -> None:
    rows = [row for texts in drawn("paths", "wasm").nodes.values() for row in texts if "Σ" in row]
    assert len(rows) == 1
    terms, total = rows[0].removeprefix("grad Σ ").split(" = ")
    assert sum(map(parsed, terms.split(" + "))) == parsed(total)


def test_a_gradient_from_more_than_four_edges_says_of_how_many(read: Read) -> None:
    def gradient_row(uses: int) -> str:
        x = Value(2.0, label="x")
        total = x * 1.0
        for number in range(2, uses + 1):
            total = total + x * float(number)
        return read(draw(total, renderer="wasm").svg()).nodes["n0"][2]

    assert gradient_row(4) in {f"grad Σ {' + '.join(order)} = 10" for order in itertools.permutations("1234")}
    assert gradient_row(5) == "grad Σ of 5 = 15"


def test_a_constant_array_without_a_name_is_shown_by_what_it_is_like(read: Read) -> None:
    picture = read(draw((Tensor(numpy.ones((2, 4)), label="w") * numpy.ones((2, 4))).sum(), renderer="wasm").svg())
    assert ["data 2×4 float64"] in picture.nodes.values()
    assert len(picture.images()) == 3  # and the product
    large = read(draw((Tensor(numpy.ones((2, 9)), label="w") * numpy.ones((2, 9))).sum(), renderer="wasm").svg())
    assert ["data 2×9 float64", "mean 1, norm 4.243", "colours: 0 to ±1"] in large.nodes.values()


# --- text as it was typed -------------------------------------------------------------------------------

ODD = [
    '"quoted"',
    "it's",
    "{braces|bar}",
    "<port> x",
    "back\\slash \\n \\N \\l",
    "ends with \\",
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "a<b>c",
    "]]> <!-- no --> &amp; &#65; & %s",
    "ω₁ → ∂ 日本語 é 👍",
    "two\nlines",
    "  spaces  between   and around  ",
    "node0:port;x=1",
    "digraph",
]


@pytest.mark.parametrize("style", ["glass", "document"])
def test_labels_come_out_as_typed(style: str, renderer: str, read: Read) -> None:
    total: Any = Value(1.0, label="first")
    for name in ODD:
        with scope(name):
            total = total + Value(3.0, label=name)
    label({"total": total})
    picture = read(draw(total, style=style, renderer=renderer).svg())
    shown = Counter("\n".join(texts[: name.count("\n") + 1]) for texts in picture.nodes.values() for name in ODD)
    for name in ODD:
        assert shown[name] >= 1, name
    assert "\\" not in "".join(picture.all_texts()).replace("back\\slash \\n \\N \\l", "").replace("ends with \\", "")


def test_titles_of_boxes_descriptions_and_tooltips_come_out_as_typed(renderer: str, read: Read) -> None:
    x = Value(3.0, label="x")
    for name in ODD:
        y = tanh(x * 2.0)
        label({name: y})
        boxed = {"multiply": name}
        picture = read(draw(y, renderer=renderer, collapse=lambda node, in_box=boxed: in_box.get(node.operation)).svg())
        assert "\n".join(picture.nodes["b0"][: name.count("\n") + 1]) == name
        assert picture.root.findtext(f"{SVG}title") == f"Computation graph of {name}"
        assert (picture.root.findtext(f"{SVG}desc") or "").startswith(f"4 nodes; {name} = 1. 3 of 4 nodes are shown")
        tooltips = {title: text.replace("\u00a0", " ") for title, text in picture.tooltips().items()}
        assert tooltips["b0"] == f"{name}: 1 node drawn as this box".strip()
        assert tooltips["op3"] == f"{name} = tanh(v1)".strip()
        assert tooltips["n3"].startswith(f"{name} = tanh(v1) = 0.99998".lstrip())


def test_what_no_picture_can_show_is_replaced_by_the_sign_for_that(renderer: str, read: Read) -> None:
    total: Any = Value(1.0)
    for name in ("nul\0", "\x1b[31mred", "lone \ud800", "\uffff"):
        total = total + Value(3.0, label=name)
    firsts = [texts[0] for texts in read(draw(total, renderer=renderer).svg()).nodes.values()]
    assert {"nul\ufffd", "\ufffd[31mred", "lone \ufffd", "\ufffd"} <= set(firsts)


# --- a picture on a page --------------------------------------------------------------------------------


def identifiers(root: ElementTree.Element) -> list[str]:
    return [identifier for element in root.iter() if (identifier := element.get("id"))]


def test_every_id_begins_with_the_pictures_own_prefix(renderer: str) -> None:
    svg = draw(example("mlp").record(), renderer=renderer, theme="auto", legend=True).svg(prefix="mine")
    found = identifiers(ElementTree.fromstring(svg))
    assert found[0] == "mine"
    assert len(found) == len(set(found)) > 20
    assert all(identifier.startswith("mine-") for identifier in found[1:])
    pointed_to = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg))
    assert {target for pair in pointed_to for target in pair if target} <= set(found)


def test_the_ids_of_two_pictures_on_a_page_do_not_collide() -> None:
    x = Value(3.0, label="x")
    one, other = draw(x * 2.0), draw(x * 3.0)
    assert one.svg() == one.svg()
    assert set(identifiers(ElementTree.fromstring(one.svg()))).isdisjoint(
        identifiers(ElementTree.fromstring(other.svg()))
    )
    themes = ("light", "dark", "auto")
    assert len({draw(x * 2.0, theme=theme).svg().split('id="g')[1][:10] for theme in themes}) == 3
    again = [set(identifiers(ElementTree.fromstring(one.notebook_svg()))) for _ in range(2)]
    assert again[0].isdisjoint(again[1])


@pytest.mark.parametrize("prefix", ["1", "a b", 'a"b', "é", "a}*{fill:red", "a\n"])
def test_a_prefix_that_is_no_id_is_refused(prefix: str) -> None:
    with pytest.raises(DrawingError, match="a prefix of ids is letters, digits, _ and -, a letter first, not"):
        draw(Value(1.0)).svg(prefix=prefix)


def test_screen_readers_are_told_what_it_is_and_what_it_hides(network: Trace, read: Read) -> None:
    root = read(draw(network, collapse=1).svg()).root
    assert root.get("role") == "graphics-document group"
    assert [element.tag for element in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "Computation graph of loss"
    data = format_data(network.nodes[network.output].data)
    assert root.findtext(f"{SVG}desc") == (
        f"17 nodes; loss = {data}. 2 of 17 nodes are shown one by one; 2 boxes, collapsed to depth 1, hide 15"
    )


def test_what_is_hidden_is_said_in_the_picture_and_on_each_box(network: Trace, renderer: str, read: Read) -> None:
    drawing = draw(network, collapse=2, renderer=renderer)
    picture = read(drawing.svg())
    assert drawing.view is not None
    assert drawing.note.endswith("3 boxes, collapsed to depth 2, hide 14")
    assert drawing.note in picture.all_texts()
    assert {box.key: box.hidden for box in drawing.view.boxes} == {
        title: int(texts[-1].removesuffix(" nodes hidden"))
        for title, texts in picture.nodes.items()
        if texts and texts[-1].endswith("hidden")
    }
    assert ["Linear(3 → 4)", "layers.0"] in [texts[:2] for texts in picture.node_texts()]
    nearby = read(draw(network, focus="loss", hops=1, renderer=renderer).svg())
    assert any(text.endswith("those within 1 edge of loss") for text in nearby.all_texts())


def test_folded_repeats_are_counted_on_their_box(read: Read) -> None:
    x = Value(0.5, label="x")
    total: Any = 0.0
    for _ in range(1200):
        with scope("square"):
            total = total + x * x
    # A sum and a product of each but the output, x, and the 0 of the beginning.
    boxed = ["square × 1200", "→ 1 number", "1 parameter, ‖grad‖ 1200", "2,401 nodes hidden"]
    assert boxed in read(draw(total, collapse=1).svg()).node_texts()


# --- colours --------------------------------------------------------------------------------------------


def background(root: ElementTree.Element) -> ElementTree.Element:
    return next(root.iter(f"{SVG}polygon"))


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_a_theme_has_a_background_and_colours_of_its_own(theme: str, colours: Any, renderer: str, drawn: Drawn) -> None:
    picture = drawn("neuron", renderer, theme=theme)
    assert background(picture.root).get("fill") == colours.background
    assert {text.get("fill") for text in picture.root.iter(f"{SVG}text")} <= {colours.ink, colours.constant}
    assert "prefers-color-scheme" not in picture.svg
    painted = {
        "w1": colours.parameter,
        "x1": colours.input,
        "C": colours.output,
        "z": colours.ink,
        "0.5": colours.constant,
    }
    for name, colour in painted.items():
        assert any(element.get("stroke") == colour for element in picture.named(name).iter()), name


def test_shapes_tell_apart_what_colours_do(drawn: Drawn) -> None:
    picture = drawn("neuron", "wasm")

    def outline(name: str) -> list[ElementTree.Element]:
        return [one for one in picture.named(name).iter() if one.get("stroke") not in (None, "none", "transparent")]

    assert all(one.get("stroke-width") == "2.5" for one in outline("w1"))  # bold
    assert all(one.get("stroke-dasharray") for one in outline("0.5"))  # dashed
    assert outline("x1")[0].tag == f"{SVG}path"  # rounded
    assert len([one for one in outline("C") if one.tag == f"{SVG}polygon"]) == 2  # double
    assert [one.tag for one in outline("×")] == [f"{SVG}ellipse"]
    assert not any(one.get("stroke-dasharray") for one in outline("z"))


def test_a_picture_that_follows_the_viewer_has_a_variable_for_every_colour(network: Trace, read: Read) -> None:
    svg = draw(network, theme="auto", legend=True, overlay="gradient", highlight=0).svg(prefix="mine")
    root = read(svg).root
    sheet = root.findtext(f"{SVG}style") or ""
    light, dark = sheet.split("@media (prefers-color-scheme:dark)")
    known = variables()
    assert len(known) == len({name for name, _, _ in known.values()}) == len(LIGHT.__dataclass_fields__)
    for name, in_light, in_dark in known.values():
        assert f"{name}:{in_light};" in light
        assert f"{name}:{in_dark};" in dark
    assert light.startswith("#mine{")
    assert dark.startswith("{#mine{")
    for element in root.iter():
        for attribute in ("fill", "stroke"):
            colour = element.get(attribute, "none")
            if colour not in ("none", "transparent"):
                assert f'#mine [{attribute}="{colour}"]{{{attribute}:var({known[colour][0]})}}' in sheet
    # The paper around the picture, where a browser shows it alone.
    assert "background:var(--background)" in (root.get("style") or "")


@pytest.mark.parametrize(
    ("around", "theme"),
    [
        ('[data-jp-theme-light="true"]', LIGHT),
        ('[data-jp-theme-light="false"]', DARK),
        ("[data-vscode-theme-kind$=light]", LIGHT),
        ("[data-vscode-theme-kind$=dark]", DARK),
        ("html[theme=dark]", DARK),
    ],
)
def test_a_notebook_says_itself_whether_it_is_dark(around: str, theme: Any) -> None:
    sheet = style_sheet("mine")
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    (colours,) = [rule for places, rule in rules if f"{around} #mine" in places.split(",")]
    assert f"--background:{theme.background};" in colours
    assert f"--ink:{theme.ink};" in colours


def test_a_picture_is_no_wider_than_its_place_and_keeps_its_shape(read: Read) -> None:
    root = read(draw(example("neuron").record(), theme="light").svg()).root
    assert (root.get("style") or "").split(";") == ["max-width:100%", "height:auto", "background:#ffffff"]
    width, height = (float((root.get(side) or "").removesuffix("pt")) for side in ("width", "height"))
    assert [float(one) for one in (root.get("viewBox") or "").split()][2:] == pytest.approx([width, height], abs=0.5)


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines 2.2 define it."""

    def luminance(colour: str) -> float:
        parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_lines_stand_out_from_the_paper(theme: Any) -> None:
    lines = {"input": 3.0}  # every other colour is one of text, too
    for name, colour in asdict(theme).items():
        if name not in ("background", "box"):
            assert contrast(colour, theme.background) >= lines.get(name, 4.5), name
    assert contrast(theme.ink, theme.box) >= 4.5


def test_a_screen_reader_is_told_every_number_of_every_node_and_edge(renderer: str, drawn: Drawn) -> None:
    traced = trace(example("neuron").record())
    picture = drawn("neuron", renderer)
    told = {picture._title(group): group for group in picture.root.iter(f"{SVG}g") if group.get("role") == "img"}
    assert set(told) == set(picture.nodes) | {title for title, _ in picture.edges}
    for node in traced.nodes:
        words = told[f"n{node.id}"].get("aria-label") or ""
        assert all(row in words for row in picture.nodes[f"n{node.id}"])
    labels = {group.get("aria-label") for group in told.values()}
    assert "w1, data 2, grad 0.05288" in labels
    assert "ω1 = w1 × x1" in labels  # the circle
    assert "w1 to ×: −0.05288 × (−1) = 0.05288" in labels


def test_a_screen_reader_is_told_of_heat_maps_and_of_edges_between_boxes(network: Trace, read: Read) -> None:
    labels = [group.get("aria-label", "") for group in read(draw(network, collapse=2).svg()).root.iter(f"{SVG}g")]
    assert any(label.endswith(", with a heat map") for label in labels)
    assert any(label.startswith("Linear(3 → 4) to ") for label in labels)


def test_text_is_as_wide_as_it_was_measured_whatever_font_is_drawn(renderer: str, drawn: Drawn) -> None:
    root = drawn("neuron", renderer, operations="boxes").root
    for group in root.iter(f"{SVG}g"):
        if group.get("class") != "node":
            continue
        corners = " ".join(one.get("points", one.get("d", "")) for one in group.iter() if one.tag != f"{SVG}polyline")
        across = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", corners)[::2]]
        for text in group.iter(f"{SVG}text"):
            width = float(text.get("textLength", "nan"))
            assert width == pytest.approx(text_width(text.text or "", 12.0), abs=0.01)
            assert text.get("lengthAdjust") == "spacingAndGlyphs"
            assert width <= max(across) - min(across) - 6, text.text


def test_a_box_is_wide_enough_for_signs_that_the_renderer_takes_for_narrow(renderer: str, read: Read) -> None:
    name = "日本語Ω" * 4
    picture = read(draw(Value(1.0, label=name) * 2.0, renderer=renderer, operations="circles").svg())
    corners = next(picture.named(name).iter(f"{SVG}polygon")).get("points") or ""
    across = [float(corner.split(",")[0]) for corner in corners.split()]
    assert max(across) - min(across) >= text_width(name, 12.0) >= 4 * 3 * 12


# --- heat maps ------------------------------------------------------------------------------------------


def pixels(address: str) -> Any:
    """What a PNG of RGBA bytes shows."""
    kind, _, content = address.partition(",")
    assert kind == "data:image/png;base64"
    png = base64.b64decode(content)
    width, height = struct.unpack(">II", png[16:24])
    compressed, at = b"", 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        chunk = png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(name + chunk),)
        compressed += chunk if name == b"IDAT" else b""
        at += 12 + length
    lines = numpy.frombuffer(zlib.decompress(compressed), numpy.uint8).reshape(height, 1 + 4 * width)
    return lines[:, 1:].reshape(height, width, 4)


def test_arrays_have_heat_maps_of_the_signs_and_sizes_of_data_and_gradient(renderer: str, read: Read) -> None:
    array = numpy.zeros((2, 9))
    array[:, :3] = [[-4.0, 0.0, 4.0], [2.0, numpy.nan, numpy.inf]]
    factor = Tensor(numpy.arange(9.0), requires_grad=False)
    drawing = draw((Tensor(array, label="w") * factor).sum(), renderer=renderer, operations="circles")
    picture = read(drawing.svg())
    found, of_gradient = (pixels(image.get(f"{XLINK}href", "")) for image in picture.group("n0").iter(f"{SVG}image"))
    side = found.shape[0] // 2
    assert found.shape == of_gradient.shape == (2 * side, 9 * side, 4)
    centres = found[side // 2 :: side, side // 2 :: side].astype(int)
    blue, orange = [0, 114, 178], [213, 94, 0]
    assert centres[0, :3:2].tolist() == [[*orange, 255], [*blue, 255]]
    assert centres[0, 1, 3] == 0  # 0 is the paper, whatever its colour
    assert centres[1, 1:3].tolist() == [[118, 118, 118, 255]] * 2
    assert centres[1, 0] == pytest.approx([*blue, 127.5], abs=1)  # half as far from the paper
    shares = of_gradient[side // 2, side // 2 :: side, 3] / 255
    assert shares == pytest.approx(numpy.arange(9) / 8, abs=0.01)
    assert picture.nodes["n0"] == [
        "w", "data 2×9 float64", "mean 0.125, norm 6", "2 not finite ⚠", "colours: 0 to ±4",
        "grad 2×9 float64", "mean 4, norm 20.2", "colours: 0 to ±8",
    ]  # fmt: skip


def cell_texts(group: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in group.iter(f"{SVG}text") if text.get("class") == "cell"]


def test_small_arrays_are_grids_of_numbers_on_pale_heat_maps(renderer: str, read: Read) -> None:
    array = numpy.array([[-4.0, 0.0, 0.5], [2.0, numpy.nan, numpy.inf]])
    factor = Tensor([1e-5, 2e-5, -3e-5], requires_grad=False)
    picture = read(draw((Tensor(array, label="w") * factor).sum(), renderer=renderer, operations="circles").svg())
    group = picture.group("n0")
    assert picture.nodes["n0"] == ["w", "data 2×3 float64 ⚠", "grad × 1e−5"]
    data, gradient = cell_texts(group)[:6], cell_texts(group)[6:]
    assert data == ["−4.00", "0", "0.50", "2.00", "NaN", "∞"]
    assert gradient == ["1.00", "2.00", "−3.00"] * 2
    strongest = max(pixels(image.get(f"{XLINK}href", ""))[..., 3].max() for image in group.iter(f"{SVG}image"))
    assert strongest == 89  # a pale one, on which text can be read
    assert all(text in (group.get("aria-label") or "") for text in data + gradient)
    label_of = group.get("aria-label") or ""
    assert label_of.index("−4.00") < label_of.index("grad") < label_of.index("−3.00")


def test_the_numbers_of_a_grid_stand_in_columns_and_rows_within_their_outline(renderer: str, read: Read) -> None:
    picture = read(draw(Tensor(numpy.eye(3) * -12.5, label="w").sum(), renderer=renderer).svg())
    group = picture.group("n0")
    outline = next(group.iter(f"{SVG}rect"))
    x, y, width, height = (float(outline.get(name, "nan")) for name in ("x", "y", "width", "height"))
    texts = [text for text in group.iter(f"{SVG}text") if text.get("class") == "cell"][:9]
    columns, rows = ({float(text.get(name, "nan")) for text in texts} for name in ("x", "y"))
    assert (len(columns), len(rows)) == (3, 3)
    for text in texts:
        half = float(text.get("textLength", "nan")) / 2
        assert x <= float(text.get("x", "nan")) - half <= float(text.get("x", "nan")) + half <= x + width
        assert y + 8 <= float(text.get("y", "nan")) <= y + height


@pytest.mark.parametrize(("shape", "is_one"), [((8, 8), True), ((8,), True), ((9,), False), ((1, 9), False)])
def test_grids_are_for_arrays_to_8_by_8(shape: tuple[int, ...], is_one: bool, read: Read) -> None:
    group = read(draw(Tensor(numpy.ones(shape), label="w").sum(), renderer="wasm").svg()).group("n0")
    assert len(cell_texts(group)) == (2 * math.prod(shape) if is_one else 0)


@pytest.mark.parametrize(
    ("shape", "has_one"),
    [
        ((32, 32), True),
        ((4,), True),
        ((1, 32), True),
        ((33, 2), False),
        ((2, 33), False),
        ((3,), False),
        ((2, 2, 2), False),
    ],
)
def test_heat_maps_are_for_vectors_and_matrices_to_32_by_32(shape: tuple[int, ...], has_one: bool, read: Read) -> None:
    picture = read(draw(Tensor(numpy.ones(shape), label="w").sum(), renderer="wasm").svg())
    assert ("n0" in picture.images()) == has_one
    assert not any("\uf8fd" in text for text in picture.all_texts())


def test_a_heat_map_lies_within_its_node(network: Trace, renderer: str, read: Read) -> None:
    picture = read(draw(network, renderer=renderer).svg())
    assert len(picture.images()) > 5
    for title in picture.images():
        group = picture.group(title)
        image = next(group.iter(f"{SVG}image"))
        x, y, width, height = (float(image.get(name, "nan")) for name in ("x", "y", "width", "height"))
        outline = " ".join(one.get("points", one.get("d", "")) for one in group.iter() if one.tag != f"{SVG}image")
        numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", outline)]
        assert min(numbers[::2]) <= x < x + width <= max(numbers[::2])
        assert min(numbers[1::2]) <= y < y + height <= max(numbers[1::2])
        for text in group.iter(f"{SVG}text"):
            if (text.text or "").strip("\u00a0 ") and text.get("class") != "cell":
                baseline = float(text.get("y", "nan"))
                assert baseline <= y + 1 or baseline - 8 >= y + height - 1, "text and heat map do not overlap"


# --- tooltips, flags, paths -----------------------------------------------------------------------------


def test_tooltips_have_every_number_in_full(renderer: str, drawn: Drawn) -> None:
    traced = trace(example("neuron").record())
    tooltips = drawn("neuron", renderer).tooltips()
    for node in traced.nodes:
        told = tooltips[f"n{node.id}"]
        assert repr(node.data) in told
        if node.id in traced.gradients:
            assert f"gradient {traced.gradients[node.id]!r}" in told
        else:
            assert "gradient —" in told
    activation = next(node for node in traced.nodes if node.label == "a")
    assert f"a = sigmoid(z) = {activation.data!r}" in tooltips[f"n{activation.id}"]
    assert tooltips[f"op{activation.id}"] == "a = sigmoid(z)"


def leaf_with_gradient(gradient: float) -> Value:
    return Value(1.0, label="w") * Value(gradient, requires_grad=False)


@pytest.mark.parametrize(
    ("gradient", "flag"),
    [
        (0.0, "dead"),
        (1e-300, "vanishing"),
        (-9.9e-8, "vanishing"),
        (1e-7, ""),
        (1.0, ""),
        (1e4, ""),
        (-1.001e4, "exploding"),
        (numpy.inf, "exploding"),
        (numpy.nan, "not finite"),
    ],
)
def test_gradients_that_are_dead_vanish_or_explode_are_flagged(gradient: float, flag: str, read: Read) -> None:
    flags = {"dead", "vanishing", "exploding", "not finite"}
    traced = trace(leaf_with_gradient(gradient))
    picture = read(draw(traced, overlay="gradient", renderer="wasm").svg())
    assert [row for row in picture.nodes["n0"] if row in flags] == ([flag] if flag else [])
    assert not flags & set(read(draw(traced, renderer="wasm").svg()).all_texts())
    signs = {"": " ", "dead": "∅", "vanishing": "↓", "exploding": "↑", "not finite": "!"}
    # The stepper says the same, and that an infinity is no number to go on with.
    assert rows.flag(traced.gradients[0]) == ("!" if numpy.isinf(gradient) else signs[flag])


def test_an_array_is_flagged_by_its_norm_in_the_picture_and_in_the_stepper() -> None:
    gradient = numpy.full(4, 6e3)  # no element is above 1e4, the norm is
    assert trouble(gradient) == "exploding"
    assert rows.flag(gradient) == "↑"


def edges_of_leaves(contributions: list[float], read: Read) -> list[ElementTree.Element]:
    """The line from a leaf for each of these numbers, which are passed back to it."""
    total: Any = 0.0
    for number, size in enumerate(contributions):
        total = total + Value(1.0, label=f"w{number}") * Value(size, requires_grad=False)
    traced = trace(total)
    picture = read(draw(traced, overlay="gradient", renderer="wasm", operations="circles").svg())
    lines = []
    for number in range(len(contributions)):
        leaf = next(node for node in traced.nodes if node.label == f"w{number}")
        title = next(title for title, _ in picture.edges if title.startswith(f"n{leaf.id}->"))
        lines.append(next(picture.group(title).iter(f"{SVG}path")))
    return lines


def test_the_larger_a_gradient_the_wider_its_edge_and_its_colour_says_the_sign(read: Read) -> None:
    lines = edges_of_leaves([0.0, 1e-9, 1e-6, -1e-3, 1.0, -1e3, 1e6], read)
    widths = [float(line.get("stroke-width", "1")) for line in lines]
    assert widths == sorted(set(widths))
    assert [line.get("stroke") for line in lines] == [
        LIGHT.dead,
        LIGHT.vanishing,
        LIGHT.parameter,
        LIGHT.output,
        LIGHT.parameter,
        LIGHT.output,
        LIGHT.exploding,
    ]


@pytest.mark.parametrize("sizes", [[0.001, 0.01, 1.0], [1.0, 10.0, 1000.0]])
def test_the_widths_of_gradients_span_those_of_the_picture(sizes: list[float], read: Read) -> None:
    widths = [float(line.get("stroke-width", "1")) for line in edges_of_leaves(sizes, read)]
    assert widths == pytest.approx([1.2, 2.4, 4.8])


def test_all_paths_from_a_leaf_are_bold_and_everything_else_is_pale(read: Read) -> None:
    a, b, c = (Value(float(number), label=name) for number, name in enumerate("abc", start=1))
    left, right = a + b, b * c
    label({"left": left, "right": right, "out": (out := left * right)})
    picture = read(draw(out, highlight="a", renderer="wasm").svg())

    def strokes(title: str) -> set[str | None]:
        painted = {one.get("stroke") for one in picture.group(title).iter() if one.tag != f"{SVG}text"}
        return painted - {None, "none", "transparent"}

    titles = {texts[0]: title for title, texts in picture.nodes.items()}
    for name in ("a", "left", "out"):
        assert strokes(titles[name]) == {LIGHT.output}, name
    for name in ("b", "c", "right"):
        assert strokes(titles[name]) == {LIGHT.dead}, name
    assert all(strokes(title) in ({LIGHT.output}, {LIGHT.dead}) for title, _ in picture.edges)
    bold = {title for title, _ in picture.edges if strokes(title) == {LIGHT.output}}
    left_of, out_of = titles["left"].removeprefix("n"), titles["out"].removeprefix("n")
    assert bold == {
        f"{titles['a']}->op{left_of}",
        f"op{left_of}->n{left_of}",
        f"n{left_of}->op{out_of}",
        f"op{out_of}->n{out_of}",
    }


def test_a_node_is_highlighted_itself_whatever_others_are_called(read: Read) -> None:
    first, second = Value(1.0, label="w"), Value(2.0, label="w")
    picture = read(draw(first * tanh(second), highlight=second, renderer="wasm").svg())

    def is_pale(title: str) -> bool:
        return any(one.get("stroke") == LIGHT.dead for one in picture.group(title).iter())

    assert {texts[1]: is_pale(title) for title, texts in picture.nodes.items() if texts[0][0] == "w"} == {
        "data 1": True,
        "data 2": False,
    }
    with pytest.raises(DrawingError, match="is not in the graph of the output"):
        draw(first * 2.0, highlight=second)


def test_the_numbers_of_edges_off_the_highlighted_paths_are_as_pale_as_the_edges() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    root = ElementTree.fromstring(draw(a * b, highlight="a").svg())
    colours = {text.text: text.get("fill") for text in root.iter(f"{SVG}text")}
    assert colours["1 × 2 = 2"] == LIGHT.dead
    assert colours["1 × 3 = 3"] != LIGHT.dead


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_legend_says_of_the_overlay_what_holds_in_every_theme(theme: str) -> None:
    svg = draw(example("paths").record(), overlay="gradient", legend=True, theme=theme).svg()
    assert "the larger, the thicker," in svg
    assert "here from 2 to 3" in svg
    assert "darker" not in svg
    colours = DARK if theme == "dark" else LIGHT
    words = {text.text: text.get("fill") for text in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert (words["below 0"], words["dead: 0"]) == (colours.output, colours.dead)  # a word looks as its line does
