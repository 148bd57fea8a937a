"""The names of generators of circuits and of their census columns, known before a space is loaded."""

NAME = "generators"
"""As it is typed after ``--space``."""

NOUN = "generators"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time", "gates")
"""Columns of its censuses."""
