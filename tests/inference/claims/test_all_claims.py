"""What holds of every claim: the shape of its table, its rule, its formula, its figure, and that nothing is random."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.inference.claims.claim import BASE, BOUND, SIZES, Findings
from mesaprior.inference.claims.registry import CLAIMS, claim
from mesaprior.inference.claims.rules import DEPENDS, REFUTED, SUPPORTED
from mesaprior.inference.claims.running import run_claim, table_of
from mesaprior.inference.figures.figure import Areas, Bars, Line, Phases, Points

Found = Callable[[str], Findings]
NAMES = list(CLAIMS)


@pytest.mark.parametrize("name", NAMES)
def test_sizes_are_what_the_rules_ask_for(name):
    asked = claim(name)
    assert asked.name == name
    assert set(asked.sizes) == set(SIZES)
    assert asked.sizes["default"].n_worlds >= 32
    assert asked.sizes["small"].n_worlds <= asked.sizes["default"].n_worlds <= asked.sizes["large"].n_worlds
    for size in asked.sizes.values():
        assert all(len(parameter.values) > 1 for parameter in size.parameters)
    for text in (asked.argument, asked.worlds, asked.given, asked.margin, asked.formula, asked.rule.text):
        assert len(text) > 20


@pytest.mark.parametrize("name", NAMES)
def test_every_world_has_every_cell(name, findings: Found):
    found = findings(name)
    table, size = found.table, found.size
    assert list(table.columns[:5]) == ["world", "parameter", "value", "margin", "predicted"]
    assert (table[table["parameter"] == BASE]["world"].to_numpy() == np.arange(size.n_worlds)).all()
    for parameter in size.parameters:
        for value in parameter.values:
            rows = table[(table["parameter"] == parameter.name) & (table["value"] == value)]
            assert sorted(rows["world"]) == list(range(size.n_worlds)), (parameter.name, value)
    assert set(table[table["parameter"] == BOUND]["world"]) == set(range(size.n_worlds))


@pytest.mark.parametrize("name", NAMES)
def test_the_base_stands_where_a_series_has_the_base_value(name, findings: Found):
    found = findings(name)
    base = found.table[found.table["parameter"] == BASE].set_index("world")["margin"]
    for parameter in found.size.parameters:
        rows = found.table[(found.table["parameter"] == parameter.name) & (found.table["value"] == parameter.base)]
        for world, margin in zip(rows["world"], rows["margin"], strict=True):
            assert margin == base[world] or (math.isnan(margin) and math.isnan(base[world])), parameter.name


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_follows_from_the_table(name, findings: Found):
    found = findings(name)
    assert found.verdict in (SUPPORTED, REFUTED, DEPENDS)
    assert 0 <= found.share <= 1
    assert found.claim.rule.decide(found.table) == (found.verdict, found.share)
    # A rule that never looks at the margins would say the same of their opposite.
    turned = found.table.assign(margin=-found.table["margin"])
    assert found.claim.rule.decide(turned) != (found.verdict, found.share) or found.share in (0.0, 0.5, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_can_come_out_in_every_way(name, findings: Found):
    found = findings(name)
    holds = found.table.assign(margin=1.0)
    fails = found.table.assign(margin=-1.0)
    assert found.claim.rule.decide(holds)[0] != found.claim.rule.decide(fails)[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_formula_says_something(name, findings: Found):
    found = findings(name)
    assert found.formula.n_cells > 0
    assert math.isfinite(found.formula.median_difference)


@pytest.mark.parametrize("name", NAMES)
def test_the_figure_is_plain_data(name, findings: Found):
    figure = findings(name).figure
    assert figure.title
    assert figure.panels
    json.dumps(figure.to_json(), allow_nan=False)
    for panel in figure.panels:
        assert panel.x
        assert panel.y
        assert panel.series
        for series in panel.series:
            if isinstance(series, Line):
                assert len(series.x) == len(series.y)
                assert len(series.low) in (0, len(series.x))
                assert list(series.x) == sorted(series.x)
            elif isinstance(series, Points):
                assert len(series.x) == len(series.y)
            elif isinstance(series, Bars):
                assert all(len(part) == len(series.names) for part in series.parts)
                assert len(series.parts) == len(series.labels)
            elif isinstance(series, Areas):
                assert all(len(part) == len(series.x) for part in series.parts)
            else:
                assert isinstance(series, Phases)
                assert np.shape(series.z) == (len(series.y), len(series.x))


@pytest.mark.parametrize("name", NAMES)
def test_the_sentences_read_well(name, findings: Found):
    said = findings(name).sentences
    assert said.endswith(".")
    assert "nan" not in said
    assert said.count(". ") <= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_world_depends_on_its_seed_and_the_size_only(name, findings: Found):
    found = findings(name)
    again = table_of([found.claim.study(1, found.size)], found.size).drop(columns="world")
    first = found.table[found.table["world"] == 1].drop(columns="world").reset_index(drop=True)
    assert again.to_csv() == first.to_csv()


def test_who_asks_for_something_else_is_told_what_there_is():
    with pytest.raises(UsageError, match="did you mean 'pseudorealizable'"):
        claim("pseudorealisable")
    with pytest.raises(UsageError, match="there are small, default, large"):
        run_claim(claim("pseudorealizable"), size="huge")


def test_knowing_the_claims_costs_no_compiler():
    code = (
        "import sys, mesaprior.inference.claims.registry; sys.exit('numba' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
