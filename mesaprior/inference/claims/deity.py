"""Deity: data that are complex to describe, and reasoners that would produce them because it serves an aim of theirs.

The natural description writes the channel down, at the bits that name it among a family. A reasoner computes which
prediction serves its aim best; its aim is named among a family that was drawn without a look at the channel. So an aim
asks for the data so far by chance, or not at all. The argument needs that such reasoners, of which some depart at a row
to come, hold more of the posterior than the programs that never depart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood, noise_of
from mesaprior.inference.bayes.roles import IMITATOR, role_codes
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import Price, bound_cells, last_bounds, log2_weight_of
from mesaprior.inference.claims.channels import (
    ACTION_BITS,
    ACTIONS,
    NATURAL,
    REASONER,
    TIMES,
    CountedChannels,
    draw_channels,
    random_data,
)
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
    beside,
    mean_at_base,
)
from mesaprior.inference.claims.frame.conduct import CONDUCTS, TWO_BY_TWO, conduct_of
from mesaprior.inference.claims.frame.targets import from_circuits, from_programs
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import LEARNING_THEORETIC, MESA, ONLINE_IMITATION, UNIVERSAL_PRIOR
from mesaprior.inference.figures.figure import Areas, Figure, Line, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

ALONG = "along the log"
"""Series by the number of rows seen."""

_CONDUCTS = (*CONDUCTS, *TWO_BY_TWO)

REASONERS, OTHERS, NEVER, DEPARTED = CAMPS = ("reasoners", "others", "never", "departed")
"""Programs that search and depart at a row to come; that do so without a search; that never depart; that have."""


def _size(
    n_worlds: int, beyond: int, rows: tuple[float, ...], aim_bits: tuple[float, ...], channel_bits: tuple[float, ...]
) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("rows", 3.0, rows, "rows seen, of two bits each"),
            Parameter("aim_bits", 6.0, aim_bits, "b: there are 2^b aims, and naming one costs b bits"),
            Parameter("channel_bits", 6.0, channel_bits, "c: there are 2^c channels, and naming one costs c bits"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world for each pair of families, and ask it of every number of rows, prior, noise and data."""
    base, n = _count(seed, size, {}), int(size.base("rows"))
    asked = Measured(base)
    cells = [asked.cell(BASE, 0.0, n)]
    cells += [asked.cell("rows", rows, int(rows)) for rows in size.values("rows")]
    cells += [asked.cell(ALONG, float(rows), rows) for rows in range(TIMES)]
    cells += [Measured(base, alpha=alpha).cell("alpha", alpha, n) for alpha in size.values("alpha")[1:]]
    for name in ("aim_bits", "channel_bits"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured(_count(seed, size, {name: value})).cell(name, value, n))
    cells.append(Measured(_count(seed, size, {}, planted=n)).cell(PLANTED, 0.0, n))
    cells += [measured.cell(name, 0.0, n) for name, measured in _beside(seed, base)]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, Measured(base.up_to(bound)).margin(n)) for bound in last_bounds(base.census)]
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.ledger())


def _beside(seed: int, base: CountedChannels) -> list[tuple[str, Measured]]:
    """Return the control, and what stands beside the base: other noise, other charges for a table, other data."""
    found = [(beside(f"noise {label}"), Measured(base, noise=noise_of(label))) for label in ("0", "0.01")]
    for label, steps in (("alpha = 1, a table takes a step", 1), ("alpha = 1, a table takes its entries", TIMES)):
        found.append((beside(label), Measured(base, alpha=1.0, steps=steps)))
    later = base.census.row_cell[base.world.log.n_training :]
    elsewhere = {
        # What the control lacks is a natural description.
        CONTROL: random_data(seed),
        beside("teachers of the learner's prior"): from_programs(seed, base.census, make_prior("simplicity"))[later],
        beside("teachers of circuits"): from_circuits(seed, TIMES, base.census.n_actions),
    }
    found += [(name, Measured(base.with_targets(data.tolist()), is_natural=False)) for name, data in elsewhere.items()]
    return found


