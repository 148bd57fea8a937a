"""The names of threshold networks and of their census columns, known before a space is loaded."""

NAME = "networks"
"""As it is typed after ``--space``."""

NOUN = "networks"
"""What its programs are called, in the plural."""

COLUMNS = ("length", "time", "infer_time", "weights", "l1", "l2")
"""Columns of its censuses."""
