"""Run: programs made ready to be called, on arrays, on floats, on columns of samples."""
