"""What is told of results, as data: the same in every format, without a command line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import parse_noise
from mesaprior.inference.provenance import prior_facts, prior_text
from mesaprior.inference.reports.crossover import report_crossover
from mesaprior.inference.reports.safeguards import report_safeguards
from mesaprior.inference.reports.sample import report_sample
from mesaprior.inference.reports.sweep import report_sweep
from mesaprior.inference.reports.theorems import report_theorems
from mesaprior.inference.request import Question
from mesaprior.priors.prior import make_prior
from tests.test_examples import EXAMPLES

PRIOR, NOISE = make_prior("speed", {"alpha": 2}), parse_noise("beta:1,9")


@pytest.fixture(scope="module")
def question():
    log = read_log(EXAMPLES / "corridor" / "corridor.csv")
    space = TermSpace(default_language(log), 12)
    return Question(log=log, space=space, is_default_language=True, census=space.census(log))


@pytest.fixture(scope="module")
def analysis(question):
    return Analysis(question.census, question.log, PRIOR, NOISE, space=question.space)


@pytest.fixture(scope="module")
def reports(question, analysis):
    """A report of each kind by name."""
    asked = {"prior": PRIOR, "noise": NOISE}
    how = {"cost": 0.1, "has_slips": True, "is_online": False}
    return {
        "sweep": report_sweep(question, analysis.sweep({"noise": [0.01, 0.1, 0.2]}), **asked, tolerance=0.0),
        "map": report_sweep(question, analysis.sweep({"noise": [0.01, 0.1], "n": [0, 1, 2]}), **asked, tolerance=0.0),
        "crossover": report_crossover(question, analysis.crossover("noise", 0.01, 0.5), **asked, tolerance=0.0),
        "theorems": report_theorems(question, analysis.theorems(), **asked, work=3_000_000),
        "sample": report_sample(question, analysis.sample(4, seed=1), **asked, tolerance=0.0, seed=1),
        "safeguards": report_safeguards(question, analysis.safeguards(cost=0.1), **asked, **how),
    }


NAMES = ("sweep", "map", "crossover", "theorems", "sample", "safeguards")


@pytest.mark.parametrize("name", NAMES)
def test_every_output_tells_the_prior_with_its_parameters(name, reports):
    facts = reports[name].to_dict()
    assert facts["provenance"]["prior"] == {"name": "speed", "formula": PRIOR.text, "parameters": {"alpha": 2.0}}
    json.dumps(facts, allow_nan=False)
    assert "prior speed (alpha=2) · noise" in reports[name].to_markdown()
    assert "prior speed (alpha=2) · noise" in reports[name]._repr_html_()


def test_frames_are_what_python_has(reports, analysis):
    swept = analysis.sweep({"noise": [0.01, 0.1, 0.2]})
    pd.testing.assert_frame_equal(reports["sweep"].to_frame(), swept.to_frame())
    draws = analysis.sample(4, seed=1)
    assert reports["sample"].to_frame()["program"].tolist() == [draw.program for draw in draws]
    outcomes = analysis.safeguards(cost=0.1)
    assert reports["safeguards"].to_frame()["regret"].tolist() == [outcome.regret for outcome in outcomes]
    names = [theorem.name for theorem in analysis.theorems().theorems]
    assert reports["theorems"].to_frame()["name"].tolist() == names


def test_a_report_can_be_asked_again(reports):
    for report in reports.values():
        assert report.to_dict() == report.to_dict()
        assert report.to_markdown() == report.to_markdown()


def test_steps_come_last(reports):
    told = reports["sweep"].with_steps(["mesaprior crossover"]).to_markdown()
    assert told.rstrip().endswith("- `mesaprior crossover`")


def test_a_prior_is_told_without_what_varies():
    assert prior_text(PRIOR) == "speed (alpha=2)"
    assert prior_text(PRIOR, ["alpha"]) == prior_text(make_prior("speed"), ["alpha", "noise"]) == "speed"
    assert prior_facts(PRIOR, ["alpha"]) == {"name": "speed", "formula": PRIOR.text, "parameters": {}}
    assert prior_facts(None) is None


def test_a_map_has_a_row_for_each_value_and_a_sign_for_each_cell(reports):
    (table,) = [block for block in reports["map"].blocks() if hasattr(block, "rows")][:1]
    assert [row[0] for row in table.rows] == ["2", "1", "0"]
    assert all(len(row[1]) == 2 for row in table.rows)
    assert table.columns[1].name == "noise: 0.01 to 0.1"


@pytest.mark.parametrize("name", ["speed", "levin"])
def test_figures_say_what_the_results_do(question, analysis, name):
    pytest.importorskip("matplotlib")
    from mesaprior.inference.figures.crossover import figure_of_crossovers
    from mesaprior.inference.figures.safeguards import figure_of_safeguards

    asked = analysis.with_prior(name)
    found = asked.crossover("noise", 0.01, 0.5)
    figure = figure_of_crossovers(found, title="t")
    (panel,) = figure.panels
    assert np.array_equal(panel.series[0].x, found.values)
    assert [mark.at for mark in panel.marks if mark.axis == "x"] == [c.zero.value for c in found.crossings]
    outcomes = asked.safeguards(cost=0.25)
    regret, defections = figure_of_safeguards(outcomes, cost=0.25, title="t").panels
    total = np.sum(regret.series[0].parts, axis=0)
    assert total == pytest.approx([outcome.regret for outcome in outcomes])
    assert defections.series[0].parts[0] == tuple(outcome.defections for outcome in outcomes)


def test_no_report_knows_the_command_line():
    import mesaprior.inference.reports

    for path in Path(mesaprior.inference.reports.__file__).parent.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import click" not in text
        assert "rich" not in text.split('"""', 2)[2]


def test_python_is_told_of_settings_and_the_command_line_of_options(question, analysis):
    report = analysis.with_prior("uniform").report()
    for told in (report.to_markdown(), report._repr_html_(), str(report)):
        text = told.replace("\\_", "_")
        assert "a larger max_bits may change them" in text
        assert "default_language(log).to_toml() returns it" in text
        assert "--" not in text.replace("|---", "")
    typed = report.typed().to_markdown()
    assert "a larger --max-bits may change them" in typed
    assert "mesaprior language" in typed


def test_an_explained_report_says_what_each_column_means(analysis):
    told = analysis.report().explained().to_markdown()
    assert "- mass: Share of the posterior after all training rows (0 to 100 %)." in told
    assert "- optimizer: A planner, a learner, or both." in told
    assert "mass: Share" not in analysis.report().to_markdown()