def _count(seed: int, size: Size, changed: Mapping[str, float], *, planted: int | None = None) -> CountedChannels:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = {**size.bases, **changed}
    world = draw_channels(seed, int(asked["channel_bits"]), int(asked["aim_bits"]), planted=planted)
    return world.count(size.max_bits)


@dataclass(frozen=True, eq=False)
class Measured:
    """The posterior in one world, by who departs from the data, and when.

    Attributes
    ----------
    counted : CountedChannels
    alpha : float
        Of the prior.
    noise : NoiseModel
    steps : int
        That a table takes.
    is_natural : bool
        Whether the data come from a channel that the language has.
    """

    counted: CountedChannels
    alpha: float = 0.0
    noise: NoiseModel = DEFAULT_NOISE
    steps: int = 1
    is_natural: bool = True

    def cell(self, parameter: str, value: float, n: int) -> Cell:
        """Return the cell after n rows."""
        shares = self.shares(n)
        coinciding = self.counted.world.aims_coinciding(n)
        to_come = self.log2_by_departure(n)[0, n:TIMES]
        facts: dict[str, float | str] = {
            **shares,
            "departs_at": float(n + to_come.argmax()) if np.isfinite(to_come).any() else math.nan,
            "aims": float(len(coinciding)),
            "aims_expected": 2.0 ** self.counted.world.log2_aims_expected(n),
            "bits_saved": float(self._natural.length - self._reasoner.length),
            **(self._conduct(n) if parameter == BASE else dict.fromkeys(_CONDUCTS, math.nan)),
        }
        return Cell(parameter, value, self.margin(n), self._predicted(n) if self.is_natural else math.nan, facts)

    def margin(self, n: int) -> float:
        """Return the log2 odds of reasoners that depart later over programs that never do, after n rows."""
        camps = self._log2_camps(n)
        return float(log2_odds(*(np.array([camps[camp]]) for camp in (REASONERS, NEVER)))[0])

    def shares(self, n: int) -> dict[str, float]:
        """Return the share of the posterior of each camp after n rows."""
        camps = self._log2_camps(n)
        whole = log2_total(np.array(list(camps.values())))
        return {name: float(np.exp2(mass - whole)) for name, mass in camps.items()}

    def log2_by_departure(self, n: int) -> NDArray[np.float64]:
        """Return log2 mass after n rows by the row of the first departure from the data.

        Returns
        -------
        float64[2, T + 1]
            Of programs that search, then of all others, tables not among them; the last place is for those that never
            depart.
        """
        searching = self._searches
        mass = self.weighed.log2_behaviour + self._log2_likelihood(n)
        masses = [
            log2_sum(mass[members], self.first_departure[members], TIMES + 1) for members in (searching, ~searching)
        ]
        return np.stack(masses)

    def _log2_camps(self, n: int) -> dict[str, float]:
        """Return the log2 mass of each camp after n rows, the tables of all times counted in."""
        programs = self.log2_by_departure(n)
        tables = self._log2_tables(n)
        return {
            REASONERS: float(log2_total(programs[0, n:TIMES])),
            OTHERS: float(log2_total(np.append(programs[1, n:TIMES], tables[OTHERS]))),
            NEVER: float(log2_total(np.append(programs[:, TIMES], tables[NEVER]))),
            DEPARTED: float(log2_total(np.append(programs[:, :n].ravel(), tables[DEPARTED]))),
        }

    def _log2_tables(self, n: int) -> dict[str, float]:
        """Return the log2 mass of the tables of all times: one never departs, and those with a miss have departed."""
        of_one = log2_weight_of(self.counted.world.price_of_table(self.steps), self.counted.census, self.weighed.prior)
        misses = np.arange(n + 1)
        likelihood = of_one + log2_likelihood(self.noise, n - misses, misses, np.zeros_like(misses), ACTIONS)
        number = [math.log2(math.comb(n, m) * (ACTIONS - 1) ** m) for m in misses.tolist()]
        unseen = ACTION_BITS * (TIMES - n)
        return {
            OTHERS: float(likelihood[0]) + (math.log2(2**unseen - 1) if unseen else -math.inf),
            NEVER: float(likelihood[0]),
            DEPARTED: float(log2_total(likelihood[1:] + np.array(number[1:]))) + unseen if n else -math.inf,
        }

    @cached_property
    def weighed(self) -> Weighed:
        """The census under the prior."""
        return Weighed(self.counted.census, make_prior("speed", {"alpha": self.alpha}))

    @cached_property
    def _right(self) -> NDArray[np.bool_]:
        """Which behaviours do as the data have it, bool[B, T]."""
        census = self.counted.census
        return census.predictions[:, census.row_cell[:TIMES]] == self.counted.world.teacher

    @cached_property
    def first_departure(self) -> NDArray[np.int64]:
        """Row at which each behaviour first departs from the data, int64[B]; T where it never does."""
        return np.where(self._right.all(axis=1), TIMES, self._right.argmin(axis=1))

    @cached_property
    def _searches(self) -> NDArray[np.bool_]:
        return role_codes(self.counted.census.flags) != IMITATOR

    def _log2_likelihood(self, n: int) -> NDArray[np.float64]:
        """Return log2 of the likelihood of the first n rows, float64[B]."""
        hits = self._right[:, :n].sum(axis=1, dtype=np.int64)
        return log2_likelihood(self.noise, hits, n - hits, np.zeros_like(hits), ACTIONS)

    def _conduct(self, n: int) -> dict[str, float]:
        """Return the shares of the programs counted, tables not among them, by conduct and by mechanism and behaviour.

        Agents are those that all times serve one aim best.
        """
        world = self.counted.world
        conduct = conduct_of(self.counted.census, world.log, world.goals(n))
        mass = self.weighed.log2_behaviour + self._log2_likelihood(n)
        share = np.exp2(mass - log2_total(mass))
        return conduct.by_code(share) | conduct.two_by_two(share)

    @cached_property
    def _natural(self) -> Price:
        return self.counted.world.price(NATURAL)

    @cached_property
    def _reasoner(self) -> Price:
        return self.counted.world.price(REASONER)

    def _predicted(self, n: int) -> float:
        """Return the odds from prices: of as many aims as may be expected to coincide, over the natural description."""
        natural, reasoner = self._natural, self._reasoner
        slower = self.alpha * math.log2(reasoner.time / natural.time)
        return natural.length - reasoner.length + self.counted.world.log2_aims_expected(n) - slower


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the posterior along the rows, the odds along them, and the odds along the prices of both families."""
    words = {
        REASONERS: "reasoners that depart later",
        OTHERS: "others that depart later",
        DEPARTED: "has departed",
        NEVER: "never departs",
    }
    places = along(table, ALONG)[0]
    means = [[float(np.mean(values)) for values in along(table, ALONG, camp)[1]] for camp in words]
    predicted = line_of("formula", *along(table, ALONG, "predicted"))
    return Figure(
        "Reasoners whose aim asks for the data by chance lose two bits with each row, and gain where channels are dear",
        (
            Panel(
                x="rows seen",
                y="mean share of the posterior",
                title="who holds the posterior",
                series=(Areas(tuple(places), tuple(words.values()), tuple(map(tuple, means))),),
                marks=(Mark("x", size.base("rows"), ""),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                x="rows seen",
                y="log2 odds of reasoners over who never departs, bits",
                title="along the log",
                series=(
                    line_of("counted", *along(table, ALONG)),
                    Line(predicted.label, predicted.x, predicted.y, is_dashed=True),
                ),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel(
                x="bits that name a member of the family",
                y="log2 odds, bits",
                title="what channel and aim cost",
                series=(
                    line_of("of the channel", *along(table, "channel_bits")),
                    line_of("of the aim", *along(table, "aim_bits")),
                ),
                marks=(Mark("y", 0.0, ""),),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say who leads after the rows of the base, how many aims coincide, and what would turn it round."""
    size, n = findings.size, findings.size.n_worlds
    few, dear = size.values("rows")[0], size.values("channel_bits")[-1]
    base = findings.table[findings.table["parameter"] == BASE]
    aims = float(base["aims"].mean())
    seen = f"{few:g} {'row' if few == 1 else 'rows'}"
    return (
        f"After {size.base('rows'):g} rows reasoners that depart later lead those programs that never depart in "
        f"{worlds_text(findings.share, n)} ({bits_text(findings.median())} in the median, formula "
        f"{bits_text(findings.median('predicted'))}); they hold "
        f"{percent_text(mean_at_base(findings.table, REASONERS), digits=1)} of the posterior on average, and of the "
        f"programs those that search and serve one aim at all times "
        f"{percent_text(mean_at_base(findings.table, 'search_agent'), digits=2)}. Of "
        f"{2 ** int(size.base('aim_bits'))} aims {aims:.2g} in a world coincide with the data so far "
        f"({findings.median('aims_expected'):.2g} expected), and each row costs them two bits. With {seen} seen the "
        f"odds are {bits_text(findings.median('margin', 'rows', few))}; where the channel costs {dear:g} bits, "
        f"{bits_text(findings.median('margin', 'channel_bits', dear))}. Where an aim is planted that asks for the data "
        f"so far, they are {bits_text(findings.median('margin', PLANTED))}."
    )


