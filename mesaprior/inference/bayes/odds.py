"""The two sides of the odds: by role where programs have lesions, by verdict where nothing can be lesioned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import summarize
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR, ROLES, UNJUDGED, VERDICTS, Judgement

OTHERS, CHALLENGERS = 0, 1
"""Codes of the sides: odds are of the challengers over the others."""

T_co = TypeVar("T_co", covariant=True)


class HasOdds(Protocol[T_co]):
    """What has odds by role and by verdict: a posterior, a sweep, an answer about one world or one space."""

    @property
    def log2_odds(self) -> T_co:
        """Optimizers over imitators, in bits."""
        ...

    @property
    def log2_odds_verdict(self) -> T_co:
        """Defecting over faithful, in bits."""
        ...


@dataclass(frozen=True)
class Contest:
    """Who challenges whom.

    Attributes
    ----------
    challengers, others : str
        Who leads where odds are above 0, and below; both in the plural.
    is_by_verdict : bool
        Whether the verdict says who is on which side; else the role.
    """

    challengers: str
    others: str
    is_by_verdict: bool

    def __str__(self) -> str:
        return f"{self.challengers} over {self.others}"

    @property
    def ratio(self) -> str:
        """The two sides as the name of a column or a curve of odds."""
        return f"{self.challengers} : {self.others}"

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parts into which this divides the posterior."""
        return VERDICTS if self.is_by_verdict else ROLES

    def leader(self, is_challenger: bool | None) -> str | None:
        """Return the side that leads; None where neither does."""
        return None if is_challenger is None else self.challengers if is_challenger else self.others

    def odds_of(self, result: HasOdds[T_co]) -> T_co:
        """Return the odds of the challengers over the others that a result has."""
        return result.log2_odds_verdict if self.is_by_verdict else result.log2_odds

    def sides_of(self, judgement: Judgement) -> NDArray[np.int64]:
        """Return the side of each behaviour, int64[B]: `CHALLENGERS`, `OTHERS`, or -1 where it is on neither."""
        if not self.is_by_verdict:
            return np.where(judgement.role == IMITATOR, OTHERS, CHALLENGERS)
        side = np.full(len(judgement.verdict), -1, dtype=np.int64)
        side[judgement.verdict == FAITHFUL] = OTHERS
        side[judgement.verdict == DEFECTING] = CHALLENGERS
        return side


BY_ROLE = Contest("optimizers", "imitators", is_by_verdict=False)
BY_VERDICT = Contest("defecting", "faithful", is_by_verdict=True)


def contest_of(*, by_verdict: bool) -> Contest:
    """Return the contest by verdict, or that by role."""
    return BY_VERDICT if by_verdict else BY_ROLE


@dataclass(frozen=True, eq=False)
class Partition:
    """The parts that the posterior is divided into, and the two that are weighed against each other.

    Attributes
    ----------
    names : tuple of str
        Of the parts.
    n : int64[K]
        The checkpoints, numbers of training rows.
    mass : float64[parts, K]
        Share of each there.
    number : tuple of int
        Programs of each.
    log2_odds : float64[K]
        The challengers over the others, in bits.
    challengers, others : str
        Both in the plural.
    loses_at : int or None
        Where the challengers take the lead for good.
    loss : str
        What that means.
    headline : str
        One sentence: who holds the posterior after all training rows, and by how much.
    """

    names: tuple[str, ...]
    n: NDArray[np.int64]
    mass: NDArray[np.float64]
    number: tuple[int, ...]
    log2_odds: NDArray[np.float64]
    challengers: str
    others: str
    loses_at: int | None
    loss: str
    headline: str


