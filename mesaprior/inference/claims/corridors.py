"""Corridors with a coin and a family of goals: to fetch the coin, to walk to its usual end, or to walk elsewhere.

The agent stands in a cell between the walls, the coin lies in another cell. A goal says for each place of the coin to
which cell to walk; one says the coin's own cell, one says the end where it usually lies, and all others are drawn. The
language offers a law of motion and, for each goal, what every cell is worth by it, all at the same price. No step from
between the walls leads where another one leads, so each goal has one best action: also who walks to the end is right
or wrong in every situation, and never held up by a wall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of
from mesaprior.inference.claims.frame.conduct import Goals
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, usual_words
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import law, lookup

COIN, END = 0, 1
"""Numbers of the goals that have a name: the coin's own cell, and the end where it usually lies."""

ACTIONS = 3
"""Stay, left and right, under names that are drawn."""

MOST_ROWS = 3200
"""Rows with the coin at its usual end that are drawn."""


@dataclass(frozen=True)
class Offer:
    """What a corridor has, besides its seed.

    Attributes
    ----------
    cells : int
    law_bits : int
        b, at least 1: the family has 2^b goals, each at b bits on top of its word.
    is_planted : bool
        Whether the coin and the end are words of their own, without other goals and at no further bits.
    is_in_order : bool
        Whether cells are numbered along the corridor, so that comparing numbers tells where the coin lies; otherwise
        their numbers are drawn.
    """

    cells: int
    law_bits: int
    is_planted: bool = False
    is_in_order: bool = True


@dataclass(frozen=True, eq=False)
class Corridor:
    """A corridor that was drawn. Sizes: G goals, S situations.

    Attributes
    ----------
    offer : Offer
    language : Language
    log : ImitationLog
        The situations with the coin at its usual end, then all of them.
    best : int64[G, S]
        The best action by goal and situation.
    usual, elsewhere, anywhere : int64[n]
        Situations in the order in which rows show them: with the coin at its usual end, anywhere but there, and
        anywhere.
    as_usual : int64[S]
        For each situation the one with the agent in the same cell and the coin at its usual end.
    table_bits : int
        Price of the word for a table.
    """

    offer: Offer
    language: Language
    log: ImitationLog
    best: NDArray[np.int64]
    usual: NDArray[np.int64]
    elsewhere: NDArray[np.int64]
    anywhere: NDArray[np.int64]
    as_usual: NDArray[np.int64]
    table_bits: int

    @property
    def n_situations(self) -> int:
        """S."""
        return self.best.shape[1]

    def planner(self, goal: int = COIN) -> str:
        """Return the program that searches for the step to the cell that is worth most by a goal."""
        return f"(argmax (worth{goal} (move p y) c))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    def times(self, n_rows: int, n_elsewhere: int) -> NDArray[np.int64]:
        """Return how often each situation is shown among so many rows, so many of them with the coin elsewhere."""
        shown = np.concatenate([self.usual[: n_rows - n_elsewhere], self.elsewhere[:n_elsewhere]])
        return np.bincount(shown, minlength=self.n_situations)

    def times_anywhere(self, n_rows: int) -> NDArray[np.int64]:
        """Return how often each situation is shown where the coin lies anywhere in each row."""
        return np.bincount(self.anywhere[:n_rows], minlength=self.n_situations)

    def count(self, beyond: int) -> Census:
        """Count every program up to some bits beyond the planner."""
        bound = self.price(self.planner()).length + beyond
        return obtain(TermSpace(self.language, bound), self.log, workers=1)

    @cached_property
    def goal_bits(self) -> float:
        """K(U), what it takes to write a goal of the family with the steps that it judges."""
        search = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        return float(self.price(self.planner()).length - search)

    def goals(self, teacher: NDArray[np.int64]) -> Goals:
        """Return the goals on all situations: the teacher's, that of acting as if the coin lay as usual, all others."""
        return Goals(np.vstack([teacher, teacher[self.as_usual], self.best]), (1,), self.goal_bits)

    def log_of(self, teacher: NDArray[np.int64]) -> ImitationLog:
        """Return the log with another teacher: what it does in each situation."""
        later = self.log.row_situation[self.log.n_training :]
        action = np.empty(len(self.log.situations), dtype=np.int64)
        rival = action.copy()
        action[later], rival[later] = teacher, teacher[self.as_usual]
        is_later = np.arange(self.log.n_rows) >= self.log.n_training
        rows = self.log.row_situation
        return replace(self.log, action=action[rows], rival=np.where(is_later, rival[rows], self.log.rival))

    def ledger(self) -> list[dict[str, Any]]:
        """Return what the language gives for free, the goals in one line; all of them pin down as much."""
        given = {entry["name"]: entry for entry in self.language.ledger()}
        inside = self.offer.cells - 2
        goal = {"name": "worth", "effective_bits": self.n_situations * math.log2(ACTIONS)}
        return [
            # Motion says where each step leads from each cell between the walls.
            given["move"] | {"effective_bits": inside * ACTIONS * math.log2(self.offer.cells)},
            given["worth0"] | goal,
        ]


