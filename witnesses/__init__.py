"""What the engine is held against: the tests assert that they agree, the benchmarks say how far apart they are.

Finite differences, PyTorch, a naive second engine; and the random graphs and sample calls to compare them on.
"""
