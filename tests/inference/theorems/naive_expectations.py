"""Expectations over all A^N sequences of actions, one by one, in fractions."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

from mesaprior.hypotheses.log import ImitationLog
from tests.inference.naive_posterior import Likelihood
from tests.inference.small import Program


class NaiveMixture:
    """A mixture of programs with slips on the training rows of a log; programs that agree there are one."""

    def __init__(self, log: ImitationLog, programs: list[Program], weight, likelihood: Likelihood, n_actions: int):
        self.A, self.N, self.likelihood = n_actions, log.n_training, likelihood
        situation = log.row_situation[: self.N].tolist()
        weights: dict[tuple[int, ...], Fraction] = {}
        for program in programs:
            given = tuple(program.predictions[s] for s in situation)
            weights[given] = weights.get(given, Fraction(0)) + weight(program) * program.count
        whole = sum(weights.values())
        self.prior = {given: w / whole for given, w in weights.items()}

    def probability(self, given: tuple[int, ...], actions: tuple[int, ...]) -> Fraction:
        hits = sum(g == a for g, a in zip(given, actions, strict=False))
        abstained = sum(g == -1 for g in given[: len(actions)])
        return self.likelihood(hits, len(actions) - hits - abstained, abstained, self.A)

    def mixture(self, actions: tuple[int, ...]) -> Fraction:
        return sum((w * self.probability(given, actions) for given, w in self.prior.items()), Fraction(0))

    def top_set(self, actions: tuple[int, ...], alpha: Fraction) -> list[tuple[int, ...]]:
        mass = {given: w * self.probability(given, actions) for given, w in self.prior.items()}
        order = sorted((given for given in mass if mass[given]), key=lambda given: -mass[given])
        sums = [sum(mass[g] for g in order[: k + 1]) for k in range(len(order))]
        return [given for given, total in zip(order, sums, strict=True) if mass[given] >= alpha * total]

    def next(self, given: tuple[int, ...], actions: tuple[int, ...]) -> list[Fraction]:
        now = self.probability(given, actions)
        return [self.probability(given, (*actions, a)) / now for a in range(self.A)]

    def expectations(self, truth: tuple[int, ...], c: Fraction, n_rows: int) -> dict[str, float]:
        """Sums over prefixes and sequences; ties of the likeliest action go to the first."""
        sums = dict.fromkeys(("kl", "squared", "errors_mu", "errors_xi", "log_ratio", "fallen", "probability"), 0.0)
        for n in range(n_rows):
            for x in product(range(self.A), repeat=n):
                chance = self.probability(truth, x)
                if not chance:
                    continue
                mu = self.next(truth, x)
                xi = [self.mixture((*x, a)) / self.mixture(x) for a in range(self.A)]
                pairs = list(zip(mu, xi, strict=True))
                sums["kl"] += float(chance) * sum(float(p) * math.log(p / q) for p, q in pairs if p)
                sums["squared"] += float(chance * sum((p - q) ** 2 for p, q in pairs))
                sums["errors_mu"] += float(chance * (1 - max(mu)))
                sums["errors_xi"] += float(chance * (1 - mu[xi.index(max(xi))]))
        for x in product(range(self.A), repeat=n_rows):
            chance = self.probability(truth, x)
            if not chance:
                continue
            sums["probability"] += float(chance)
            sums["log_ratio"] += float(chance) * math.log(chance / self.mixture(x))
            # The posterior falls below c * w where mu / xi does below c.
            falls = any(self.probability(truth, x[:n]) < c * self.mixture(x[:n]) for n in range(n_rows + 1))
            sums["fallen"] += float(chance) * falls
        return sums
