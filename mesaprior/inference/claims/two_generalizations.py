"""Two generalizations: whether simple machines model the rater, and small circuits the thing rated.

From one observation a label must be computed by way of an item, and a rater's answer by way of a message. The log shows
observations in which both are the same. Terms name the laws of either, and run the rater round by round; circuits get
the four bits of the observation and nothing else. All 65,536 functions of these are weighed in both spaces, and later
items are new, or messages, or both, so that neither side is favoured by what is seen again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood, noise_of
from mesaprior.inference.bayes.roles import IMITATOR, role_codes
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import bound_cells, last_bounds, up_to
from mesaprior.inference.claims.boolean_spaces import gates_of, prior_of_circuits
from mesaprior.inference.claims.claim import (
    BASE,
    CONTROL,
    PLANTED,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    at_base,
    beside,
)
from mesaprior.inference.claims.phrases import bits_text, worlds_text
from mesaprior.inference.claims.ratings import DEPLOYMENTS, HALF, KINDS, OBSERVATIONS, Offer, Ratings, draw_ratings
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import HONEST_ANSWERS, PROBLEMS_OF_HONEST_ANSWERS, SPEED_PRIORS
from mesaprior.inference.claims.utilities import functions_of
from mesaprior.inference.figures.figure import Figure, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

INPUTS = 4
"""Bits of an observation."""

CLEAR = "item and message in the clear"
"""Series in which item and message are two bits of the observation each."""

CIRCUITS = beside("small circuits, the label over the rater, all that comes later")

MIRRORED = {
    name: beside(f"small circuits, the label over the rater, {meaning}")
    for name, meaning in (("items", "new items"), ("messages", "new messages"), ("both", "both new"))
}
CLEAR_MIRRORED = {
    name: beside(f"small circuits, item and message in the clear, {meaning}")
    for name, meaning in (("items", "new items"), ("messages", "new messages"), ("both", "both new"))
}

SPACES = ("terms", "circuits")

LABEL, ANSWER, OTHER_MODEL, ERRING = range(4)
"""What a function does later: as the label, as the rater, as another model of items or raters, or none of these."""


def _size(n_worlds: int, beyond: int, law_bits: tuple[float, ...], label_extra: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("law_bits", 2.0, law_bits, "b: each of the four families has 2^b laws, and naming one is b bits"),
            Parameter("label_extra", 0.0, label_extra, "bits by which a law of labels costs more than one of raters"),
            Parameter("rounds", 5.0, (1.0, 5.0, 16.0), "thoughts of the rater on a message"),
            Parameter("old", 6.0, (4.0, 6.0), f"items of {KINDS}, and messages, that the log shows"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count the terms of each world and ask both spaces, under each prior and noise."""
    offer = Offer(int(size.base("law_bits")), old=int(size.base("old")), rounds=int(size.base("rounds")))

    def counted(changed: Offer) -> Counted:
        world = draw_ratings(seed, changed)
        return Counted(world, world.count(size.max_bits))

    base = counted(offer)
    cells = [base.ask().cell(BASE, 0.0)]
    for name, value in size.departures():
        there = base.ask(alpha=value) if name == "alpha" else counted(replace(offer, **{name: int(value)})).ask()
        cells.append(there.cell(name, value))
    elsewhere = {
        CONTROL: replace(offer, is_lawful=False),
        CLEAR: replace(offer, is_clear=True, old=HALF - 1),
    }
    asked = {name: counted(changed).ask() for name, changed in elsewhere.items()}
    cells += [one.cell(name, 0.0) for name, one in asked.items()]
    # A family of one law names it for nothing.
    cells += [replace(cell, parameter=PLANTED) for cell in cells if (cell.parameter, cell.value) == ("law_bits", 0.0)]
    cells.append(base.ask().circuits_cell(CIRCUITS, "all"))
    for name in DEPLOYMENTS:
        cells.append(base.ask().circuits_cell(MIRRORED[name], name))
        cells.append(asked[CLEAR].circuits_cell(CLEAR_MIRRORED[name], name))
    cells += [base.ask(noise=noise_of(eps)).cell(beside(f"noise {eps}"), 0.0) for eps in ("0", "0.01")]
    bounds = [(bound, Counted(base.world, up_to(base.terms, bound)).ask().margin) for bound in last_bounds(base.terms)]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    return WorldStudy([*cells, *bound_cells(bounds, none)], base.world.ledger())


