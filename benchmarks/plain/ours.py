"""Our census of the same question, as the others have theirs."""

from __future__ import annotations

from typing import Literal

import numpy as np

from benchmarks.plain.question import CORRIDOR, Counted
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace


def census(max_bits: int, *, engine: Literal["merged", "reference"] = "merged", workers: int = 1) -> Counted:
    """Count every program of at most `max_bits` bits, from the files to the finished tables, witnesses included."""
    space = TermSpace(read_language(CORRIDOR / "corridor.toml"), max_bits)
    vectors = space.census(read_log(CORRIDOR / "corridor.csv"), engine=engine, workers=workers).vectors
    assert vectors is not None
    return Counted(
        intact=vectors.intact[vectors.vector_id].astype(np.uint8),
        inverted=vectors.search_inverted[vectors.vector_id].astype(np.uint8),
        length=vectors.columns["length"],
        time=vectors.columns["time"],
        count=vectors.count.astype(np.int64),
    )
