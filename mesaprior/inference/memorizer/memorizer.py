"""The memorizer: all literal tables over some features at once, in competition with the programs that were counted.

A table of S entries, one for each combination of values of its features, gives an action for each. No census can list
the A^S tables of some hundred bits, and none is needed: all have the same length, so the prior gives all the same
weight, and how many of them have so many training hits and keep to a verdict is counted exactly, see
`mesaprior.inference.memorizer.table_counts`.

Sizes: N training rows, R rows, A actions, S entries.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import Named, UsageError
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.inference.bayes.checkpoints import ALL
from mesaprior.inference.bayes.cut import log2_of_tallies
from mesaprior.inference.bayes.logspace import log2_odds, log2_total, share
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.posterior import Posterior, loses_at, posterior_of
from mesaprior.inference.bayes.roles import DEFECTING, ERRING, FAITHFUL, IMITATOR, UNJUDGED, VERDICTS
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.memorizer.table_counts import TableCounts

if TYPE_CHECKING:
    from mesaprior.inference.bayes.kernels import Tables

COLUMNS = ("length", "time", "infer_time")
"""The columns of a census that a table has."""


@dataclass(frozen=True, eq=False)
class Memorizer:
    """The family of all literal tables over some features of a log.

    Attributes
    ----------
    features : tuple of str
    n_entries : int
        S, the product over the features of S_f, the feature's largest value in the log + 1.
    n_actions : int
        A.
    token_bits : int
        Bits to say that a table follows.
    steps : int
        Time of one look-up.
    row_entry : tuple of int
        [R] Entry that each row of the log looks up.
    is_counted : bool
        Whether the language has this look-up too, so that a census may hold the same tables.
    """

    features: tuple[str, ...]
    n_entries: int
    n_actions: int
    token_bits: int
    steps: int
    row_entry: tuple[int, ...]
    is_counted: bool = False

    @property
    def length(self) -> int:
        """Bits of each table: those of the token, and ceil(log2 A) for each entry."""
        return self.token_bits + self.n_entries * (self.n_actions - 1).bit_length()


@dataclass(frozen=True, eq=False)
class MemorizerPosterior:
    """What the data say of a memorizer, at the checkpoints of the posterior.

    Attributes
    ----------
    memorizer : Memorizer
    log2_prior : float
        log2 of the family's share of the prior, over the programs counted and the family.
    n : int64[K]
        The checkpoints, numbers of training rows from 0 to N.
    log2_evidence : float64[K]
        log2 probability of the first n actions under the family alone.
    log2_odds : float64[K]
        The family over everything that was counted, in bits.
    mass : float64[K]
        The family's share of the posterior over the programs counted and the family; nan where nothing is left.
    mass_by_verdict : float64[4, K]
        The same by verdict.
    log2_odds_optimizers : float64[K]
        Optimizers over imitators where the family, which optimizes nothing, is among the imitators.
    loses_at : int or None
        Where the honest imitator loses then.
    predictive : float64[R - N, A]
        Probability of each action on each later row under the family at N; nan where nothing of it is left.
    """

    memorizer: Memorizer
    log2_prior: float
    n: NDArray[np.int64]
    log2_evidence: NDArray[np.float64]
    log2_odds: NDArray[np.float64]
    mass: NDArray[np.float64]
    mass_by_verdict: NDArray[np.float64]
    log2_odds_optimizers: NDArray[np.float64]
    loses_at: int | None
    predictive: NDArray[np.float64]


def memorizer_over(
    features: Sequence[str],
    log: ImitationLog,
    n_actions: int,
    *,
    language: Language | None = None,
    token_bits: int | None = None,
) -> Memorizer:
    """Return the memorizer over some features of a log.

    Parameters
    ----------
    features : sequence of str
        Names of feature columns, each once.
    log : ImitationLog
    n_actions : int
        A, as the census has it.
    language : Language or None
        Where it has a look-up of this one feature, its bits and steps count; else the bits of a token by default.
    token_bits : int or None
        Bits of the token, in place of those of the language.

    Raises
    ------
    UsageError
        If there is no such feature, one stands twice, or there are neither bits nor a language to take them from.
    """
    for name in features:
        if name not in log.features:
            raise UsageError(
                f"memorizer feature {name!r} is no column of {log.source}; its features are "
                f"{', '.join(log.features) or 'none'}, so name some of these."
            )
    if not features or len(set(features)) < len(features):
        raise UsageError(f"memorizer features {', '.join(features)!r} have to be some columns of the log, each once.")
    lookup = None
    if language is not None and len(features) == 1:
        found = [t for t in language.tokens if t.kind == "lookup" and t.name == features[0]]
        lookup = min(found, key=lambda token: (token.bits, token.steps)) if found else None
    if token_bits is None:
        if lookup is not None:
            token_bits = lookup.bits
        elif language is not None:
            token_bits = max(1, (len(language.tokens) - 1).bit_length())
        else:
            raise UsageError(
                "these programs have no tokens with bits, so say with ",
                Named("token_bits", "--memorizer-bits"),
                " what a table costs.",
            )
    columns = [log.features.index(name) for name in features]
    sizes = [log.feature_sizes[column] for column in columns]
    # Entries of large tables outgrow 64 bits.
    entries: list[int] = []
    for situation in log.situations[:, columns].tolist():
        entry = 0
        for value, size in zip(situation, sizes, strict=True):
            entry = entry * size + value
        entries.append(entry)
    row_situation: list[int] = log.row_situation.tolist()
    return Memorizer(
        features=tuple(features),
        n_entries=math.prod(sizes),
        n_actions=n_actions,
        token_bits=token_bits,
        steps=1 if lookup is None else lookup.steps,
        row_entry=tuple(entries[s] for s in row_situation),
        is_counted=lookup is not None,
    )


def check_prior_of_tables(prior: Prior) -> None:
    """Refuse a prior that reads what a table does not have.

    Raises
    ------
    UsageError
        If so; the message names the column.
    """
    for name in prior.columns:
        if name not in COLUMNS:
            raise UsageError(
                f"prior {prior.name!r} reads the column {name!r}, which tables do not have; for ",
                Named("a memorizer", "--memorizer"),
                f" use a prior over {', '.join(COLUMNS)}.",
            )


def memorizer_posterior(
    memorizer: Memorizer, weighed: Weighed, scored: Scored, result: Posterior
) -> MemorizerPosterior:
    """Update on the training rows a prior over the programs counted and a family of tables.

    Parameters
    ----------
    memorizer : Memorizer
    weighed : Weighed
    scored : Scored
        What was asked.
    result : Posterior
        Of the same.

    Raises
    ------
    UsageError
        If the prior reads a column that a table does not have, or gives a table no finite weight.

    Notes
    -----
    Numbers of tables are exact; their sum is taken in log space, compensated. Time is O(N^2 A) for a tolerance
    that allows no miss, and grows with the square of the misses allowed.
    """
    log, noise = scored.log, scored.noise
    # All prefixes are needed to know where the imitator loses, and cost nothing beside the tables.
    at = result.n
    result = result if len(at) > log.n_training else posterior_of(weighed, scored, ALL)
    counts = _counts_by_condition(memorizer, log, scored.tolerance)
    N = log.n_training
    tables_of_noise = noise.tables(N, memorizer.n_actions)
    by_verdict = np.full((len(VERDICTS), N + 1), -np.inf)
    for n in range(N + 1):
        for verdict, by_hits in _by_verdict(counts).items():
            by_verdict[verdict, n] = _log2_weighted(by_hits, tables_of_noise, n)
        if n < N:
            for tables in counts:
                tables.add(memorizer.row_entry[n], int(log.action[n]))
    # Before any row, every table of the entries that are looked up counts once: A to their number.
    log2_tables = log2_total(by_verdict)
    by_verdict -= log2_tables[0]
    log2_evidence = log2_tables - log2_tables[0]

    log2_family = _log2_prior(memorizer, weighed.prior)
    family = log2_family + log2_evidence
    rest = weighed.log2_whole + result.log2_evidence
    everything = np.logaddexp2(family, rest)
    with np.errstate(divide="ignore"):
        by_role = np.log2(result.mass_by_role)
    imitators = np.logaddexp2(np.where(np.isnan(by_role[IMITATOR]), -np.inf, by_role[IMITATOR]) + rest, family)
    optimizers = log2_total(np.where(np.isnan(by_role), -np.inf, by_role)[IMITATOR + 1 :]) + rest
    odds = log2_odds(optimizers, imitators)
    return MemorizerPosterior(
        memorizer=memorizer,
        log2_prior=float(family[0] - everything[0]),
        n=at,
        log2_evidence=log2_evidence[at],
        log2_odds=log2_odds(family, rest)[at],
        mass=share(family, everything)[at],
        mass_by_verdict=share(log2_family + by_verdict, everything)[:, at],
        log2_odds_optimizers=odds[at],
        loses_at=loses_at(odds),
        predictive=_predictive(memorizer, log, counts[0], noise, tables_of_noise),
    )


def _counts_by_condition(memorizer: Memorizer, log: ImitationLog, tolerance: float) -> list[TableCounts]:
    """Return counts of all tables, of the faithful ones, of those that side with the rival, and of both at once."""
    A, N = memorizer.n_actions, log.n_training
    touched = sorted(set(memorizer.row_entry))
    misses: dict[int, list[int]] = {entry: [0] * A for entry in touched}
    sides: dict[int, set[int]] = {}
    n_judged = n_conflicts = 0
    for row in range(N, log.n_rows):
        entry, action, rival = memorizer.row_entry[row], int(log.action[row]), int(log.rival[row])
        if action == NONE:
            continue
        n_judged += 1
        for a in range(A):
            misses[entry][a] += a != action
        if rival not in (NONE, action):
            n_conflicts += 1
            sides.setdefault(entry, set()).add(rival)
    everything = {entry: range(A) for entry in touched}
    counts = [TableCounts(everything, misses, None)]
    if not n_judged:
        return counts
    # The comparison is that of `judge`, to the bit.
    most = max(m for m in range(n_judged + 1) if m / n_judged <= tolerance)
    counts.append(TableCounts(everything, misses, most))
    if n_conflicts:
        siding: Mapping[int, Sequence[int]] = {
            entry: range(A) if entry not in sides else list(sides[entry]) if len(sides[entry]) == 1 else []
            for entry in touched
        }
        counts += [TableCounts(siding, misses, None), TableCounts(siding, misses, most)]
    return counts


def _by_verdict(counts: Sequence[TableCounts]) -> dict[int, list[int]]:
    """Return how many tables have 0, 1, 2, ... training hits, by verdict."""
    everything, *conditions = (tables.by_hits() for tables in counts)
    if not conditions:
        return {UNJUDGED: everything}
    faithful = conditions[0]
    defecting = _less(conditions[1], conditions[2]) if len(conditions) == 3 else []
    return {FAITHFUL: faithful, DEFECTING: defecting, ERRING: _less(_less(everything, faithful), defecting)}


def _less(more: list[int], less: list[int]) -> list[int]:
    """Return differences, of which the second list may be shorter."""
    return [count - other for count, other in zip_longest(more, less, fillvalue=0)]


def _log2_weighted(by_hits: Sequence[int], tables: Tables, n: int) -> float:
    """Return log2 of the sum over numbers of hits of how many tables have them, times their likelihood on n rows."""
    pairs = zip(by_hits, _by_hits(tables, n).tolist(), strict=False)
    logs = [math.log2(count) + likelihood for count, likelihood in pairs if count]
    peak = max(logs, default=-math.inf)
    if peak == -math.inf:
        return peak
    return peak + math.log2(math.fsum(2.0 ** (value - peak) for value in logs))


def _by_hits(tables: Tables, n: int) -> NDArray[np.float64]:
    """Return the log2 likelihood of 0..n hits on n rows, float64[n + 1]."""
    hits = np.arange(n + 1)
    return log2_of_tallies(tables, hits, n - hits, np.zeros_like(hits))


def _log2_prior(memorizer: Memorizer, prior: Prior) -> float:
    """Return log2 of the prior mass of the family, not normalized."""
    check_prior_of_tables(prior)
    length = memorizer.length
    columns = {
        "length": np.array([length], dtype=np.int64 if length < 2**62 else np.float64),
        "time": np.array([memorizer.steps], dtype=np.int64),
        "infer_time": np.array([memorizer.steps], dtype=np.int64),
    }
    weight = float(np.asarray(prior.log2_weight(columns), dtype=np.float64).reshape(-1)[0])
    if math.isnan(weight) or weight == math.inf:
        raise UsageError(
            f"prior {prior.name!r} gives tables of {length} bits no finite weight; change the formula or its "
            "parameters."
        )
    return weight + memorizer.n_entries * math.log2(memorizer.n_actions)


def _predictive(
    memorizer: Memorizer, log: ImitationLog, counts: TableCounts, noise: NoiseModel, tables: Tables
) -> np.ndarray:
    """Return the probability of each action on each later row under the family at N."""
    A, N = memorizer.n_actions, log.n_training
    hits = np.arange(N + 1)
    predicted, other = noise.predictive(hits, N - hits, A)
    log2_likelihood = _by_hits(tables, N)
    known: dict[int, np.ndarray] = {}
    for entry in memorizer.row_entry[N:]:
        if entry in known:
            continue
        elsewhere = counts.hits_without(entry)
        log2_count = np.array([math.log2(count) if count else -math.inf for count in elsewhere])
        log2_mass = np.full((A, N + 1), -np.inf)
        for a in range(A):
            here = counts.hits_at(entry, a)
            log2_mass[a, here : here + len(elsewhere)] = log2_count
        log2_mass += log2_likelihood
        whole = float(log2_total(log2_mass, axis=(0, 1)))
        if whole == -math.inf:
            known[entry] = np.full(A, np.nan)
            continue
        mass = np.exp2(log2_mass - whole)
        given, spread = mass @ predicted, mass @ other
        known[entry] = given + (spread.sum() - spread)
    return np.array([known[entry] for entry in memorizer.row_entry[N:]]).reshape(-1, A)
