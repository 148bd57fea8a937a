"""Theorems on the one sequence of the log, without expectations."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.theorems.histories import ln_ratio
from mesaprior.inference.theorems.hypothesis_class import HypothesisClass, log2_ratio
from mesaprior.inference.theorems.theorem import Theorem, failing

PREFIX_WORK = 50_000_000
"""Prefixes times rows times hypotheses that are compared with exact integers."""

_LITTLESTONE = "N. Littlestone and M. K. Warmuth, The weighted majority algorithm, 1994 (the halving case)"
_HUTTER = "M. Hutter, Universal Artificial Intelligence, 2005"
_KORBAK = "T. Korbak, E. Perez and C. L. Buckley, RL with KL penalties is better viewed as Bayesian inference, 2022"


def deterministic_theorems(hypotheses: HypothesisClass) -> list[Theorem]:
    """Evaluate the bounds for a deterministic true hypothesis, on the teacher's actions.

    Parameters
    ----------
    hypotheses : HypothesisClass
        Its noise does not matter.
    """
    statements = (
        ("weighted majority", "errors of the likeliest action under xi <= log2(1/w)", _LITTLESTONE),
        ("sum of doubts", "sum of (1 - xi(a)) <= ln(1/w)", _HUTTER),
    )
    truth = hypotheses.exact()
    if truth is None:
        fails = "no counted program of positive weight gives all training actions"
        return [failing(*statement, fails) for statement in statements]
    n_errors, doubts = _errors_and_doubts(hypotheses)
    weight, whole = hypotheses.weight[truth], hypotheses.whole
    where = f"all {len(hypotheses.action)} training rows, without noise; mu gives every training action"
    sides = ((float(n_errors), log2_ratio(whole, weight)), (doubts, ln_ratio(whole, weight)))
    return [
        Theorem(*statement, "<=", left, right, where)
        for statement, (left, right) in zip(statements, sides, strict=True)
    ]


def log_theorems(
    weighed: Weighed,
    scored: Scored,
    hypotheses: HypothesisClass,
    truth: int,
    result: Posterior,
) -> list[Theorem]:
    """Evaluate the theorems that hold on any log, and compare the posterior with exact integers.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        What was asked.
    hypotheses : HypothesisClass
        Exact twin of the same.
    truth : int
        Hypothesis whose loss is compared with that of the mixture.
    result : Posterior
        Of the same.
    """
    N, noise = scored.log.n_training, scored.noise
    masses = hypotheses.masses(N)
    total = sum(masses)
    where = f"all {N} training rows, noise {noise}"
    theorems = [_loss(hypotheses, truth, masses, total, where)]
    if not total:
        fails = "no program is left after the training rows"
        return [
            *theorems,
            failing("Bayes' rule", "posterior odds = prior odds * likelihood ratio", "", fails),
            failing("agreeing programs", "programs that agree on the training rows keep their odds", "", fails),
            failing("KL-regularized optimum", "E_post ln L - KL(post || prior) = ln evidence", _KORBAK, fails),
        ]
    live = [p for p, mass in enumerate(masses) if mass]
    members = hypotheses.member_of >= 0
    log2_found = log2_sum(result.log2_mass[members], hypotheses.member_of[members], hypotheses.n_hypotheses)
    theorems.append(_bayes(log2_found, masses, live, where))
    theorems.append(_evidence(hypotheses, result, where))
    theorems.append(_agreeing(weighed, hypotheses, result, where))
    theorems.append(_regularized(hypotheses, masses, live, where))
    return theorems


def _evidence(hypotheses: HypothesisClass, result: Posterior, where: str) -> Theorem:
    """Return the computed and the exact evidence at the prefix where they differ most."""
    name, statement = "evidence", "the product of the mixture's predictions = xi of the whole sequence"
    found = dict(zip(result.n.tolist(), result.log2_evidence.tolist(), strict=True))
    prefixes = _prefixes(result.n, hypotheses.n_hypotheses)
    exact = {n: hypotheses.log2_mixture(n) for n in prefixes}
    # Of equal ones the longest: before any row both sides are 0 by definition.
    n = max(prefixes, key=lambda n: (abs(found[n] - exact[n]), n))
    farthest = f"{where}; of {len(prefixes)} prefixes the one that is farthest off (n = {n}), against exact integers"
    return Theorem(name, statement, "", "=", found[n], exact[n], farthest)


def _regularized(hypotheses: HypothesisClass, masses: list[int], live: list[int], where: str) -> Theorem:
    """Return the optimum, which the posterior attains, and the evidence."""
    name, statement = "KL-regularized optimum", "E_post ln L - KL(post || prior) = ln evidence"
    total = sum(masses)
    likelihood = hypotheses.likelihood.denominator(len(hypotheses.action))
    shares = [masses[p] / total for p in live]
    fit = math.fsum(
        share * ln_ratio(masses[p], hypotheses.weight[p] * likelihood) for share, p in zip(shares, live, strict=True)
    )
    gain = math.fsum(
        share * ln_ratio(masses[p] * hypotheses.whole, total * hypotheses.weight[p])
        for share, p in zip(shares, live, strict=True)
    )
    evidence = ln_ratio(total, hypotheses.whole * likelihood)
    return Theorem(name, statement, _KORBAK, "=", fit - gain, evidence, f"{where}; reward ln L, beta = 1")


def _prefixes(n: NDArray[np.int64], n_hypotheses: int) -> list[int]:
    """Return the checkpoints, of int64[K], at which the evidence is compared: all, or some and the last if many."""
    K, N = len(n) - 1, int(n[-1])
    n_prefixes = max(1, min(K + 1, PREFIX_WORK // (n_hypotheses * max(N, 1))))
    places = {K - k * K // n_prefixes for k in range(n_prefixes)} | ({0} if n_prefixes > K else set[int]())
    return n[sorted(places)].tolist()


def _loss(hypotheses: HypothesisClass, truth: int, masses: list[int], total: int, where: str) -> Theorem:
    """Return the bound on the mixture's coding loss, which holds on every log and against every hypothesis."""
    name, statement = "coding loss", "log2(1/xi) <= log2(1/w) + log2(1/mu), of the teacher's actions"
    if not masses[truth]:
        return failing(name, statement, _HUTTER, "the training actions have probability 0 under mu")
    denominator = hypotheses.likelihood.denominator(len(hypotheses.action))
    weight = hypotheses.weight[truth]
    own = log2_ratio(weight * denominator, masses[truth])
    left = log2_ratio(hypotheses.whole * denominator, total)
    return Theorem(name, statement, _HUTTER, "<=", left, log2_ratio(hypotheses.whole, weight) + own, where)


