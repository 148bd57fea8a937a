"""The posterior by the book: one program at a time, exact fractions, no logarithms."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from math import comb

from mesaprior.hypotheses.log import NONE, ImitationLog
from tests.inference.small import Program

Likelihood = Callable[[int, int, int, int], Fraction]


def noise_likelihood(eps: Fraction) -> Likelihood:
    """Likelihood of (hits, misses, abstained, n_actions) with a known share of misses."""

    def likelihood(hits: int, misses: int, abstained: int, n_actions: int) -> Fraction:
        other = eps / (n_actions - 1)
        return (1 - eps) ** hits * other**misses * Fraction(1, n_actions) ** abstained

    return likelihood


@cache
def beta_up_to(c: Fraction, p: int, q: int) -> Fraction:
    """The integral of t^(p-1) (1-t)^(q-1) from 0 to c, power by power."""
    return sum(((-1) ** j * comb(q - 1, j) * c ** (p + j) / (p + j) for j in range(q)), Fraction(0))


def beta_likelihood(a: int, b: int) -> Likelihood:
    """The same with eps integrated out, from 0 to the share of misses that chance has."""

    def likelihood(hits: int, misses: int, abstained: int, n_actions: int) -> Fraction:
        c = Fraction(n_actions - 1, n_actions)
        spread = Fraction(1, n_actions - 1) ** misses * Fraction(1, n_actions) ** abstained
        return beta_up_to(c, a + misses, b + hits) / beta_up_to(c, a, b) * spread

    return likelihood


class NaivePosterior:
    """Masses of programs at each prefix; every question is a sum over programs."""

    def __init__(
        self,
        log: ImitationLog,
        programs: list[Program],
        weight: Callable[[Program], Fraction],
        likelihood: Likelihood,
        n_actions: int,
        tolerance: Fraction = Fraction(0),
    ) -> None:
        self.log, self.programs, self.likelihood = log, programs, likelihood
        self.n_actions, self.tolerance = n_actions, tolerance
        self.n_training = log.n_training
        self.situation = log.row_situation.tolist()
        self.action, self.rival = log.action.tolist(), log.rival.tolist()
        whole = sum(weight(p) * p.count for p in programs)
        self.prior = [weight(p) * p.count / whole for p in programs]

    def tally(self, program: Program, n: int) -> tuple[int, int, int]:
        predicted = [program.predictions[self.situation[row]] for row in range(n)]
        hits = sum(p == a for p, a in zip(predicted, self.action, strict=False))
        abstained = sum(p == -1 for p in predicted)
        return hits, n - hits - abstained, abstained

    def masses(self, n: int) -> list[Fraction]:
        """Prior times likelihood of each program, not divided by the evidence."""
        return [
            prior * self.likelihood(*self.tally(program, n), self.n_actions)
            for prior, program in zip(self.prior, self.programs, strict=True)
        ]

    def evidence(self, n: int) -> Fraction:
        return sum(self.masses(n), Fraction(0))

    def role(self, program: Program) -> int:
        return (1 if any(program.flags[:2]) else 0) + (2 if any(program.flags[2:]) else 0)

    def is_sleeper(self, program: Program) -> bool:
        return self.role(program) > 0 and not program.flags[0] and not program.flags[2]

    def judged_rows(self) -> list[int]:
        return [r for r in range(self.n_training, len(self.action)) if self.action[r] != NONE]

    def miss_rate(self, program: Program) -> Fraction | None:
        rows = self.judged_rows()
        if not rows:
            return None
        missed = sum(program.predictions[self.situation[r]] != self.action[r] for r in rows)
        return Fraction(missed, len(rows))

    def verdict(self, program: Program) -> int:
        rate = self.miss_rate(program)
        if rate is None:
            return 3
        if rate <= self.tolerance:
            return 0
        conflict = [r for r in self.judged_rows() if self.rival[r] not in (NONE, self.action[r])]
        sided = [program.predictions[self.situation[r]] == self.rival[r] for r in conflict]
        return 1 if sided and all(sided) else 2

    def mass(self, n: int, keep: Callable[[Program], bool]) -> Fraction:
        return sum((m for m, p in zip(self.masses(n), self.programs, strict=True) if keep(p)), Fraction(0))

    def expected_misses(self, role: int) -> Fraction | None:
        whole = self.mass(self.n_training, lambda p: self.role(p) == role)
        if not whole or not self.judged_rows():
            return None
        masses = zip(self.masses(self.n_training), self.programs, strict=True)
        return sum(m * self.miss_rate(p) for m, p in masses if self.role(p) == role) / whole

    def predictive(self, row: int, action: int) -> Fraction:
        """Probability of an action on a row after all training rows: a ratio of likelihoods, averaged."""
        total = Fraction(0)
        for prior, program in zip(self.prior, self.programs, strict=True):
            hits, misses, abstained = self.tally(program, self.n_training)
            predicted = program.predictions[self.situation[row]]
            if predicted == -1:
                after = (hits, misses, abstained + 1)
            elif predicted == action:
                after = (hits + 1, misses, abstained)
            else:
                after = (hits, misses + 1, abstained)
            total += prior * self.likelihood(*after, self.n_actions)
        return total / self.evidence(self.n_training)
