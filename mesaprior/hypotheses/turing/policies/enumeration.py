"""All machines of a size on several tapes, divided into disjoint sets that can be counted separately."""

from __future__ import annotations

from functools import partial

import numpy as np

from mesaprior.hypotheses.threads import GoesOn, Progress, spread
from mesaprior.hypotheses.turing.kernels import UNDEFINED
from mesaprior.hypotheses.turing.policies.encoding import Encoding
from mesaprior.hypotheses.turing.policies.tallying import Groups, Tallying


class PolicyEnumeration:
    """All machines with n states, divided into disjoint sets: number 0 is below no prefix, the others below one each.

    Parameters
    ----------
    states : int
    max_steps : int
    situations : int64[S, F]
    encoding : Encoding
    radius : int
        Of closed sets; 0 for none.

    Attributes
    ----------
    n_sets : int
        They depend on the parameters only.

    Notes
    -----
    A machine runs in one situation after the other, and an entry is chosen when a run first reads it; a leaf stands for
    every way to fill the entries that no situation reads, which the witness leaves undefined. Names of states are
    counted, in the order in which they are entered.
    """

    def __init__(self, states: int, max_steps: int, situations: np.ndarray, encoding: Encoding, radius: int):
        self._make = partial(Tallying, states, max_steps, encoding.tapes(situations), encoding, radius)
        self._depth = min(states, 3)
        self._start = np.full(2 * states, UNDEFINED, dtype=np.int64)
        self._room = ((4 * states + 2) ** self._depth, 2 * states)
        found = np.empty(self._room, dtype=np.int64)
        self._prefixes = found[: self._write_prefixes(self._make(), found)].copy()
        self.n_sets: int = 1 + len(self._prefixes)

    def count(self, *, workers: int, report: Progress | None = None) -> tuple[Groups, dict[str, int]]:
        """Count all machines.

        Parameters
        ----------
        workers : int
            Threads; the sums do not depend on it.
        report : Progress or None
            The reports add up to `n_sets`.

        Returns
        -------
        groups, verdicts
            Groups may stand twice.
        """
        parts = spread(range(self.n_sets), self._make, self._extend, workers=workers, report=report)
        verdicts = {name: sum(part.verdicts[name] for part in parts) for name in parts[0].verdicts}
        groups = Groups(*(np.concatenate(columns) for columns in zip(*(part.groups() for part in parts), strict=True)))
        return groups, verdicts

    def count_sets(self, numbers: range, goes_on: GoesOn, report: Progress | None = None) -> Groups:
        """Count some of the sets in this thread; the result is meaningless if it was stopped."""
        tallying = self._make()
        for number in numbers:
            self._extend(tallying, number, goes_on)
            if not goes_on():
                break
            if report is not None:
                report(1)
        return tallying.groups()

    def _extend(self, tallying: Tallying, number: int, goes_on: GoesOn) -> None:
        if number == 0:
            self._write_prefixes(tallying, np.empty(self._room, dtype=np.int64))
        else:
            tallying.extend(self._prefixes[number - 1], number, goes_on=goes_on)

    def _write_prefixes(self, tallying: Tallying, found: np.ndarray) -> int:
        """Count machines that are decided before a prefix is long enough, and record the prefixes."""
        return tallying.extend(self._start, 0, depth=self._depth, found=found)
