"""How fast, how large and how exact it is, beside the peers: `python -m benchmarks` from a checkout."""
