"""Two generalizations: whether simple machines model the rater, and small circuits the item.

In training the rater of an item sees the item itself, so the label of the item and the rater's label of the message are
the same. Later some messages are bribes. The same log is given to terms, Turing machines and circuits: terms can run
the rater's law round by round or look the item up; machines and circuits see the bits of item and message.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census, census_from_groups
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.posterior import posterior_of
from mesaprior.inference.bayes.roles import DEFECTING, ERRING, FAITHFUL
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.claims.asking import last_bounds, up_to
from mesaprior.inference.claims.claim import (
    BASE,
    BOUND,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    at_base,
    jitter_of,
)
from mesaprior.inference.claims.phrases import bits_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Mark, Panel, line_of
from mesaprior.inference.worlds.rater import M
from mesaprior.inference.worlds.world import World
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

SPACES = ("terms", "machines", "circuits")

PRIOR = "2**-length * (time + 1)**-alpha"
"""With alpha = 0 the catalogue's `simplicity`; a circuit without gates takes no time."""

MAX_STEPS, MAX_GATES = 200, 4
"""Four gates are enough for any function of the three bits of a message."""

FEW_WORLDS = 8
"""Up to this number of worlds machines have two states, else three: counting those takes longer than few worlds."""

BASES = {
    "items": 4,
    "rounds": 5,
    "bribed": 0,
    "item_bits": 4,
    "message_bits": 4,
    "mull_bits": 4,
    "sort_bits": 8,
}
"""The settings of the world that are swept."""

SLOW_ROUNDS = "rounds, alpha = 1"
"""Series along the rounds under a prior that charges for them."""


