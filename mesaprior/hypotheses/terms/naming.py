"""The names of terms and of their census columns, known before a space is loaded."""

NAME = "terms"
"""As it is typed after ``--space``."""

NOUN = "programs"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time")
"""Columns of its censuses."""
