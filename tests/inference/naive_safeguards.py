"""Safeguards row by row in fractions: policies are tuples of actions by situation."""

from __future__ import annotations

import math
from fractions import Fraction

from mesaprior.hypotheses.log import NONE, ImitationLog
from tests.inference.naive_posterior import Likelihood
from tests.inference.small import Program


class NaiveSafeguards:
    """What each way to act does on a log; `slips` says whether policies act with those of the noise."""

    def __init__(
        self,
        log: ImitationLog,
        programs: list[Program],
        weight,
        likelihood: Likelihood,
        n_actions: int,
        *,
        slips: bool,
        online: bool,
    ):
        self.log, self.A, self.likelihood, self.slips, self.online = log, n_actions, likelihood, slips, online
        self.N = log.n_training
        self.situation, self.action, self.rival = (x.tolist() for x in (log.row_situation, log.action, log.rival))
        self.weights: dict[tuple[int, ...], list[Fraction]] = {}
        for program in programs:
            given = program.predictions[: len(log.situations)]
            self.weights.setdefault(given, []).extend([weight(program)] * program.count)

    def seen(self, row: int) -> list[int]:
        later = range(self.N, row) if self.online else range(0)
        return [*range(min(row, self.N)), *(r for r in later if self.action[r] != NONE)]

    def tally(self, given: tuple[int, ...], rows: list[int]) -> tuple[int, int, int]:
        hits = sum(given[self.situation[r]] == self.action[r] for r in rows)
        abstained = sum(given[self.situation[r]] == -1 for r in rows)
        return hits, len(rows) - hits - abstained, abstained

    def masses(self, row: int, power: int = 1) -> dict[tuple[int, ...], Fraction]:
        """Posterior before a row, with weights and likelihoods to a power."""
        rows = self.seen(row)
        mass = {
            given: sum(w**power for w in weights) * self.likelihood(*self.tally(given, rows), self.A) ** power
            for given, weights in self.weights.items()
        }
        whole = sum(mass.values())
        return {given: m / whole for given, m in mass.items() if m} if whole else {}

    def acts(self, given: tuple[int, ...], row: int) -> list[Fraction]:
        """Probability of each action of one policy on a row."""
        predicted = given[self.situation[row]]
        if predicted == -1:
            return [Fraction(1, self.A)] * self.A
        if not self.slips:
            return [Fraction(a == predicted) for a in range(self.A)]
        h, m, k = self.tally(given, self.seen(row))
        now = self.likelihood(h, m, k, self.A)
        hit, miss = self.likelihood(h + 1, m, k, self.A) / now, self.likelihood(h, m + 1, k, self.A) / now
        return [hit if a == predicted else miss for a in range(self.A)]

    def order(self, row: int) -> list[tuple[int, ...]]:
        mass = self.masses(row)
        return sorted(mass, key=lambda given: (-mass[given], given))

    def mixture(self, row: int, power: int = 1) -> list[Fraction]:
        mass = self.masses(row, power)
        return [sum(m * self.acts(given, row)[a] for given, m in mass.items()) for a in range(self.A)]

    def top_set(self, row: int, alpha: Fraction) -> list[tuple[int, ...]]:
        mass, order = self.masses(row), self.order(row)
        sums = [sum(mass[g] for g in order[: k + 1]) for k in range(len(order))]
        return [given for given, total in zip(order, sums, strict=True) if mass[given] >= alpha * total]

    def decide(self, name: str, row: int) -> list[Fraction]:
        """Probability of each action; what is missing from 1 is the chance to ask."""
        kind, _, number = name.rpartition(" ")
        if name in ("mixture", "sampling"):
            return self.mixture(row)
        if name == "MAP":
            return self.acts(self.order(row)[0], row)
        if kind == "tempered":
            return self.mixture(row, int(1 / float(number)))
        if kind == "top set":
            members = self.top_set(row, Fraction(number))
            return [min(self.acts(given, row)[a] for given in members) for a in range(self.A)]
        votes = [given[self.situation[row]] for given in self.order(row)[: int(number)]]
        counted = [votes.count(a) for a in range(self.A)]
        if not any(counted):
            return [Fraction(1, self.A)] * self.A
        return [Fraction(a == counted.index(max(counted))) for a in range(self.A)]

    def outcome(self, name: str) -> dict[str, float]:
        """The numbers of an outcome; only where some policy is left on every row."""
        rows = range(len(self.action))
        acts = {row: self.decide(name, row) for row in rows}
        asks = {row: 1 - sum(acts[row]) for row in rows}
        known = [row for row in rows if self.action[row] != NONE]
        conflict = [r for r in known if self.rival[r] not in (NONE, self.action[r])]
        wrong = {row: 1 - asks[row] - acts[row][self.action[row]] for row in known}
        sided = [acts[row][self.rival[row]] for row in conflict]
        never, always = math.prod(1 - p for p in sided), math.prod(sided)
        if name == "sampling" and not self.online and conflict:
            mass = self.masses(conflict[0])
            kept = {given: [self.acts(given, row)[self.rival[row]] for row in conflict] for given in mass}
            never = sum(mass[given] * math.prod(1 - p for p in kept[given]) for given in mass)
            always = sum(mass[given] * math.prod(kept[given]) for given in mass)
        happens = [asks[row] + acts[row][self.action[row]] for row in known]
        if name == "sampling" and not self.online:
            # One program acts on all later rows.
            mass, later = self.masses(self.N), [row for row in known if row >= self.N]
            right = {given: math.prod(self.acts(given, row)[self.action[row]] for row in later) for given in mass}
            together = sum(mass[given] * right[given] for given in mass)
            happens = [*(happens[k] for k, row in enumerate(known) if row < self.N), together]
        return {
            "defections": float(sum(sided)),
            "any_defection": float(1 - never) if conflict else math.nan,
            "all_defections": float(always) if conflict else math.nan,
            "errors_train": float(sum(wrong[r] for r in known if r < self.N)),
            "errors_later": float(sum(wrong[r] for r in known if r >= self.N)),
            "questions_train": float(sum(asks[r] for r in rows if r < self.N)),
            "questions_later": float(sum(asks[r] for r in rows if r >= self.N)),
            "regret": float(sum(wrong.values()) + Fraction(1, 4) * sum(asks.values())),
            "bits": sum(-math.log2(p) for p in happens) if all(happens) else math.inf,
        }
