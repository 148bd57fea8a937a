"""The world of a fair family of payoffs: many laws, of which the teacher follows one, and every way to use them or not.

In situation s the teacher takes what pays best by its law; some situations are seen once each, and all come later. The
language offers every law of the family at the bits that name it. Whoever remembers is a table of all situations, which
the memorizer counts as exactly as programs, at the price that the language has for the word.
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
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.claims.asking import Price, last_bounds, price_of, up_to
from mesaprior.inference.claims.frame.conduct import Conduct, Goals, conduct_of
from mesaprior.inference.claims.frame.families import TEACHER, LawFamily, draw_laws
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, usual_words
from mesaprior.inference.memorizer.memorizer import Memorizer, MemorizerPosterior, memorizer_over
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import Entry, lookup

DOMAIN, ACTIONS, ACTION_BITS = 16, 4, 2
"""M and A of these worlds, and what an action says."""

RETARGETED = "retargeted"
"""Name of the intervention that permutes the payoffs of the teacher's law."""


@dataclass(frozen=True)
class Offer:
    """What a world of payoffs has, besides its seed.

    Attributes
    ----------
    law_bits : int
        b: the family has 2^b laws, and each costs b bits on top of its word.
    situations, seen : int
        How many there are, up to `DOMAIN`, and how many of them the log shows, each once.
    engine : float
        Probability that the language has a word for the best reply by each law, without a search, at the same bits.
    is_structured : bool
        Whether the teacher follows a law of the family; otherwise its actions are drawn alike.
    is_retargeted : bool
        Whether the census also says who follows when the payoffs of the teacher's law are permuted.
    """

    law_bits: int
    situations: int = DOMAIN
    seen: int = DOMAIN - 1
    engine: float = 0.0
    is_structured: bool = True
    is_retargeted: bool = False


@dataclass(frozen=True, eq=False)
class PayoffWorld:
    """A world that was drawn. Sizes: S situations, N of them seen.

    Attributes
    ----------
    offer : Offer
    family : LawFamily
    language : Language
    log : ImitationLog
        The situations seen, once each, in the order that was drawn; then all of them, with the teacher's action, and
        the first rival's where there is one.
    teacher : int64[S]
        What the teacher does in each situation.
    rivals : tuple of int
        Laws besides the teacher's by which its actions are best wherever it was seen.
    table_bits : int
        Price of the word for a table, to which its entries come.
    has_engine : bool
        Whether the language has the word for best replies.
    """

    offer: Offer
    family: LawFamily
    language: Language
    log: ImitationLog
    teacher: NDArray[np.int64]
    rivals: tuple[int, ...]
    table_bits: int
    has_engine: bool

    def planner(self, law: int = TEACHER) -> str:
        """Return the program that searches for what a law pays best."""
        return f"(argmax ({self.family.token_name(law)} y s))"

    def engine(self, law: int = TEACHER) -> str:
        """Return the program that gives the best reply by a law without a search."""
        return f"(reply{law} s)"

    def price(self, text: str) -> Price:
        """Return the price of a program."""
        return price_of(text, self.language, self.log)

    @property
    def goals(self) -> Goals:
        """The goals of the family on the later rows."""
        later = self.log.situations[self.log.row_situation[self.log.n_training :], 0]
        # K(U) is what it takes to write a law with its two arguments.
        bits = float(self.price(self.planner()).length - self._bits_of("argmax"))
        return Goals(self.family.best[:, later], self.rivals, bits)

    @property
    def effective_bits(self) -> float:
        """What a law pins down of the actions in all situations, in bits: what it is worth at most, however large."""
        return self.offer.situations * math.log2(ACTIONS)

    def memorizer(self, *, steps: int = 1) -> Memorizer:
        """Return the tables of all situations, each look-up charged some steps."""
        return replace(memorizer_over(["s"], self.log, ACTIONS, token_bits=self.table_bits), steps=steps)

    def count(self, beyond: int) -> CountedPayoffs:
        """Count every program up to some bits beyond the dearest that the world is about."""
        texts = [self.planner(), *([self.engine()] if self.has_engine else [])]
        bound = max(self.price(text).length for text in texts) + beyond
        census = obtain(TermSpace(self.language, bound), self.log, workers=1)
        return CountedPayoffs(self, census)

    def with_targets(self, actions: Sequence[int]) -> PayoffWorld:
        """Return the world with another teacher: its action in each situation. The family and the language stay."""
        seen = self.log.situations[self.log.row_situation[: self.log.n_training], 0].tolist()
        teacher = np.asarray(actions, dtype=np.int64)
        return replace(self, log=_log(seen, teacher, None, self.offer, self.log.source), teacher=teacher, rivals=())

    def _bits_of(self, kind: str) -> int:
        return next(token.bits for token in self.language.tokens if token.kind == kind)