@dataclass(frozen=True, eq=False)
class Counted:
    """A world and its terms."""

    world: Ratings
    terms: Census

    def ask(self, *, alpha: float = 0.0, noise: NoiseModel = DEFAULT_NOISE) -> Asked:
        """Weigh all functions in both spaces, and update on the log."""
        terms, searching = _terms_prior(self.terms, alpha)
        likelihood = _likelihood(self.world.shown, self.world.truth, noise)
        prior = {"terms": terms, "circuits": _circuits_prior(alpha)}
        share = {space: mass * likelihood / float((mass * likelihood).sum()) for space, mass in prior.items()}
        return Asked(self.world, alpha, share, np.where(terms > 0, searching / np.where(terms > 0, terms, 1.0), 0.0))


def _terms_prior(census: Census, alpha: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mass of each function, and that of the searches among its terms, float64[2^S] each."""
    mass = np.exp2(Weighed(census, make_prior("speed", {"alpha": alpha})).log2_behaviour)
    functions = functions_of(census.predictions[:, census.row_cell] == 1)
    searches = role_codes(census.flags) != IMITATOR
    every, searching = np.zeros(1 << OBSERVATIONS), np.zeros(1 << OBSERVATIONS)
    np.add.at(every, functions, mass)
    np.add.at(searching, functions[searches], mass[searches])
    return every, searching


@cache
def _circuits_prior(alpha: float) -> NDArray[np.float64]:
    """Return the mass of each function under 2^-bits of its least circuit; its time is its gates, and one step more."""
    return prior_of_circuits(INPUTS) * (gates_of(INPUTS) + 1) ** -alpha


def _likelihood(shown: int, truth: int, noise: NoiseModel) -> NDArray[np.float64]:
    """Return how likely the rows are by each function, float64[2^S]; each observation is shown once."""
    n = shown.bit_count()
    every = np.arange(1 << OBSERVATIONS, dtype=np.int64)
    misses = np.bitwise_count((every ^ truth) & shown).astype(np.int64)
    return np.exp2(log2_likelihood(noise, n - misses, misses, np.zeros_like(misses), 2))


@dataclass(frozen=True, eq=False)
class Asked:
    """The posterior over all functions in both spaces.

    Attributes
    ----------
    world : Ratings
    alpha : float
    share : dict of str to float64[2^S]
        By space.
    searching : float64[2^S]
        Share of searches among the terms of a function.
    """

    world: Ratings
    alpha: float
    share: Mapping[str, NDArray[np.float64]]
    searching: NDArray[np.float64]

    @property
    def margin(self) -> float:
        """The odds of the rater over the label in terms, in all that comes later, in bits."""
        return self.log2_odds("terms", "all")

    def log2_odds(self, space: str, deployment: str) -> float:
        """Return the odds of the rater over the label in a deployment; nan where they say the same there."""
        later = self.world.later[deployment]
        if (self.world.truth ^ self.world.answer) & later == 0:
            return math.nan
        every = np.arange(1 << OBSERVATIONS, dtype=np.int64)
        label, rater = (
            float(self.share[space][(every ^ function) & later == 0].sum())
            for function in (self.world.truth, self.world.answer)
        )
        if label == 0 or rater == 0:
            return math.nan if label == rater else math.inf if rater else -math.inf
        return math.log2(rater / label)

    @cached_property
    def _conduct(self) -> NDArray[np.int64]:
        """What each function does in all that comes later, int64[2^S] by code."""
        world, every = self.world, np.arange(1 << OBSERVATIONS, dtype=np.int64)
        later = world.later["all"]
        models = np.concatenate([world.labels, world.answers])
        code = np.where(np.isin(every & later, models & later), OTHER_MODEL, ERRING)
        code[(every ^ world.answer) & later == 0] = ANSWER
        code[(every ^ world.truth) & later == 0] = LABEL
        return code

    def cell(self, parameter: str, value: float) -> Cell:
        """Return the cell of this measurement."""
        return Cell(parameter, value, self.margin, self._predicted, self._facts)

    def circuits_cell(self, parameter: str, deployment: str) -> Cell:
        """Return the cell of the other half of the argument: whether circuits prefer the label in a deployment."""
        return Cell(parameter, 0.0, -self.log2_odds("circuits", deployment), math.nan, self._facts)

    @cached_property
    def _facts(self) -> dict[str, float | str]:
        facts: dict[str, float | str] = {}
        for space in SPACES:
            by_code = np.bincount(self._conduct, self.share[space], 4).tolist()
            facts |= {f"{space}_odds": self.log2_odds(space, "all")}
            facts |= {f"{space}_{name}": self.log2_odds(space, name) for name in DEPLOYMENTS}
            names = ("faithful", "rival", "other_model", "erring")
            facts |= {f"{space}_{name}": by_code[code] for code, name in enumerate(names)}
        return facts | self._two_by_two() | {"shown": float(self.world.shown.bit_count())}

    def _two_by_two(self) -> dict[str, float]:
        """Return the share of terms by mechanism, a search or not, and behaviour, as some model or not."""
        share, is_model = self.share["terms"], self._conduct != ERRING
        parts = {"search": share * self.searching, "agent": share * (1 - self.searching)}
        return {
            "search_agent": float(parts["search"][is_model].sum()),
            "search_only": float(parts["search"][~is_model].sum()),
            "agent_only": float(parts["agent"][is_model].sum()),
            "neither": float(parts["agent"][~is_model].sum()),
        }

    @property
    def _predicted(self) -> float:
        """Return the odds of one term on either side: their bits and times alone; nan without a law or a rival."""
        world = self.world
        if world.truth == world.answer or not world.offer.is_lawful:
            return math.nan
        label, rater = world.price(world.label_program), world.price(world.rater_program)
        return label.length - rater.length + self.alpha * math.log2(label.time / rater.time)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw where terms go over to the rater, what rounds cost, and the mirrored deployments."""
    zero = (Mark("y", 0.0, ""),)
    odds = "log2 odds of the rater over the label, bits"

    def spaces(name: str) -> tuple[Panel, ...]:
        meaning = next(parameter.meaning for parameter in size.parameters if parameter.name == name)
        lines = tuple(line_of(space, *along(table, name, f"{space}_odds")) for space in SPACES)
        return (Panel(x=meaning, y=odds, series=lines, marks=zero),)

    return Figure(
        "Terms model what is cheaper to name, and circuits whichever function is simpler, label or answer",
        (*spaces("label_extra"), *spaces("rounds"), *spaces("alpha")),
    )


def tell(findings: Findings) -> str:
    """Say how either space leans, what turns terms, and what mirrored deployments do to circuits."""
    base, n = at_base(findings.table), findings.size.n_worlds
    to_label = float((base["circuits_odds"].to_numpy(np.float64) < 0).mean())
    most = findings.size.values("label_extra")[-1]

    def circuits(name: str, parameter: str = BASE) -> str:
        return bits_text(findings.median(f"circuits_{name}", parameter))

    return (
        f"At equal prices terms lean to the rater in {worlds_text(findings.share, n)} (median odds of the rater over "
        f"the label {bits_text(findings.median())}), and circuits to the label in {worlds_text(to_label, n)} "
        f"({circuits('odds')}). Where a law of labels costs {most:g} bits more than one of raters, the odds of terms "
        f"are {bits_text(findings.median('margin', 'label_extra', most))}. The odds of circuits are "
        f"{circuits('messages')} where messages are new and items old, and mirrored {circuits('items')}; with item and "
        f"message in the clear {circuits('messages', CLEAR)} and {circuits('items', CLEAR)}."
    )


CLAIM = Claim(
    name="two-generalizations",
    argument="Learned from the same ratings, simple machines model the rater, and small circuits the thing rated.",
    worlds="Sixteen observations. By laws of families that are drawn each shows one of eight items, with a label, and "
    "one of eight messages, on which a rater thinks for some rounds before it answers. The log shows old items with "
    "old messages where the answer is the label; all else comes later: new items, new messages, both, wrong answers. "
    "Terms of a drawn language and all functions of the four bits, by their least circuits, are asked the same log.",
    given="All laws are supplied to terms as tables, each at the bits that name it in its family; nothing to circuits.",
    measured="To model the rater is to give its answer to whatever comes later, to model the thing rated to give its "
    "label. Simple machines are terms by their bits, small circuits functions by the bits of their least circuit.",
    untested="Raters whose thinking takes more than four bits: a circuit need not spell out rounds where the answer is "
    "a function of four bits, so what long thinking costs a circuit is not seen; nor are Turing machines asked.",
    margin="log2 odds of the rater over the label in terms, in all that comes later, after all rows, in bits; the half "
    "of the argument that is about circuits has lines of its own beside it",
    rule=BY_SIGN,
    formula="the bits of the program that says the label less those of the one that runs the rater, with alpha*log2 of "
    "the ratio of their times",
    sizes={
        "small": _size(5, 1, (0.0, 2.0), (0.0, 8.0)),
        "default": _size(32, 1, (0.0, 1.0, 2.0), (0.0, 4.0, 8.0)),
        "large": _size(128, 4, (0.0, 1.0, 2.0), (0.0, 4.0, 8.0, 12.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(HONEST_ANSWERS,),
    prior_work=(PROBLEMS_OF_HONEST_ANSWERS, SPEED_PRIORS),
    edition=2,
    changed="Item, message and answer must all be computed from one observation, at fair prices, and deployments are "
    "mirrored; the first edition gave item and message apart and renewed messages alone.",
)
