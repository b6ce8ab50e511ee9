"""Pages in a real browser: their numbers are Python's, whatever is typed; nothing is asked of anybody."""

import io
import json
import math
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import autograd
import viz
from autograd import GraphError, Node, Tensor, Value, label, linalg, scope, source_lines
from autograd.sweep import sweep
from glassgrad.command_line import main
from glassgrad.examples import EXAMPLES, example
from viz import DrawingError, Trace, draw, page, trace
from viz.numbers import format_number
from viz.replay import replay
from viz.tracing import in_order
from viz.webpage import document, recording, table

# Chromium asks for updates and accounts by itself otherwise.
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")  # while it is open, its event loop runs, which other tests have their own of
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no browser is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """English, on a laptop, without motion. What a page asks for, or says in its console, is a failure."""
    made = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US", reduced_motion="reduce")
    yield made
    made.close()


Opened = Callable[..., Page]


@pytest.fixture
def opened(context: BrowserContext, tmp_path: Path) -> Iterator[Opened]:
    """Writes the page of a graph and opens it."""
    pages: list[Page] = []
    heard: list[str] = []

    def open_page(output: Node | Trace | Path, address: str = "", **options: Any) -> Page:
        path = output if isinstance(output, Path) else page(output, tmp_path / f"page{len(pages)}.html", **options)
        shown = context.new_page()
        pages.append(shown)
        shown.on("console", lambda said: heard.append(said.text))
        shown.on("pageerror", lambda error: heard.append(str(error)))
        shown.on(
            "request", lambda asked: heard.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None
        )
        shown.on("dialog", lambda dialog: heard.append(dialog.message))
        shown.goto(path.as_uri() + address)
        wait_for(shown, "window.glassgrad !== undefined")
        return shown

    yield open_page
    for shown in pages:
        shown.close()
    assert heard == []


def wait_for(shown: Page, condition: str) -> None:
    """Ask until it holds: what waits in the page itself would need a policy that allows it."""
    end = time.monotonic() + 30
    while not shown.evaluate(condition):
        assert time.monotonic() < end, condition
        shown.wait_for_timeout(20)


def text(shown: Page, selector: str) -> str:
    return shown.locator(selector).inner_text()


# --- the numbers are the engine's ----------------------------------------------------------------------------


@pytest.fixture
def blank(context: BrowserContext) -> Iterator[Page]:
    """A page without anything, in which modules are tried by themselves."""
    made = context.new_page()
    yield made
    made.close()


def test_whatever_leaves_are_given_the_numbers_are_python_s(blank: Page) -> None:
    calls, expected = [], []
    for name in EXAMPLES:
        output = example(name).record()
        recorded = recording.recorded(trace(output), 1.0, "auto", 60.0)
        edits, numbers = _edited(output, name)
        calls.append([recorded, edits])
        expected.append(numbers)
    # As text both ways, which takes a browser's tools much less time.
    answered = blank.evaluate(
        f"""calls => {{ {document.bundled("session.js")}
            return JSON.stringify(JSON.parse(calls).map(([recording, edits]) => {{
                const session = new session_js.Session(recording);
                if (session.disagreement()) throw new Error(JSON.stringify(session.disagreement()));
                return edits.map(([leaf, number, element]) => {{
                    session.set(leaf, number, element);
                    return [session.run.data, session.run.gradients].map(all => all.map(one => one?.data ?? []));
                }});
            }}));
        }}""",
        json.dumps(calls),
    )
    found = json.loads(answered)
    for name, (_, edits), there, here in zip(EXAMPLES, calls, expected, found, strict=True):
        for edit, *both in zip(edits, here, there, strict=True):
            for ours, theirs in zip(*both, strict=True):
                # What is the difference of large numbers has the digits of those.
                scale = max(abs(one) for numbers in theirs for one in numbers)
                flat = [[one for numbers in side for one in numbers] for side in (ours, theirs)]
                numpy.testing.assert_allclose(*flat, rtol=1e-12, atol=1e-15 * scale, err_msg=f"{name} {edit}")


