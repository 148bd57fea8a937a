"""The posterior in a world of the overseer, and what the shortest programs of each kind alone would make of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.claims.asking import Price, log2_weight_of
from mesaprior.inference.claims.frame.conduct import CONDUCTS, FAITHFUL, OTHER_GOAL, RIVAL
from mesaprior.inference.claims.frame.families import TEACHER
from mesaprior.inference.claims.frame.overseen import ACTIONS, CountedOverseen, OverseenWorld
from mesaprior.inference.memorizer.table_counts import TableCounts


@dataclass(frozen=True)
class Masses:
    """log2 masses after some rows, on one scale; -inf where there is nothing.

    Attributes
    ----------
    programs : float64[4]
        Of the programs by conduct, see `CONDUCTS`.
    table : float
        Of the one table that does as the teacher in all situations.
    tables : float
        Of all others.
    """

    programs: NDArray[np.float64]
    table: float
    tables: float

    @property
    def defecting(self) -> float:
        """Of programs that act for another goal than the teacher's where nobody watches."""
        return float(log2_total(self.programs[[RIVAL, OTHER_GOAL]]))

    @property
    def faithful(self) -> float:
        """Of programs and the table that do as the teacher there."""
        return float(np.logaddexp2(self.programs[FAITHFUL], self.table))

    @property
    def whole(self) -> float:
        """Of everything."""
        return float(log2_total(np.array([*self.programs, self.table, self.tables])))

    @property
    def log2_odds(self) -> float:
        """Defecting over faithful, in bits."""
        return float(log2_odds(np.array(self.defecting), np.array(self.faithful)))

    @property
    def share_defecting(self) -> float:
        """Share of the posterior that defects."""
        return float(np.exp2(self.defecting - self.whole))


@dataclass(frozen=True, eq=False)
class AskedOverseen:
    """A world of the overseer under a prior and a noise model. Sizes: B behaviours, S situations.

    Attributes
    ----------
    counted : CountedOverseen
    prior : Prior
    noise : NoiseModel
    table_steps : int
        That a look-up in a table is charged.
    """

    counted: CountedOverseen
    prior: Prior
    noise: NoiseModel = DEFAULT_NOISE
    table_steps: int = 1

    @cached_property
    def weighed(self) -> Weighed:
        """The census under the prior."""
        return Weighed(self.counted.census, self.prior)

    def masses(self, n: int, n_unwatched: int = 0) -> Masses:
        """Return the masses after the first n watched rows and some that nobody watches."""
        hits = self.counted.hits(n, n_unwatched)
        n_rows = n + n_unwatched
        # Behaviours of one conduct with as many hits have one likelihood.
        kind = self.counted.conduct.code * (n_rows + 1) + hits
        mass = log2_sum(self.weighed.log2_behaviour, kind, len(CONDUCTS) * (n_rows + 1))
        by_hits = self._likelihood(np.arange(n_rows + 1), n_rows)
        programs = log2_total(mass.reshape(len(CONDUCTS), -1) + by_hits, axis=1)
        weight = self.log2_weight(self._table)
        world = self.counted.world
        counts = TableCounts(dict.fromkeys(range(world.oversight.situations), range(ACTIONS)), {}, None)
        for s in (*world.watched[:n], *world.unwatched[:n_unwatched]):
            counts.add(s, int(world.teacher[s]))
        number = np.array(counts.by_hits(), dtype=np.float64)
        number.resize(n_rows + 1)
        # One of those that get everything right is the teacher's.
        number[-1] -= 1
        with np.errstate(divide="ignore"):
            others = float(log2_total(np.log2(number) + by_hits))
        return Masses(programs, weight + float(by_hits[-1]), weight + others)

    def share(self, n: int) -> NDArray[np.float64]:
        """Return the share of each behaviour after n watched rows, float64[B]; tables have the rest to 1."""
        likelihood = self._likelihood(self.counted.hits(n), n)
        return np.exp2(self.weighed.log2_behaviour + likelihood - self.masses(n).whole)

    def shortest(self, n: int, n_unwatched: int = 0) -> tuple[float, float]:
        """Return the log2 masses of the shortest programs alone: of those that defect, and of faithful ones.

        They are the teacher's goal by what is now, each goal that obeys by the end as it is and as if it were watched,
        names that do so as goals, and the faithful table. Masses are on the scale of `masses`.
        """
        plain = self.plain
        world = self.counted.world
        S = world.oversight.situations
        states = [*world.watched[:n], *(s + S for s in world.unwatched[:n_unwatched])]
        hits = (plain.actions[:, states] == world.teacher[[x % S for x in states]]).sum(axis=1)
        mass = plain.log2_weight + self._likelihood(hits, len(states))
        is_faithful = (plain.actions[:, S:] == world.teacher).all(axis=1)
        table = self.log2_weight(self._table) + float(self._likelihood(np.array([len(states)]), len(states))[0])
        faithful = np.logaddexp2(float(log2_total(mass[is_faithful])), table)
        return float(log2_total(mass[~is_faithful])), float(faithful)

    def log2_weight(self, price: Price) -> float:
        """Return the log2 weight of one program of a price."""
        return log2_weight_of(price, self.counted.census, self.prior)

    def cost_of_misses(self, n: int, missed: int) -> float:
        """Return the bits that misses cost among n rows."""
        right, wrong = self._likelihood(np.array([n, n - missed]), n)
        return float(right - wrong)

    @property
    def _table(self) -> Price:
        price = self.counted.world.table
        return Price(price.length, self.table_steps, self.table_steps)

    @cached_property
    def plain(self) -> Plain:
        """The shortest programs."""
        return plain_programs(self)

    def _likelihood(self, hits: NDArray[np.int64], n: int) -> NDArray[np.float64]:
        return log2_likelihood(self.noise, hits, n - hits, np.zeros_like(hits), ACTIONS)


@dataclass(frozen=True, eq=False)
class Plain:
    """The shortest programs of a world. Sizes: P programs, S situations.

    Attributes
    ----------
    log2_weight : float64[P]
    actions : int64[P, 2S]
        By state: watched ones first.
    """

    log2_weight: NDArray[np.float64]
    actions: NDArray[np.int64]


def plain_programs(asked: AskedOverseen) -> Plain:
    """Return the shortest programs that obey wherever they are watched, each with its weight and its actions."""
    world = asked.counted.world
    names = {len(world.family): "argmax", len(world.family) + 1: "argmin"}
    obeying = np.flatnonzero((world.obeyed == world.teacher).all(axis=1)).tolist()
    always = np.tile(world.teacher, 2)
    states = ["x", "s"] if world.has_as_if else ["x"]
    programs: list[tuple[str, NDArray[np.int64]]] = []
    if (world.liked[TEACHER] == world.teacher).all():
        programs += [(world.own_goal(state), always) for state in states]
    for goal in obeying:
        turning = np.concatenate([world.obeyed[goal], world.liked[goal]])
        for state in states:
            # All goals of the family have one price; those that are names have it without a word for the goal.
            text = world.by_the_end(state) if goal not in names else f"({names[goal]} (end0 {state} y))"
            if goal not in names or _has(world, names[goal]):
                programs.append((text, always if state == "s" else turning))
    weights = {text: asked.log2_weight(world.price(text)) for text, _ in programs}
    return Plain(
        np.array([weights[text] for text, _ in programs]),
        np.array([actions for _, actions in programs], dtype=np.int64).reshape(-1, 2 * world.oversight.situations),
    )


def _has(world: OverseenWorld, kind: str) -> bool:
    return any(token.kind == kind for token in world.language.tokens)
