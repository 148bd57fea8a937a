"""Vectors that stay on the disk until they are asked for: a posterior does without, and they are half of a census."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from mesaprior.hypotheses.census import Vectors


class StoredVectors(Vectors):
    """The vectors of a stored census, read when the first of their attributes is.

    Parameters
    ----------
    load : callable
        Reads them.
    """

    def __init__(self, load: Callable[[], Vectors]):
        object.__setattr__(self, "_load", load)

    def __getattr__(self, name: str) -> Any:
        # Called only for attributes that are not there yet.
        if name not in {field.name for field in fields(Vectors)}:
            raise AttributeError(name)
        loaded = self._load()
        for field in fields(Vectors):
            object.__setattr__(self, field.name, getattr(loaded, field.name))
        # From here on they are vectors like any others.
        object.__setattr__(self, "__class__", Vectors)
        return getattr(self, name)