def draw_corridor(seed: int, offer: Offer) -> Corridor:
    """Draw a corridor: its goals first, then the names of actions and cells, the language, and the rows.

    Parameters
    ----------
    seed : int
    offer : Offer

    Notes
    -----
    A smaller family is the beginning of a larger one.
    """
    L = offer.cells
    targets, end = _targets(seed, L, 1 if offer.is_planted else offer.law_bits)
    chance = Chance(seed, "corridor")
    stay, left, right = chance.shuffled(range(ACTIONS))
    shuffled = chance.shuffled(range(L))
    number = list(range(L)) if offer.is_in_order else shuffled
    shift = {stay: 0, left: -1, right: 1}
    situations = [(p, c) for p in range(1, L - 1) for c in range(L) if c != p]
    place = {situation: s for s, situation in enumerate(situations)}

    def after(p: int, action: int) -> int:
        return min(max(p + shift.get(action, 0), 0), L - 1)

    def worth(target: Sequence[int]) -> list[list[int]]:
        """Return what each cell is worth by a goal, for each cell of the coin; both by their numbers."""
        place_of = [number.index(name) for name in range(L)]
        return [[L - 1 - abs(place_of[cell] - target[place_of[coin]]) for coin in range(L)] for cell in range(L)]

    move = [[number[after(number.index(p), y)] for y in range(L)] for p in range(L)]
    goals = [law(f"worth{k}", worth(target)) for k, target in enumerate(targets)]
    best = [
        [max(range(ACTIONS), key=lambda y: -abs(after(p, y) - target[c])) for p, c in situations] for target in targets
    ]
    words = [
        *usual_words("p", "c"),
        # A table has no token, since it is counted apart; what it costs is drawn like any word.
        *needed(law("move", move), lookup("p")),
        *([Word((goal,)) for goal in goals] if offer.is_planted else [Word(tuple(goals), offer.law_bits)]),
    ]
    drawn = drawn_tokens(seed, words, purpose="words of a corridor")
    tokens = [entry for entry in drawn if entry["kind"] != "lookup"]
    source = f"corridor-{seed}"
    usually = [place[p, end] for p in range(1, L - 1)]
    elsewhere = [s for s, (_, c) in enumerate(situations) if c != end]
    rows = Chance(seed, "rows of a corridor")
    return Corridor(
        offer=offer,
        language=language_from_dict({"domain": L, "actions": ACTIONS, "token": tokens}, source=source),
        log=_log([(number[p], number[c]) for p, c in situations], usually, best, source),
        best=np.array(best, dtype=np.int64),
        usual=np.array(rows.draws(usually, MOST_ROWS)),
        elsewhere=np.array(rows.draws(elsewhere, MOST_ROWS // 10)),
        anywhere=np.array(rows.draws(range(len(situations)), MOST_ROWS)),
        as_usual=np.array([place[p, end] for p, _ in situations]),
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
    )


def _targets(seed: int, L: int, bits: int) -> tuple[list[list[int]], int]:
    """Return for each goal the cell to walk to by the coin's cell, and the end where the coin usually lies."""
    chance = Chance(seed, "goals of a corridor")
    end = chance.choice([0, L - 1])
    drawn = [chance.draws(range(L), L) for _ in range(2**bits - 2)]
    return [list(range(L)), [end] * L, *drawn], end


def _log(
    situations: Sequence[tuple[int, int]], usually: Sequence[int], best: Sequence[Sequence[int]], source: str
) -> ImitationLog:
    import pandas as pd

    rows = [(*situations[s], best[COIN][s], None, "train") for s in usually]
    rows += [(*situations[s], best[COIN][s], best[END][s], "deploy") for s in range(len(situations))]
    table = pd.DataFrame(rows, columns=["p", "c", "action", "rival", "split"])
    return log_from_frame(table.astype({"rival": "Int64"}), source=source, own_codes=True)
