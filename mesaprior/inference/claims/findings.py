"""The findings of a claim over all its worlds: verdict, sensitivity, formula beside count, and stability."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.inference.bayes.posterior import is_stable
from mesaprior.inference.claims.claim import (
    BASE,
    BOUND,
    CONTROL,
    PLANTED,
    Claim,
    Findings,
    FormulaCheck,
    Parameter,
    SecondLine,
    Sensitivity,
    at_base,
    label_beside,
)
from mesaprior.inference.claims.rules import MOST, PROVISIONAL, SETTLED, Rule, wilson
from mesaprior.inference.figures.figure import quartiles

if TYPE_CHECKING:
    import pandas as pd


def find(claim: Claim, size_name: str, table: pd.DataFrame, ledger: list[dict[str, Any]]) -> Findings:
    """Draw the conclusions from a table of cells."""
    size = claim.sizes[size_name]
    verdict, share = claim.rule.decide(table)
    settled = stable_share(table, within=claim.settles_within)
    low, _, high = quartiles(at_base(table)["margin"].tolist())
    sensitivities = [sensitivity_of(table, parameter) for parameter in size.parameters]
    return Findings(
        claim=claim,
        size_name=size_name,
        size=size,
        table=table,
        verdict=verdict,
        share=share,
        interval=wilson(share, size.n_worlds),
        mark=SETTLED if settled >= MOST else PROVISIONAL,
        spread=high - low if math.isfinite(low) and math.isfinite(high) else math.nan,
        lines=lines_of(table, claim.rule),
        sensitivities=tuple(sorted(sensitivities, key=lambda s: s.effect, reverse=True)),
        formula=check_formula(table),
        stable_share=settled,
        ledger=ledger,
    )


def lines_of(table: pd.DataFrame, rule: Rule) -> tuple[SecondLine, ...]:
    """Return what the rule says of the control, of planted laws, and of each row beside the base."""
    found: list[SecondLine] = []
    for name in table["parameter"].unique().tolist():
        label = label_beside(name) or (name if name in (CONTROL, PLANTED) else None)
        if label is None:
            continue
        rows = table.loc[table["parameter"] == name]
        verdict, share = rule.decide(rows.assign(parameter=BASE))
        found.append(SecondLine(label, verdict, share, quartiles(rows["margin"].tolist())[1]))
    return tuple(found)


def sensitivity_of(table: pd.DataFrame, parameter: Parameter) -> Sensitivity:
    """Return how the margins move with a parameter."""
    shares: list[float] = []
    medians: list[float] = []
    for value in parameter.values:
        at_value = (table["parameter"] == parameter.name) & (table["value"] == value)
        margins = table.loc[at_value, "margin"]
        shares.append(float((margins > 0).mean()) if len(margins) else math.nan)
        medians.append(quartiles(margins.tolist())[1])
    flips = [
        _between(parameter.values[i : i + 2], medians[i : i + 2])
        for i in range(len(shares) - 1)
        if (shares[i] > 0.5) != (shares[i + 1] > 0.5)
    ]
    return Sensitivity(parameter, tuple(shares), tuple(medians), tuple(flips))


def _between(values: tuple[float, ...], medians: list[float]) -> float:
    """Return where linear interpolation of two medians is 0, or the midpoint where it is undefined."""
    (x, X), (y, Y) = values, medians
    if math.isfinite(y) and math.isfinite(Y) and (y > 0) != (Y > 0):
        return x + (X - x) * y / (y - Y)
    return (x + X) / 2


def check_formula(table: pd.DataFrame) -> FormulaCheck:
    """Compare the margins with the formula, wherever both are finite, each cell once.

    The base stands in the table several times, and cells at shorter bounds say nothing new of a formula.
    """
    told = [name for name in table.columns if name not in ("parameter", "value")]
    table = table.loc[table["parameter"] != BOUND].drop_duplicates(subset=told)
    margin, predicted = table["margin"].to_numpy(np.float64), table["predicted"].to_numpy(np.float64)
    both = np.isfinite(margin) & np.isfinite(predicted)
    if not both.any():
        return FormulaCheck(0, math.nan, math.nan, math.nan)
    difference = margin[both] - predicted[both]
    return FormulaCheck(
        n_cells=int(both.sum()),
        median_difference=float(np.median(difference)),
        largest_difference=float(np.abs(difference).max()),
        agreement=float(((margin[both] > 0) == (predicted[both] > 0)).mean()),
    )


def stable_share(table: pd.DataFrame, *, within: float = 1.0) -> float:
    """Return the share of the worlds whose margin has settled along the length bound; see `posterior.is_stable`."""
    bounds = table.loc[table["parameter"] == BOUND].sort_values(by=["world", "value"])
    settled = {
        world: is_stable(rows["margin"].to_numpy(np.float64), within=within) for world, rows in bounds.groupby("world")
    }
    worlds = table["world"].unique()
    return float(np.mean([settled.get(world, False) for world in worlds]))
