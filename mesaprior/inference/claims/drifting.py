"""The world of a rule with a hidden parameter that changes: to fit it, to name it, to recall what it led to.

A family of 2^b rules is drawn. In situation s the teacher takes what its rule says at its parameter, and the parameter
changes during training and once more after it. The language offers every rule at the bits that name it, and literals
for numbers, so that a parameter costs its log2 M bits to name. What the teacher did last in the same situation is a
feature, and whoever remembers is a table of all situations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import DEPLOY, TRAIN, ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, last_bounds, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Conduct, Goals, conduct_of
from mesaprior.inference.claims.frame.families import MOST_BITS, TEACHER
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.naming import named
from mesaprior.inference.worlds.tokens import (
    CANDIDATE,
    PARAMETER,
    Entry,
    binders,
    constants,
    feature,
    law,
    lookup,
    operators,
)

DOMAIN, ACTIONS, ACTION_BITS = 16, 4, 2
"""M and A of these worlds, and what an action says."""

ROWS, ONLINE = 32, 40
"""Rows of training, and rows after it that learners still fit."""

SPELL_GROWTH = 4
"""A spell with one parameter ends after so many times the rows after which the one before it ended."""

RECALL = "r"
"""The feature, and the program, that is the teacher's last action in the same situation; 0 where there is none."""


