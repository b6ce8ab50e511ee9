"""Rewrite: passes that make a program of a program."""
