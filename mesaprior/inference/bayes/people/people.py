"""The posterior of each person, from one census over the situations of all people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.deriving import for_rows
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import runs
from mesaprior.inference.bayes.checkpoints import Checkpoints
from mesaprior.inference.bayes.fit import Fit, always_of
from mesaprior.inference.bayes.logspace import log2_sum, sum_shares
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.people.frequencies import Frequencies, frequencies
from mesaprior.inference.bayes.people.mixture import mixture
from mesaprior.inference.bayes.posterior import Exact, Posterior, posterior_of
from mesaprior.inference.bayes.result import Entry, advantage_of, top_behaviours
from mesaprior.inference.bayes.roles import ROLES, role_codes, shortest
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed, prior_of

MOST_KNOWN = 64
"""Sets of situations whose census is kept for the next person."""


@dataclass(frozen=True, eq=False)
class Leading:
    """A leading behaviour of a person.

    Attributes
    ----------
    program : str
        A shortest program.
    length : int or float
        Its bits.
    time : int
        Its steps.
    role, verdict : int
        Codes, on this person's rows.
    mass : float
        Share of the posterior.
    hits, misses : int
        On this person's training rows.
    search_advantage : float or None
        As in `Posterior`, in bits; None where there is nothing to compare.
    always : int or None
        The action that it gives in all of this person's situations; None where it gives several.
    """

    program: str
    length: float
    time: int
    role: int
    verdict: int
    mass: float
    hits: int
    misses: int
    search_advantage: float | None
    always: int | None


@dataclass(frozen=True, eq=False)
class Person:
    """The posterior of one person.

    Attributes
    ----------
    name : str
        Label of the group.
    n_training, n_later : int
        Rows.
    n : int64[K]
        The checkpoints, numbers of training rows from 0 to N.
    log2_odds, log2_odds_verdict : float64[K]
        As in `Posterior`, along this person's rows.
    mass : float64[4, 4]
        Share of the posterior by role and verdict at N.
    loses_at, loses_at_verdict : int or None
        As in `Posterior`.
    misses : float
        Expected share of this person's later rows that are missed; nan where there are none.
    log2_evidence : float
        log2 probability of this person's training actions under all programs.
    log2_evidence_by_role : float64[4]
        The same under the programs of a role alone, under the prior restricted to them; -inf where there are none.
    misses_by_role : float64[4]
        The same given each role, as in `Posterior`.
    number : tuple of tuple of int
        Exact number of programs by role and verdict, on this person's rows.
    bounds, log2_odds_by_bound : array[L]
        As in `Posterior`.
    is_stable : bool
        Whether the odds have settled as the bound grew.
    predictive : float64[R - N, A]
        Probability of each action on each of this person's later rows.
    fit : Fit
        Baselines for hits in training.
    exact : Exact or None
        A shortest program with no miss in training.
    leading : tuple of Leading
        The first few behaviours, by mass; empty where nothing is left.
    """

    name: str
    n_training: int
    n_later: int
    n: NDArray[np.int64]
    log2_odds: NDArray[np.float64]
    log2_odds_verdict: NDArray[np.float64]
    mass: NDArray[np.float64]
    loses_at: int | None
    loses_at_verdict: int | None
    misses: float
    log2_evidence: float
    log2_evidence_by_role: NDArray[np.float64]
    misses_by_role: NDArray[np.float64]
    number: tuple[tuple[int, ...], ...]
    bounds: np.ndarray
    log2_odds_by_bound: np.ndarray
    is_stable: bool
    predictive: NDArray[np.float64]
    fit: Fit
    exact: Exact | None
    leading: tuple[Leading, ...]

    @property
    def mass_by_role(self) -> NDArray[np.float64]:
        """Share of the posterior by role at N, float64[4]."""
        return sum_shares(self.mass, 1, 0)


@dataclass(frozen=True, eq=False)
class SharedProgram:
    """A program in the maximum-likelihood mixture over policies of all people together.

    Attributes
    ----------
    program : str
        A shortest program.
    length : int or float
        Its bits.
    role : int
        Code, on the rows of all people.
    share : float
        Share of the people.
    attributed : float64[G]
        Probability of it for each person; nan where no program is left.
    always : int or None
        The action that it gives in all situations; None where it gives several.
    """

    program: str
    length: float
    role: int
    share: float
    attributed: NDArray[np.float64]
    always: int | None


@dataclass(frozen=True, eq=False)
class People:
    """The results for many people in one log.

    Attributes
    ----------
    persons : tuple of Person
        In natural order of their names.
    compared : tuple of int
        Codes of the roles that are compared: those with programs for at least one person.
    frequencies : Frequencies or None
        Frequencies of these roles; None where there are fewer than two, or no person has any evidence.
    shared : tuple of SharedProgram or None
        By share, largest first; None in a language with `fit`, where a program may act differently for each person.
    left_out : tuple of str
        Names of groups without a training row.
    """

    persons: tuple[Person, ...]
    compared: tuple[int, ...]
    frequencies: Frequencies | None
    shared: tuple[SharedProgram, ...] | None
    left_out: tuple[str, ...] = ()


def people(
    census: Census | None,
    log: ImitationLog,
    prior: Prior | str,
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    top: int = 3,
    count: Callable[[ImitationLog], Census] | None = None,
    report: Callable[[int], None] | None = None,
    checkpoints: Checkpoints = None,
) -> People:
    """Update a prior on each person's rows separately, and compute role frequencies and shared programs.

    Parameters
    ----------
    census : Census or None
        Counted on `log`, in a space in which the teacher does not matter; None where `count` counts for each person.
    log : ImitationLog
        With groups; see `Reading.by`. How the rows of different groups interleave does not matter.
    prior, noise, tolerance
        As in `posterior`.
    top : int
        How many leading behaviours of each person are kept, at least 0.
    count : callable, optional
        Counts a census on one person's rows, where learning makes it depend on them.
    report : callable, optional
        Called with 1 for each person that is done.
    checkpoints : int or "all" or None
        As in `posterior`, for each person.

    Returns
    -------
    People

    Raises
    ------
    UsageError, ContentError, RunError
        As `posterior` does; and if the log has no groups.

    Notes
    -----
    The rows of each group are a log of their own; actions, domain and S_f are those of the whole file. About as
    expensive as a few posteriors over all rows.
    """
    if log.group is None:
        raise UsageError("the log tells no people apart; name the columns that do, with by=('id',) say.")
    persons: list[Person] = []
    for number, weighed, own, rows in each_person(census, log, prior_of(prior), count):
        result = posterior_of(weighed, Scored(own, rows, noise, tolerance), checkpoints)
        persons.append(_person(log.groups[number], own, rows, result, top))
        if report is not None:
            report(1)
    learning = np.unique(log.group[: log.n_training])
    evidence = np.array([person.log2_evidence_by_role for person in persons])
    compared = tuple(role for role in range(len(ROLES)) if (evidence[:, role] > -np.inf).any())
    return People(
        persons=tuple(persons),
        compared=compared,
        frequencies=frequencies(evidence[:, compared]) if len(compared) > 1 else None,
        shared=None if census is None or count is not None else _shared(census, log, learning, noise),
        left_out=tuple(name for number, name in enumerate(log.groups) if number not in learning),
    )


def each_person(
    census: Census | None, log: ImitationLog, prior: Prior, count: Callable[[ImitationLog], Census] | None = None
) -> Iterator[tuple[int, Weighed, Census, ImitationLog]]:
    """Yield each person with training rows: number of the group, weighed census, the census on their rows, and these.

    The parameters are those of `people`. People with the same situations share a weighed census.
    """
    assert log.group is not None
    known: dict[bytes, Weighed] = {}
    learning = np.unique(log.group[: log.n_training])
    numbers: list[int] = learning.tolist()
    for number in numbers:
        rows = log.of_group(number)
        if count is not None:
            weighed = Weighed(count(rows), prior)
            yield number, weighed, weighed.census, rows
            continue
        assert census is not None
        rows = _in_order_of(log, rows)
        weighed = _weighed(census, log, rows, prior, known)
        yield number, weighed, replace(weighed.census, row_cell=rows.row_situation), rows


def _in_order_of(log: ImitationLog, rows: ImitationLog) -> ImitationLog:
    """Return rows of a log with their situations in its order, those of training rows first."""
    place = {tuple(situation): k for k, situation in enumerate(log.situations.tolist())}
    whole = np.array([place[tuple(situation)] for situation in rows.situations.tolist()], dtype=np.int64)
    is_later = np.ones(len(whole), dtype=bool)
    is_later[rows.row_situation[: rows.n_training]] = False
    order = np.lexsort((whole, is_later))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return replace(rows, situations=rows.situations[order], row_situation=rank[rows.row_situation])


def _weighed(
    census: Census, log: ImitationLog, rows: ImitationLog, prior: Prior, known: dict[bytes, Weighed]
) -> Weighed:
    """Return the weighed census over a person's situations; people with the same situations share it."""
    n = len(rows.situations)
    times = [np.bincount(part, minlength=n) for part in np.split(rows.row_situation, [rows.n_training])]
    # Interventions are told by how many rows they change, anything else by which situations there are.
    seen = times if census.interventions else [part > 0 for part in times]
    key = b"|".join([rows.situations.tobytes(), *(part.tobytes() for part in seen)])
    if key not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[key] = Weighed(for_rows(census, log, rows), prior)
    return known[key]


