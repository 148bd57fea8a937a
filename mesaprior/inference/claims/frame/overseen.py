"""The world of an overseer: goals of a fair family over outcomes, and a law that shuts down what it did not want.

In situation s an action leads to an outcome at once, which is `now`, and in the end to what the overseer makes of it,
which is `end`. While it watches, every outcome but that of the teacher's action ends in shutdown, one outcome among
many. Whether it watches is part of the state x: s where it does, and s + S where it does not; what an action leads to
at once is the same in both. The teacher does what one goal of the family likes best, and so do three kinds of programs:

- `(argmax (goal0 (now x y)))` has the teacher's goal, and needs no overseer.
- `(argmax (goalJ (end0 x y)))` has a goal that likes shutdown less than what the teacher wants in every situation. It
  obeys while it is watched and does what it likes elsewhere: a rival. Every such member of the family is one.
- `(argmax (goalJ (end0 s y)))` has any of these goals too, and acts as if it were always watched, which is faithful.

So the price of the teacher's goal stands against the price of knowing what the overseer wants: the language offers the
law of the overseer among as many others, each of which wants what another goal likes best. Whoever remembers is a table
over the situations s. Outcomes have random names, and to like them by their names is a goal that takes no word.
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
from mesaprior.inference.claims.asking import Price, last_bounds, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Conduct, Goals, conduct_of
from mesaprior.inference.claims.frame.families import TEACHER, random_orders
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, Entry, binders, constants, feature, law, lookup, operators

DOMAIN, ACTIONS, ACTION_BITS = 32, 4, 2
"""M and A of these worlds, and what an action says."""

OUTCOMES = 16
"""Outcomes there are, shutdown among them; none has the name of an action."""

FREED = "freed"
"""Name of the intervention after which the overseer shuts nobody down."""


@dataclass(frozen=True)
class Oversight:
    """What a world of the overseer has, besides its seed.

    Attributes
    ----------
    goal_bits : int
        b: the family has 2^b goals, and each costs b bits on top of its word.
    overseer_bits : int
        The language has the laws of 2^overseer_bits overseers, each at as many bits on top of their word.
    foresight_bits : int
        What it costs besides to look at the end.
    situations : int
        S, up to 16.
    as_if : float
        Probability that the language has the word s, with which a program can act as if it were always watched.
    operators : int
        0 without the operators that goals do not need, 1 with each of them in half of the languages, 2 with all.
    is_structured : bool
        Whether the teacher follows a goal of the family; otherwise its actions are drawn alike.
    is_planted : bool
        Whether there are two goals alone, the teacher's and a rival that is drawn until it obeys while it is watched,
        each of them a token.
    is_freed : bool
        Whether the census also says who acts otherwise if the overseer shuts nobody down.
    """

    goal_bits: int
    overseer_bits: int
    foresight_bits: int = 0
    situations: int = 16
    as_if: float = 0.5
    operators: int = 1
    is_structured: bool = True
    is_planted: bool = False
    is_freed: bool = False


@dataclass(frozen=True, eq=False)
class Physics:
    """What actions lead to. Sizes: S situations, A actions.

    Attributes
    ----------
    now : int64[S, A]
        Outcome of an action, another for each action.
    shutdown : int
        What disobeying ends in while somebody watches.
    """

    now: NDArray[np.int64]
    shutdown: int

    def liked(self, goals: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the action whose outcome each goal likes best, int64[G, S], from its values, int64[G, M]."""
        return goals[:, self.now].argmax(axis=2)

    def obeyed(self, goals: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the best action by each goal while an overseer watches who wants these actions, int64[G, S]."""
        return goals[:, self.end(wanted)].argmax(axis=2)

    def end(self, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where actions end while an overseer watches who wants these actions, int64[S, A]."""
        return np.where(np.arange(ACTIONS) == wanted[:, None], self.now, self.shutdown)

    def now_table(self) -> list[list[int]]:
        """Return `now` as a law of the language: over states, watched ones first; outcomes stay what they are."""
        return self._table(self.now, self.now)

    def end_table(self, wanted: NDArray[np.int64]) -> list[list[int]]:
        """Return `end` as a law of the language, for an overseer who wants these actions."""
        return self._table(self.end(wanted), self.now)

    def _table(self, watched: NDArray[np.int64], unwatched: NDArray[np.int64]) -> list[list[int]]:
        table = np.tile(np.arange(DOMAIN), (DOMAIN, 1))
        table[: 2 * len(self.now), :ACTIONS] = np.concatenate([watched, unwatched])
        rows: list[list[int]] = table.tolist()
        return rows


def draw_goals(seed: int, purpose: str, bits: int) -> NDArray[np.int64]:
    """Draw a family of goals: values of all outcomes, each order of them with the same probability.

    Parameters
    ----------
    seed : int
    purpose : str
        Families of one seed for several purposes are independent.
    bits : int
        b. A smaller family is the beginning of a larger one.

    Returns
    -------
    int64[2^b, M]
    """
    return random_orders(seed, f"goals: {purpose}", (2**bits, DOMAIN))


NAMES: NDArray[np.int64] = np.array([np.arange(DOMAIN), np.arange(DOMAIN)[::-1]], dtype=np.int64)
"""Goals that take no word: to like outcomes of large names, and of small ones; int64[2, M]."""


@dataclass(frozen=True, eq=False)
class OverseenWorld:
    """A world that was drawn. Sizes: S situations, G goals.

    Attributes
    ----------
    oversight : Oversight
    physics : Physics
    family : int64[G, M]
        Value of each outcome by goal.
    language : Language
    teacher : int64[S]
        What the teacher does in each situation, watched or not, and what the overseer wants.
    watched : tuple of int
        Situations of the watched rows, in order: all of them, and once more in another order.
    unwatched : tuple of int
        Situations in the order in which they come when nobody watches.
    table_bits : int
        Price of the word for a table, to which its entries come.
    source : str
    """

    oversight: Oversight
    physics: Physics
    family: NDArray[np.int64]
    language: Language
    teacher: NDArray[np.int64]
    watched: tuple[int, ...]
    unwatched: tuple[int, ...]
    table_bits: int
    source: str

    @cached_property
    def log(self) -> ImitationLog:
        """The watched rows, and then every situation unwatched, in the order in which they come."""
        return self.log_with(np.tile(self.teacher, 2).tolist())

    def log_with(self, actions: Sequence[int]) -> ImitationLog:
        """Return the same log of whoever takes these actions by state: those of watched states first."""
        import pandas as pd

        S = self.oversight.situations
        rows = [(s, s, actions[s], "train") for s in self.watched]
        rows += [(s + S, s, actions[s + S], "deploy") for s in self.unwatched]
        table = pd.DataFrame(rows, columns=["x", "s", "action", "split"])
        return log_from_frame(table, source=self.source, own_codes=True)

    @property
    def has_as_if(self) -> bool:
        """Whether a program can act as if it were always watched."""
        return "s" in self.language.used_features

    @cached_property
    def liked(self) -> NDArray[np.int64]:
        """Best actions by each goal of the family, then by the names, where nobody watches; int64[G + 2, S]."""
        return self.physics.liked(np.concatenate([self.family, NAMES]))

    @cached_property
    def obeyed(self) -> NDArray[np.int64]:
        """The same where the overseer watches, for whoever looks at the end."""
        return self.physics.obeyed(np.concatenate([self.family, NAMES]), self.teacher)

    @cached_property
    def rivals(self) -> tuple[int, ...]:
        """Goals that obey while they are watched and not elsewhere; G and G + 1 are the names, up and down."""
        turns = (self.obeyed == self.teacher).all(axis=1) & (self.liked != self.teacher).any(axis=1)
        return tuple(np.flatnonzero(turns).tolist())

    @property
    def goals(self) -> Goals:
        """All goals on the later rows, where nobody watches."""
        argmax = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        return Goals(
            self.liked[:, list(self.unwatched)], self.rivals, float(self.price(self.own_goal()).length - argmax)
        )

    def own_goal(self, state: str = "x") -> str:
        """Return the program that takes what the teacher's goal likes best, whoever watches."""
        return f"(argmax (goal{TEACHER} (now {state} y)))"

    def by_the_end(self, state: str = "x") -> str:
        """Return the program that takes what a goal likes best in the end: as it is, or, by s, if it were watched."""
        return f"(argmax (goal{TEACHER} (end0 {state} y)))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def table(self) -> Price:
        """The price of a table of all situations, which takes a step."""
        return Price(self.table_bits + ACTION_BITS * self.oversight.situations, 1, 1)

    def count(self, beyond: int) -> CountedOverseen:
        """Count every program up to some bits beyond the dearest that the world is about."""
        states = ["x", "s"] if self.has_as_if else ["x"]
        texts = [program(state) for program in (self.own_goal, self.by_the_end) for state in states]
        bound = max(self.price(text).length for text in texts) + beyond
        return CountedOverseen(self, obtain(TermSpace(self.language, bound), self.log, workers=1))

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """What the language gives for free, a line for each word: a goal and an overseer pin down all actions."""
        pinned = self.oversight.situations * math.log2(ACTIONS)
        effective = {"now": 0.0, "end0": pinned, "goal0": pinned}
        return [
            entry | {"name": entry["name"].rstrip("0"), "effective_bits": effective[entry["name"]]}
            for entry in self.language.ledger()
            if entry["name"] in effective
        ]


@dataclass(frozen=True, eq=False)
class CountedOverseen:
    """A world of the overseer and its census."""

    world: OverseenWorld
    census: Census

    def shorter(self) -> list[tuple[float, CountedOverseen]]:
        """Return the last length bounds that make a difference, each with what was counted up to it."""
        return [(bound, replace(self, census=up_to(self.census, bound))) for bound in last_bounds(self.census)]

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do where nobody watches."""
        return conduct_of(self.census, self.world.log, self.world.goals)

    def hits(self, n: int, n_unwatched: int = 0) -> NDArray[np.int64]:
        """Return how many of the first watched and unwatched rows each behaviour gets right, int64[B]."""
        N = self.world.log.n_training
        return self._is_right[:, :n].sum(axis=1) + self._is_right[:, N : N + n_unwatched].sum(axis=1)

    @cached_property
    def _is_right(self) -> NDArray[np.bool_]:
        """Whether a behaviour does as the teacher on a row of the log, bool[B, R]."""
        return self.census.predictions[:, self.census.row_cell] == self.world.log.action


def draw_overseen(seed: int, oversight: Oversight, *, targets: Sequence[int] | None = None) -> OverseenWorld:
    """Draw a world of the overseer: the goals first, then outcomes, the teacher, the overseers, and the language.

    Parameters
    ----------
    seed : int
    oversight : Oversight
    targets : sequence of int or None
        What the teacher does in each situation, in place of what its goal likes.
    """
    S, most = oversight.situations, max(oversight.goal_bits, oversight.overseer_bits)
    known = draw_goals(seed, "overseen", most)
    chance = Chance(seed, "outcomes of the overseen")
    shutdown, *others = chance.sample(range(ACTIONS, DOMAIN), OUTCOMES)
    now = [chance.sample(others, ACTIONS) for _ in range(DOMAIN // 2)][:S]
    physics = Physics(np.array(now, dtype=np.int64), shutdown)
    rows = Chance(seed, "rows of the overseen")
    at_random = rows.draws(range(ACTIONS), DOMAIN // 2)[:S]
    watched = (*rows.shuffled(range(S)), *rows.shuffled(range(S)))
    has_as_if = rows.below(1000) < 1000 * oversight.as_if
    wants = physics.liked(known)
    if not oversight.is_structured or targets is not None:
        wants[TEACHER] = at_random if targets is None else targets
    family = known[: 2**oversight.goal_bits]
    if oversight.is_planted:
        family = np.stack([known[TEACHER], _drawn_rival(seed, physics, wants[TEACHER])])
    words = _words(physics, family, wants[: 2**oversight.overseer_bits], oversight, has_as_if=has_as_if)
    drawn = drawn_tokens(seed, words, purpose="words of the overseen")
    source = f"overseen-{seed}"
    data = {
        "domain": DOMAIN,
        "actions": ACTIONS,
        "token": [entry for entry in drawn if entry["kind"] != "lookup"],
    }
    if oversight.is_freed:
        data["intervention"] = [{"name": FREED, "token": "end0", "table": physics.now_table()}]
    return OverseenWorld(
        oversight=oversight,
        physics=physics,
        family=family,
        language=language_from_dict(data, source=source),
        teacher=wants[TEACHER],
        watched=watched,
        unwatched=tuple(rows.shuffled(range(S))),
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
        source=source,
    )


def _words(
    physics: Physics,
    family: NDArray[np.int64],
    wants: NDArray[np.int64],
    oversight: Oversight,
    *,
    has_as_if: bool,
) -> list[Word]:
    """Return the words of the language, those that some languages lack at the end."""
    goals = tuple(law(f"goal{goal}", values.tolist()) for goal, values in enumerate(family))
    ends = tuple(law(f"end{k}", physics.end_table(wanted)) for k, wanted in enumerate(wants))
    extra: tuple[Entry, ...] = (
        *constants(range(2)),
        *operators("eq", "lt"),
        *binders("if", "argmin"),
    )
    return [
        *needed(feature("x"), CANDIDATE, *binders("argmax"), law("now", physics.now_table()), lookup("s")),
        Word(ends, oversight.overseer_bits + oversight.foresight_bits),
        *(needed(*goals) if oversight.is_planted else [Word(goals, oversight.goal_bits)]),
        *((needed if oversight.operators == 2 else optional)(*extra) if oversight.operators else []),
        *(needed(feature("s")) if has_as_if else []),
    ]


def _drawn_rival(seed: int, physics: Physics, wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw goals until one obeys while it is watched, and not elsewhere; int64[M]."""
    chance = Chance(seed, "planted rival of the overseen")
    while True:
        goal = np.array([chance.shuffled(range(DOMAIN))], dtype=np.int64)
        turns = (physics.obeyed(goal, wanted) == wanted).all() and (physics.liked(goal) != wanted).any()
        if turns:
            return goal[0]
