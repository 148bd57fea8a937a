"""Goals over four bits: every search that a language can say, with the laws of a fair family among what it may serve.

A situation is a number from 0 to 15, and its bits are features too. Targets may be laws of the family, programs of the
learner's own prior, circuits, machines, or any function, so that some are as simple for another formalism as for the
learner, and some for none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import Price, price_of
from mesaprior.inference.claims.boolean_inputs import all_inputs
from mesaprior.inference.claims.frame.conduct import Goals
from mesaprior.inference.claims.frame.families import TEACHER, LawFamily, draw_laws
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, usual_words
from mesaprior.inference.claims.frame.targets import from_circuits, from_programs
from mesaprior.inference.worlds.chance import Chance
from mesaprior.priors.prior import make_prior

SITUATIONS, ACTIONS, BITS = 16, 2, 4
"""S, A, and the bits of a situation."""

LAWS, PROGRAMS, CIRCUITS, MACHINES, FUNCTIONS = range(5)
"""Where a target comes from: a law of the family, the learner's own prior, two other formalisms, or nowhere."""

MOST_STATES, MAX_STEPS = 2, 200
"""Of the machines that targets are drawn from."""

_FINE = 2**53
"""Steps in which a share of the mass is drawn."""


@dataclass(frozen=True, eq=False)
class GoalWorld:
    """A language with goals, and the order in which situations are shown.

    Attributes
    ----------
    family : LawFamily
    language : Language
    log : ImitationLog
        The first situation, then all of them in the order of their numbers, with the action of the first law.
    order : list of int
        Situations in the order in which logs show them, each once.
    """

    family: LawFamily
    language: Language
    log: ImitationLog
    order: list[int]

    @property
    def planner(self) -> str:
        """The program that searches for what the first law pays best."""
        return f"(argmax ({self.family.token_name(TEACHER)} y s))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    def count(self, beyond: int) -> Census:
        """Count every program up to some bits beyond the planner."""
        return obtain(TermSpace(self.language, self.price(self.planner).length + beyond), self.log, workers=1)

    def times(self, n_rows: int) -> NDArray[np.int64]:
        """Return how often each situation is shown after so many rows: once or not at all."""
        return np.bincount(self.order[:n_rows], minlength=SITUATIONS)

    @cached_property
    def goal_bits(self) -> float:
        """K(U), what it takes to write a law of the family with its arguments."""
        search = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        return float(self.price(self.planner).length - search)

    def goals(self, teacher: NDArray[np.int64], n_rows: int) -> Goals:
        """Return the goals on all situations: the teacher's and the laws that agree with it on the rows shown."""
        best, seen = self.family.best, self.order[:n_rows]
        agrees = (best[:, seen] == teacher[seen]).all(axis=1)
        return Goals(np.vstack([teacher, best]), tuple((1 + np.flatnonzero(agrees)).tolist()), self.goal_bits)

    def log_of(self, teacher: NDArray[np.int64]) -> ImitationLog:
        """Return the log with another teacher: what it does in each situation."""
        return replace(self.log, action=teacher[self.log.situations[self.log.row_situation, 0]])

    def ledger(self) -> list[dict[str, Any]]:
        """Return what the language gives for free: the laws in one line, each of which pins down all actions."""
        return [self.language.ledger()[0] | {"name": self.family.name, "effective_bits": float(SITUATIONS)}]


def draw_goals(seed: int, law_bits: int) -> GoalWorld:
    """Draw a world: the family of 2^b laws, then the language and the order of the situations.

    Parameters
    ----------
    seed : int
    law_bits : int
        b, which each law costs on top of its word.
    """
    import pandas as pd

    family = draw_laws(seed, "goals", law_bits, SITUATIONS, ACTIONS)
    bits = [f"x{i + 1}" for i in range(BITS)]
    words = [*usual_words("s", *bits), Word(family.entries(), law_bits)]
    source = f"goals-{seed}"
    language = language_from_dict(
        {
            "domain": SITUATIONS,
            "actions": ACTIONS,
            "token": drawn_tokens(seed, words, purpose="words of goals"),
        },
        source=source,
    )
    best: list[int] = family.best[TEACHER].tolist()
    # The bits are those of circuits and machines over all inputs, the first one the highest.
    rows = [(s, *(s >> i & 1 for i in reversed(range(BITS))), best[s]) for s in range(SITUATIONS)]
    table = pd.DataFrame([rows[0], *rows], columns=["s", *bits, "action"])
    log = log_from_frame(table.assign(split=["train", *["deploy"] * SITUATIONS]), source=source, own_codes=True)
    return GoalWorld(family, language, log, Chance(seed, "order of situations").shuffled(range(SITUATIONS)))


def draw_target(seed: int, origin: int, world: GoalWorld, census: Census) -> NDArray[np.int64]:
    """Draw what a teacher does in each situation, int64[S].

    Parameters
    ----------
    seed : int
    origin : int
        `LAWS`, `PROGRAMS`, `CIRCUITS`, `MACHINES` or `FUNCTIONS`.
    world : GoalWorld
    census : Census
        Of the world: the learner's programs.
    """
    if origin == LAWS:
        return world.family.best[TEACHER]
    if origin == PROGRAMS:
        return from_programs(seed, census, make_prior("simplicity"))[census.row_cell[world.log.n_training :]]
    if origin == CIRCUITS:
        return from_circuits(seed, SITUATIONS, ACTIONS)
    if origin == MACHINES:
        return _from_machines(seed)
    return np.array(Chance(seed, "any function").draws(range(ACTIONS), SITUATIONS), dtype=np.int64)


def _from_machines(seed: int) -> NDArray[np.int64]:
    """Draw the function of a machine that halts on all inputs, by 2^-length."""
    policies, upto = _machines()
    place = Chance(seed, "targets of machines").below(_FINE) / _FINE * float(upto[-1])
    return policies[np.searchsorted(upto, place, side="right")]


@cache
def _machines() -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the functions of machines that always halt, and the mass of them up to each; once for each process."""
    log = all_inputs(BITS)
    census = obtain(TuringSpace(1, MOST_STATES, MAX_STEPS), log, workers=1)
    policies = census.predictions[:, census.row_cell].astype(np.int64)
    halts = (policies != ABSTAIN).all(axis=1)
    log2_mass = Weighed(census, make_prior("simplicity")).log2_behaviour[halts]
    most: np.float64 = log2_mass.max()
    return policies[halts], np.exp2(log2_mass - most).cumsum()