def _person(name: str, census: Census, log: ImitationLog, result: Posterior, top: int) -> Person:
    prior_of_role = result.mass_by_role[:, 0]
    share_of_role = log2_sum(np.where(np.isnan(result.log2_mass), -np.inf, result.log2_mass), result.role, len(ROLES))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_role = np.where(
            prior_of_role > 0, result.log2_evidence[-1] + share_of_role - np.log2(prior_of_role), -np.inf
        )
    misses = float(np.nansum(result.mass_by_role[:, -1] * result.misses)) if log.n_rows > log.n_training else np.nan
    return Person(
        name=name,
        n_training=log.n_training,
        n_later=log.n_rows - log.n_training,
        n=result.n,
        log2_odds=result.log2_odds,
        log2_odds_verdict=result.log2_odds_verdict,
        mass=result.mass[:, :, -1],
        loses_at=result.loses_at,
        loses_at_verdict=result.loses_at_verdict,
        misses=misses,
        log2_evidence=float(result.log2_evidence[-1]),
        log2_evidence_by_role=by_role,
        misses_by_role=result.misses,
        number=result.number,
        bounds=result.bounds,
        log2_odds_by_bound=result.log2_odds_by_bound,
        is_stable=result.is_stable,
        predictive=result.predictive,
        fit=result.fit,
        exact=result.exact,
        leading=()
        if np.isnan(result.log2_mass).any()
        else tuple(_leading(entry, census, result) for entry in top_behaviours(result, census.witness, top)),
    )


