"""Behaviours and rows of a census that no value of a sweep distinguishes, merged.

Sizes: B behaviours, D kinds of behaviours, G groups of the census, P pools of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import NONE
from mesaprior.inference.bayes.agreement import tally
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood
from mesaprior.inference.bayes.roles import VERDICTS
from mesaprior.inference.bayes.scores import Scored


@dataclass(frozen=True, eq=False)
class Kinds:
    """Behaviours of one role and verdict, one tally in training and one number of later misses.

    Whatever the prior and the noise are, behaviours of one kind have one likelihood and are reported together.

    Attributes
    ----------
    of_behaviour : int64[B]
        Kind of each behaviour.
    role, verdict : int64[D]
        Codes; kinds are sorted by role, then verdict.
    hits, misses, abstained : int64[D]
        Tally on the training rows used.
    miss_rate : float64[D]
        Share of the later rows with an action that are missed; nan where there is no such row.
    """

    of_behaviour: NDArray[np.int64]
    role: NDArray[np.int64]
    verdict: NDArray[np.int64]
    hits: NDArray[np.int64]
    misses: NDArray[np.int64]
    abstained: NDArray[np.int64]
    miss_rate: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.role)

    def log2_likelihood(self, noise: NoiseModel, n_actions: int) -> NDArray[np.float64]:
        """Return the log2 likelihood of each kind, float64[D]."""
        return log2_likelihood(noise, self.hits, self.misses, self.abstained, n_actions)


@dataclass(frozen=True, eq=False)
class Pools:
    """Groups of a census that agree in the columns named and in a label, added up.

    Attributes
    ----------
    columns : dict of str to array[P]
    label : int64[P]
    log2_mass : float64[P]
        log2 of the sum of the masses of the groups.
    """

    columns: dict[str, np.ndarray]
    label: NDArray[np.int64]
    log2_mass: NDArray[np.float64]

    def take(self, chosen: np.ndarray) -> Pools:
        """Return some of the pools, by a mask or by their places."""
        columns = {name: column[chosen] for name, column in self.columns.items()}
        return Pools(columns, self.label[chosen], self.log2_mass[chosen])


def kinds_at(scored: Scored, n: int) -> Kinds:
    """Return the kinds of the behaviours of a census after n training rows.

    Parameters
    ----------
    scored : Scored
        On the whole log.
    n : int
        0..N.

    Notes
    -----
    Cost: a tally, O(B * cells), and a sort of the behaviours.
    """
    census, log, judgement = scored.census, scored.log, scored.judgement
    training = scored.training if n == log.n_training else tally(census, log, np.arange(n))
    n_judged = int((log.action[log.n_training :] != NONE).sum())
    missed = np.rint(judgement.miss_rate * n_judged) if n_judged else np.zeros(census.n_behaviours)
    parts = (judgement.role * len(VERDICTS) + judgement.verdict, training.hits, training.abstained, missed)
    _, example, of_behaviour = distinct(parts)
    return Kinds(
        of_behaviour=of_behaviour,
        role=judgement.role[example],
        verdict=judgement.verdict[example],
        hits=training.hits[example],
        misses=training.misses[example],
        abstained=training.abstained[example],
        miss_rate=judgement.miss_rate[example],
    )


class Pooling:
    """Adds up the groups of a census that agree in some columns, reusable for other labels.

    Parameters
    ----------
    census : Census
    names : sequence of str
        Columns that are distinguished.

    Notes
    -----
    The columns are sorted once; each call sorts the groups by what they were found to be and by label.
    """

    def __init__(self, census: Census, names: Sequence[str]) -> None:
        self._census = census
        self._names = tuple(dict.fromkeys(names))
        self._log2_count = np.log2(census.count.astype(np.float64))
        columns = [census.columns[name] for name in self._names]
        G = len(census.count)
        self._alike = distinct(columns)[2] if columns else np.zeros(G, dtype=np.int64)

    def pool(self, label: NDArray[np.int64], log2_behaviour: np.ndarray | None = None) -> Pools:
        """Add up the groups whose behaviours have one label and that agree in the columns.

        Parameters
        ----------
        label : int64[B]
            From 0; behaviours with -1 are left out.
        log2_behaviour : float64[B], optional
            What the counts of each behaviour are multiplied by, as log2.

        Returns
        -------
        Pools
            Sorted by label.
        """
        behaviour = self._census.behaviour_id
        log2_mass = self._log2_count if log2_behaviour is None else self._log2_count + log2_behaviour[behaviour]
        of_group, alike, kept = label[behaviour], self._alike, np.arange(len(behaviour))
        if (label < 0).any():
            kept = np.flatnonzero(of_group >= 0)
            of_group, alike, log2_mass = of_group[kept], alike[kept], log2_mass[kept]
        _, example, place = distinct((of_group, alike))
        first = kept[example]
        return Pools(
            columns={name: self._census.columns[name][first] for name in self._names},
            label=of_group[example],
            log2_mass=log2_sum(log2_mass, place, len(example)),
        )


def distinct(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return codes, first places and the number of each of the distinct rows of columns, in lexicographic order."""
    code = np.zeros(len(parts[0]), dtype=np.int64)
    for part in parts:
        # Ranks are below the number of rows, so that a pair of them fits into an integer.
        values, rank = np.unique(part, return_inverse=True)
        code = np.unique(code * max(1, len(values)) + rank.reshape(-1), return_inverse=True)[1].reshape(-1)
    codes, example, place = np.unique(code, return_index=True, return_inverse=True)
    return codes, example, place.reshape(-1)
