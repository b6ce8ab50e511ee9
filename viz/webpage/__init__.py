"""The page: a recorded graph that lives in one file. `writing.py` is what people call."""
