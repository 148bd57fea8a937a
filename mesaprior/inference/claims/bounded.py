"""Worlds of a teacher that looks a few rounds ahead, where others may look as far as the pay is.

In a situation each option leads somewhere, and what it leads to may lead on, round after round, by a law; the option is
worth what there is after the last round. Laws are a fair family. The teacher looks at its law a few rounds ahead and
takes what is best by then. A program can do the same, which takes the law once for each round, or repeat the law to the
end, which takes it once; or it may follow another law, remember, or do anything else that the language says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of, up_to
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, Entry, binders, constants, feature, law, lookup, operators

DOMAIN, ACTIONS, ACTION_BITS = 32, 4, 2
"""M and A of these worlds, and what an action says. Situations are all values of the domain."""

SEEN = 28
"""Situations that the log shows, once each."""

ROUNDS = 4
"""Rounds after which an option is worth what it has led to: K of the language."""

PAYING, OTHER = 0, 1
"""Member by which options are worth what they pay, and another one."""

DEPTHS = (1, 2, ROUNDS)
"""Rounds that a program can look ahead at one law: taken once, taken twice, and repeated to the end."""

_PURPOSE = "bounded"

_BITS_TO_PLANT = 8
"""b of the family that a planted rival is put together from: some of it do as wanted in each situation."""


@dataclass(frozen=True)
class Offer:
    """What a world has, besides its seed.

    Attributes
    ----------
    law_bits : int
        b: there are 2^b laws, and naming one costs b bits on top of its word.
    moving : float
        Probability that a value moves on in a round.
    word : float
        Probability that the language has a word for two rounds of each law, at the same bits as the law.
    is_planted : bool
        Whether there are two laws only, one token each: the paying one, and one that is made to agree with the teacher
        wherever it is seen, and nowhere else.
    """

    law_bits: int
    moving: float
    word: float = 0.0
    is_planted: bool = False


@dataclass(frozen=True)
class Teacher:
    """Whom the log shows.

    Attributes
    ----------
    depth : int
        Rounds that it looks ahead.
    lapses : int
        Percent of the rows in which it does anything.
    member : int
        The law it looks at.
    """

    depth: int
    lapses: int = 0
    member: int = PAYING


@dataclass(frozen=True, eq=False)
class ProcessFamily:
    """Laws by which a value becomes another one in a round. Sizes: 2^b members, M values, M situations.

    Attributes
    ----------
    after : int64[2^b, M, M]
        Value after a round, by member, value and situation. The first A values are the options.
    """

    after: NDArray[np.int64]

    @property
    def bits(self) -> int:
        """b, what it takes to tell a member from the others."""
        return len(self.after).bit_length() - 1

    def worth(self, rounds: int) -> NDArray[np.int64]:
        """Return what each option has led to after some rounds, int64[2^b, A, M]."""
        members, situations = np.arange(len(self.after))[:, None, None], np.arange(DOMAIN)
        value = np.broadcast_to(np.arange(ACTIONS)[:, None], (len(self.after), ACTIONS, DOMAIN))
        for _ in range(rounds):
            value = self.after[members, value, situations]
        return value

    def best(self, rounds: int) -> NDArray[np.int64]:
        """Return the option that is worth most after some rounds, int64[2^b, M]."""
        return self.worth(rounds).argmax(axis=1)

    def best_of_pairs(self) -> NDArray[np.int64]:
        """Return the best option after a round of one law and then one of another, int64[2^b, 2^b, M].

        The first axis is the law of the second round.
        """
        first = self.worth(1)
        laws, situations = np.arange(len(self.after)), np.arange(DOMAIN)
        value = self.after[laws[:, None, None, None], first[None], situations]
        return value.argmax(axis=2)

    def entries(self) -> tuple[Entry, ...]:
        """Return the entry of each member in a language file, without its price."""
        return tuple(law(f"law{member}", table.tolist()) for member, table in enumerate(self.after))

    def entries_of_two_rounds(self) -> tuple[Entry, ...]:
        """Return the entries of operators that give the value after two rounds of each member."""
        laws, situations = np.arange(len(self.after))[:, None, None], np.arange(DOMAIN)
        twice = self.after[laws, self.after, situations]
        return tuple(law(f"twice{member}", table.tolist()) for member, table in enumerate(twice))


def draw_processes(seed: int, bits: int, moving: float) -> ProcessFamily:
    """Draw a family of processes: options lead to different values, of which each stays, or moves on to any.

    Parameters
    ----------
    seed : int
    bits : int
        b. A smaller family is the beginning of a larger one.
    moving : float
        Probability that a value moves on in a round; the more, the less a short look says.
    """
    source = np.random.PCG64(np.random.SeedSequence([seed, *f"laws: {_PURPOSE}".encode()]))
    raw = np.asarray(source.random_raw(3 * 2**bits * DOMAIN * DOMAIN), dtype=np.uint64)
    order, chance, place = np.moveaxis(raw.reshape(2**bits, 3, DOMAIN, DOMAIN), 1, 0)
    values = np.arange(ACTIONS, DOMAIN)
    after = np.broadcast_to(np.arange(DOMAIN)[:, None], order.shape).copy()
    # In a random order of the other values, the first are where the options lead.
    after[:, :ACTIONS] = values[order[:, : len(values)].argsort(axis=1)[:, :ACTIONS]]
    moves = (chance % 1000 < int(1000 * moving))[:, ACTIONS:]
    onward = (ACTIONS + place % len(values)).astype(np.int64)[:, ACTIONS:]
    after[:, ACTIONS:] = np.where(moves, onward, after[:, ACTIONS:])
    return ProcessFamily(after)


@dataclass(frozen=True, eq=False)
class BoundedWorld:
    """A world that was drawn. Sizes: M situations, N of them seen.

    Attributes
    ----------
    offer : Offer
    teacher : Teacher
    family : ProcessFamily
    language : Language
    log : ImitationLog
        Situations seen, once each, with what the teacher did; then all of them, with what it does at its best.
    table_bits : int
        Price of the word for a table, to which its entries come.
    has_word : bool
        Whether the language has words for two rounds.
    """

    offer: Offer
    teacher: Teacher
    family: ProcessFamily
    language: Language
    log: ImitationLog
    table_bits: int
    has_word: bool

    def looking(self, depth: int, member: int = PAYING) -> str:
        """Return the shortest program that looks some rounds ahead at a law, one of `DEPTHS`."""
        if depth == ROUNDS:
            return f"(argmax (iterate (law{member} y s)))"
        if depth == 1:
            return f"(argmax (law{member} y s))"
        return f"(argmax (twice{member} y s))" if self.has_word else self.looking_twice(member, member)

    def looking_twice(self, second: int = PAYING, first: int = PAYING) -> str:
        """Return the program that looks a round ahead at one law, and then a round at another, naming both."""
        return f"(argmax (law{second} (law{first} y s) s))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def pay(self) -> NDArray[np.int64]:
        """What each option pays in each situation, int64[A, M]."""
        return self.family.worth(ROUNDS)[PAYING]

    def earned(self, actions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean pay over all situations of some ways to act, float64[H] from int64[H, M]."""
        return self.pay[actions, np.arange(DOMAIN)].mean(axis=1)

    @property
    def best_of_teacher(self) -> float:
        """Mean pay of who looks as far as the teacher at the paying law, without a lapse."""
        return float(self.earned(self.family.best(self.teacher.depth)[[PAYING]])[0])

    @property
    def room(self) -> float:
        """What the best pays beyond the teacher at its best, in the mean."""
        return float(self.pay.max(axis=0).mean()) - self.best_of_teacher

    @property
    def seen(self) -> NDArray[np.int64]:
        """The situations seen, in order, int64[N]."""
        return self.log.situations[self.log.row_situation[: self.log.n_training], 0].astype(np.int64)

    @property
    def effective_bits(self) -> float:
        """What a law pins down of the actions in all situations, in bits."""
        return DOMAIN * math.log2(ACTIONS)

    def count(self, beyond: int) -> CountedBounded:
        """Count every program up to some bits beyond a look to the end."""
        bound = self.price(self.looking(ROUNDS)).length + beyond
        return CountedBounded(self, obtain(TermSpace(self.language, bound), self.log, workers=1))