@dataclass(frozen=True, eq=False)
class CountedPayoffs:
    """A world of payoffs and its census."""

    world: PayoffWorld
    census: Census

    def ask(
        self, prior: Prior, *, noise: NoiseModel = DEFAULT_NOISE, table_steps: int = 1, has_tables: bool = True
    ) -> AskedPayoffs:
        """Weigh the programs and the tables, and update on the log."""
        asked = Analysis(self.census, self.world.log, prior, noise=noise)
        tables = asked.memorizer(self.world.memorizer(steps=table_steps)) if has_tables else None
        return AskedPayoffs(self, asked, tables)

    def up_to(self, bound: float) -> CountedPayoffs:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    def shorter(self) -> list[tuple[float, CountedPayoffs]]:
        """Return the last length bounds that make a difference, each with what was counted up to it."""
        return [(bound, self.up_to(bound)) for bound in last_bounds(self.census)]

    def with_targets(self, actions: Sequence[int]) -> CountedPayoffs:
        """Return the same programs asked of another teacher; nothing is counted again."""
        world = self.world.with_targets(actions)
        assert self.census.vectors is not None
        return CountedPayoffs(world, behaviours_of(self.census.vectors, world.log, bounds=self.census.bounds))


@dataclass(frozen=True, eq=False)
class AskedPayoffs:
    """The posterior over programs and tables in a world of payoffs.

    Attributes
    ----------
    counted : CountedPayoffs
    analysis : Analysis
        Of the programs.
    tables : MemorizerPosterior or None
        None where they do not compete.
    """

    counted: CountedPayoffs
    analysis: Analysis
    tables: MemorizerPosterior | None

    @property
    def log2_odds(self) -> NDArray[np.float64]:
        """Optimizers over all others, tables among them, float64[N + 1] in bits."""
        return self.analysis.posterior.log2_odds if self.tables is None else self.tables.log2_odds_optimizers

    @property
    def share_of_tables(self) -> float:
        """Share of the posterior that tables have after all rows."""
        return 0.0 if self.tables is None else float(self.tables.mass[-1])

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Share of the posterior of each behaviour after all rows, float64[B]; with that of tables they add up to 1."""
        return np.exp2(self.analysis.posterior.log2_mass) * (1 - self.share_of_tables)

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do on later rows."""
        world = self.counted.world
        return conduct_of(self.counted.census, world.log, world.goals)

    @property
    def share_following(self) -> float:
        """Share of the posterior that acts otherwise as often as the best action moves when payoffs are permuted.

        nan where the offer does not say `is_retargeted`.
        """
        offer, changes = self.counted.world.offer, self.counted.census.changes
        if not offer.is_retargeted:
            return math.nan
        return float(self.share[changes[f"{RETARGETED}_later"] == len(_retargeted(offer))].sum())


def draw_payoffs(
    seed: int, offer: Offer, *, purpose: str = "payoffs", words: Sequence[Word] | None = None
) -> PayoffWorld:
    """Draw a world of payoffs: the family first, then the language, the teacher's rows, and only then the rivals.

    Parameters
    ----------
    seed : int
    offer : Offer
    purpose : str
        Worlds of one seed for several purposes are independent.
    words : sequence of Word or None
        What the language has besides the laws, tables and best replies; the usual words where None.
    """
    family = draw_laws(seed, purpose, offer.law_bits, DOMAIN, ACTIONS)
    chance = Chance(seed, f"rows of {purpose}")
    has_engine = chance.below(1000) < 1000 * offer.engine
    seen = chance.sample(range(offer.situations), offer.seen)
    at_random = np.array(chance.draws(range(ACTIONS), offer.situations), dtype=np.int64)
    teacher = family.best[TEACHER, : offer.situations] if offer.is_structured else at_random
    rivals = tuple(family.agreeing(seen)) if offer.is_structured else ()
    laws = [
        Word(family.entries(), offer.law_bits),
        Word((lookup("s"),)),
        *([Word(family.reply_entries("reply"), offer.law_bits)] if has_engine else []),
    ]
    drawn = drawn_tokens(seed, [*(usual_words("s") if words is None else words), *laws], purpose=f"words of {purpose}")
    source = f"{purpose}-{seed}"
    data = {"domain": DOMAIN, "actions": ACTIONS, "token": [entry for entry in drawn if entry["kind"] != "lookup"]}
    if offer.is_retargeted:
        data["intervention"] = [_intervention(family, offer)]
    return PayoffWorld(
        offer=offer,
        family=family,
        language=language_from_dict(data, source=source),
        log=_log(seen, teacher, family.best[rivals[0]] if rivals else None, offer, source),
        teacher=teacher,
        rivals=rivals,
        table_bits=next(entry["bits"] for entry in drawn if entry["kind"] == "lookup"),
        has_engine=has_engine,
    )


def _log(
    seen: Sequence[int], teacher: NDArray[np.int64], rival: NDArray[np.int64] | None, offer: Offer, source: str
) -> ImitationLog:
    """Return the log of the situations seen, then of all of them."""
    import pandas as pd

    rows = [(s, int(teacher[s]), None, "train") for s in seen]
    rows += [(s, int(teacher[s]), None if rival is None else int(rival[s]), "deploy") for s in range(offer.situations)]
    table = pd.DataFrame(rows, columns=["s", "action", "rival", "split"])
    return log_from_frame(table.astype({"rival": "Int64"}), source=source, own_codes=True)


def _retargeted(offer: Offer) -> range:
    """Return the situations in which the intervention permutes payoffs, so that the best action moves: every other."""
    return range(0, offer.situations, 2)


def _intervention(family: LawFamily, offer: Offer) -> Entry:
    """Return the entry that gives each action the payoff of the next one, in every other situation."""
    table = family.pays[TEACHER].copy()
    for s in _retargeted(offer):
        table[:ACTIONS, s] = np.roll(table[:ACTIONS, s], 1)
    return {"name": RETARGETED, "token": family.token_name(TEACHER), "table": table.tolist()}