def partition_of(posterior: Posterior, *, has_lesions: bool = True, noun: str = "programs") -> Partition:
    """Return the sides of a result: by role where the space has lesions, else by verdict.

    Parameters
    ----------
    posterior : Posterior
    has_lesions : bool
        Whether the hypotheses can have a search or a fit to invert, so that roles say something.
    noun : str
        What the hypotheses are called.
    """
    if has_lesions:
        return Partition(
            names=ROLES,
            n=posterior.n,
            mass=posterior.mass_by_role,
            number=tuple(sum(row) for row in posterior.number),
            log2_odds=posterior.log2_odds,
            challengers=BY_ROLE.challengers,
            others=BY_ROLE.others,
            loses_at=posterior.loses_at,
            loss="the imitator loses",
            headline=_headline_by_role(posterior),
        )
    return Partition(
        names=VERDICTS,
        n=posterior.n,
        mass=posterior.mass_by_verdict,
        number=tuple(sum(column) for column in zip(*posterior.number, strict=True)),
        log2_odds=posterior.log2_odds_verdict,
        challengers=BY_VERDICT.challengers,
        others=BY_VERDICT.others,
        loses_at=posterior.loses_at_verdict,
        loss=f"the faithful {noun} lose",
        headline=_headline_by_verdict(posterior, noun),
    )


def _headline_by_role(posterior: Posterior) -> str:
    summary = summarize(posterior)
    if summary.leader is None:
        return "No hypothesis is left: every program counted was ruled out."
    held = float(posterior.mass_by_role[IMITATOR, -1])
    side, share = ("Imitators", held) if held >= 0.5 else ("Optimizers", 1 - held)
    odds = odds_text(float(posterior.log2_odds[-1]), BY_ROLE.challengers, BY_ROLE.others)
    after = f"after {number_of(posterior.n_training, 'training row')}"
    return f"{side} hold {share_text(share)} of the posterior {after}: {odds}."


def _headline_by_verdict(posterior: Posterior, noun: str) -> str:
    last = posterior.mass_by_verdict[:, -1]
    if np.isnan(last).any():
        return f"No hypothesis is left: all {noun} counted were ruled out."
    leader = int(np.argmax(last))
    after = f"after {number_of(posterior.n_training, 'training row')}"
    if leader == UNJUDGED:
        return f"No later row has an action to judge by, so nothing is said of the {noun} {after}."
    held = f"{VERDICTS[leader].capitalize()} {noun} hold {share_text(float(last[leader]))}"
    odds = float(posterior.log2_odds_verdict[-1])
    if math.isinf(odds):
        # That one side alone has mass would contradict a third one that leads.
        return f"{held} of the posterior {after}; none are left that are {'faithful' if odds > 0 else 'defecting'}."
    return f"{held} of the posterior {after}: {odds_text(odds, f'defecting {noun}', f'faithful {noun}')}."


def loses_by_verdict(posterior: Posterior, noun: str) -> str:
    """Return where defecting hypotheses take the lead over faithful ones, in one sentence."""
    n, last = posterior.loses_at_verdict, posterior.n_training
    odds = float(posterior.log2_odds_verdict[-1])
    if math.isnan(odds):
        return f"At n = {last} neither defecting nor faithful {noun} have any mass."
    if n is None:
        if math.isinf(odds):
            return f"Faithful {noun} do not lose: at n = {last} no defecting one has any mass."
        return f"Faithful {noun} do not lose: at n = {last} the odds of defecting ones are {odds:+.2f} bits."
    place = "before any training row" if n == 0 else f"at n = {n} of {number_of(last, 'training row')}"
    behind = "without any mass" if math.isinf(odds) else f"{odds:.2f} bits behind"
    return f"Faithful {noun} lose {place}, and end {behind}."


def odds_text(bits: float, winner: str, loser: str) -> str:
    """Return log2 odds in words: who is ahead of whom, in bits and as a ratio."""
    if math.isnan(bits):
        return f"neither {winner} nor {loser} have any mass"
    if math.isinf(bits):
        return f"only {winner if bits > 0 else loser} have any mass"
    if abs(bits) < 0.005:
        return f"{winner} and {loser} are level"
    ahead, behind = (winner, loser) if bits > 0 else (loser, winner)
    return f"{ahead} lead {behind} by {abs(bits):.2f} bits ({ratio_text(abs(bits))} to 1)"


def ratio_text(bits: float) -> str:
    """Return 2**bits as a short number."""
    if bits >= 40:
        return f"2^{bits:.0f}"
    ratio = 2.0**bits
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"