def _size(n_worlds: int, max_bits: int, items: tuple[float, ...], laws: tuple[float, ...]) -> Size:
    def swept(name: str, values: tuple[float, ...], meaning: str) -> Parameter:
        return Parameter(name, float(BASES[name]), values, meaning)

    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            swept("items", items, "items there are; the other messages, of eight, are bribes"),
            swept("rounds", (1.0, 2.0, 5.0, 16.0), "thoughts of the rater on a message"),
            swept("bribed", (0.0, 1.0, 2.0, 4.0), "training rows with a bribe and the answer it makes the rater say"),
            swept("item_bits", (4.0, 8.0, 12.0), "bits of the item, for terms"),
            swept("message_bits", (4.0, 6.0, 8.0), "bits of the message, for terms"),
            swept("mull_bits", laws, "bits of the rater's law, supplied as a table"),
            swept("sort_bits", (4.0, 8.0, 12.0, 16.0), "bits of the classifier of items, supplied as a table"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0), f"exponent of time in the prior {PRIOR}"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Measure every space at each setting of the world, one at a time, and under each prior."""
    asking = Asking(seed, size.max_bits, 2 if size.n_worlds <= FEW_WORLDS else 3)
    cells = [asking.cell(BASE, 0.0, {})]
    for name, value in size.departures():
        there = {} if name == "alpha" else {name: int(value)}
        cells.append(asking.cell(name, value, there, alpha=value if name == "alpha" else 0.0))
    cells += [asking.cell(SLOW_ROUNDS, value, {"rounds": int(value)}, alpha=1.0) for value in size.values("rounds")]
    bounds = last_bounds(asking.terms({}))
    cells += [asking.cell(BOUND, bound, {}, bound=bound) for bound in bounds]
    return WorldStudy(cells, asking.world({}).given)


@dataclass(frozen=True)
class Held:
    """The posterior of one space.

    Attributes
    ----------
    faithful, defecting, erring : float
        Shares of the posterior after all rows.
    log2_odds : float
        Defecting over faithful, in bits.
    predicted : float
        The same by the heaviest single hypothesis on either side.
    """

    faithful: float
    defecting: float
    erring: float
    log2_odds: float
    predicted: float


def held(census: Census, log: ImitationLog, prior: Prior) -> Held:
    """Compute the posterior of one space."""
    weighed, scored = Weighed(census, prior), Scored(census, log)
    result = posterior_of(weighed, scored)
    by_verdict = result.mass_by_verdict[:, -1]
    single = weighed.log2_weight + scored.log2_likelihood[census.behaviour_id]
    verdict = result.verdict[census.behaviour_id]
    heaviest = {code: single[verdict == code].max(initial=-np.inf) for code in (FAITHFUL, DEFECTING)}
    has_both = min(heaviest.values()) > -np.inf
    return Held(
        *(float(by_verdict[code]) for code in (FAITHFUL, DEFECTING, ERRING)),
        log2_odds=float(result.log2_odds_verdict[-1]),
        predicted=float(heaviest[DEFECTING] - heaviest[FAITHFUL]) if has_both else math.nan,
    )


@dataclass(frozen=True, eq=False)
class Asking:
    """The worlds of one seed at several settings, and their censuses."""

    seed: int
    max_bits: int
    states: int
    _counted: dict[tuple[tuple[str, int], ...], Census] = field(
        default_factory=dict[tuple[tuple[str, int], ...], Census]
    )
    _said: dict[tuple[object, ...], Held] = field(default_factory=dict[tuple[object, ...], Held])

    def world(self, settings: dict[str, int]) -> World:
        """Return the world with these settings and the base ones."""
        return make_world("rater", seed=self.seed, jitter=jitter_of(self.seed), **(BASES | settings))

    def terms(self, settings: dict[str, int]) -> Census:
        """Return the census of terms, counted once."""
        key = tuple(settings.items())
        if key not in self._counted:
            world = self.world(settings)
            self._counted[key] = obtain(TermSpace(world.language, self.max_bits), world.log, workers=1)
        return self._counted[key]

    def cell(
        self, parameter: str, value: float, settings: dict[str, int], *, alpha: float = 0.0, bound: float = math.inf
    ) -> Cell:
        """Measure all spaces; shorter bounds apply to terms."""
        log = self.world(settings).log
        prior = make_prior(PRIOR, {"alpha": alpha})
        said = {"terms": held(up_to(self.terms(settings), bound), log, prior)}
        for space, census in over_all_situations(settings.get("items", BASES["items"]), self.states).items():
            # Prices of tokens are those of terms: the others are asked again where the log is another.
            key = (space, alpha, *log.situations[log.row_situation].ravel().tolist(), *log.action.tolist())
            if key not in self._said:
                self._said[key] = held(census_on(census, log), log, prior)
            said[space] = self._said[key]
        odds = {space: found.log2_odds for space, found in said.items()}
        facts: dict[str, float | str] = {}
        for space in SPACES:
            found = said[space]
            facts |= {f"{space}_faithful": found.faithful, f"{space}_defecting": found.defecting}
            facts |= {f"{space}_erring": found.erring, f"{space}_odds": found.log2_odds}
        return Cell(
            parameter,
            value,
            _both(odds["terms"], odds["circuits"]),
            _both(said["terms"].predicted, said["circuits"].predicted),
            facts,
        )


def _both(terms: float, circuits: float) -> float:
    """Return by how many bits both halves hold: terms favour the rater, and circuits the item."""
    return math.nan if math.isnan(terms) or math.isnan(circuits) else min(terms, -circuits)


@cache
def all_situations(items: int) -> ImitationLog:
    """Return a log with every item as it is and with every bribe; its actions do not matter."""
    pairs = [(x, x) for x in range(items)] + [(x, m) for x in range(items) for m in range(items, M)]
    table = pd.DataFrame(pairs, columns=["x", "m"]).assign(action=0)
    return log_from_frame(table, source=f"all situations of {items} items", own_codes=True)


@cache
def over_all_situations(items: int, states: int) -> dict[str, Census]:
    """Return the censuses of machines and circuits over `all_situations`, which are the same in every world."""
    log = all_situations(items)
    return {
        "machines": obtain(TuringSpace(1, states, MAX_STEPS), log, workers=1),
        "circuits": obtain(CircuitSpace(MAX_GATES, encoding="binary"), log, workers=1),
    }


def census_on(census: Census, log: ImitationLog) -> Census:
    """Return the census of a log from that over all situations; steps remain the maximum over all situations."""
    items = int(log.situations[:, 0].max()) + 1
    place = {tuple(situation): i for i, situation in enumerate(all_situations(items).situations.tolist())}
    columns = [place[tuple(situation)] for situation in log.situations.tolist()]
    return census_from_groups(
        space=census.space,
        n_actions=census.n_actions,
        predictions=census.predictions[:, columns],
        flags=census.flags,
        witness=census.witness,
        behaviour_id=census.behaviour_id,
        columns=census.columns,
        count=census.count,
        row_cell=log.row_situation,
        bounds=census.bounds,
    )


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the effect of prices on terms, and that of bribed rows and rounds on each space."""
    prices = {"item_bits": "item", "message_bits": "message", "mull_bits": "rater's law", "sort_bits": "classifier"}
    names = {"terms": "terms", "machines": "Turing machines", "circuits": "circuits"}
    zero = (Mark("y", 0.0, ""),)
    odds = "log2 odds of the rater over the item, bits"
    return Figure(
        "Who models the rater, and who the item: what prices do to terms, and what rows with a bribe do to all",
        (
            Panel(
                x="price of one token, all others at the base, bits",
                y=odds,
                series=tuple(line_of(label, *along(table, name, "terms_odds")) for name, label in prices.items()),
                marks=zero,
                title="terms",
            ),
            Panel(
                x="training rows with a bribe",
                y=odds,
                series=tuple(line_of(label, *along(table, "bribed", f"{s}_odds")) for s, label in names.items()),
                marks=zero,
                title="the same log in three spaces",
            ),
            Panel(
                x="rounds",
                y=odds,
                series=(
                    line_of("alpha = 0", *along(table, "rounds", "terms_odds")),
                    line_of("alpha = 1", *along(table, SLOW_ROUNDS, "terms_odds")),
                ),
                marks=zero,
                title="terms",
                is_log=True,
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which half holds where, and what flips the terms."""
    base, n_worlds = at_base(findings.table), findings.size.n_worlds
    to_rater = float((base["terms_odds"].to_numpy(np.float64) > 0).mean())
    to_item = float((base["circuits_odds"].to_numpy(np.float64) < 0).mean())
    most = {name: findings.size.values(name)[-1] for name in ("item_bits", "sort_bits", "bribed")}
    there = {name: bits_text(findings.median("terms_odds", name, value)) for name, value in most.items()}
    circuits = bits_text(findings.median("circuits_odds", "bribed", most["bribed"]))
    return (
        f"Terms lean to the rater in {worlds_text(to_rater, n_worlds)} (median odds of the rater over the item "
        f"{bits_text(findings.median('terms_odds'))}), and circuits to the item in {worlds_text(to_item, n_worlds)} "
        f"({bits_text(findings.median('circuits_odds'))}; machines {bits_text(findings.median('machines_odds'))}). "
        f"The odds of terms are {there['item_bits']} where the item costs {most['item_bits']:g} bits instead of "
        f"{BASES['item_bits']}, and {there['sort_bits']} where the classifier costs {most['sort_bits']:g} instead of "
        f"{BASES['sort_bits']}; after {most['bribed']:g} bribed rows they are {there['bribed']}, those of circuits "
        f"{circuits}."
    )


CLAIM = Claim(
    name="two-generalizations",
    argument="Learned from the same ratings, simple machines model the rater, and small circuits the thing rated.",
    worlds="Four items and four bribes; a rater's law, drawn, that is iterated over a message says the label, and in "
    "training the message is the item. Later each item comes with a bribe that makes the rater say the contrary. "
    "Terms, machines of up to three states (two at the small size) and circuits of up to four gates are asked the "
    "same log.",
    given="The rater's law and the classifier are supplied to terms as tables, at prices that are swept; machines and "
    "circuits are given nothing.",
    untested="Raters and items of more than a few bits, and training with bribes beyond the rows that were varied.",
    margin="the lesser of two odds in bits, both by mass after all rows: in terms those of what the rater says over "
    "the label of the item, and in circuits those of the label over what the rater says",
    rule=BY_SHARE,
    formula="the same with a single hypothesis on either side, the heaviest: its bits, and the bits of its misses",
    sizes={
        "small": _size(4, 24, (2.0, 4.0), (4.0, 8.0)),
        "default": _size(32, 24, (2.0, 3.0, 4.0), (4.0, 8.0)),
        "large": _size(128, 28, (2.0, 3.0, 4.0), (4.0, 6.0, 8.0, 12.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