def _leading(entry: Entry, census: Census, result: Posterior) -> Leading:
    return Leading(
        program=census.witness[entry.behaviour],
        length=result.length[entry.behaviour].item(),
        time=int(result.time[entry.behaviour]),
        role=int(result.role[entry.behaviour]),
        verdict=int(result.verdict[entry.behaviour]),
        mass=entry.mass,
        hits=int(result.hits[entry.behaviour]),
        misses=int(result.misses_in_training[entry.behaviour]),
        search_advantage=advantage_of(result, entry.behaviour),
        always=always_of(census.predictions[entry.behaviour]),
    )


def _shared(census: Census, log: ImitationLog, learning: np.ndarray, noise: NoiseModel) -> tuple[SharedProgram, ...]:
    """Return the maximum-likelihood mixture over policies for all people with training rows, int64[G]."""
    assert log.group is not None
    policy = runs(census.predictions, np.arange(census.n_cells))
    first = np.flatnonzero(np.diff(policy, prepend=-1) > 0)
    predictions = census.predictions[first]
    training = np.arange(log.n_training)
    G, C, A = len(learning), predictions.shape[1], census.n_actions
    # How often each person took each action in each cell: hits are sums of these over what a policy gives.
    taken = np.zeros((G, C, A))
    person = np.searchsorted(learning, log.group[training])
    np.add.at(taken, (person, census.row_cell[training], log.action[training]), 1)
    per_cell = taken.sum(axis=2)

    def likelihood(which: np.ndarray | slice) -> np.ndarray:
        given = predictions[which]
        hits, abstained = np.zeros((G, len(given))), np.zeros((G, len(given)))
        for cell in range(C):
            action = given[:, cell]
            is_given = action >= 0
            hits += np.where(is_given, taken[:, cell, :][:, np.maximum(action, 0)], 0)
            abstained += np.where(is_given, 0, per_cell[:, cell, None])
        misses = per_cell.sum(axis=1)[:, None] - hits - abstained
        hits, misses, abstained = (tally.astype(np.int64) for tally in (hits, misses, abstained))
        return log2_likelihood(noise, hits, misses, abstained, A)

    found = mixture(likelihood, len(predictions))
    length, _ = shortest(census)
    role = role_codes(census.flags)
    result: list[SharedProgram] = []
    for place, component in enumerate(found.components.tolist()):
        own = np.flatnonzero(policy == component)
        best = int(own[np.argmin(length[own])])
        result.append(
            SharedProgram(
                program=census.witness[best],
                length=length[best].item(),
                role=int(role[best]),
                share=float(found.share[place]),
                attributed=found.attributed[:, place],
                always=always_of(predictions[component]),
            )
        )
    return tuple(result)
