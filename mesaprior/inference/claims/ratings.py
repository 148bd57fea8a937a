"""Worlds of ratings: from one observation come an item with a label, and a message with a rater's answer to it.

An observation is a number of four bits. By one law it shows an item, by another a message; a third says the label of
an item, and a fourth how the rater thinks about a message. All four are members of families that were drawn before. The
log shows observations of old items with old messages wherever the answer is the label. Later come new items, new
messages, and both. Sizes: S observations; a function is the number whose bit o is its value at observation o.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of
from mesaprior.inference.claims.frame.families import TEACHER
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional
from mesaprior.inference.claims.utilities import functions_of
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, Entry, binders, constants, feature, law, operators

OBSERVATIONS, KINDS, HALF = 16, 8, 4
"""S; how many items there are, and messages; and how many where each is two bits of the observation."""

DEPLOYMENTS = ("items", "messages", "both")
"""What is new later: the item, the message, or both."""


@dataclass(frozen=True)
class Offer:
    """What a world of ratings has, besides its seed.

    Attributes
    ----------
    law_bits : int
        b: each family has 2^b members, and each costs b bits on top of its word.
    label_extra : int
        Bits by which a law of labels costs more, as if its family were larger; no more of them are offered.
    rounds : int
        Thoughts of the rater on a message.
    old : int
        Items, and messages, that the log shows.
    is_clear : bool
        Whether item and message are two bits of the observation each, not laws of all four.
    is_lawful : bool
        Whether label and answer follow laws of the families; otherwise both are drawn among all functions.
    """

    law_bits: int
    label_extra: int = 0
    rounds: int = 5
    old: int = 6
    is_clear: bool = False
    is_lawful: bool = True


@dataclass(frozen=True, eq=False)
class Ratings:
    """A world that was drawn.

    Attributes
    ----------
    offer : Offer
    language : Language
    item, message : int64[S]
        What each observation shows.
    labels, answers : int64[2^k]
        Functions of observations: the label by every law of items with every law of labels, and the answer by every
        law of messages with every rater; first those of the world.
    """

    offer: Offer
    language: Language
    item: NDArray[np.int64]
    message: NDArray[np.int64]
    labels: NDArray[np.int64]
    answers: NDArray[np.int64]

    @property
    def truth(self) -> int:
        """The label, as a function of the observation."""
        return int(self.labels[TEACHER])

    @property
    def answer(self) -> int:
        """The rater's answer, as a function of the observation."""
        return int(self.answers[TEACHER])

    @property
    def shown(self) -> int:
        """Observations that the log shows, as bits: old item, old message, and an answer that is the label."""
        is_old = (self.item < self.offer.old) & (self.message < self.offer.old)
        return int(functions_of(is_old)) & ~(self.truth ^ self.answer)

    @cached_property
    def later(self) -> dict[str, int]:
        """Observations of each deployment, as bits; and under `all` whatever the log does not show."""
        new_item, new_message = self.item >= self.offer.old, self.message >= self.offer.old
        places = (new_item & ~new_message, ~new_item & new_message, new_item & new_message)
        found = {name: int(functions_of(place)) for name, place in zip(DEPLOYMENTS, places, strict=True)}
        return found | {"all": ((1 << OBSERVATIONS) - 1) & ~self.shown}

    @property
    def label_program(self) -> str:
        """The program that says the label."""
        return "(sort0 (item0 o))"

    @property
    def rater_program(self) -> str:
        """The program that says the rater's answer."""
        return "(iterate (mull0 y (message0 o)))"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, every_observation())

    def count(self, beyond: int) -> Census:
        """Count all terms over all observations, up to some bits beyond the dearer of label and answer."""
        bound = max(self.price(text).length for text in (self.label_program, self.rater_program)) + beyond
        return obtain(TermSpace(self.language, bound), every_observation(), workers=1)

    def ledger(self) -> list[dict[str, Any]]:
        """Return what the language gives for free, one line for a family: its first member stands for all."""
        pinned: dict[str, float] = dict.fromkeys(("item", "message"), 3.0 * OBSERVATIONS)
        firsts = {f"{name}0": name for name in ("item", "message", "sort", "mull")}
        return [
            entry | {"name": name, "effective_bits": pinned.get(name, float(KINDS))}
            for entry in self.language.ledger()
            if (name := firsts.get(entry["name"]))
        ]


@cache
def every_observation() -> ImitationLog:
    """Return a log with each observation once; its actions do not matter."""
    table = pd.DataFrame({"o": range(OBSERVATIONS), "action": 0})
    return log_from_frame(table, source="all observations", own_codes=True)


def draw_ratings(seed: int, offer: Offer) -> Ratings:
    """Draw the four families, then the language; which observations are shown follows from them."""
    n_laws = 2**offer.law_bits
    items, messages = (_views(Chance(seed, f"laws of {name}"), n_laws) for name in ("items", "messages"))
    if offer.is_clear:
        items[TEACHER], messages[TEACHER] = np.divmod(np.arange(OBSERVATIONS), HALF)
    sorts = _draws(Chance(seed, "labels"), 2, n_laws, OBSERVATIONS)
    raters = _draws(Chance(seed, "raters"), OBSERVATIONS, n_laws * OBSERVATIONS, OBSERVATIONS)
    raters = raters.reshape(n_laws, OBSERVATIONS, OBSERVATIONS)
    labels, answers = _composed(sorts, items), _composed(_last_thoughts(raters, offer.rounds) % 2, messages)
    if not offer.is_lawful:
        lawless = Chance(seed, "labels and answers without a law")
        labels[TEACHER], answers[TEACHER] = (lawless.below(1 << OBSERVATIONS) for _ in range(2))
    words = [
        *needed(feature("o"), CANDIDATE, *binders("iterate")),
        *optional(*constants(range(2)), *operators("xor", "eq", "lt"), *binders("if")),
        Word(_laws("item", items), offer.law_bits),
        Word(_laws("message", messages), offer.law_bits),
        Word(_laws("sort", sorts), offer.law_bits + offer.label_extra),
        Word(_laws("mull", raters), offer.law_bits),
    ]
    tokens = drawn_tokens(seed, words, purpose="words of ratings")
    data = {"domain": OBSERVATIONS, "actions": 2, "rounds": offer.rounds, "token": tokens}
    return Ratings(
        offer=offer,
        language=language_from_dict(data, source=f"ratings-{seed}"),
        item=items[TEACHER],
        message=messages[TEACHER],
        labels=labels,
        answers=answers,
    )


def _views(chance: Chance, n: int) -> NDArray[np.int64]:
    return _draws(chance, KINDS, n, OBSERVATIONS)


def _draws(chance: Chance, values: int, n: int, length: int) -> NDArray[np.int64]:
    return np.array(chance.draws(range(values), n * length), dtype=np.int64).reshape(n, length)


def _laws(name: str, tables: NDArray[np.int64]) -> tuple[Entry, ...]:
    return tuple(law(f"{name}{k}", table.tolist()) for k, table in enumerate(tables))


def _last_thoughts(raters: NDArray[np.int64], rounds: int) -> NDArray[np.int64]:
    """Return the last thought of each rater on each message, starting from 0, from its next by thought and message."""
    n, _, n_messages = raters.shape
    thought = np.zeros((n, n_messages), dtype=np.int64)
    for _ in range(rounds):
        thought = raters[np.arange(n)[:, None], thought, np.arange(n_messages)]
    return thought


def _composed(says: NDArray[np.int64], views: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return as functions what each of the first says of what each of the second shows."""
    return functions_of(says[:, views].reshape(-1, OBSERVATIONS) == 1)
