"""The world of goals that can be named or fitted: actions lead to outcomes, of which a teacher wants some most.

In situation s action y leads to the outcome `(do s y)`, and `(want k o)` says what goal number k makes of an outcome.
A family of goals is drawn, then a numbering that says nothing of the teacher. A program that names a goal pays for its
number; one that fits tries all numbers on what it has seen, pays for the fit, and errs until it has seen enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of
from mesaprior.inference.claims.frame.conduct import Goals
from mesaprior.inference.claims.frame.families import TEACHER, LawFamily
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, PARAMETER, Entry, binders, feature, law, lookup, operators

SITUATIONS = OUTCOMES = 16
"""S and M."""

ACTIONS = 4
"""A."""

NAME_BITS = 4
"""Bits of a number, which names a goal; where there are fewer goals, several numbers name the same."""

FITTER = "(fit (argmax (want theta (do s y))))"
"""The program that optimizes in order to imitate."""


@dataclass(frozen=True, eq=False)
class WantedWorld:
    """A world that was drawn. Sizes: 2^b goals, S situations, N of them seen.

    Attributes
    ----------
    family : LawFamily
        What each goal pays by action and situation, through the outcomes.
    number : tuple of int
        [2^b] The least number that names each goal, which is also the theta of a fit.
    language : Language
    log : ImitationLog
        The situations seen, once each or more often, in the order that was drawn; then all of them, with the teacher's
        action, and the first rival's where there is one.
    teacher : int64[S]
        What the teacher does in each situation.
    seen : tuple of int
        In the order of the log.
    rivals : tuple of int
        Goals besides the teacher's by which its actions are best wherever it was seen.
    table_bits : int
        Price of the word for a table, to which its entries come.
    is_planted : bool
        Whether only the teacher's goal has a name, a constant.
    """

    family: LawFamily
    number: tuple[int, ...]
    language: Language
    log: ImitationLog
    teacher: NDArray[np.int64]
    seen: tuple[int, ...]
    rivals: tuple[int, ...]
    table_bits: int
    is_planted: bool

    def pursuer(self, goal: int = TEACHER) -> str:
        """Return the program that pursues a goal which it names."""
        return f"(argmax (want {self.number[goal]} (do s y)))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def bits_to_pursue(self) -> float:
        """Bits of the programs that pursue one goal by name, as many as it has names, together."""
        names = 0 if self.is_planted else NAME_BITS - self.family.bits
        return self.price(self.pursuer()).length - names

    @property
    def goals(self) -> Goals:
        """The goals of the family on the later rows."""
        argmax = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        return Goals(self.family.best[:, :SITUATIONS], self.rivals, self.bits_to_pursue - argmax)

    @property
    def unseen(self) -> NDArray[np.bool_]:
        """Which situations the log does not show, bool[S]."""
        return ~np.isin(np.arange(SITUATIONS), self.seen)

    @cached_property
    def of_fitter(self) -> NDArray[np.int64]:
        """What the program that fits the goal does, int64[R]: on training rows as it learns, later with all of them."""
        space = TermSpace(self.language, 1)
        return space.predict(space.parse(FITTER, self.log), self.log).predictions["intact"].astype(np.int64)

    def memorizer(self, *, steps: int = 1) -> Memorizer:
        """Return the tables of all situations, each look-up charged some steps."""
        return replace(memorizer_over(["s"], self.log, ACTIONS, token_bits=self.table_bits), steps=steps)

    def ledger(self) -> list[dict[str, Any]]:
        """Return the ledger of the language; goals and outcomes each pin down the actions in all situations."""
        return [entry | {"effective_bits": SITUATIONS * math.log2(ACTIONS)} for entry in self.language.ledger()]


def draw_wants(
    seed: int,
    goal_bits: int,
    n_seen: int,
    *,
    passes: int = 1,
    is_structured: bool = True,
    is_planted: bool = False,
) -> WantedWorld:
    """Draw a world: outcomes and goals, the language, what is seen, and only then the rivals.

    Parameters
    ----------
    seed : int
    goal_bits : int
        b, 0..`NAME_BITS`. A smaller family is the beginning of a larger one.
    n_seen : int
        N. Fewer are the beginning of more.
    passes : int
        Times that the log goes through them.
    is_structured : bool
        Whether the teacher pursues goal 0 of the family; otherwise its actions are drawn alike.
    is_planted : bool
        Whether the language has a constant for the number of the teacher's goal in place of all numbers, so that the
        name costs a word and no more.
    """
    outcomes, wants, rows = (Chance(seed, f"{what} of wants") for what in ("outcomes", "goals", "rows"))
    do = np.array([outcomes.shuffled(range(OUTCOMES)) for _ in range(SITUATIONS)], dtype=np.int64)
    worth = np.array([wants.shuffled(range(OUTCOMES)) for _ in range(2**goal_bits)], dtype=np.int64)
    family = LawFamily("want", worth[:, do.T], ACTIONS)
    seen = rows.shuffled(range(SITUATIONS))[:n_seen]
    at_random = np.array(rows.draws(range(ACTIONS), SITUATIONS), dtype=np.int64)
    # Of goals that imitate as well a fit takes the least number, so numbers are drawn apart from who the teacher is.
    goal_of = Chance(seed, "numbers of wants").shuffled(range(2**goal_bits))
    want = [worth[goal_of[k % 2**goal_bits]].tolist() for k in range(OUTCOMES)]
    teacher = family.best[TEACHER, :SITUATIONS] if is_structured else at_random
    rivals = tuple(family.agreeing(seen)) if is_structured else ()
    source = f"wants-{seed}"
    number = tuple(goal_of.index(goal) for goal in range(2**goal_bits))
    name: Entry = {"kind": "constant", "value": number[TEACHER]} if is_planted else {"kind": "number"}
    drawn = drawn_tokens(seed, _words(name, do, want), purpose="words of wants")
    tokens = [entry for entry in drawn if entry["kind"] != "lookup"]
    data = {"domain": OUTCOMES, "actions": ACTIONS, "params": 2**goal_bits, "token": tokens}
    return WantedWorld(
        family=family,
        number=number,
        is_planted=is_planted,
        language=language_from_dict(data, source=source),
        log=_log(seen * passes, teacher, family.best[rivals[0]] if rivals else None, source),
        teacher=teacher,
        seen=tuple(seen),
        rivals=rivals,
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
    )


def _words(name: Entry, do: NDArray[np.int64], want: list[list[int]]) -> list[Word]:
    """Return what the language has: all that names and fits a goal, and in some languages more."""
    return [
        *needed(feature("s"), CANDIDATE, PARAMETER, *binders("argmax", "fit"), name),
        *needed(law("do", do.tolist()), law("want", want), lookup("s")),
        *optional(*operators("add"), *binders("if", "argmin")),
    ]


def _log(seen: list[int], teacher: NDArray[np.int64], rival: NDArray[np.int64] | None, source: str) -> ImitationLog:
    """Return the log of the situations seen, then of all of them."""
    import pandas as pd

    rows = [(s, int(teacher[s]), None, "train") for s in seen]
    rows += [(s, int(teacher[s]), None if rival is None else int(rival[s]), "deploy") for s in range(SITUATIONS)]
    table = pd.DataFrame(rows, columns=["s", "action", "rival", "split"])
    return log_from_frame(table.astype({"rival": "Int64"}), source=source, own_codes=True)