def _bayes(log2_found: np.ndarray, masses: list[int], live: list[int], where: str) -> Theorem:
    """Return the posterior odds of the first hypothesis and another, and those by exact weights and likelihoods."""
    name, statement = "Bayes' rule", "log2 posterior odds = log2 prior odds + sum of log2 likelihood ratios"
    first, *others = live
    if not others:
        return failing(name, statement, "", "only one hypothesis has any mass, so there are no odds")
    found = [float(log2_found[p] - log2_found[first]) for p in others]
    exact = [log2_ratio(masses[p], masses[first]) for p in others]
    worst = int(np.argmax(np.abs(np.subtract(found, exact))))
    farthest = f"{where}; the odds that are farthest off, of {len(live):,} hypotheses, against exact integers"
    return Theorem(name, statement, "", "=", found[worst], exact[worst], farthest)


def _agreeing(weighed: Weighed, hypotheses: HypothesisClass, result: Posterior, where: str) -> Theorem:
    """Return by how much the data changed the odds of behaviours that agree on all training rows."""
    name, statement = "agreeing programs", "programs that agree on the training rows keep their odds"
    before = weighed.log2_behaviour
    # Of each hypothesis, the first behaviour that has any mass stands for all.
    live = np.flatnonzero((hypotheses.member_of >= 0) & (result.log2_mass > -np.inf) & (before > -np.inf))
    _, first, member = np.unique(hypotheses.member_of[live], return_index=True, return_inverse=True)
    if len(first) == len(live):
        return failing(name, statement, "", "no two behaviours of positive weight agree on all training rows")
    change = result.log2_mass[live] - before[live]
    moved = np.abs(change - change[first][member])
    size = np.maximum(np.abs(result.log2_mass[live]), np.abs(before[live]))
    relative = moved / np.maximum(size, 1.0)
    # A pair is two behaviours: the first of a hypothesis is not compared with itself.
    relative[first] = -1.0
    worst = int(np.argmax(relative))
    pairs = f"{number_of(len(live) - len(first), 'behaviour')} beside the first of each hypothesis"
    left = float(result.log2_mass[live][worst] - result.log2_mass[live][first][member[worst]])
    right = float(before[live][worst] - before[live][first][member[worst]])
    return Theorem(name, statement, "", "=", left, right, f"{where}; {pairs}, log2 odds of the pair that moved most")


def _errors_and_doubts(hypotheses: HypothesisClass) -> tuple[int, float]:
    """Return the errors of the likeliest action along the log without noise, and the sum of 1 - xi(a)."""
    A = hypotheses.n_actions
    # After n rows, masses are over A^n: an abstention has the probability 1/A, and the action given is sure.
    mass = dict(enumerate(hypotheses.weight))
    n_errors = 0
    doubts: list[float] = []
    actions: list[int] = hypotheses.action.tolist()
    for cell, action in zip(hypotheses.row_cell.tolist(), actions, strict=True):
        given = hypotheses.predictions[:, cell].tolist()
        joint = [0] * A
        for p, m in mass.items():
            if given[p] >= 0:
                joint[given[p]] += A * m
            else:
                joint = [total + m for total in joint]
        n_errors += joint.index(max(joint)) != action
        doubts.append((sum(joint) - joint[action]) / sum(joint))
        mass = {p: m if given[p] < 0 else A * m for p, m in mass.items() if given[p] in (-1, action)}
    return n_errors, math.fsum(doubts)
