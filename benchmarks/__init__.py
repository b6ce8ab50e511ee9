"""Side by side with the peers, in one process, alternating: `python -m benchmarks` from a checkout."""
