"""Exact answers to what a served page asks: from the full census, under any prior that is a formula.

A page from disk works with a reduced census, and with the priors that its sliders give. What is asked here goes through
the formula parser and the functions of `infer`, so the numbers are those of ``infer --format json``.

Sizes: N training rows, K of the prefixes 0..N, G groups of the census, B behaviours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.agreement import Tally, tally
from mesaprior.inference.bayes.checkpoints import Checkpoints, checkpoints_of
from mesaprior.inference.bayes.classes import N_CLASSES, class_of, odds_by_role, odds_by_verdict
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood, parse_noise
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.predictive import predict_later
from mesaprior.inference.bayes.prefixes import ClassMasses
from mesaprior.inference.bayes.result import top_behaviours
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.page.content import MOST_SITUATIONS
from mesaprior.inference.page.situations import Situations, situations_of
from mesaprior.inference.report import plain
from mesaprior.inference.reports.posterior_facts import facts_by_prefix
from mesaprior.inference.request import Question
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import FormulaPrior, make_prior

MOST_WORK = 2_000_000_000
"""Steps of a formula times groups of the census, at most: some ten seconds of work."""

MOST_LEADING = 12
"""Leading behaviours that an answer lists."""

TIMES_AN_OCTAVE = 2
"""Programs are drawn together in so many steps for each doubling of the time."""


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


@dataclass(frozen=True, eq=False)
class Seen:
    """A posterior as it is after n training rows.

    Attributes
    ----------
    posterior : Posterior
        Its masses of behaviours, tallies and predictions are those at n.
    log2_likelihood : float64[B]
        Of the first n training rows.
    log2_whole : float
        Mass of all programs at n, not normalized.
    """

    posterior: Posterior
    log2_likelihood: NDArray[np.float64]
    log2_whole: float


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
        prior = self._read(asked)
        noise = parse_noise(asked.noise)
        weighed = self._weighed(prior)
        posterior = self._posterior(prior, noise)
        seen = self._seen(posterior, weighed, noise, asked.n)
        return plain(
            {
                "prior": prior.name,
                "parameters": prior.parameters,
                **facts_by_prefix(posterior),
                "loses_at": posterior.loses_at,
                "loses_at_verdict": posterior.loses_at_verdict,
                "leading": self._leading(seen, weighed, asked.program),
                "predictions": self._predictions(seen.posterior),
                "plane": self._plane(seen, weighed),
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

    @property
    def _cells(self) -> NDArray[np.int64]:
        """The cells whose predictions the page shows."""
        return self._situations.cells

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

    def _seen(self, posterior: Posterior, weighed: Weighed, noise: NoiseModel, n: int) -> Seen:
        """Return a posterior as it is after n training rows."""
        places = np.flatnonzero(posterior.n == n)
        if not len(places):
            raise UsageError(f"n={n} is none of the numbers of training rows of this page; choose one of them.")
        census, log, met = self.question.census, self.question.log, self._tally(n)
        likelihood = log2_likelihood(noise, met.hits, met.misses, met.abstained, census.n_actions)
        whole = weighed.log2_whole + float(posterior.log2_evidence[places[0]])
        log2_final = weighed.log2_behaviour + likelihood
        log2_mass = log2_final - whole if whole > -np.inf else np.full(len(log2_final), np.nan)
        changed = replace(
            posterior,
            log2_mass=log2_mass,
            hits=met.hits,
            misses_in_training=met.misses,
            predictive=predict_later(census, log, noise, met, log2_mass),
        )
        return Seen(changed, likelihood, whole)

    def _leading(self, seen: Seen, weighed: Weighed, program: int | None) -> list[dict[str, Any]]:
        """Return the behaviours of most mass, and the one that is asked for, each with a shortest program."""
        census, posterior = self.question.census, seen.posterior
        masses = {one.behaviour: one.mass for one in top_behaviours(posterior, census.witness, MOST_LEADING)}
        if program is not None and program not in masses:
            if not 0 <= program < census.n_behaviours:
                raise UsageError(f"program={program} is none of {census.n_behaviours:,} behaviours; choose another.")
            masses[program] = float(np.exp2(posterior.log2_mass[program]))
        return [
            {
                "place": behaviour,
                "mass": mass,
                "log2_mass": posterior.log2_mass[behaviour],
                "log2_prior": weighed.log2_behaviour[behaviour] - weighed.log2_whole,
                "log2_likelihood": seen.log2_likelihood[behaviour],
                "text": census.witness[behaviour],
                "role": posterior.role[behaviour],
                "verdict": posterior.verdict[behaviour],
                "hits": posterior.hits[behaviour],
                "misses": posterior.misses_in_training[behaviour],
                "length": posterior.length[behaviour],
                "time": posterior.time[behaviour],
                # Numbered from 1 as in the content of a page; 0 abstains.
                "predictions": census.predictions[behaviour, self._cells].astype(np.int64) + 1,
            }
            for behaviour, mass in masses.items()
        ]

    def _predictions(self, posterior: Posterior) -> NDArray[np.float64]:
        """Return the probability of each action in each cell of the page, float64[C, A]; 0 where no later row is."""
        census, n_training = self.question.census, self.question.log.n_training
        found = np.zeros((len(self._cells), census.n_actions))
        later, first = np.unique(census.row_cell[n_training:], return_index=True)
        _, ours, theirs = np.intersect1d(self._cells, later, assume_unique=True, return_indices=True)
        found[ours] = posterior.predictive[first[theirs]]
        return found

    def _plane(self, seen: Seen, weighed: Weighed) -> list[list[float]]:
        """Return role, length, time and mass of programs that are drawn together."""
        codes, of_group = self._bubbles
        log2_group = weighed.log2_group + seen.log2_likelihood[self.question.census.behaviour_id]
        # Where nothing is left, nothing is drawn.
        shares = np.exp2(log2_group - seen.log2_whole) if seen.log2_whole > -np.inf else np.zeros(len(log2_group))
        masses = np.bincount(of_group, weights=shares, minlength=len(codes))
        return [[*code, mass] for code, mass in zip(codes, masses.tolist(), strict=True)]

    @cached_property
    def _bubbles(self) -> tuple[list[list[float]], NDArray[np.int64]]:
        """Role, length and time of programs that are drawn together, and which of them each group is, int64[G]."""
        census = self.question.census
        lengths, length_id = np.unique(census.columns["length"], return_inverse=True)
        step = np.rint(TIMES_AN_OCTAVE * np.log2(np.maximum(census.columns["time"], 1))).astype(np.int64)
        role = self._first.judgement.role[census.behaviour_id]
        side = int(step.max()) + 1
        found, of_group = np.unique((role * len(lengths) + length_id) * side + step, return_inverse=True)
        place, steps = np.divmod(found, side)
        roles, length_ids = np.divmod(place, len(lengths))
        times = np.exp2(steps / TIMES_AN_OCTAVE)
        codes = zip(roles.tolist(), lengths[length_ids].tolist(), times.tolist(), strict=True)
        return [list(code) for code in codes], of_group