CLAIM = Claim(
    name="deity",
    argument="Where data are complex to describe, what holds the posterior is a simple reasoner that produces them "
    "because it serves an aim of its own, and departs from them when that serves it better.",
    worlds="A family of 2^c channels, drawn without a pattern, of which the data follow one, and a family of 2^b aims, "
    "drawn without a look at it: how well each prediction at each time serves them. The log shows three of sixteen "
    "rows, whose bits are as many as those that name the channel. Programs may write down any channel, reason for any "
    "aim, or say anything else in a language that is drawn too; tables of all times compete.",
    given="Channels are supplied as columns of the log and aims as tables, each at the bits that name it among its "
    "family.",
    measured="A reasoner is a program that searches, by lesion; it departs at the first row that it gets wrong. The "
    "natural description is whatever never departs. Aims that coincide with the data so far are counted, and none is "
    "made to.",
    untested="Reasoners that know the world which they are in, and so need no luck to tell what comes next: here one "
    "that knows the channel pays for it too. Whether a mind could name a channel by how much hangs on it, at fewer "
    "bits than a description takes, is not tested.",
    margin="log2 odds of reasoners that depart at a row to come over programs that never depart, one table among them, "
    "after the rows seen, in bits",
    rule=BY_SIGN,
    formula="bits of the natural description - bits of a reasoner + b - rows*log2(A), which is the expected number of "
    "aims that coincide, - alpha*log2 of the ratio of their times",
    sizes={
        "small": _size(6, 0, (1.0, 3.0, 6.0), (3.0, 6.0), (6.0, 18.0)),
        "default": _size(32, 3, (1.0, 2.0, 3.0, 6.0, 9.0, 12.0), (3.0, 6.0, 8.0), (3.0, 6.0, 12.0, 18.0)),
        "large": _size(128, 4, (1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0), (3.0, 6.0, 9.0), (3.0, 6.0, 12.0, 18.0, 24.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(UNIVERSAL_PRIOR, MESA),
    prior_work=(LEARNING_THEORETIC, ONLINE_IMITATION),
    edition=2,
    changed="Aims come from a family that was drawn without a look at the data, where they were drawn until they fit; "
    "channel and aims cost the bits that name them.",
)
