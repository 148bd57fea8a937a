"""What every claim of the second edition has: a control, planted laws, other noises, and seeds that agree."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

import mesaprior
from mesaprior.inference.claims.claim import CONTROL, PLANTED, at_base, beside
from mesaprior.inference.claims.registry import CLAIMS, claim
from mesaprior.inference.claims.rules import BY_SIGN, DEPENDS, REFUTED, SUPPORTED, wilson

DOCS = Path(mesaprior.__file__).parent.parent / "docs" / "claims"
SECOND = [name for name in CLAIMS if claim(name).edition == 2]


@pytest.mark.parametrize("name", SECOND)
def test_it_says_where_the_argument_is_from_and_what_is_not_tested(name):
    asked = claim(name)
    assert asked.sources
    assert asked.prior_work
    for text in (asked.measured, asked.untested, asked.changed):
        assert len(text) > 40
        assert text.endswith(".")
    for source in asked.sources + asked.prior_work:
        assert 2000 < source.year <= 2026
        assert source.text.count(str(source.year)) >= 1


@pytest.mark.parametrize("name", SECOND)
def test_every_world_has_the_lines_beside_the_base(name, findings):
    found = findings(name)
    for line in (CONTROL, PLANTED, beside("noise 0"), beside("noise 0.01")):
        rows = found.table[found.table["parameter"] == line]
        assert sorted(rows["world"]) == list(range(found.size.n_worlds)), line
    labels = [line.label for line in found.lines]
    assert len(set(labels)) == len(labels)
    assert {CONTROL, PLANTED, "noise 0", "noise 0.01"} <= set(labels)


@pytest.mark.parametrize("name", SECOND)
def test_the_control_comes_out_otherwise(name):
    table = table_of(name)
    without = table[table["parameter"] == CONTROL]
    assert len(without) == len(at_base(table))
    main, _ = claim(name).rule.decide(table)
    control, _ = claim(name).rule.decide(without.assign(parameter="base"))
    assert control != main


@pytest.mark.parametrize("name", SECOND)
def test_even_and_odd_seeds_agree_within_their_intervals(name):
    base = at_base(table_of(name))
    low, high = zip(*(wilson(*holding(base, parity)) for parity in (0, 1)), strict=True)
    assert max(low) <= min(high)


def holding(base: pd.DataFrame, parity: int) -> tuple[float, int]:
    """Return the share of the worlds of a parity in which the argument holds, and their number."""
    margins = base.loc[base["world"] % 2 == parity, "margin"]
    return float((margins > 0).mean()), len(margins)


def table_of(name: str) -> pd.DataFrame:
    """Return the table of the documentation, of the default size."""
    return pd.read_csv(DOCS / f"{name}.csv")


@pytest.mark.parametrize(
    ("margins", "verdict"),
    [
        ([1, 1, 1, -1], SUPPORTED),
        ([-1, -1, -1, 1], REFUTED),
        ([1, 1, -1, -1], DEPENDS),
        # What is neither above nor below holds for nobody.
        ([0, 0, 0, 1], DEPENDS),
        ([math.nan, math.nan, -1, -1], DEPENDS),
    ],
)
def test_refuted_means_that_the_opposite_holds(margins, verdict):
    table = pd.DataFrame({"parameter": "base", "margin": [float(margin) for margin in margins]})
    assert BY_SIGN.decide(table)[0] == verdict


def test_interval_is_wilsons():
    # 27 of 32: the bounds solve |p - 27/32| = z * sqrt(p * (1 - p) / 32).
    for bound in wilson(27 / 32, 32):
        assert abs(bound - 27 / 32) == pytest.approx(1.959963984540054 * math.sqrt(bound * (1 - bound) / 32))
    assert wilson(0.0, 10)[0] == 0
    assert wilson(1.0, 10)[1] == pytest.approx(1)
