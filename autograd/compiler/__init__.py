"""The compiler: a recorded graph and its gradient graph are a straight-line program.

Design rules:

* There is one set of derivatives, the table's. Gradients are recorded (`create_graph`), never written here.
* How an operation is computed comes from its row: a ufunc by its name, anything else by the row's `expansion` into
  other rows or its `written` text. A new row compiles, or a test names it.
* A program is plain data (`program.py`); recording makes one, rewrites make one of another, printers read it.
* Each room has one job: `signature` finds a program again, `recording` makes it, `rewrites` simplify it, `naming`
  names it, `source` prints it for people, `arrays`, `numbers` and `columns` run it, `javascript` carries it away.
"""
