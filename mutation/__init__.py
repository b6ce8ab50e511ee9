"""`python -m mutation` puts small mistakes into the engine, one at a time, and finds those that no test notices."""
