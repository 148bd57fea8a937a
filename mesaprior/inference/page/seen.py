"""A posterior as it is after some of the training rows: the leading programs, predictions, and where the mass is.

Roles and verdicts are those of the whole log; what n rows say is in the likelihood alone.

Sizes: G groups of the census, B behaviours, C cells that a page shows, A actions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.agreement import Tally
from mesaprior.inference.bayes.noise import log2_likelihood
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.predictive import predict_later
from mesaprior.inference.bayes.result import top_behaviours
from mesaprior.inference.bayes.roles import Judgement
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed

MOST_LEADING = 12
"""Leading behaviours that are told."""

TIMES_AN_OCTAVE = 2
"""Programs are drawn together in so many steps for each doubling of the time."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A posterior after n training rows.

    Attributes
    ----------
    posterior : Posterior
        Its masses of behaviours, tallies and predictions are those at n.
    weighed : Weighed
    scored : Scored
    log2_likelihood : float64[B]
        Of the first n training rows.
    log2_whole : float
        Mass of all programs at n, not normalized.
    """

    posterior: Posterior
    weighed: Weighed
    scored: Scored
    log2_likelihood: NDArray[np.float64]
    log2_whole: float


def seen_after(n: int, met: Tally, posterior: Posterior, weighed: Weighed, scored: Scored) -> Seen:
    """Return a posterior after n training rows.

    Parameters
    ----------
    n : int
        One of the checkpoints of the posterior.
    met : Tally
        Of the first n training rows.
    posterior : Posterior
    weighed, scored
        Those of the posterior.
    """
    census, noise = scored.census, scored.noise
    likelihood = log2_likelihood(noise, met.hits, met.misses, met.abstained, census.n_actions)
    whole = weighed.log2_whole + float(posterior.log2_evidence[np.searchsorted(posterior.n, n)])
    log2_final = weighed.log2_behaviour + likelihood
    log2_mass = log2_final - whole if whole > -np.inf else np.full(len(log2_final), np.nan)
    changed = replace(
        posterior,
        log2_mass=log2_mass,
        hits=met.hits,
        misses_in_training=met.misses,
        predictive=predict_later(census, scored.log, noise, met, log2_mass),
    )
    return Seen(changed, weighed, scored, likelihood, whole)


def leading_programs(seen: Seen, cells: NDArray[np.int64], program: int | None) -> list[dict[str, Any]]:
    """Return the behaviours of most mass, and the one that is asked for, each with a shortest program.

    Parameters
    ----------
    seen : Seen
    cells : int64[C]
        Cells whose predictions are told, numbered from 1 as in the content of a page; 0 abstains.
    program : int or None

    Raises
    ------
    UsageError
        If there is no such behaviour.
    """
    census, posterior, weighed = seen.scored.census, seen.posterior, seen.weighed
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
            "predictions": census.predictions[behaviour, cells].astype(np.int64) + 1,
        }
        for behaviour, mass in masses.items()
    ]


def predictions_in(cells: NDArray[np.int64], seen: Seen) -> NDArray[np.float64]:
    """Return the probability of each action in each of some cells, float64[C, A]; 0 where no later row is."""
    census, n_training = seen.scored.census, seen.scored.log.n_training
    found = np.zeros((len(cells), census.n_actions))
    later, first = np.unique(census.row_cell[n_training:], return_index=True)
    _, ours, theirs = np.intersect1d(cells, later, assume_unique=True, return_indices=True)
    found[ours] = seen.posterior.predictive[first[theirs]]
    return found


@dataclass(frozen=True, eq=False)
class Plane:
    """Programs of a census that are drawn together: those of equal role and length, and about equal time.

    Attributes
    ----------
    places : list of [int, int or float, float]
        Role, length and time of each.
    of_group : int64[G]
        Which of them each group is.
    """

    places: list[list[float]]
    of_group: NDArray[np.int64]

    @classmethod
    def of_census(cls, census: Census, judgement: Judgement) -> Plane:
        """Return the plane of a census whose behaviours are judged."""
        lengths, length_id = np.unique(census.columns["length"], return_inverse=True)
        step = np.rint(TIMES_AN_OCTAVE * np.log2(np.maximum(census.columns["time"], 1))).astype(np.int64)
        side = int(step.max()) + 1
        code = (judgement.role[census.behaviour_id] * len(lengths) + length_id) * side + step
        codes, of_group = np.unique(code, return_inverse=True)
        rest, steps = np.divmod(codes, side)
        roles, length_ids = np.divmod(rest, len(lengths))
        columns = (roles, lengths[length_ids], np.exp2(steps / TIMES_AN_OCTAVE))
        return cls([list(place) for place in zip(*(column.tolist() for column in columns), strict=True)], of_group)

    def masses(self, seen: Seen) -> list[list[float]]:
        """Return role, length, time and mass of each; no mass where nothing is left."""
        log2_group = seen.weighed.log2_group + seen.log2_likelihood[seen.scored.census.behaviour_id]
        shares = np.exp2(log2_group - seen.log2_whole) if seen.log2_whole > -np.inf else np.zeros(len(log2_group))
        masses = np.bincount(self.of_group, weights=shares, minlength=len(self.places))
        return [[*place, mass] for place, mass in zip(self.places, masses.tolist(), strict=True)]