def _edited(output: Node, seed: str) -> tuple[list[Any], list[Any]]:
    """200 random edits of leaves as (node, number, which of its numbers), and all data and gradients after each."""
    ids = {node: identifier for identifier, (node, _) in enumerate(in_order(output))}
    leaves = [node for node in ids if node.op is None and (node.label or node.requires_grad)]
    generator = random.Random(seed)
    edits, expected = [], []
    for _ in range(200):
        leaf = generator.choice(leaves)
        element, number = generator.randrange(numpy.size(leaf.data)), generator.uniform(-3, 3)
        edits.append([ids[leaf], number, element])
        changed = numpy.array(leaf.data, float)
        changed.flat[element] = number
        leaf.data = changed if isinstance(leaf, Tensor) else float(changed)
        again = replay(output)
        slopes = sweep(again, keep=True)
        nodes = [node for node, _ in in_order(again)]
        expected.append([[_numbers(node.data) for node in nodes], [_numbers(slopes.get(node)) for node in nodes]])
    return edits, expected


def _numbers(data: Any) -> list[float]:
    return [] if data is None else numpy.asarray(data, float).ravel().tolist()


def test_every_row_has_its_numbers_and_slopes_at_extremes(blank: Page) -> None:
    points = [0.0, -0.0, 0.5, -1.5, 2.5, 300.0, -300.0, 1e8, -1e8, math.inf, -math.inf, math.nan]
    few = [0.0, -0.0, 0.5, -1.5, 300.0, math.inf, -math.inf, math.nan]
    expected: dict[str, list[list[float]]] = {}
    calls: dict[str, list[list[str]]] = {}
    for row in table.alive():
        grid = {1: [[x] for x in points], 2: [[x, y] for x in few for y in few]}.get(
            row.slots or 0, [[x, y, z] for x in few[:4] for y in few[:4] for z in few[:4]]
        )
        calls[row.name] = [[str(one).replace("inf", "Infinity").replace("nan", "NaN") for one in call] for call in grid]
        expected[row.name] = [_value_and_slopes(row, call) for call in grid]
    source = table.FILE.read_text(encoding="utf-8").replace("export const rows", "const rows")
    found = blank.evaluate(
        f"""calls => {{ {source}
            return Object.fromEntries(Object.entries(calls).map(([name, all]) => [name, all.map(call => {{
                const numbers = call.map(Number);
                const [out] = rows[name].forward(...numbers);
                const slopes = rows[name].local.map(rule =>
                    rule === null ? 0 : typeof rule === "number" ? rule : rule(out, ...numbers)[0]);
                return [out, ...slopes].map(one => Object.is(one, -0) ? "-0" : String(one));
            }})]));
        }}""",
        calls,
    )
    for name, rows in expected.items():
        for call, ours, theirs in zip(calls[name], found[name], rows, strict=True):
            numbers = [float(one.replace("Infinity", "inf")) for one in ours]
            assert numbers == pytest.approx(theirs, rel=1e-12, abs=1e-15, nan_ok=True), f"{name}({', '.join(call)})"


def _value_and_slopes(row: Any, numbers: list[float]) -> list[float]:
    leaves = [Value(one) for one in numbers]
    out = row(*leaves)
    if out.requires_grad:
        out.backward()
    return [out.item(), *(float(leaf.grad) for leaf in leaves)]


def test_rows_in_javascript_are_those_of_the_table() -> None:
    assert table.FILE.read_text(encoding="utf-8") == table.text(), "run python -m viz.webpage"


def test_arrays_are_alive_as_far_as_their_rows_are_and_else_python_s_numbers_are_said_to_be(opened: Opened) -> None:
    generator = numpy.random.default_rng(0)
    x, w = Tensor(generator.normal(size=(5, 3)), label="x"), Tensor(generator.normal(size=(3, 4)), label="w")
    p = autograd.softmax(x @ w, axis=1)
    parts = [
        autograd.max(p, axis=0), autograd.logsumexp(x @ w, axis=1), autograd.norm(w, axis=0), autograd.mean(p, axis=1)
    ]  # fmt: skip
    alive = opened(sum((autograd.sum(part) for part in parts), autograd.sum(x.T)))
    assert text(alive, "#badge") == "agrees with Python to 1e−12"
    small = Tensor(numpy.arange(6).reshape(2, 3), dtype=numpy.float32, label="t")
    assert text(opened(autograd.sum(autograd.tanh(small))), "#badge") == "agrees with Python to 1e−5"
    closed = opened(autograd.relu(Value(-1.0, label="x")) * math.inf)  # a closed gate stops an infinity, too
    assert text(closed, "#badge") == "agrees with Python to 1e−12"
    empty = opened(autograd.sum(Tensor(numpy.zeros((0, 3)), label="e")))
    assert text(empty, "#badge") == "agrees with Python to 1e−12" and text(empty, "#cost") == "v1 = 0"
    dead = opened(autograd.sum(linalg.inv(x.T @ x)))
    assert text(dead, "#badge") == "Python's numbers; inv is not computed here"
    assert "cannot compute inv again" in text(dead, "#leaves")
    dead.keyboard.press("Home")
    dead.keyboard.press("End")
    assert text(dead, "#step").startswith("step ")


