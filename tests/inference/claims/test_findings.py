"""What is concluded from a table, on tables written by hand."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from mesaprior.inference.claims.claim import Parameter
from mesaprior.inference.claims.findings import check_formula, find, sensitivity_of, stable_share
from mesaprior.inference.claims.registry import claim
from mesaprior.inference.claims.rules import BY_SHARE, DEPENDS, REFUTED, SUPPORTED
from mesaprior.inference.figures.figure import quartiles

ALPHA = Parameter("alpha", 1.0, (0.0, 1.0, 2.0), "exponent")


def table(rows):
    return pd.DataFrame(rows, columns=["world", "parameter", "value", "margin", "predicted"])


def along_alpha(*margins):
    """A world for each list of margins, at alpha = 0, 1, 2."""
    rows = [[w, "base", 0.0, there[1], math.nan] for w, there in enumerate(margins)]
    rows += [[w, "alpha", float(a), m, math.nan] for w, there in enumerate(margins) for a, m in enumerate(there)]
    return table(rows)


def test_flip_is_where_the_line_through_the_medians_is_zero():
    found = sensitivity_of(along_alpha([4, 2, -2], [4, 2, -2], [4, 2, -2]), ALPHA)
    assert found.shares == (1, 1, 0)
    assert found.flips == (1.5,)
    assert found.effect == (1, 6)


def test_flip_is_in_the_middle_where_a_median_is_infinite():
    found = sensitivity_of(along_alpha([math.inf, math.inf, -1]), ALPHA)
    assert found.flips == (1.5,)
    assert found.effect == (1, 0)


def test_undefined_margins_do_not_hold():
    found = sensitivity_of(along_alpha([math.nan, 1, 1], [math.nan, 1, 1]), ALPHA)
    assert found.shares == (0, 1, 1)
    assert math.isnan(found.medians[0])


@pytest.mark.parametrize(
    ("holding", "verdict"), [(4, SUPPORTED), (3, SUPPORTED), (2, DEPENDS), (1, REFUTED), (0, REFUTED)]
)
def test_verdict_by_share(holding, verdict):
    rows = table([[w, "base", 0.0, 1.0 if w < holding else 0.0, math.nan] for w in range(4)])
    assert BY_SHARE.decide(rows) == (verdict, holding / 4)


def test_formula_counts_each_cell_once_and_none_at_a_bound():
    rows = table(
        [
            [0, "base", 0.0, 2.0, 1.0],
            [0, "alpha", 1.0, 2.0, 1.0],
            [0, "alpha", 2.0, -1.0, 1.0],
            [0, "alpha", 0.0, math.inf, 1.0],
            [0, "bound", 8.0, 9.0, -9.0],
        ]
    )
    found = check_formula(rows)
    assert found.n_cells == 2
    assert (found.median_difference, found.largest_difference, found.agreement) == (-0.5, 2.0, 0.5)


def test_margins_settle_in_their_own_unit():
    rows = table(
        [
            [w, "bound", b, m, math.nan]
            for w, there in enumerate([(1, 1.4, 1.2), (1, 3, 5)])
            for b, m in enumerate(there)
        ]
    )
    assert stable_share(rows) == 0.5
    assert stable_share(rows, within=0.1) == 0
    assert stable_share(rows, within=4.0) == 1


def test_most_sensitive_comes_first():
    asked = claim("pseudorealizable")
    other = Parameter("beta", 0.0, (0.0, 1.0), "a thing that moves nothing")
    size = replace(asked.sizes["small"], parameters=(other, ALPHA), n_worlds=2)
    rows = along_alpha([4, 2, -2], [4, 2, 1])
    extra = table([[w, "beta", b, 2.0, math.nan] for w in range(2) for b in (0.0, 1.0)])
    asked = replace(asked, sizes={"small": size})
    found = find(asked, "small", pd.concat([rows, extra], ignore_index=True), [])
    assert [s.parameter.name for s in found.sensitivities] == ["alpha", "beta"]
    assert (found.verdict, found.share) == (SUPPORTED, 1.0)
    assert found.stable_share == 0


def test_quartiles_are_numbers_that_occurred():
    assert quartiles([4, 1, 3, 2]) == (1, 2, 3)
    assert quartiles([math.inf, 1.0, math.nan]) == (1, 1, 1)
    assert all(math.isnan(value) for value in quartiles([math.nan]))
