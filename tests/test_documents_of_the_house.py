"""What the documents for contributors name is there, and every room is named."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("autograd", "nn", "viz", "glassgrad")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", *(f"{package}/README.md" for package in PACKAGES))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_is_there(document: str) -> None:
    path = ROOT / document
    text = path.read_text(encoding="utf-8")
    spans = re.findall(r"`([\w./-]+\.(?:py|pyi|md|toml|ipynb)|[\w./-]+/)`", text) + re.findall(
        r"\]\(([\w./-]+)\)", text
    )
    assert spans
    missing = [span for span in spans if not ((ROOT / span).exists() or (path.parent / span).exists())]
    # Rooms of the compiler are named beside its folder.
    missing = [span for span in missing if not (ROOT / "autograd" / "compiler" / span).exists()]
    assert missing == []


def test_the_map_names_every_file_of_the_engine_and_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "autograd").glob("*.py")} - {"__init__.py"}
    rooms = {path.parent.name for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")}
    assert [name for name in sorted(files | {f"{room}/" for room in rooms}) if name not in text] == []


def test_the_matrix_says_of_every_promise_whether_it_was_run() -> None:
    rows = tomllib.loads((ROOT / ".ci" / "matrix.toml").read_text(encoding="utf-8"))["row"]
    assert all(set(row) == {"python", "system", "promised", "run"} and row["run"] for row in rows)
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert any(row["python"] == promised.removeprefix(">=") for row in rows)
