"""The compiler: a recorded graph and its gradient graph are a straight-line program.

Design rules:

* There is one set of derivatives, the table's. Gradients are recorded (`create_graph`), never written here.
* How an operation is computed comes from its row: a ufunc by its name, anything else by the row's `expansion` into
  other rows or its `written` text. A new row compiles, or a test names it.
* A program is plain data (`program.py`): recording makes one, a pass makes one of another, a target makes of it
  what is run or read. `pipeline.py` lists every target with its passes, in order. Start there.
* The rooms are what is done: `record`, `rewrite`, `run`, `write`. `compiled.py` and `training_step.py` are what
  people call; `recorded_call.py` makes an operation of a call in a graph; `cache.py` finds the program of a call again.
"""