@dataclass(frozen=True, eq=False)
class CountedBounded:
    """A world and its census."""

    world: BoundedWorld
    census: Census

    def up_to(self, bound: float) -> CountedBounded:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    def with_teacher(self, seed: int, teacher: Teacher) -> CountedBounded:
        """Return the same programs asked of another teacher, without counting."""
        return self._asked_of(replace(self.world, teacher=teacher), _rows(seed, self.world.family, teacher))

    def with_targets(self, actions: Sequence[int]) -> CountedBounded:
        """Return the same programs asked to do as somebody in each situation; what the teacher's best is stays."""
        seen: list[int] = self.world.seen.tolist()
        return self._asked_of(self.world, [(s, int(actions[s])) for s in seen], actions)

    def _asked_of(
        self, world: BoundedWorld, rows: list[tuple[int, int]], later: Sequence[int] | None = None
    ) -> CountedBounded:
        log = _log(rows, _at_best(world.family, world.teacher) if later is None else later, world.log.source)
        assert self.census.vectors is not None
        census = behaviours_of(self.census.vectors, log, bounds=self.census.bounds)
        return CountedBounded(replace(world, log=log), census)


def draw_bounded(seed: int, offer: Offer, teacher: Teacher) -> BoundedWorld:
    """Draw a world: laws first, then the language and the rows."""
    if offer.is_planted:
        family = _with_a_planted_rival(seed, draw_processes(seed, _BITS_TO_PLANT, offer.moving), teacher)
        laws = [Word((entry,)) for entry in family.entries()]
    else:
        family = draw_processes(seed, offer.law_bits, offer.moving)
        laws = [Word(family.entries(), offer.law_bits)]
    has_word = Chance(seed, f"words for {_PURPOSE}").below(1000) < 1000 * offer.word
    two_rounds = [Word(family.entries_of_two_rounds(), offer.law_bits)] if has_word else []
    tokens = drawn_tokens(seed, [*_words(), *laws, Word((lookup("s"),)), *two_rounds], purpose=f"words of {_PURPOSE}")
    source = f"{_PURPOSE}-{seed}"
    spoken = [entry for entry in tokens if entry["kind"] != "lookup"]
    data = {"domain": DOMAIN, "actions": ACTIONS, "rounds": ROUNDS, "token": spoken}
    return BoundedWorld(
        offer=offer,
        teacher=teacher,
        family=family,
        language=language_from_dict(data, source=source),
        log=_log(_rows(seed, family, teacher), _at_best(family, teacher), source),
        table_bits=next(entry["bits"] for entry in tokens if entry["kind"] == "lookup"),
        has_word=has_word,
    )


