"""A table of strings as shards that any computer can count: a small description, and one table per shard."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mesaprior.hypotheses.threads import Progress
from mesaprior.hypotheses.turing.strings.counting import StringEnumeration
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.table import StringTable

N_SHARDS = 64
"""Shards of a table; with more states than 5 every prefix is one."""


@dataclass(frozen=True)
class StringShards:
    """The output of all machines of a size, as shards; see `StringEnumeration`. Its pickle is small.

    Attributes
    ----------
    size : Size
    """

    size: Size

    @property
    def enumeration(self) -> StringEnumeration:
        """The machines of the size."""
        return _enumeration_of(self.size)

    def n_shards(self) -> int:
        """Return the usual number of shards."""
        return N_SHARDS if self.size.states <= 5 else len(self.enumeration.prefixes)

    def n_reports(self, log: None = None) -> int:
        """Return the work in all shards together: prefixes. There is no log."""
        return len(self.enumeration.prefixes)

    def shards(
        self,
        log: None,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int = 1,
        max_bytes: int | None = None,
        report: Progress | None = None,
    ) -> Generator[tuple[int, StringTable]]:
        """Count some shards; see `StringEnumeration.shards`. There is no log, and memory does not matter."""
        yield from self.enumeration.shards(wanted, n_shards, workers=workers, report=report)


@lru_cache(maxsize=1)
def _enumeration_of(size: Size) -> StringEnumeration:
    """Return the machines of a size; cached, since a worker needs the same size repeatedly."""
    return StringEnumeration(size.states, size.max_steps, radius=size.radius)