def test_somebody_s_own_operation_of_a_known_name_is_not_taken_for_it(opened: Opened) -> None:
    tripled = autograd.primitive(lambda upstream, out, x: 3 * upstream, name="tanh")(lambda x: 3 * x)
    shown = opened(tripled(Value(2.0, label="x")) * 1.0)
    assert text(shown, "#cost") == "v2 = 6"
    assert "is not computed here" in text(shown, "#badge")


# --- what a person does ----------------------------------------------------------------------------------------


def test_stepping_to_the_end_and_back_shows_the_trace(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    assert text(shown, "#step") == "step 26 of 29"
    shown.keyboard.press("Home")
    assert text(shown, "#cost") == "C = ?"
    said = []
    for _ in range(29):
        shown.keyboard.press("n")
        said.append(text(shown, "#said"))
    assert said[0] == "w1 is given (parameter): 2."
    assert said[9] == "a = sigmoid(z) = sigmoid(1) = 0.7311."
    assert "a passes on to z: upstream −0.2689 × local 0.1966 = −0.05288." in said
    assert said[-1] == "b follows its gradient: −3 − 1 × −0.05288 = −2.947."
    back = [text(shown, "#said")]
    for _ in range(28):
        shown.keyboard.press("p")
        back.append(text(shown, "#said"))
    assert back == said[::-1]


def test_every_key_does_what_the_help_says(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    press = shown.keyboard.press
    at = lambda: shown.evaluate("glassgrad.at")  # noqa: E731  # asked again and again
    for key, where in [("f", 0), ("ArrowRight", 1), ("PageDown", 11), ("ArrowLeft", 10), ("PageUp", 0), ("b", 15)]:
        press(key)
        assert at() == where, key
    press("End")
    assert at() == 29
    press("e")
    assert shown.evaluate("document.activeElement.id") == "leaf-7"  # b's, which the last update is of
    press("Escape")
    press("c")
    assert "they agree" in text(shown, "#card")
    press("d")
    press("Enter")
    assert re.search("C changes by −5.[23]..?e−4; the gradient says −5.288e−4", text(shown, "#card"))
    press("Escape")
    press("w")
    assert shown.evaluate("document.activeElement.id") == "card"
    press("u")
    made = example("neuron")
    made.record().backward()
    made.optimizer.step()  # type: ignore[union-attr]  # it has one
    assert text(shown, "#changed") == f"C: 0.03616 → {format_number(made.record().item())}"
    press("z")
    assert shown.evaluate("glassgrad.get('w1').data") == 2
    press("u")
    press("Z")
    assert shown.evaluate("glassgrad.get('w1').data") == 2
    press("+")
    assert shown.locator("#speed").input_value() == "2"
    press("-")
    press("t")
    assert shown.evaluate("document.documentElement.dataset.theme") == "light"
    press("?")
    assert shown.locator("#help").get_attribute("open") is not None
    press("/")
    shown.keyboard.type("sigmoid")
    assert text(shown, "#found") == "1 found"
    press("Enter")
    assert text(shown, "#card h2") == "Why ∂C/∂a?"
    press("ArrowLeft")
    assert text(shown, "#card h2") == "Why ∂C/∂z?"
    press("Enter")
    assert "passes on to z" in text(shown, "#said")
    press("Escape")
    press("a")
    wait_for(shown, "glassgrad.at > 24")
    press("a")
    press("x")
    assert shown.locator("#quiz").is_visible()


def test_a_card_says_why_with_all_paths_where_they_meet(opened: Opened) -> None:
    card = text(opened(example("paths").record()), "#card")
    assert "Why ∂e/∂b?" in card and "through c" in card and "through d" in card
    assert "2 + 3" in card and "paths to e: 2" in card
    assert "= 2 · 1 = 2" in card and "= 3 · 1 = 3" in card


def test_what_is_no_number_is_said_beside_its_field_and_the_last_state_stays(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    field, said = shown.locator("#leaf-0"), shown.locator("#leaf-0-wrong")
    for typed, message in [
        ("", "Give a number."),
        ("two", "This is no number: 0.5, -3 and 1e-3 are."),
        ("NaN", "This is no number: 0.5, -3 and 1e-3 are."),
        ("1e999", "This number is too large."),
    ]:
        field.fill(typed)
        assert said.inner_text() == message
        assert field.get_attribute("aria-invalid") is not None
        assert text(shown, "#cost") == "C = 0.03616"
    field.fill("−1,5")  # as it is written in German, and with a real minus
    assert said.inner_text() == ""
    assert shown.evaluate("glassgrad.get('w1').data") == -1.5
    shown.locator("#rate").fill("fast")
    assert "no number" in text(shown, "#rate-wrong")


def test_predictions_are_asked_for_and_counted(opened: Opened) -> None:
    shown = opened(example("neuron").record(), "?mode=quiz")
    shown.keyboard.press("n")  # w1 is given, and not asked
    shown.keyboard.press("n")
    shown.keyboard.press("n")
    assert "What is ω1 = w1 × x1?" in text(shown, "#quiz")
    shown.keyboard.type("-2")
    shown.keyboard.press("Enter")
    assert text(shown, "#quiz") == "right; 1 of 1 right"
    shown.evaluate("glassgrad.goto(17)")
    shown.locator("#next").click()
    assert "What does v2 pass on to v1 (upstream × local)?" in text(shown, "#quiz")
    shown.keyboard.type("4")
    shown.keyboard.press("Enter")
    assert text(shown, "#quiz") == "not quite: it is −0.2689; 1 of 2 right"


def test_a_link_opens_the_same_step_and_numbers_and_names_what_it_cannot(opened: Opened) -> None:
    shown = opened(example("neuron").record(), "#step=12&w1=3&w9=1&x1=much")
    assert shown.evaluate("[glassgrad.at, glassgrad.get('w1').data, glassgrad.get('x1').data]") == [12, 3, -1]
    assert text(shown, "#notice") == (
        "The link names w9, which this graph does not have. The link gives x1=much, which is no number."
    )
    wait_for(shown, "location.hash === '#step=12&w1=3'")


# --- how it looks, and where -----------------------------------------------------------------------------------


def test_nothing_scrolls_sideways_on_a_phone_and_both_themes_are_there(opened: Opened, context: BrowserContext) -> None:
    for name in ("neuron", "xor", "mlp"):
        shown = opened(example(name).record())
        colours = set()
        for theme in ("light", "dark"):
            shown.locator("#theme").select_option(theme)
            colours.add(shown.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
        assert len(colours) == 2
        for details in shown.locator("details").all():
            details.evaluate("one => one.open = true")
        for width in (390, 360):
            shown.set_viewport_size({"width": width, "height": 800})
            assert shown.evaluate("document.documentElement.scrollWidth") <= width, name


OVERLAPS = """() => {
    const at = one => one.getBoundingClientRect();
    const token = at(document.querySelector('.graph .token'));
    return [...document.querySelectorAll('.graph .node')].filter(one => {
        const box = at(one);
        return token.left < box.right && box.left < token.right && token.top < box.bottom && box.top < token.bottom;
    }).map(one => one.getAttribute('aria-label'));
}"""
LINES = """one => {
    const all = document.createRange();
    all.selectNodeContents(one);
    return all.getClientRects().length;
}"""
HIDDEN = """() => {
    const place = document.querySelector('#graph').getBoundingClientRect();
    return [...document.querySelectorAll('#graph .live')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.top < place.top || box.bottom > place.bottom || box.left < place.left || box.right > place.right;
    }).length;
}"""


def test_a_contribution_stands_between_its_boxes_and_words_of_the_card_are_whole(opened: Opened) -> None:
    shown = opened(example("neuron").record(), "#step=20")
    assert shown.locator(".graph .token").text_content() == "−0.05288"
    assert shown.evaluate(OVERLAPS) == []
    for width in (1366, 390):
        shown.set_viewport_size({"width": width, "height": 800})
        heads = shown.locator(".why th[scope=row]")
        assert heads.first.inner_text() == "upstream"
        assert [head.evaluate(LINES) for head in heads.all()] == [1, 1, 1]


def test_both_ends_of_a_live_edge_are_in_sight(opened: Opened) -> None:
    shown = opened(example("softmax").record())
    for step in range(0, 52, 3):
        shown.evaluate(f"glassgrad.goto({step})")
        assert shown.evaluate(HIDDEN) == 0, step


def test_heat_maps_have_the_colours_of_the_pictures(opened: Opened) -> None:
    shown = opened(Tensor([[1.0, -1.0]], label="x").sum(), "?theme=light")
    fill = "one => getComputedStyle(one).fill"
    assert shown.locator(".map .above").first.evaluate(fill) == "rgb(0, 114, 178)"  # blue, as the legends say
    assert shown.locator(".map .below").first.evaluate(fill) == "rgb(184, 77, 0)"


def test_texts_of_all_languages_say_the_same_and_can_be_chosen(opened: Opened) -> None:
    english, *others = document.languages().values()
    for other in document.languages().values():
        assert other.keys() == english.keys()
        for key, said in english.items():
            assert sorted(re.findall(r"\{\w+\}", other[key])) == sorted(re.findall(r"\{\w+\}", said)), key
    assert others
    shown = opened(example("neuron").record(), "?lang=de#step=10")
    assert text(shown, "#said") == "a = sigmoid(z) = sigmoid(1) = 0.7311."
    assert text(shown, "#badge") == "stimmt mit Python auf 1e−12 überein"
    shown.locator("#language").select_option("en")
    assert text(shown, "#do-update") == "update"


def test_everything_has_a_name_for_a_screen_reader(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    unnamed = shown.evaluate(
        """() => [...document.querySelectorAll('button, input, select, #graph .node')].filter(one => {
            const label = one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim();
            return !label;
        }).map(one => one.outerHTML)"""
    )
    assert unnamed == []
    assert shown.locator("#said").get_attribute("aria-live") == "polite"
    assert shown.locator(".node").nth(0).get_attribute("aria-label") == "w1, parameter, data 2, gradient 0.05288"
    assert shown.locator("svg.graph").first.get_attribute("role") == "graphics-document group"
    shown.locator("#table summary").click()
    assert shown.locator("#steps tbody tr").count() == 29


def test_axe_finds_nothing_in_either_theme(opened: Opened) -> None:
    program = Path(__file__).resolve().parents[2] / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
    if not program.exists():
        pytest.skip("axe is not installed: npm ci --prefix .ci")
    shown = opened(example("mlp").record(), "?mode=quiz")
    for details in shown.locator("details").all():
        details.evaluate("one => one.open = true")
    shown.evaluate(program.read_text(encoding="utf-8"))
    for theme in ("light", "dark"):
        shown.locator("#theme").select_option(theme)
        found = shown.evaluate("axe.run().then(all => all.violations.map(one => [one.id, one.nodes[0].html]))")
        assert found == [], theme


def test_a_printed_page_is_a_worksheet_with_its_key(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("#worksheet .blank").count() == shown.locator("#worksheet .key li").count() == 22
    assert not shown.locator("#leaves").is_visible()
    assert "0.7311" in text(shown, "#worksheet .key")


# --- what comes from outside, and what goes out ------------------------------------------------------------------

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'`&amp;<b>${alert(1)}",
    "a\u202eb\u0007\u2066",
    "__proto__",
]


def test_labels_are_text_whatever_they_say(opened: Opened) -> None:
    leaves = [Value(float(position), label=name) for position, name in enumerate(HOSTILE, start=1)]
    output = leaves[0]
    for leaf in leaves[1:]:
        output = output * leaf
    with scope("<i>frame</i>"):
        output = output + 1
    label({"</title><script>alert(2)</script>": output})
    shown = opened(output)
    shown.locator("#table summary").click()
    titles = shown.evaluate("[...document.querySelectorAll('.node .title')].map(one => one.textContent)")
    assert HOSTILE[1] in titles and "a�b��" in titles
    assert shown.evaluate("document.querySelectorAll('img, b, i, script:not([type])').length") == 0
    assert shown.evaluate("document.scripts.length") == 2
    for node in shown.locator(".node").all():
        node.dispatch_event("click")


def test_scripts_in_a_frame_are_told_and_answered(opened: Opened, context: BrowserContext, tmp_path: Path) -> None:
    path = page(example("neuron").record(), tmp_path / "neuron.html")
    outside = context.new_page()
    outside.goto((_framed(path)).as_uri())
    wait_for(outside, "window.heard.length > 0 || (ask('get', ['w1']), false)")
    answers = outside.evaluate(
        """async () => {
            window.heard.length = 0;
            ask('set', ['w1', 3], 1); ask('goto', [4], 2); ask('get', ['w1'], 3);
            ask('eval', ['1'], 4); ask('set', ['w1', 'x'], 5);
            const answered = () => window.heard.filter(one => one.glassgrad === 'answer').length;
            while (answered() < 5) await new Promise(f => setTimeout(f, 10));
            return window.heard;
        }"""
    )
    outside.close()
    by_id = {one["id"]: one for one in answers if one["glassgrad"] == "answer"}
    assert by_id[3]["value"]["data"] == 3
    assert by_id[4]["error"] == "a page is told step, goto, set, get, update, undo, reset, not eval"
    assert by_id[5]["error"] == "a leaf's data is a finite number, not x"
    assert {"on change", "on step"} <= {one["glassgrad"] for one in answers}


def _framed(path: Path) -> Path:
    outside = path.with_name("outside.html")
    outside.write_text(
        f"""<iframe src="{path.name}"></iframe><script>
        window.heard = []; addEventListener('message', event => heard.push(event.data));
        const ask = (what, given, id) =>
            document.querySelector('iframe').contentWindow.postMessage({{glassgrad: what, arguments: given, id}}, '*');
        </script>"""
    )
    return outside


def test_downloads_say_what_the_page_shows(opened: Opened) -> None:
    shown = opened(example("neuron").record())
    shown.evaluate("glassgrad.set('w1', 3)")
    shown.locator("summary", has_text="Export").click()

    def taken(ending: str) -> bytes:
        with shown.expect_download() as waiting:
            shown.locator(f"[data-download={ending}]").click()
        assert waiting.value.suggested_filename == f"C.{ending}"
        return Path(waiting.value.path()).read_bytes()

    cost = shown.evaluate("glassgrad.get('C').data")
    nodes = {node["label"]: node for node in json.loads(taken("json"))["nodes"]}
    assert nodes["w1"]["data"]["data"] == [3] and nodes["C"]["data"]["data"] == [cost]
    assert "∇" in taken("svg").decode() and "--ink:" in taken("svg").decode()
    assert Image.open(io.BytesIO(taken("png"))).size[0] > 1000
    assert "n0 -> n2;" in taken("dot").decode() and "w1\\ndata 3" in taken("dot").decode()
    assert "$$ω_{1} = w_{1} \\cdot x_{1} = 3 \\cdot \\left(-1\\right) = -3$$" in taken("md").decode()
    assert taken("tex").decode().count("\\begin{align*}") == 3


# --- writing it -------------------------------------------------------------------------------------------------


def test_a_page_is_small_and_asks_for_nothing_by_its_own_policy(tmp_path: Path) -> None:
    written = draw(example("neuron").record()).save(tmp_path / "neuron.html")
    content = written.read_text(encoding="utf-8")
    assert len(content.encode()) < 300_000
    assert "default-src 'none'" in content and "unsafe" not in content
    assert not re.findall(r"""(?:src|href)=["']?https?:""", content)


def test_source_lines_and_what_a_file_of_a_trace_keeps(opened: Opened) -> None:
    with source_lines():
        output = example("neuron").record()
    shown = opened(output)
    assert "recorded at examples.py:" in text(shown, "#card") or "recorded at" in shown.content()
    kept = opened(Trace.from_json(trace(example("xor").record()).to_json()))
    assert text(kept, "#badge") == "agrees with Python to 1e−12"


def test_what_cannot_be_a_page_is_refused_in_a_sentence(tmp_path: Path) -> None:
    x = Value(2.0)
    for output, path, options, message in [
        (x * x, "x.svg", {}, r"a page is saved as \.html, not \.svg"),
        (x * x, "nowhere/x.html", {}, "cannot be written: No such file"),
        (x * x, "x.html", {"learning_rate": math.nan}, "learning_rate is a finite number, not nan"),
        (x * x, "x.html", {"renderer": "ink"}, "renderer"),
        (_chain(x, 500), "x.html", {}, "more than 400 nodes.*collapse=1.*focus="),
        (trace(_chain(x, 500)), "x.html", {}, "1,001 nodes, more than the 400 that a page shows"),
    ]:
        with pytest.raises(DrawingError, match=message):
            page(output, tmp_path / path, **options)
    with pytest.raises(GraphError, match="page: the output is a node"):
        page(2.0, tmp_path / "x.html")  # type: ignore[arg-type]  # what is refused
    assert list(tmp_path.iterdir()) == []


def _chain(node: Node, length: int) -> Node:
    for _ in range(length):
        node = node + 1
    return node


def test_the_command_writes_a_page_and_opens_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    visited: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: visited.append(address) or True)
    target = tmp_path / "neuron.html"
    main(["page", "neuron", "w1=3", "-o", str(target), "--open"])
    assert capsys.readouterr().out == f"wrote {target}\n"
    assert visited == [target.as_uri()]
    assert viz.page is page
