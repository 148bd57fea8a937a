"""The summary of logical depth: whether more bits make behaviours fast, or they are slow at every length."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.hypotheses.log.notices import number_of


def summarize_depth(programs: Sequence[str], depths: Sequence[Sequence[int]], significance: Sequence[float]) -> str:
    """Return how deep the leading behaviour is, which is deepest, and how many a longer program makes faster.

    Parameters
    ----------
    programs : sequence of str
        A shortest program of each behaviour, the leading one first.
    depths : sequence of sequence of int
        Least steps of each behaviour at each significance.
    significance : sequence of float
        Bits by which a program may be longer than the shortest.
    """
    if not programs:
        return "No behaviour was asked for."
    places = sorted(range(len(significance)), key=significance.__getitem__)
    first, last = places[0], places[-1]
    told = [_leader(programs[0], depths[0][first], depths[0][last], significance[first], significance[last])]
    if len(programs) > 1:
        deepest = max(range(len(programs)), key=lambda place: depths[place][last])
        n_faster = sum(depth[last] < depth[first] for depth in depths)
        told.append(
            f"The deepest of the {len(programs):,} shown is {programs[deepest]}: at least "
            f"{number_of(depths[deepest][last], 'step')} even by {_up_to(significance[last])}."
        )
        if last != first:
            told.append(f"More bits save steps for {n_faster or 'none'} of them.")
    return " ".join(told)


def _leader(program: str, at_first: int, at_last: int, first: float, last: float) -> str:
    """Return how many steps the leading behaviour takes with few bits more than the shortest program, and with many."""
    shortest = "its shortest programs" if first == 0 else _up_to(first, " than its shortest")
    start = f"The leading behaviour, {program}, takes at least {number_of(at_first, 'step')} by {shortest}"
    if first == last:
        return f"{start}."
    if at_last == at_first:
        return f"{start}, and {_up_to(last)} are no faster."
    return f"{start}, and {number_of(at_last, 'step')} by {_up_to(last)}."


def _up_to(bits: float, than: str = "") -> str:
    """Return the programs of a behaviour that are at most so many bits longer than its shortest, in words."""
    return f"programs up to {bits:g} bits longer{than}" if math.isfinite(bits) else "programs of any length counted"