@dataclass(frozen=True)
class Drift:
    """What a drifting world has, besides its seed.

    Attributes
    ----------
    law_bits : int
        b: the family has 2^b rules, and each costs b bits on top of its word.
    params : int
        P, values that the parameter can have.
    changes : int
        Changes of the parameter during training; one more comes after it.
    has_numbers : bool
        Whether the language has literals for numbers; else it has 0, 1 and `add`, and numbers are sums.
    searches : bool
        Whether the teacher has no parameter but searches its rule for what is best, and the language has a search in
        place of the fit, at the same price: inner work that is done when an action is due, not before.
    """

    law_bits: int
    params: int = DOMAIN
    changes: int = 1
    has_numbers: bool = True
    searches: bool = False

    @property
    def spells(self) -> list[int]:
        """Rows of training with each parameter: three quarters of the rows so far are always of the last one."""
        ends = [ROWS // SPELL_GROWTH**k for k in range(self.changes, -1, -1)]
        return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


@dataclass(frozen=True, eq=False)
class Told:
    """What one program does in training, and what it costs.

    Attributes
    ----------
    is_right : bool[N]
        Whether it does as the teacher, by row.
    price : Price
    """

    is_right: NDArray[np.bool_]
    price: Price


@dataclass(frozen=True, eq=False)
class DriftWorld:
    """A world that was drawn.

    Attributes
    ----------
    drift : Drift
    rules : int64[2^b, M, M]
        Action by rule, situation and parameter; 0 is the teacher's rule.
    language : Language
    log : ImitationLog
        Training rows; online rows with the last parameter; and each situation that occurred online once more.
    parameters : tuple of int
        The teacher's parameter in each spell of training, then after it.
    table_bits : int
        Price of the word for a table, to which its entries come.
    """

    drift: Drift
    rules: NDArray[np.int64]
    language: Language
    log: ImitationLog
    parameters: tuple[int, ...]
    table_bits: int

    @property
    def optimizer(self) -> str:
        """The program that fits the parameter of the teacher's rule, or searches it."""
        return "(argmax (rule0 s y))" if self.drift.searches else "(fit (rule0 s theta))"

    def naming(self, parameter: int) -> str:
        """Return the program that has a parameter of the teacher's rule by name."""
        value = str(parameter) if self.drift.has_numbers else named(parameter, 2)
        return f"(rule0 s {value})"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @cached_property
    def competitors(self) -> dict[str, Told]:
        """What the optimizer, recall, and the teacher's rule with each parameter of training by name do and cost."""
        space, log, n = TermSpace(self.language, 1), self.log, self.log.n_training
        place, last = log.situations[log.row_situation[:n]].T
        actions = {self.naming(parameter): self.rules[TEACHER, place, parameter] for parameter in self.parameters[:-1]}
        actions |= {RECALL: last, self.optimizer: space.explain(self.optimizer, log).predictions["intact"][:n]}
        return {text: Told(action == log.action[:n], self.price(text)) for text, action in actions.items()}

    @property
    def stale(self) -> int:
        """The parameter with which training ended."""
        return self.parameters[-2]

    @cached_property
    def goals(self) -> Goals:
        """Every rule with every parameter, on the later rows that come once all is over.

        Goal 0 is the teacher's. Rivals are those others that agree with the last spell of training: the teacher's own
        rule as it was then, and whatever else there is.
        """
        n, last = self.log.n_training, self.drift.spells[-1]
        by_goal = self.rules[:, :, : self.drift.params].transpose(0, 2, 1).reshape(-1, DOMAIN)
        order = [self.parameters[-1], *(goal for goal in range(len(by_goal)) if goal != self.parameters[-1])]
        by_goal = by_goal[order]
        place = self.log.situations[self.log.row_situation, 0]
        agrees = (by_goal[:, place[n - last : n]] == self.log.action[n - last : n]).all(axis=1)
        rivals = tuple(int(goal) for goal in np.flatnonzero(agrees) if goal)
        # K(U) is what it takes to write a rule with a parameter.
        bits = float(self.price(self.naming(self.stale)).length)
        return Goals(by_goal[:, place[self.log.split == DEPLOY]], rivals, bits)

    @property
    def effective_bits(self) -> float:
        """What a rule pins down of the actions, in bits: those of all situations, for each parameter that it is at."""
        return float(DOMAIN * ACTION_BITS * len(set(self.parameters)))

    def memorizer(self, *, steps: int = 1) -> Memorizer:
        """Return the tables of all situations, each look-up charged some steps."""
        return replace(memorizer_over(["s"], self.log, ACTIONS, token_bits=self.table_bits), steps=steps)

    def conduct(self, census: Census) -> Conduct:
        """Judge behaviours by what they do once all is over; while learners still fit nobody is judged."""
        judged = np.where(self.log.split == DEPLOY, self.log.split, TRAIN)
        return conduct_of(census, replace(self.log, split=judged), self.goals)

    def ledger(self) -> list[dict[str, Any]]:
        """Return what the language gives for free: all rules in one line, since all have one price."""
        return [self.language.ledger()[0] | {"name": "rule", "effective_bits": self.effective_bits}]

    def count(self, beyond: int) -> CountedDrift:
        """Count every program up to some bits beyond the dearer of the learner and the name of the last parameter."""
        texts = [self.optimizer, *([self.naming(self.stale)] if self.drift.has_numbers else [])]
        bound = max(self.price(text).length for text in texts) + beyond
        return CountedDrift(self, obtain(TermSpace(self.language, bound), self.log, workers=1))


@dataclass(frozen=True, eq=False)
class CountedDrift:
    """A drifting world and its census."""

    world: DriftWorld
    census: Census

    def shorter(self) -> list[tuple[float, CountedDrift]]:
        """Return the last length bounds that make a difference, each with what was counted up to it."""
        return [(bound, replace(self, census=up_to(self.census, bound))) for bound in last_bounds(self.census)]


def draw_drift(seed: int, drift: Drift, *, teacher: Sequence[int] | None = None) -> DriftWorld:
    """Draw a world: the family of rules first, then the language, and only then what the teacher does.

    Parameters
    ----------
    seed : int
    drift : Drift
    teacher : sequence of int or None
        The action in each situation, for good, of a teacher that comes from elsewhere.
    """
    rules = _draw_rules(seed, drift.law_bits)
    drawn = drawn_tokens(seed, _words(rules, drift), purpose="words of drift")
    tokens = [entry for entry in drawn if entry["kind"] != "lookup"]
    source = f"drift-{seed}"
    data = {"domain": DOMAIN, "actions": ACTIONS, "params": drift.params, "token": tokens}
    chance = Chance(seed, "rows of drift")
    situations = chance.draws(range(DOMAIN), ROWS + ONLINE)
    parameters = [chance.below(drift.params)]
    for _ in range(drift.changes + 1):
        # Any other value, each with the same probability.
        parameters.append((parameters[-1] + 1 + chance.below(drift.params - 1)) % drift.params)
    rule = rules[TEACHER]
    fixed = rule[:, :ACTIONS].argmax(axis=1).tolist() if drift.searches else teacher
    if fixed is None:
        spells = zip(parameters, [*drift.spells, ONLINE], strict=True)
        at = [parameter for parameter, rows in spells for _ in range(rows)]
        actions, later = rule[situations, at].tolist(), rule[:, parameters[-1]].tolist()
    else:
        actions, later = [fixed[s] for s in situations], list(fixed)
    return DriftWorld(
        drift=drift,
        rules=rules,
        language=language_from_dict(data, source=source),
        log=_log(situations, actions, later, source),
        parameters=tuple(parameters),
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
    )


def _draw_rules(seed: int, bits: int) -> NDArray[np.int64]:
    """Draw a family of rules, int64[2^b, M, M]: parameters 0 to 3 lead to all four actions, so do 4 to 7, and so on.

    A smaller family is the beginning of a larger one.
    """
    assert 0 <= bits <= MOST_BITS, bits
    source = np.random.PCG64(np.random.SeedSequence([seed, *b"rules of drift"]))
    drawn: NDArray[np.uint64] = np.asarray(source.random_raw(2**bits * DOMAIN * DOMAIN), dtype=np.uint64)
    orders = drawn.reshape(2**bits, DOMAIN, DOMAIN // ACTIONS, ACTIONS).argsort(axis=3)
    return orders.reshape(2**bits, DOMAIN, DOMAIN).astype(np.int64)


def _words(rules: NDArray[np.int64], drift: Drift) -> list[Word]:
    """Return what the language may say."""
    # Words stand at the same places, so that either kind of inner work costs the same.
    to_optimize = [CANDIDATE, *binders("argmax")] if drift.searches else [PARAMETER, *binders("fit")]
    to_name: list[Entry] = [{"kind": "number"}] if drift.has_numbers else [*constants(range(2)), *operators("add")]
    entries = tuple(law(f"rule{member}", table.tolist()) for member, table in enumerate(rules))
    return [
        *needed(feature("s"), feature(RECALL), *to_optimize, lookup("s"), *to_name),
        Word(entries, drift.law_bits),
        *optional(*constants(range(3)), *operators("sub", "xor", "eq", "lt", "dist", "min", "max"), *binders("if")),
        *(optional(*operators("add")) if drift.has_numbers else []),
    ]


def _log(situations: Sequence[int], actions: Sequence[int], later: Sequence[int], source: str) -> ImitationLog:
    """Return the log, with what was done last in the same situation."""
    import pandas as pd

    last = dict.fromkeys(range(DOMAIN), 0)
    rows: list[tuple[int, int, int, str]] = []
    for row, (s, action) in enumerate(zip(situations, actions, strict=True)):
        rows.append((s, last[s], action, "train" if row < ROWS else "online"))
        last[s] = action
    rows += [(s, last[s], later[s], "deploy") for s in dict.fromkeys(situations[ROWS:])]
    table = pd.DataFrame(rows, columns=["s", RECALL, "action", "split"])
    return log_from_frame(table, source=source, own_codes=True)
