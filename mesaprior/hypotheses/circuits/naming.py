"""The names of circuits and of their census columns, known before a space is loaded."""

NAME = "circuits"
"""As it is typed after ``--space``."""

NOUN = "circuits"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time", "gates", "depth")
"""Columns of its censuses."""