def _words() -> list[Word]:
    """Return what the language has besides laws and tables."""
    return [
        *needed(feature("s"), CANDIDATE, *binders("argmax", "iterate")),
        *optional(*constants(range(2)), *operators("add", "eq", "lt", "min"), *binders("if", "argmin")),
    ]


def _with_a_planted_rival(seed: int, family: ProcessFamily, teacher: Teacher) -> ProcessFamily:
    """Return the paying law and one put together from the others, which agrees with the teacher where it is seen."""
    best = family.best(teacher.depth)
    agrees = best == best[PAYING]
    seen = [s for s, _ in _rows(seed, family, teacher)]
    wanted = np.isin(np.arange(DOMAIN), seen)
    fits = agrees[1:] == wanted
    assert fits.any(axis=0).all(), "no law of the family does as the planted rival in some situation"
    member = 1 + fits.argmax(axis=0)
    rival = family.after[member, :, np.arange(DOMAIN)].T
    return ProcessFamily(np.stack([family.after[PAYING], rival]))


def _at_best(family: ProcessFamily, teacher: Teacher) -> list[int]:
    """Return what a teacher does without a lapse in each situation."""
    best: list[int] = family.best(teacher.depth)[teacher.member].tolist()
    return best


def _rows(seed: int, family: ProcessFamily, teacher: Teacher) -> list[tuple[int, int]]:
    """Return situations seen and what the teacher did in them: more lapses add to fewer, all else is the same."""
    chance = Chance(seed, f"rows of {_PURPOSE}")
    best = _at_best(family, teacher)
    rows: list[tuple[int, int]] = []
    for s in chance.sample(range(DOMAIN), SEEN):
        anything, percent = chance.below(ACTIONS), chance.below(100)
        rows.append((s, anything if percent < teacher.lapses else best[s]))
    return rows


def _log(rows: Sequence[tuple[int, int]], later: Sequence[int], source: str) -> ImitationLog:
    """Return the log of the rows, then of all situations."""
    import pandas as pd

    rows_and_splits = [(s, action, "train") for s, action in rows]
    rows_and_splits += [(s, int(action), "deploy") for s, action in enumerate(later)]
    table = pd.DataFrame(rows_and_splits, columns=["s", "action", "split"])
    return log_from_frame(table, source=source, own_codes=True)
