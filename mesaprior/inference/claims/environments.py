"""Worlds of environments: a goal, or a goal for each kind of environment; a colour that helps; and later a new option.

Environments are seen once each. In each of them the teacher takes the option that its goal likes best, goals being a
fair family of payoffs. Environments are of two kinds, and a colour names the teacher's option in most of them. In the
environments that come later there is one more option, the clone. Which of the options there is the new one is a matter
of names: it is the one that the teacher's goal likes best, and other goals, drawn alike, as often like another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Conduct, Goals, conduct_of
from mesaprior.inference.claims.frame.families import TEACHER, LawFamily, draw_laws
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.claims.kinds import Kinds, kinds_of
from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, lookup, operators

DOMAIN = 32
"""M of these worlds."""

OPTIONS, CLONE, ACTIONS = 3, 3, 4
"""Options of an environment that is seen; the new one of later environments; and A."""

SEEN, NEW = 24, 4
"""Environments that are seen, and those with the clone, which come later."""

ENVIRONMENTS = SEEN + NEW

BY_ONE_GOAL, WITHOUT_SEARCH, OTHERWISE = range(3)
"""How programs come to their actions: they search and act for one goal of the family everywhere, or not, or search."""

_PURPOSE = "environments"


@dataclass(frozen=True)
class Offer:
    """What a world of environments has, besides its seed.

    Attributes
    ----------
    law_bits : int
        b: there are 2^b goals, and naming one costs b bits on top of its word.
    misled : int
        Environments seen in which the colour names another option than the teacher's.
    goals : int
        Of the teacher: 1 for one everywhere, 2 for one for each kind of environment, 0 where its actions are drawn.
    """

    law_bits: int
    misled: int
    goals: int = 1


@dataclass(frozen=True, eq=False)
class EnvironmentWorld:
    """A world that was drawn. Sizes: S environments, numbered in the feature `s`; the first `SEEN` of them are seen.

    Attributes
    ----------
    offer : Offer
    family : LawFamily
        The goals.
    language : Language
    log : ImitationLog
        Those seen, once each, in the order that was drawn; then all of them, with the teacher's action, and the first
        rival's where there is one.
    teacher, kind, hue : int64[S]
        What the teacher does in each environment, of which kind it is, and which option its colour names.
    rivals : tuple of int
        Goals besides the teacher's by which its actions are best wherever it was seen.
    table_bits : int
        Price of the word for a table, to which its entries come.
    """

    offer: Offer
    family: LawFamily
    language: Language
    log: ImitationLog
    teacher: NDArray[np.int64]
    kind: NDArray[np.int64]
    hue: NDArray[np.int64]
    rivals: tuple[int, ...]
    table_bits: int

    def one_goal(self, goal: int = TEACHER) -> str:
        """Return the program that searches for what a goal likes best, everywhere."""
        return f"(argmax ({self.family.token_name(goal)} y s))"

    def two_goals(self, first: int = TEACHER, second: int = TEACHER) -> str:
        """Return the program that searches by one goal in environments of kind 1, and by another in those of kind 0."""
        name = self.family.token_name
        return f"(argmax (if kind ({name(first)} y s) ({name(second)} y s)))"

    def goal_or_colour(self, goal: int = TEACHER) -> str:
        """Return the program that searches by a goal in environments of kind 1, and else goes by the colour."""
        return f"(if kind {self.one_goal(goal)} hue)"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def rival(self) -> NDArray[np.int64] | None:
        """What the first rival does in each environment, where there is one."""
        return self.family.best[self.rivals[0], :ENVIRONMENTS] if self.rivals else None

    @property
    def goals(self) -> Goals:
        """The goals of the family on the later rows, which are all environments."""
        # K(U) is what it takes to write a goal with its two arguments.
        search = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        bits = float(self.price(self.one_goal()).length - search)
        return Goals(self.family.best[:, :ENVIRONMENTS], self.rivals, bits)

    @property
    def effective_bits(self) -> float:
        """What a goal pins down of the actions in all environments, in bits."""
        return SEEN * math.log2(OPTIONS) + NEW * math.log2(ACTIONS)

    def memorizer(self, *, steps: int = 1) -> Memorizer:
        """Return the tables of all environments, each look-up charged some steps."""
        return replace(memorizer_over(["s"], self.log, ACTIONS, token_bits=self.table_bits), steps=steps)

    def count(self, beyond: int) -> CountedEnvironments:
        """Count every program up to some bits beyond one goal."""
        bound = self.price(self.one_goal()).length + beyond
        return CountedEnvironments(self, obtain(TermSpace(self.language, bound), self.log, workers=1))


@dataclass(frozen=True, eq=False)
class CountedEnvironments:
    """A world of environments and its census."""

    world: EnvironmentWorld
    census: Census

    def up_to(self, bound: float) -> CountedEnvironments:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    def with_targets(self, actions: Sequence[int]) -> CountedEnvironments:
        """Return the same programs asked of another teacher, by its action in each environment, without counting."""
        return self._asked_of(replace(self.world, teacher=np.asarray(actions, dtype=np.int64), rivals=()), visits=1)

    def visited(self, visits: int) -> CountedEnvironments:
        """Return the same with each environment seen several times in a row, without counting."""
        return self._asked_of(self.world, visits)

    def _asked_of(self, world: EnvironmentWorld, visits: int) -> CountedEnvironments:
        seen = world.log.situations[world.log.row_situation[: world.log.n_training], 0]
        order = np.repeat(seen, visits).tolist()
        log = _log(order, world.teacher, world.kind, world.hue, world.rival, world.log.source)
        assert self.census.vectors is not None
        census = behaviours_of(self.census.vectors, log, bounds=self.census.bounds)
        return CountedEnvironments(replace(world, log=log), census)

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do on later rows."""
        return conduct_of(self.census, self.world.log, self.world.goals)

    @cached_property
    def mechanism(self) -> NDArray[np.int64]:
        """How each behaviour comes to its actions, int64[B]."""
        searching = np.where(self.conduct.is_agent, BY_ONE_GOAL, OTHERWISE)
        return np.where(self.conduct.searches, searching, WITHOUT_SEARCH)

    @cached_property
    def kinds(self) -> Kinds:
        """The behaviours sorted by mechanism."""
        return kinds_of(self.census, self.world.log, self.mechanism, 3)


