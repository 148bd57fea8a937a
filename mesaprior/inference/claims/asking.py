"""Measurements that claims share: odds along the log, odds at shorter bounds, and the masses behind a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import length_of, parse_program, steps_of
from mesaprior.inference.bayes.posterior import Posterior, posterior
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.claims.claim import BOUND, Cell

TABLE_BITS, ENTRY_BITS = 4, 2
"""What a claim charges for the token of a memorizer, and for each of its entries: one of four actions."""

LAST_BOUNDS = 3
"""Length bounds that say whether a margin has settled."""


def up_to(census: Census, bound: float) -> Census:
    """Return the census of the programs of at most `bound` bits; there must be one."""
    keeps = census.columns["length"] <= bound
    if keeps.all():
        return census
    behaviours, behaviour_id = np.unique(census.behaviour_id[keeps], return_inverse=True)
    return replace(
        census,
        predictions=census.predictions[behaviours],
        flags=census.flags[behaviours],
        witness=census.witness.take(behaviours),
        behaviour_id=behaviour_id,
        columns={name: column[keeps] for name, column in census.columns.items()},
        count=census.count[keeps],
        bounds={**census.bounds, "max_bits": int(bound)},
        vectors=None,
        changes={name: column[behaviours] for name, column in census.changes.items()},
    )


def last_bounds(census: Census) -> list[float]:
    """Return the last lengths that occur, in bits, ascending: bounds that make a difference."""
    return np.unique(census.columns["length"])[-LAST_BOUNDS:].tolist()


def by_bound(
    census: Census,
    log: ImitationLog,
    prior: Prior,
    margin: Callable[[Posterior], float],
) -> list[tuple[float, float]]:
    """Return the last length bounds that make a difference, ascending, and the margin at each.

    Parameters
    ----------
    census, log, prior
        As in `posterior`.
    margin : callable
        The margin, from a posterior.
    """
    return [(bound, margin(posterior(up_to(census, bound), log, prior))) for bound in last_bounds(census)]


def bound_cells(margins: list[tuple[float, float]], facts: Mapping[str, float | str]) -> list[Cell]:
    """Return the cells of `by_bound`; they have no prediction, and the facts given."""
    return [Cell(BOUND, bound, margin, float("nan"), facts) for bound, margin in margins]


def crossing(places: list[float], odds: list[float]) -> float:
    """Return where odds rise above 0 for good, by linear interpolation; nan where they do not.

    It is the first place where they are above 0 from the start.
    """
    if not odds[-1] > 0:
        return float("nan")
    first = max((i + 1 for i, value in enumerate(odds) if not value > 0), default=0)
    if first == 0:
        return places[0]
    before, after = odds[first - 1], odds[first]
    if not np.isfinite(before) or not np.isfinite(after):
        return places[first]
    return places[first - 1] + (places[first] - places[first - 1]) * before / (before - after)


@dataclass(frozen=True)
class Price:
    """The price of one program.

    Attributes
    ----------
    length : int
        Bits.
    time, infer_time : int
        Steps.
    """

    length: int
    time: int
    infer_time: int


def price_of(text: str, language: Language, log: ImitationLog) -> Price:
    """Return the price of a program, from its text."""
    program = parse_program(text, language, log)
    time, infer_time = steps_of(program, language, log.n_history)
    return Price(length_of(program, language, log), time, infer_time)


def log2_weight_of(price: Price, census: Census, prior: Prior) -> float:
    """Return log2 of the weight of one program of a price, as `Weighed.log2_weight` has it for a census."""
    columns = {name: np.array([getattr(price, name)]) for name in census.columns}
    return float(np.broadcast_to(prior.log2_weight(columns), 1)[0])
