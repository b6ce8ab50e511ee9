"""Write the generated files of the page afresh: python -m viz.webpage."""

from .table import FILE, text

FILE.write_text(text(), encoding="utf-8")
