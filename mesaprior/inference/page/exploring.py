"""Exact answers to what a served page asks: from the full census, under any prior that is a formula.

A page from disk works with a reduced census, and with the priors that its sliders give. What is asked here goes through
the formula parser and the functions of `infer`, so the numbers are those of ``infer --format json``.

Sizes: N training rows, K of the prefixes 0..N, G groups of the census, B behaviours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.agreement import Tally, tally
from mesaprior.inference.bayes.checkpoints import Checkpoints, checkpoints_of
from mesaprior.inference.bayes.classes import N_CLASSES, class_of, odds_by_role, odds_by_verdict
from mesaprior.inference.bayes.noise import NoiseModel, parse_noise
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.prefixes import ClassMasses
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.page.content import MOST_SITUATIONS
from mesaprior.inference.page.seen import Plane, leading_programs, predictions_in, seen_after
from mesaprior.inference.page.situations import Situations, situations_of
from mesaprior.inference.report import plain
from mesaprior.inference.reports.posterior_facts import facts_by_prefix
from mesaprior.inference.request import Question
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import FormulaPrior, make_prior

MOST_WORK = 2_000_000_000
"""Steps of a formula times groups of the census, at most: some ten seconds of work."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page asks.

    Attributes
    ----------
    prior : str
        A formula, or the name of a prior of the catalogue.
    parameters : mapping of str to float
        Values of parameters; those that the formula does not have are passed over.
    noise : str
        As at the command line, such as ``beta:1,9``.
    n : int
        Training rows seen, one of the checkpoints.
    program : int or None
        A behaviour that is told besides the leading ones.
    """

    prior: str
    parameters: Mapping[str, float]
    noise: str
    n: int
    program: int | None = None


class Explorer:
    """A census and its log, to be asked under one prior after another.

    What is worked out for a prior, a noise or a number of rows is kept for the next question, which often changes one
    of them only. One thread at a time may ask.

    Parameters
    ----------
    question : Question
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    checkpoints : int or "all" or None
        Numbers of training rows at which masses are told, as of `posterior`.

    Notes
    -----
    Memory beside the census is O(G + B). An answer takes as long as a posterior does.
    """

    def __init__(self, question: Question, *, tolerance: float, checkpoints: Checkpoints = None) -> None:
        self.question = question
        self._tolerance = tolerance
        self._checkpoints: Checkpoints = checkpoints
        # Two of each are kept: people go back and forth.
        self._weighed = lru_cache(maxsize=2)(self._weigh)
        self._scored = lru_cache(maxsize=2)(self._score)
        self._posterior = lru_cache(maxsize=2)(self._update)
        self._tally = lru_cache(maxsize=2)(self._count)

    def answer(self, asked: Asked) -> dict[str, Any]:
        """Return everything that the page shows, as plain data.

        Returns
        -------
        dict of str to Any
            ``prior`` and its ``parameters`` as they were read; all of `facts_by_prefix`, ``loses_at`` and
            ``loses_at_verdict`` as in the JSON of ``infer``; and for n rows the ``leading`` programs, the
            ``predictions`` by cell of the page and action, and ``plane``: role, length, time and mass.

        Raises
        ------
        UsageError
            If the prior is no formula, gives no weights, or would take too long; if the noise is none; or if n is no
            checkpoint and the program none of the census.
        """
        prior, noise, n = self._read(asked), parse_noise(asked.noise), asked.n
        if n not in self.n:
            raise UsageError(f"n={n} is none of the numbers of training rows of this page; choose one of them.")
        posterior = self._posterior(prior, noise)
        seen = seen_after(n, self._tally(n), posterior, self._weighed(prior), self._scored(noise))
        return plain(
            {
                "prior": prior.name,
                "parameters": prior.parameters,
                **facts_by_prefix(posterior),
                "loses_at": posterior.loses_at,
                "loses_at_verdict": posterior.loses_at_verdict,
                "leading": leading_programs(seen, self._situations.cells, asked.program),
                "predictions": predictions_in(self._situations.cells, seen),
                "plane": self._plane.masses(seen),
            }
        )

    def odds(self, asked: Asked) -> dict[str, Any]:
        """Return the odds at every checkpoint, ``log2_odds`` and ``log2_odds_verdict``, and nothing else.

        They are those of `answer`, in less time; `asked.n` and `asked.program` play no part. The prior is not kept.

        Raises
        ------
        UsageError
            As `answer`, about the prior and the noise.
        """
        census, log, noise = self.question.census, self.question.log, parse_noise(asked.noise)
        scored, log2_behaviour = self._scored(noise), self._weigh(self._read(asked)).log2_behaviour
        of_class = class_of(scored.judgement)
        masses = ClassMasses(census, log, noise, of_class, N_CLASSES, log2_behaviour, scored.log2_likelihood)
        by_class = masses.at(self.n)
        return plain({"log2_odds": odds_by_role(by_class), "log2_odds_verdict": odds_by_verdict(by_class)})

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """The checkpoints, int64[K]."""
        return checkpoints_of(self._checkpoints, self.question.log.n_training)

    @cached_property
    def _first(self) -> Scored:
        """The census scored under the usual noise, for what no noise changes."""
        return Scored(self.question.census, self.question.log, tolerance=self._tolerance)

    @cached_property
    def notes(self) -> list[str]:
        """How exact the answers are, and what the page does not show, as sentences."""
        told = [
            f"Every number is computed from all {number_of(len(self.question.census.count), 'row')} of the census when "
            "it is asked for; nothing is merged."
        ]
        if self._situations.n_left_out:
            told.append(f"{number_of(self._situations.n_left_out, 'distinct row')} of the log are not shown.")
        return told

    @cached_property
    def _situations(self) -> Situations:
        """The distinct rows that the page shows."""
        return situations_of(self.question.census, self.question.log, most=MOST_SITUATIONS)

    @cached_property
    def _plane(self) -> Plane:
        """The programs that are drawn together."""
        return Plane.of_census(self.question.census, self._first.judgement)

    def _read(self, asked: Asked) -> FormulaPrior:
        """Return the prior that is asked for, with those of the values that belong to it."""
        own = parse_formula(asked.prior).parameters
        prior = make_prior(asked.prior, {name: value for name, value in asked.parameters.items() if name in own})
        steps, groups = len(prior.formula.code), len(self.question.census.count)
        if steps * groups > MOST_WORK:
            raise UsageError(
                f"the formula has {steps:,} steps, and for the {groups:,} groups of this census at most "
                f"{MOST_WORK // groups:,} are answered; write a shorter one."
            )
        return prior

    def _weigh(self, prior: FormulaPrior) -> Weighed:
        return Weighed(self.question.census, prior)

    def _score(self, noise: NoiseModel) -> Scored:
        scored = Scored(self.question.census, self.question.log, noise, self._tolerance)
        # A cached property keeps its value in the dictionary of the instance.
        vars(scored).update(training=self._first.training, judgement=self._first.judgement)
        return scored

    def _update(self, prior: FormulaPrior, noise: NoiseModel) -> Posterior:
        return posterior_of(self._weighed(prior), self._scored(noise), self._checkpoints)

    def _count(self, n: int) -> Tally:
        return tally(self.question.census, self.question.log, np.arange(n))
