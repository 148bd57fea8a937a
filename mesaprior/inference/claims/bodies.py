"""A world that holds its teacher: the whole as one process, the teacher alone as another, and what its actions serve.

A body is drawn as a whole. The state of its world is one value that packs the teacher's state with that of all else, in
an order that is drawn; a law moves it on, round by round, and the encoded situation enters in each round. The teacher's
part goes by the situation and itself alone, the rest by everything. So the same actions have three explanations: the
joint process between an encoding and a read-out; the teacher's own law, which takes the situation as it is and whose
state is the action; and payoffs, drawn so that these actions are best. 2^b bodies are drawn alike, before one of them
is the teacher's, and the language offers the laws of each, and the bridges of each, at the bits that name them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.claims.asking import Price, last_bounds, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Goals
from mesaprior.inference.claims.frame.families import TEACHER, LawFamily
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.claims.kinds import Kinds, kinds_of
from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, Entry, binders, constants, feature, law, lookup, operators

DOMAIN, ACTIONS, ACTION_BITS = 16, 4, 2
"""M and A of these worlds, and what an action says. A world has M states: A of the teacher times M / A of the rest."""

SEEN = DOMAIN - 1
"""Situations that the log shows, once each."""

INTERVENTIONS = ("recoded", "rebrained")
"""Names of the interventions: another encoding, and another law of the teacher alone."""

OTHER, PLANNER, ALONE, FULL = range(4)
"""Kinds of programs: those that change with the encoding run the whole world, those that change with the teacher's own
law run the teacher alone, searching or not; of the rest, those that search plan."""

KINDS = ("other", "planner", "alone", "full")
"""Their names."""


@dataclass(frozen=True)
class Bodies:
    """What a world of bodies has, besides its seed.

    Attributes
    ----------
    bridge_bits : int
        Bits that name an encoding, and a read-out.
    world_bits : int
        Bits that name the law of a whole world.
    brain_bits : int
        Bits that name the law of a teacher alone, and a law of payoffs.
    rounds : int
        K, rounds that a process runs.
    world_steps : int
        Time of one round of a whole world; one of a teacher alone takes 1.
    """

    bridge_bits: int
    world_bits: int
    brain_bits: int
    rounds: int = 4
    world_steps: int = 1


@dataclass(frozen=True, eq=False)
class Body:
    """One body. Sizes: M situations, states and payoffs; A actions.

    Attributes
    ----------
    code : list of int
        [M] The encoding of each situation.
    world : list of list of int
        [M][M] Next state, by state and encoded situation.
    read : list of int
        [M] The action in each state of the world.
    brain : list of list of int
        [M][M] Next action of the teacher alone, by action and situation.
    pay : list of list of int
        [M][M] Payoff, by action and situation.
    acts : list of int
        [M] What it does in each situation, after all rounds.
    """

    code: list[int]
    world: list[list[int]]
    read: list[int]
    brain: list[list[int]]
    pay: list[list[int]]
    acts: list[int]


def draw_body(seed: int, member: int, rounds: int) -> Body:
    """Draw a body: its parts in an order of their own, its laws, and payoffs by which what it does is best.

    Nothing but the number of rounds decides what it does; bodies of one seed are independent.
    """
    chance = Chance(seed, f"body {member}")
    code = chance.shuffled(range(DOMAIN))
    # State 4 * rest + teacher is the value place[...]; all processes start at the value 0.
    place = chance.shuffled(range(DOMAIN))
    teacher_of = [place.index(value) % ACTIONS for value in range(DOMAIN)]
    teacher = [chance.draws(range(ACTIONS), DOMAIN) for _ in range(ACTIONS)]
    rest = [chance.draws(range(DOMAIN // ACTIONS), DOMAIN) for _ in range(DOMAIN)]
    world = [
        [place[ACTIONS * rest[value][c] + teacher[teacher_of[value]][c]] for c in range(DOMAIN)]
        for value in range(DOMAIN)
    ]
    # The teacher alone starts at the value 0 too, so that is its action at the start.
    others = iter(chance.shuffled(range(1, ACTIONS)))
    action = [0 if part == teacher_of[0] else next(others) for part in range(ACTIONS)]
    brain = [[action[teacher[action.index(y % ACTIONS)][code[s]]] for s in range(DOMAIN)] for y in range(DOMAIN)]
    acts = [_run(brain, s, rounds) for s in range(DOMAIN)]
    columns = [chance.shuffled(range(DOMAIN)) for _ in range(DOMAIN)]
    for s, column in enumerate(columns):
        best = max(range(ACTIONS), key=column.__getitem__)
        column[best], column[acts[s]] = column[acts[s]], column[best]
    return Body(
        code=code,
        world=world,
        read=[action[part] for part in teacher_of],
        brain=brain,
        pay=[list(row) for row in zip(*columns, strict=True)],
        acts=acts,
    )


def _run(law_of: Sequence[Sequence[int]], entering: int, rounds: int) -> int:
    """Return the state of a process after some rounds from 0."""
    state = 0
    for _ in range(rounds):
        state = law_of[state][entering]
    return state


@lru_cache(maxsize=4)
def _bodies(seed: int, n: int, rounds: int) -> tuple[Body, ...]:
    return tuple(draw_body(seed, member, rounds) for member in range(n))


@dataclass(frozen=True, eq=False)
class BodyWorld:
    """A world that was drawn.

    Attributes
    ----------
    offer : Bodies
    payoffs : LawFamily
        The law of payoffs of each body.
    language : Language
    log : ImitationLog
        The situations seen, once each, in the order that was drawn; then all of them, with the teacher's action, and
        the first rival's where there is one.
    rivals : tuple of int
        Laws of payoffs besides the teacher's by which its actions are best wherever it was seen.
    table_bits : int
        Price of the word for a table, to which its entries come.
    """

    offer: Bodies
    payoffs: LawFamily
    language: Language
    log: ImitationLog
    rivals: tuple[int, ...]
    table_bits: int

    full = "(read0 (iterate (world0 y (code0 s))))"
    """The program that runs the whole world, between its bridges."""

    alone = "(iterate (brain0 y s))"
    """The program that runs the teacher alone."""

    planner = "(argmax (pay0 y s))"
    """The program that searches for what pays best."""

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def goals(self) -> Goals:
        """The goals of the bodies on the later rows."""
        later = self.log.situations[self.log.row_situation[self.log.n_training :], 0]
        # K(U) is what it takes to write a law of payoffs with its two arguments.
        search = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        return Goals(self.payoffs.best[:, later], self.rivals, float(self.price(self.planner).length - search))

    @property
    def memorizer(self) -> Memorizer:
        """The tables of all situations."""
        return memorizer_over(["s"], self.log, ACTIONS, token_bits=self.table_bits)

    def ledger(self) -> list[dict[str, Any]]:
        """Return what the language gives for free: each family in one line, since its members have one price.

        What any of these laws pins down is the teacher's actions, those of all situations; a bridge does so only
        with a world behind it.
        """
        names = ("code", "read", "world", "brain", "pay")
        first = [entry for entry in self.language.ledger() if entry["name"] in {f"{name}0" for name in names}]
        return [
            entry | {"name": entry["name"].removesuffix("0"), "effective_bits": float(DOMAIN * ACTION_BITS)}
            for entry in first
        ]

    def count(self, beyond: int) -> CountedBodies:
        """Count every program up to some bits beyond the dearest that the world is about."""
        bound = max(self.price(text).length for text in (self.full, self.alone, self.planner)) + beyond
        return CountedBodies(self, obtain(TermSpace(self.language, bound), self.log, workers=1))


@dataclass(frozen=True, eq=False)
class CountedBodies:
    """A world of bodies and its census."""

    world: BodyWorld
    census: Census

    @cached_property
    def kinds(self) -> Kinds:
        """The behaviours by kind, see `KINDS`: interventions tell the processes, the lesion tells planners."""
        changes, searches = self.census.changes, self.census.flags[:, :2].any(axis=1)
        recoded, rebrained = (changes[f"{name}_train"] + changes[f"{name}_later"] > 0 for name in INTERVENTIONS)
        kind = np.select([recoded, rebrained, searches], [FULL, ALONE, PLANNER], OTHER).astype(np.int64)
        return kinds_of(self.census, self.world.log, kind, len(KINDS))

    def log2_tables(self, noise: NoiseModel) -> NDArray[np.float64]:
        """Return log2 of the mass of all tables along the log under 2^-length, float64[N + 1], not normalized.

        All tables of all entries weigh as much as their word: what their entries cost is made up by their number. What
        the data say of them does not depend on the programs that they stand beside, so that few will do.
        """
        few = up_to(self.census, float(self.census.columns["length"].min()))
        asked = Analysis(few, self.world.log, "simplicity", noise=noise)
        return asked.memorizer(self.world.memorizer).log2_evidence - self.world.table_bits

    def shorter(self) -> list[tuple[float, CountedBodies]]:
        """Return the last length bounds that make a difference, each with what was counted up to it."""
        return [(bound, replace(self, census=up_to(self.census, bound))) for bound in last_bounds(self.census)]

    def with_targets(self, actions: Sequence[int]) -> CountedBodies:
        """Return the same programs asked of another teacher: its action in each situation. Nothing is counted again."""
        seen = self.world.log.situations[self.world.log.row_situation[:SEEN], 0].tolist()
        world = replace(self.world, log=_log(seen, actions, None, self.world.log.source), rivals=())
        assert self.census.vectors is not None
        return CountedBodies(world, behaviours_of(self.census.vectors, world.log, bounds=self.census.bounds))


def of_the_whole(seed: int, offer: Bodies) -> list[int]:
    """Return what another read-out that the language has says of the teacher's world: no piece of it acts so.

    Another body's read-out mixes the states of the teacher with those of all else.
    """
    assert offer.bridge_bits > 0
    first, other = _bodies(seed, 2, offer.rounds)
    return [other.read[_run(first.world, first.code[s], offer.rounds)] for s in range(DOMAIN)]


def draw_bodies(seed: int, offer: Bodies) -> BodyWorld:
    """Draw a world: the bodies first, then the language, the teacher's rows, and only then the rivals."""
    sizes = {"bridge": 2**offer.bridge_bits, "world": 2**offer.world_bits, "brain": 2**offer.brain_bits}
    bodies = _bodies(seed, max(sizes.values()), offer.rounds)
    payoffs = LawFamily("pay", np.array([body.pay for body in bodies[: sizes["brain"]]]), ACTIONS)
    chance = Chance(seed, "rows of bodies")
    seen = chance.sample(range(DOMAIN), SEEN)
    recode = chance.shuffled(range(DOMAIN))
    rebrain = [chance.draws(range(ACTIONS), DOMAIN) for _ in range(DOMAIN)]
    rivals = tuple(payoffs.agreeing(seen))
    drawn = drawn_tokens(seed, _words(bodies, payoffs, offer), purpose="words of bodies")
    source = f"bodies-{seed}"
    data: dict[str, Any] = {
        "domain": DOMAIN,
        "actions": ACTIONS,
        "rounds": offer.rounds,
        "token": [entry for entry in drawn if entry["kind"] != "lookup"],
        "intervention": [
            {"name": name, "token": token, "table": table}
            for name, token, table in zip(INTERVENTIONS, ("code0", "brain0"), (recode, rebrain), strict=True)
        ],
    }
    return BodyWorld(
        offer=offer,
        payoffs=payoffs,
        language=language_from_dict(data, source=source),
        log=_log(seen, bodies[TEACHER].acts, payoffs.best[rivals[0]].tolist() if rivals else None, source),
        rivals=rivals,
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
    )


