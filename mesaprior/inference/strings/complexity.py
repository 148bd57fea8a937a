"""The complexity of strings: -log2 of the share of a prior's weight that prints each, and their logical depth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.turing.strings.table import StringTable
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.priors.prior import FormulaPrior

COLUMNS = ("length", "time", "infer_time")
"""What a prior over the runs of machines can read; `infer_time` is `time`, since nothing learns."""


@dataclass(frozen=True, eq=False)
class StringPrior:
    """What the halting runs of all machines of a size make of strings, under a prior.

    Attributes
    ----------
    strings : Texts
        Every string printed on a blank tape of zeros or of ones; the likeliest first, of equal ones the shorter, then
        the lexicographically smaller.
    count : uint64[n]
        Runs that print each.
    bits : float64[n]
        -log2 of the share of the weight of all halting runs; inf where the prior gives none.
    depth : int64[n]
        Least steps of any run that prints it.
    """

    strings: Texts
    count: NDArray[np.uint64]
    bits: NDArray[np.float64]
    depth: NDArray[np.int64]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each string stands."""
        return {string: place for place, string in enumerate(self.strings)}

    def bits_of(self, string: str) -> float:
        """Return the bits of a string; inf where nothing prints it."""
        place = self.places.get(string)
        return math.inf if place is None else float(self.bits[place])


def string_prior(table: StringTable, prior: FormulaPrior | None = None) -> StringPrior:
    """Weigh the strings that machines print.

    Parameters
    ----------
    table : StringTable
        On a blank tape of zeros; a tape of ones is added here.
    prior : FormulaPrior or None
        Over `COLUMNS`; None weighs all machines alike, which gives D(n) of Delahaye and Zenil (2012).

    Raises
    ------
    UsageError
        If the prior reads another column, or gives no weight that is a finite number from 0 upwards.

    Notes
    -----
    All machines of a size have the same length, so of the forms of logical depth (Bennett 1988) only the least time
    remains. Strings longer than any machine of the size prints have no finite complexity here. Time is O(G log G) for
    G groups.
    """
    both = table.on_both_blanks()
    n = len(both.strings)
    count = np.zeros(n, dtype=np.uint64)
    np.add.at(count, both.string_id, both.count)
    depth = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(depth, both.string_id, both.steps)
    if prior is None:
        # Exact counts are divided once, so that equal counts have equal bits.
        log2_mass = np.log2(count.astype(np.float64))
    else:
        length = np.full(len(both.steps), table.length)
        weight = prior.log2_weight({"length": length, "time": both.steps, "infer_time": both.steps})
        log2_mass = log2_sum(weight + np.log2(both.count.astype(np.float64)), both.string_id, n)
    bits = np.full(n, np.inf)
    has_mass = log2_mass > -np.inf
    bits[has_mass] = log2_total(log2_mass) - log2_mass[has_mass]
    # The strings stand by length and lexicographically already.
    order = np.lexsort((np.arange(n), -count.astype(np.int64), bits))
    return StringPrior(both.strings.take(order), count[order], bits[order], depth[order])
