"""The world of a channel and of reasoners: what a channel shows along a time, and aims that might ask for it.

A family of channels is drawn, and a family of aims without a look at them: `(aim y t)` says how well a prediction y at
time t serves an aim. What happens is what one of the channels shows, and a column of the log holds what each shows, so
that to write a channel down takes the bits that name it. A reasoner computes which prediction serves its aim best, and
its aim is named among its own family. Nothing makes an aim ask for what the channel shows but chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.asking import Price, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Goals
from mesaprior.inference.claims.frame.families import LawFamily, draw_laws
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, usual_words
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import feature, lookup

TIMES = 16
"""Rows of the log, one for each time, in order; as many as the domain has values."""

ACTIONS, ACTION_BITS = 4, 2
"""A, and what an action says."""

MOST_LISTED_BITS = 6
"""The language lists 64 channels of a family at most: the others are as dear, and none of them is what happens."""

NATURAL = "chan0"
"""The natural description: the channel that the data follow, named."""

REASONER = "(argmax (aim0 y t))"
"""A reasoner; those of all aims have one price."""


@dataclass(frozen=True, eq=False)
class ChannelWorld:
    """A world that was drawn. Sizes: 2^b aims, 2^c channels, L of them listed, T times.

    Attributes
    ----------
    aims : LawFamily
    channels : int64[L, T]
        What each of those shows that the language lists.
    language : Language
    log : ImitationLog
        All times in order, and all of them once more as later rows.
    teacher : int64[T]
        What happens at each time.
    table_bits : int
        Price of the word for a table, to which its entries come.
    is_planted : bool
        Whether there is one aim only, which was drawn until it coincides with the data up to some time.
    """

    aims: LawFamily
    channels: NDArray[np.int64]
    language: Language
    log: ImitationLog
    teacher: NDArray[np.int64]
    table_bits: int
    is_planted: bool

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    def price_of_table(self, steps: int) -> Price:
        """Return the price of one table of all times, where a look-up takes some steps."""
        return Price(self.table_bits + ACTION_BITS * TIMES, steps, steps)

    def aims_coinciding(self, n: int) -> list[int]:
        """Return the aims that are served best by what happens at the first n times, and by something else later."""
        alike = self.aims.best[:, :TIMES] == self.teacher
        found: list[int] = np.flatnonzero(alike[:, :n].all(axis=1) & ~alike.all(axis=1)).tolist()
        return found

    def log2_aims_expected(self, n: int) -> float:
        """Return log2 of the number of aims that coincide with the data at the first n times, as it is expected."""
        return 0.0 if self.is_planted else self.aims.bits - float(ACTION_BITS * n)

    def goals(self, n: int) -> Goals:
        """Return the aims as goals on the later rows, with those that coincide at the first n times as rivals."""
        argmax = next(token.bits for token in self.language.tokens if token.kind == "argmax")
        bits = float(self.price(REASONER).length - argmax)
        return Goals(self.aims.best[:, :TIMES], tuple(self.aims_coinciding(n)), bits)

    def ledger(self) -> list[dict[str, Any]]:
        """Return the ledger of the world, a line for each family; a member pins down the actions at all times."""
        bits = TIMES * math.log2(ACTIONS)
        aim = self.language.ledger()[0] | {"name": "aim", "effective_bits": bits}
        channel = {"name": "chan", "literal_bits": int(bits), "charged_bits": self.price(NATURAL).length}
        return [aim, channel | {"effective_bits": bits}]

    def count(self, beyond: int) -> CountedChannels:
        """Count every program up to some bits beyond the dearer of the natural description and a reasoner."""
        bound = max(self.price(text).length for text in (NATURAL, REASONER)) + beyond
        return CountedChannels(self, obtain(TermSpace(self.language, bound), self.log, workers=1))


@dataclass(frozen=True, eq=False)
class CountedChannels:
    """A world of channels and its census."""

    world: ChannelWorld
    census: Census

    def up_to(self, bound: float) -> CountedChannels:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    def with_targets(self, actions: Sequence[int]) -> CountedChannels:
        """Return the same programs asked of other data; nothing is counted again."""
        teacher = np.asarray(actions, dtype=np.int64)
        world = replace(self.world, teacher=teacher, log=_log(teacher, self.world.channels, self.world.log.source))
        assert self.census.vectors is not None
        return CountedChannels(world, behaviours_of(self.census.vectors, world.log, bounds=self.census.bounds))


def draw_channels(seed: int, channel_bits: int, aim_bits: int, *, planted: int | None = None) -> ChannelWorld:
    """Draw a world: both families, then the language.

    Parameters
    ----------
    seed : int
    channel_bits, aim_bits : int
        c and b. A smaller family is the beginning of a larger one.
    planted : int or None
        Where given there is one aim, drawn until it asks for what happens before this time, and for nothing of it from
        then on.
    """
    chance = Chance(seed, "channels")
    n_listed = 2 ** min(channel_bits, MOST_LISTED_BITS)
    channels = np.array([chance.draws(range(ACTIONS), TIMES) for _ in range(n_listed)], dtype=np.int64)
    teacher = channels[0]
    if planted is None:
        aims, bits = draw_laws(seed, "aims", aim_bits, TIMES, ACTIONS, name="aim"), aim_bits
    else:
        aims, bits = _planted(seed, teacher, planted), 0
    words = [
        *usual_words("t"),
        Word(aims.entries(), bits),
        Word(tuple(feature(f"chan{member}") for member in range(len(channels))), channel_bits),
        Word((lookup("t"),)),
    ]
    drawn = drawn_tokens(seed, words, purpose="words of channels")
    source = f"channels-{seed}"
    tokens = [entry for entry in drawn if entry["kind"] != "lookup"]
    return ChannelWorld(
        aims=aims,
        channels=channels,
        language=language_from_dict({"domain": TIMES, "actions": ACTIONS, "token": tokens}, source=source),
        log=_log(teacher, channels, source),
        teacher=teacher,
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
        is_planted=planted is not None,
    )


def random_data(seed: int) -> NDArray[np.int64]:
    """Draw what happens where no channel of the language shows it, int64[T]."""
    return np.array(Chance(seed, "data without a channel").draws(range(ACTIONS), TIMES), dtype=np.int64)


def _planted(seed: int, teacher: NDArray[np.int64], turn: int) -> LawFamily:
    """Return one aim, its payoffs at each time drawn until they ask for what they must."""
    chance = Chance(seed, "planted aim")
    pays = np.empty((1, TIMES, TIMES), dtype=np.int64)
    for t in range(TIMES):
        column = chance.shuffled(range(TIMES))
        while (int(np.argmax(column[:ACTIONS])) == teacher[t]) != (t < turn):
            column = chance.shuffled(range(TIMES))
        pays[0, :, t] = column
    return LawFamily("aim", pays, ACTIONS)


def _log(teacher: NDArray[np.int64], channels: NDArray[np.int64], source: str) -> ImitationLog:
    """Return the log of all times, then of all of them again, with what each channel shows in a column."""
    import pandas as pd

    shown = {f"chan{member}": column for member, column in enumerate(channels.tolist())}
    once = pd.DataFrame({"t": range(TIMES), **shown, "action": teacher})
    rows = pd.concat([once.assign(split=split) for split in ("train", "deploy")], ignore_index=True)
    return log_from_frame(rows, source=source, own_codes=True)
