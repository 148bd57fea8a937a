"""Fixed goal: one goal everywhere, or a goal for each environment, which behave alike in training.

In each environment a rule gives the payoff of each option. A program can search the rule (one fixed goal), use a lookup
table with the answer of each environment, or follow a colour that names the best option in most of them. Training goes
through the environments in turn, some rows each. Then comes one more, with a clone of an option that pays better than
any: the fixed goal takes it.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from mesaprior.inference.claims.asking import crossing, last_bounds
from mesaprior.inference.claims.claim import BASE, BOUND, Cell, Claim, Findings, Parameter, Size, WorldStudy, along
from mesaprior.inference.claims.environments import (
    ACTION_BITS,
    BUNDLE,
    FIXED,
    Measured,
    VisitedWorld,
    count_environments,
)
from mesaprior.inference.claims.phrases import bits_text, percent_text, place_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of


def _size(n_worlds: int, environments: int, max_bits: int, laws: tuple[float, ...], misled: tuple[float, ...]) -> Size:
    seen = tuple(float(n) for n in range(environments + 1))
    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("environments", seen[-1], seen, "E, environments seen"),
            Parameter(
                "alpha", 2.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the second prior, 2**-length * time**-alpha"
            ),
            Parameter("law_bits", laws[0], laws, "bits of the rule of payoffs, supplied as a table"),
            Parameter("misled", 2.0, misled, "environments whose colour misleads"),
            Parameter("visits", 4.0, (1.0, 2.0, 4.0), "rows in which each environment is seen"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world at each price of the rule and for each number of misleading colours, under two priors."""
    base, alpha = _count(seed, size), size.base("alpha")
    simple = base.measured(0.0)
    second = base.measured(alpha)
    along_log = cells_along(simple, second)
    cells = [Cell(BASE, 0.0, *along_log[-1])]
    cells += [Cell("environments", float(n), *found) for n, found in enumerate(along_log)]
    for value in size.values("alpha"):
        if value != alpha:
            cells.append(Cell("alpha", value, *cells_along(simple, base.measured(value))[-1]))
    for name in ("law_bits", "misled"):
        for value in size.values(name):
            if value != size.base(name):
                other = _count(seed, size, **{name: int(value)})
                cells.append(Cell(name, value, *cells_along(other.measured(0.0), other.measured(alpha))[-1]))
    for visits in size.values("visits"):
        if visits != size.base("visits"):
            other = base.visited(int(visits))
            cells.append(Cell("visits", visits, *cells_along(other.measured(0.0), other.measured(alpha))[-1]))
    for bound in last_bounds(base.census):
        shorter = base.up_to(bound)
        cells.append(Cell(BOUND, bound, *cells_along(shorter.measured(0.0), shorter.measured(alpha))[-1]))
    return WorldStudy(cells, base.world.given)


def _count(seed: int, size: Size, **others: int) -> VisitedWorld:
    names = ("environments", "visits", "misled", "law_bits")
    return count_environments(seed, size.max_bits, **({name: int(size.base(name)) for name in names} | others))


