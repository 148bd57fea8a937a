"""Crossovers along the price of a token: every value is a language of its own, and its census is counted again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.terms.tokens import token_text
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.odds import contest_of
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.crossovers.crossover import Crossovers, along_values

PRICES = ("bits", "steps")
"""What a token costs."""

MOST_CENSUSES, MOST_PROGRAMS = 64, 50_000_000
"""So many censuses are counted at most, and programs in all of them together."""


@dataclass(frozen=True)
class Price:
    """The price of a token as a varying parameter.

    Attributes
    ----------
    what : str
        One of `PRICES`.
    token : str
        Text of the token, see `token_text`. All tokens of that text change their price together.
    """

    what: str
    token: str

    def __str__(self) -> str:
        return f"{self.what}:{self.token}"

    def language(self, language: Language, value: int) -> Language:
        """Return a language with this price.

        Raises
        ------
        UsageError
            If the language has no such token.
        ContentError
            If the price is out of range, or the codes of the tokens then break Kraft's inequality.
        """
        texts = [token_text(token) for token in language.tokens]
        if self.token not in texts:
            raise UsageError(
                f"{str(self)!r}: {language.source} has no token {self.token[:40]!r}; it has "
                f"{', '.join(dict.fromkeys(texts))}."
            )
        data = language.to_dict()
        for entry, text in zip(data["token"], texts, strict=True):
            if text == self.token:
                entry[self.what] = value
        return language_from_dict(data, source=f"{language.source} with {self} = {value}")


def find_price_crossovers(
    space: TermSpace,
    log: ImitationLog,
    prior: Prior,
    price: Price,
    *,
    low: int,
    high: int,
    by_verdict: bool = False,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    count: Callable[[TermSpace, ImitationLog], Census] | None = None,
) -> Crossovers:
    """Find the prices of a token at which the final odds change their sign.

    Parameters
    ----------
    space : TermSpace
        The language, and the bounds that hold at every price.
    log : ImitationLog
    prior : Prior
    price : Price
    low, high : int
        The prices to examine, all integers from the one to the other.
    by_verdict : bool
        Weigh defecting against faithful programs instead of optimizers against imitators.
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    count : callable, optional
        Counts a census, with progress or from a store; `TermSpace.census` by default.

    Raises
    ------
    UsageError
        If there is no such token, the range is empty, or there would be more than `MOST_CENSUSES` or `MOST_PROGRAMS`.
    ContentError, RunError
        If a price makes no language, or a census cannot be counted.

    Notes
    -----
    Cost: a census for each price. The number of programs within the bounds changes with the price of bits.
    """
    if not low <= high:
        raise UsageError(f"the range {low} to {high} of {str(price)!r} is empty; give the lower end first.")
    if high - low >= MOST_CENSUSES:
        raise UsageError(
            f"{high - low + 1} prices of {str(price)!r} are as many censuses, and {MOST_CENSUSES} are counted at most; "
            "take a narrower range."
        )
    values = range(low, high + 1)
    spaces = [TermSpace(price.language(space.language, value), space.max_bits, space.max_time) for value in values]
    n_programs = sum(sum(one.count_by_length(log).values()) for one in spaces)
    if n_programs > MOST_PROGRAMS:
        raise UsageError(
            f"the censuses of {len(spaces)} prices hold {n_programs:,} programs, and {MOST_PROGRAMS:,} are counted "
            "anew at most; take a narrower range or a smaller bound on bits."
        )
    contest, odds = contest_of(by_verdict=by_verdict), list[float]()
    for one in spaces:
        census = count(one, log) if count else obtain(one, log, workers=1)
        result = posterior(census, log, prior, noise=noise, tolerance=tolerance)
        odds.append(float(contest.odds_of(result)[-1]))
    found = np.array(odds) if odds else np.array([math.nan])
    what = "the change of the price by one"
    return along_values(str(price), np.array(values, dtype=np.float64), found, what, contest)
