"""The class of programs with the most mass on a side, and its share of that side.

Sizes: P classes, G groups of the census.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.census import Census, exact_sum
from mesaprior.inference.crossovers.curve import OddsCurve


@dataclass(frozen=True, eq=False)
class LeadingClass:
    """The class of a side with the largest mass at some value of a parameter.

    Attributes
    ----------
    index : int
        Its place among the classes of the curve.
    columns : dict of str to int or float
        The columns that the prior reads, which all of its programs share.
    hits, misses, abstained : int
        Their tally on the training rows.
    count : int
        How many programs it holds, exactly.
    program : str or None
        The shortest program of a behaviour that has most of them, where that is one of the class.
    share : float
        Its share of the mass of its side, 0..1.
    n_effective : float
        2 to the entropy of the shares of the classes of the side: among how many equally heavy ones its mass is spread.
    """

    index: int
    columns: dict[str, float]
    hits: int
    misses: int
    abstained: int
    count: int
    program: str | None
    share: float
    n_effective: float


def leading_class(census: Census, curve: OddsCurve, side: int, value: float) -> LeadingClass | None:
    """Return the leading class of a side at a value of the parameter; None where the side has no mass.

    Notes
    -----
    Of classes of equal mass the first by tally, then by columns, leads.
    """
    log2_mass = np.where(curve.side == side, curve.log2_classes(value), -np.inf)
    index = int(np.argmax(log2_mass)) if len(log2_mass) else 0
    if not len(log2_mass) or log2_mass[index] == -np.inf:
        return None
    relative = np.exp2(log2_mass - log2_mass[index])
    share = relative / relative.sum()
    live = share[share > 0]
    chosen = curve.classes.take(np.array([index]))
    columns = {name: column[0].item() for name, column in chosen.columns.items()}
    member = curve.tally_of[census.behaviour_id] == chosen.label[0]
    for name, column in chosen.columns.items():
        member &= census.columns[name] == column[0]
    groups = np.flatnonzero(member)
    return LeadingClass(
        index=index,
        columns=columns,
        hits=int(curve.hits[index]),
        misses=int(curve.misses[index]),
        abstained=int(curve.abstained[index]),
        count=exact_sum(census.count[groups]),
        program=_program(census, groups),
        share=float(share[index]),
        n_effective=float(np.exp2(-(live * np.log2(live)).sum())),
    )


def _program(census: Census, groups: np.ndarray) -> str | None:
    """Return the witness of the behaviour with most programs among some groups, if it is one of them."""
    behaviours, place = np.unique(census.behaviour_id[groups], return_inverse=True)
    counts = np.bincount(place.reshape(-1), weights=census.count[groups].astype(np.float64))
    best = int(behaviours[np.argmax(counts)])
    # Groups are sorted by length, then time, so the witness of a behaviour belongs to its first group.
    first = int(np.searchsorted(census.behaviour_id, best))
    return census.witness[best] if first in groups else None
