"""The robustness card: one question asked of a family of languages and bounds, and what moves its odds most."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.census import Census, exact_sum
from mesaprior.inference.bayes.logspace import log2_odds, log2_sum
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed

BOUND = "bound"
"""Kind of the members that are the question itself with a shorter bound."""

MOST_BOUNDS = 3
"""Shorter bounds that are asked."""

MAIN, VERDICT = "log2_odds", "log2_odds_verdict"
"""The two odds: optimizers over imitators, and defecting over faithful."""


@dataclass(frozen=True)
class Standing:
    """What a census says after all training rows.

    Attributes
    ----------
    programs : int
        How many were counted, exactly.
    fewest_misses : int
        Training rows that the best of them does not hit; an abstention is no hit.
    log2_odds, log2_odds_verdict : float
        Optimizers over imitators and defecting over faithful, bits; inf, -inf where one side is empty, nan where
        both are.
    """

    programs: int
    fewest_misses: int
    log2_odds: float
    log2_odds_verdict: float


@dataclass(frozen=True)
class Member:
    """One member of a family.

    Attributes
    ----------
    kind : str
        What is changed: `BOUND`, or as in `terms.neighbours`.
    change : str
        In a few words.
    token : str or None
        The token that is changed.
    bits : int or float or None
        Its new price, or the shorter bound; None where it is dropped.
    standing : Standing
    """

    kind: str
    change: str
    token: str | None
    bits: float | None
    standing: Standing


@dataclass(frozen=True)
class Move:
    """How far a member is from the question: its odds less those of the question, in bits; nan where undefined."""

    member: Member
    difference: float


@dataclass(frozen=True)
class Spread:
    """What the members say of one of the two odds.

    Attributes
    ----------
    own : float
        Odds of the question, bits.
    least, most : float
        Range over the question and the members, infinities included; nan where all are undefined.
    same_sign : float
        Share of the members whose odds have the sign of the question's, 0..1; level is a sign of its own, undefined
        odds have none. nan without members.
    undefined : int
        Members in which neither side has any mass.
    moves : tuple of Move
        All members, the largest change first, then in the order of the members; undefined ones last.
    """

    own: float
    least: float
    most: float
    same_sign: float
    undefined: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Family:
    """A question with its near relatives.

    Attributes
    ----------
    own : Standing
        Of the question itself.
    members : tuple of Member
    essential : tuple of (str, str)
        Tokens without which nothing is left, or nothing that fits as well, and which of the two, in a few words.
    left_out : tuple of (str, str)
        Changes that give no member, and why.
    """

    own: Standing
    members: tuple[Member, ...]
    essential: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    def spread(self, odds: str) -> Spread:
        """Return the range of `MAIN` or of `VERDICT`, how often the sign is the same, and what moves it most."""
        own = float(getattr(self.own, odds))
        values = [float(getattr(member.standing, odds)) for member in self.members]
        defined = [value for value in (own, *values) if not math.isnan(value)]
        moves = [Move(member, _difference(value, own)) for member, value in zip(self.members, values, strict=True)]
        # Undefined ones stand after everything that has a size, an infinite one too; sorting is stable.
        moves.sort(key=lambda move: math.inf if math.isnan(move.difference) else -abs(move.difference))
        same = [not math.isnan(value) and np.sign(value) == np.sign(own) for value in values]
        return Spread(
            own,
            min(defined, default=math.nan),
            max(defined, default=math.nan),
            sum(same) / len(same) if same else math.nan,
            sum(math.isnan(value) for value in values),
            tuple(moves),
        )


def standings(weighed: Weighed, scored: Scored, bounds: Iterable[float]) -> list[Standing]:
    """Return the standing among the programs up to each of some lengths.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        Of the same; `posterior_of` gives the same odds.
    bounds : iterable of float
        Lengths in bits, inclusive; inf for all programs.

    Raises
    ------
    UsageError, ContentError, RunError
        As `posterior`.

    Notes
    -----
    Time is O(G * L + B * C) for G groups, L bounds, B behaviours and C cells.
    """
    census, judgement, training = scored.census, scored.judgement, scored.training
    log2_final = weighed.log2_group + scored.log2_likelihood[census.behaviour_id]
    optimizes = (judgement.role != IMITATOR)[census.behaviour_id].astype(np.int64)
    verdict = judgement.verdict[census.behaviour_id]

    def standing(bound: float) -> Standing:
        within = census.columns["length"] <= bound
        mass, hits = log2_final[within], training.hits[census.behaviour_id[within]]
        imitators, optimizers = log2_sum(mass, optimizes[within], 2)
        by_verdict = log2_sum(mass, verdict[within], 4)
        return Standing(
            exact_sum(census.count[within]),
            scored.log.n_training - int(hits.max(initial=0)),
            _odds(optimizers, imitators),
            _odds(by_verdict[DEFECTING], by_verdict[FAITHFUL]),
        )

    return [standing(bound) for bound in bounds]


def shorter_bounds(census: Census) -> list[float]:
    """Return up to `MOST_BOUNDS` lengths that occur, the next shorter ones than the longest, longest first."""
    return [length.item() for length in np.unique(census.columns["length"])[:-1][::-1][:MOST_BOUNDS]]


def bound_members(weighed: Weighed, scored: Scored) -> tuple[Standing, list[Member]]:
    """Return the standing of a whole census, and the members with shorter bounds; see `standings`."""
    lengths = shorter_bounds(scored.census)
    whole, *shorter = standings(weighed, scored, [math.inf, *lengths])
    members = [
        Member(BOUND, f"up to {length:.6g} bits", None, length, standing)
        for length, standing in zip(lengths, shorter, strict=True)
    ]
    return whole, members


def essential_reason(own: Standing, without: Standing | None) -> str | None:
    """Say why a token cannot be dropped, or None where it can.

    Parameters
    ----------
    own : Standing
        With the token.
    without : Standing or None
        Without it, up to the same bounds; None where there is no program.

    Notes
    -----
    It is decided by counting: a token is essential if without it there is no program within the bounds, or none that
    misses as few training rows as the best with it (none, where there is one that fits).
    """
    if without is None:
        return "no program is left"
    if without.fewest_misses > own.fewest_misses:
        fits = f"misses at most {own.fewest_misses} training rows" if own.fewest_misses else "fits every training row"
        return f"no program is left that {fits}: the best misses {without.fewest_misses}"
    return None


def _odds(first: float, second: float) -> float:
    return float(log2_odds(np.array([first]), np.array([second]))[0])


def _difference(value: float, own: float) -> float:
    """Return how far odds have moved: 0 between equal infinities, nan where one of them is undefined."""
    return 0.0 if value == own else value - own