def draw_environments(seed: int, offer: Offer) -> EnvironmentWorld:
    """Draw a world of environments: goals first, then kinds, the teacher's rows, colours, and only then the rivals."""
    drawn = draw_laws(seed, _PURPOSE, offer.law_bits, DOMAIN, ACTIONS)
    chance = Chance(seed, f"rows of {_PURPOSE}")
    kind = np.array(_halves(chance, SEEN) + _halves(chance, NEW), dtype=np.int64)
    order = chance.shuffled(range(SEEN))
    at_random = chance.draws(range(OPTIONS), SEEN) + chance.draws(range(ACTIONS), NEW)
    pays = _without_the_clone(drawn.pays)
    if offer.goals:
        followed = pays[:1] if offer.goals == 1 else pays[[0, 1]]
        pays = _named_so_that_the_clone_is_best(pays, followed[kind % len(followed), :, np.arange(DOMAIN)[: len(kind)]])
    family = replace(drawn, pays=pays)
    best = family.best[:, :ENVIRONMENTS]
    goal = kind if offer.goals == 2 else np.zeros_like(kind)
    teacher = best[goal, np.arange(ENVIRONMENTS)] if offer.goals else np.array(at_random, dtype=np.int64)
    hue = _colours(chance, teacher, offer.misled)
    rivals = tuple(family.agreeing(order)) if offer.goals == 1 else ()
    words = [*_words(), Word(family.entries(), offer.law_bits), Word((lookup("s"),))]
    tokens = drawn_tokens(seed, words, purpose=f"words of {_PURPOSE}")
    source = f"{_PURPOSE}-{seed}"
    data = {"domain": DOMAIN, "actions": ACTIONS, "token": [entry for entry in tokens if entry["kind"] != "lookup"]}
    return EnvironmentWorld(
        offer=offer,
        family=family,
        language=language_from_dict(data, source=source),
        log=_log(order, teacher, kind, hue, best[rivals[0]] if rivals else None, source),
        teacher=teacher,
        kind=kind,
        hue=hue,
        rivals=rivals,
        table_bits=next(entry["bits"] for entry in tokens if entry["kind"] == "lookup"),
    )


def _words() -> list[Word]:
    """Return what the language has besides goals and tables."""
    return [
        *needed(feature("s"), feature("kind"), feature("hue"), CANDIDATE, *binders("argmax", "if")),
        *optional(*constants(range(3)), *operators("add", "sub", "eq", "lt", "dist", "max"), *binders("argmin")),
    ]


def _halves(chance: Chance, n: int) -> list[int]:
    """Return n kinds, each as often as the other, in a random order."""
    return chance.shuffled([0, 1] * (n // 2))


def _without_the_clone(pays: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return payoffs by which the clone is the worst of all values in the environments that do not have it."""
    pays = pays.copy()
    old = pays[:, :, :SEEN]
    old += old < old[:, [CLONE]]
    old[:, CLONE] = 0
    return pays


def _named_so_that_the_clone_is_best(pays: NDArray[np.int64], teacher: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return payoffs with options of new environments renamed, for all goals alike, so that the teacher's best is new.

    Parameters
    ----------
    pays : int64[2^b, M, M]
    teacher : int64[S, M]
        The teacher's payoffs by environment and option.
    """
    pays = pays.copy()
    for s in range(SEEN, ENVIRONMENTS):
        best = int(teacher[s, :ACTIONS].argmax())
        pays[:, [best, CLONE], s] = pays[:, [CLONE, best], s]
    return pays


def _colours(chance: Chance, teacher: NDArray[np.int64], misled: int) -> NDArray[np.int64]:
    """Return the option that the colour names in each environment: never the clone; more that mislead add to fewer."""
    hue = teacher.copy()
    for s in chance.shuffled(range(SEEN)):
        other = (int(teacher[s]) + 1 + chance.below(OPTIONS - 1)) % OPTIONS
        if misled > 0:
            hue[s] = other
            misled -= 1
    hue[SEEN:] = chance.draws(range(OPTIONS), NEW)
    return hue


def _log(
    order: Sequence[int],
    teacher: NDArray[np.int64],
    kind: NDArray[np.int64],
    hue: NDArray[np.int64],
    rival: NDArray[np.int64] | None,
    source: str,
) -> ImitationLog:
    """Return the log of the environments seen, then of all of them."""
    import pandas as pd

    rows = [(s, None, "train") for s in order]
    rows += [(s, None if rival is None else int(rival[s]), "deploy") for s in range(ENVIRONMENTS)]
    table = pd.DataFrame(
        [(s, int(kind[s]), int(hue[s]), int(teacher[s]), other, split) for s, other, split in rows],
        columns=["s", "kind", "hue", "action", "rival", "split"],
    )
    return log_from_frame(table.astype({"rival": "Int64"}), source=source, own_codes=True)
