"""A report: a result as data. Every result makes one `Report`, and every output is made of it.

A report has two halves. For programs it has `facts`, which become JSON, and `records`, which become CSV or a frame. For
people it has `blocks`: sentences, tables and series in the order in which they are read, and `steps` that lead on. Each
is computed when an output asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from mesaprior.inference.explaining import explained
from mesaprior.inference.rendering import html, markdown
from mesaprior.inference.report_blocks import Block, as_typed
from mesaprior.narrowing import is_mapping

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Records:
    """A table for programs.

    Attributes
    ----------
    header : sequence of str
    rows : iterable of sequence
        Plain values; may be gone through once.
    """

    header: Sequence[str]
    rows: Iterable[Sequence[Any]]

    @classmethod
    def of_mappings(cls, rows: Sequence[Mapping[str, Any]], header: Sequence[str] | None = None) -> Records:
        """Return records of mappings with the same keys, which are the header unless that is given."""
        names = list(rows[0] if rows else ()) if header is None else list(header)
        return cls(names, [[row[name] for name in names] for row in rows])

    @classmethod
    def of_frame(cls, frame: pd.DataFrame) -> Records:
        """Return the records of a frame; nan stays nan."""
        return cls(list(frame.columns), frame.itertuples(index=False, name=None))


@dataclass(frozen=True, eq=False, kw_only=True)
class Report:
    """A result as data, for every kind of output.

    Attributes
    ----------
    facts : callable
        Returns plain data: dictionaries, sequences, texts, numbers and arrays; infinite and undefined numbers as they
        are.
    records : callable or None
        Returns the table for programs; None where a result has none.
    blocks : callable
        Returns what a person reads.
    steps : sequence of str
        Commands and options that lead on, the best first.
    """

    facts: Callable[[], Any]
    records: Callable[[], Records] | None
    blocks: Callable[[], Iterable[Block]]
    steps: Sequence[str] = ()

    def with_steps(self, steps: Iterable[str]) -> Report:
        """Return the same report with steps that lead on."""
        return replace(self, steps=tuple(steps))

    def typed(self) -> Report:
        """Return the same report as the command line has it, with options where Python has settings."""
        return replace(self, blocks=lambda: map(as_typed, self.blocks()))

    def explained(self) -> Report:
        """Return the same report with the meaning of its columns and words, for first-time readers."""
        return replace(self, blocks=lambda: explained(self.blocks()))

    def to_dict(self) -> Any:
        """Return the facts as plain Python values that JSON can hold; see `plain`."""
        return plain(self.facts())

    def to_frame(self) -> pd.DataFrame:
        """Return the table for programs as a frame; without one, an empty frame."""
        import pandas as pd

        if self.records is None:
            return pd.DataFrame()
        records = self.records()
        return pd.DataFrame.from_records([tuple(row) for row in records.rows], columns=list(records.header))

    def to_markdown(self) -> str:
        """Return what a person reads as Markdown."""
        return markdown(self.blocks(), self.steps)

    def _repr_html_(self) -> str:
        """Return what a person reads as HTML, for a notebook."""
        return html(self.blocks())

    def __str__(self) -> str:
        return self.to_markdown()


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, in the same order.

    Parameters
    ----------
    value : Any
        Mappings, sequences, arrays, texts, numbers, None.

    Returns
    -------
    Any
        Infinite numbers are the strings ``"inf"`` and ``"-inf"``, undefined ones ``"nan"``.
    """
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if _is_array(value):
        # Finite numbers, the usual case, need no look at each of them.
        is_plain = value.dtype.kind in "iub" or (value.dtype.kind == "f" and bool(np.isfinite(value).all()))
        return value.tolist() if is_plain else plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if is_mapping(value):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value]


def _is_array(value: object) -> TypeGuard[np.ndarray]:
    return isinstance(value, np.ndarray)
