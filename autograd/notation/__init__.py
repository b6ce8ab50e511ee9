"""Notation: the signs of operations in one table, and the printer of the rows' rules.

Whoever writes formulas imports from here: the views, and the compiler's texts. Nothing is written down twice: a
formula is a row's own rule, run on nodes that stand for the operands (`rules.py`), and printed from the graph that it
recorded (`printer.py`).
"""