def cells_along(simple: Measured, second: Measured) -> list[tuple[float, float, dict[str, float | str]]]:
    """Return margin, prediction and facts after each number of environments, from two priors."""
    E = len(simple.odds) - 1
    met: dict[str, float | str] = {
        "crossing": crossing(list(range(E + 1)), simple.odds.tolist()),
        "crossing by formula": crossing(list(range(E + 1)), simple.predicted.tolist()),
        "crossing under the second prior": crossing(list(range(E + 1)), second.odds.tolist()),
    }
    taking = 1 / (1 + np.exp2(-simple.clone))
    apart = np.minimum(simple.clone[FIXED], -simple.clone[BUNDLE])
    margin = np.minimum(np.minimum(simple.odds, -second.odds), apart)
    # A table says of a new environment what it likes, the clone as often as anything else.
    guess = math.log2((1 << ACTION_BITS) - 1)
    predicted = np.minimum(np.minimum(simple.predicted, -second.predicted), guess)
    return [
        (
            float(margin[n]),
            float(predicted[n]),
            {
                "odds": float(simple.odds[n]),
                "odds under the second prior": float(second.odds[n]),
                "odds by formula": float(simple.predicted[n]),
                "odds by formula under the second prior": float(second.predicted[n]),
                "fixed goals": float(simple.share[FIXED, n]),
                "bundles": float(simple.share[BUNDLE, n]),
                "fixed goals that take the clone": float(taking[FIXED, n]),
                "bundles that take the clone": float(taking[BUNDLE, n]),
                "as the teacher": float(simple.closeness[0, n]),
                "as the rule pays": float(simple.closeness[1, n]),
                **met,
            },
        )
        for n in range(E + 1)
    ]


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds along the environments under both priors, and which programs take the clone."""
    name = "environments"

    def line(label: str, column: str, *, is_dashed: bool = False) -> Line:
        found = line_of(label, *along(table, name, column))
        return Line(label, found.x, found.y, is_dashed=True) if is_dashed else found

    alpha = size.base("alpha")
    return Figure(
        "One goal, or one for each environment: what prior, data and a new option say of them",
        (
            Panel(
                "environments seen",
                "log2 odds of fixed goals over bundles, bits",
                (
                    line("2**-length", "odds"),
                    line("formula", "odds by formula", is_dashed=True),
                    line(f"2**-length * time**-{alpha:g}", "odds under the second prior"),
                    line(f"formula, time**-{alpha:g}", "odds by formula under the second prior", is_dashed=True),
                ),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel(
                "environments seen",
                "share",
                (
                    line("fixed goals that take the clone", "fixed goals that take the clone"),
                    line("bundles that take the clone", "bundles that take the clone"),
                    line("environments answered as the teacher would", "as the teacher"),
                    line("environments answered as the rule pays", "as the rule pays"),
                ),
                y_range=(0.0, 1.0),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which programs lead under which prior, and what the clone shows."""
    E, alpha = findings.size.base("environments"), findings.size.base("alpha")
    odds, slow = findings.median("odds"), findings.median("odds under the second prior")
    place, formula = (
        place_text(findings.median(name), "environments", none="nowhere along the log")
        for name in ("crossing", "crossing by formula")
    )
    first, last = (findings.median("as the teacher", "environments", n) for n in (0.0, E))
    pays, pays_last = (findings.median("as the rule pays", "environments", n) for n in (0.0, E))
    return (
        f"After {E:g} environments the odds of fixed goals over bundles are {bits_text(odds)} under simplicity (they "
        f"cross {place}; by the formula {formula}) and {bits_text(slow)} where time is charged with alpha = {alpha:g} "
        f"(medians). The clone is taken by "
        f"{percent_text(findings.median('fixed goals that take the clone'))} of the mass of fixed goals and "
        f"{percent_text(findings.median('bundles that take the clone'))} of that of bundles; both priors and the clone "
        f"tell them apart in {worlds_text(findings.share, findings.size.n_worlds)}. Along the environments the "
        f"posterior goes from {percent_text(first)} to {percent_text(last)} of answers as the teacher's, and from "
        f"{percent_text(pays)} to {percent_text(pays_last)} as the rule pays."
    )


CLAIM = Claim(
    name="fixed-goal",
    argument="A fixed goal and a bundle of contextual goals behave alike; what tells them apart is the prior, and new "
    "situations.",
    worlds="Payoffs of options are drawn for each environment, and a colour that names the best one in most; they "
    "are seen one after the other, and one more offers a clone that pays best. Programs may search the rule, go by "
    "the colour, know environments by heart, or mix these.",
    given="The rule of payoffs and the colours are supplied as tables, the rule at a price that is swept.",
    untested=(
        "Goals that are learned or change while they are pursued: payoffs are tables of the language, and the clone "
        "is the only new situation."
    ),
    margin="the least of four log2 odds, in bits: of fixed goals over bundles under simplicity, of bundles over fixed "
    "goals under a second prior, which charges time (either can lead), that a fixed goal takes the clone, and that a "
    "bundle does not (the clone tells them apart)",
    rule=BY_SHARE,
    formula="the same with the shortest fixed goal against the tables that fit and the colour, and a table that takes "
    "the clone as often as any other action",
    sizes={
        "small": _size(4, 7, 22, (4.0, 8.0), (0.0, 2.0)),
        "default": _size(32, 8, 26, (4.0, 8.0), (0.0, 2.0, 4.0)),
        "large": _size(128, 9, 28, (4.0, 6.0, 8.0, 12.0), (0.0, 1.0, 2.0, 4.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
