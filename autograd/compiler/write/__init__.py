"""Write: programs as text, to read or to carry away."""