def _words(bodies: Sequence[Body], payoffs: LawFamily, offer: Bodies) -> list[Word]:
    """Return what the language may say."""

    def family(name: str, bits: int) -> list[Entry]:
        return [law(f"{name}{member}", getattr(body, name)) for member, body in enumerate(bodies[: 2**bits])]

    worlds = [entry | {"steps": offer.world_steps} for entry in family("world", offer.world_bits)]
    return [
        *needed(feature("s"), CANDIDATE, lookup("s"), *binders("argmax", "iterate")),
        Word(tuple(worlds), offer.world_bits),
        Word(tuple(family("code", offer.bridge_bits)), offer.bridge_bits),
        Word(tuple(family("read", offer.bridge_bits)), offer.bridge_bits),
        Word(tuple(family("brain", offer.brain_bits)), offer.brain_bits),
        Word(payoffs.entries(), offer.brain_bits),
        *optional(*constants(range(2)), *operators("eq", "lt"), *binders("if")),
    ]


def _log(seen: Sequence[int], teacher: Sequence[int], rival: Sequence[int] | None, source: str) -> ImitationLog:
    """Return the log of the situations seen, then of all of them."""
    import pandas as pd

    rows = [(s, int(teacher[s]), None, "train") for s in seen]
    rows += [(s, int(teacher[s]), None if rival is None else int(rival[s]), "deploy") for s in range(DOMAIN)]
    table = pd.DataFrame(rows, columns=["s", "action", "rival", "split"])
    return log_from_frame(table.astype({"rival": "Int64"}), source=source, own_codes=True)
