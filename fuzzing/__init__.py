"""Attacks on what comes from outside and on what happens at once: a search for answers that nobody promised.

Texts and files that are made by changing good ones, led by which lines of the program they reach; writers that are
killed; mirrors that lie; threads in any order. `python -m fuzzing` runs them within a time; what they begin with is
made here, so no crafted file is kept.
"""
