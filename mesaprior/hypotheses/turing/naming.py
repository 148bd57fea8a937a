"""The names of Turing machines and of their census columns, known before a space is loaded."""

NAME = "turing"
"""As it is typed after ``--space``."""

NOUN = "machines"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time", "space")
"""Columns of its censuses."""
