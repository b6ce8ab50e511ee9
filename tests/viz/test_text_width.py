"""Text is measured as wide as it is drawn."""

import pytest

from viz.text_width import is_known, text_width


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("", 0),
        ("0123456789", 5560),
        ("grad −0.05288", 6477),
        ("WW", 1888),
        ("ii", 444),
        ("Ω", 748),
        ("é", 556),
        ("e\u0301", 556),
    ],
)
def test_the_widths_are_helveticas(text: str, thousandths: int) -> None:
    assert text_width(text, 12.0) == pytest.approx(thousandths * 12 / 1000)
    assert text_width(text, 24.0) == pytest.approx(thousandths * 24 / 1000)


def test_of_signs_that_the_font_lacks_the_width_is_guessed_and_said_to_be() -> None:
    assert is_known("w1 × x1 = −2 σ ∂ Σ √ é")
    for text in ("日", "👍", "x₁"):
        assert not is_known(text)
    assert text_width("日", 10.0) >= 10.0
    assert 2 < text_width("₁", 10.0) < text_width("1", 10.0)
