"""Record: a function is run once on nodes that stand for its arguments; how a program is found again."""
