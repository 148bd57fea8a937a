"""What Turing machines are called, and what a census has of each, known before a space is loaded."""

NAME = "turing"
"""As it is typed after ``--space``."""

NOUN = "machines"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time", "space")
"""Columns of its censuses."""
