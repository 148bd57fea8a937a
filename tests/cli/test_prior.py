"""`mesaprior prior`: the catalogue, what a prior looks like, its laws, how priors differ, and pictures."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pytest

from mesaprior.priors.catalogue import catalogue
from mesaprior.priors.laws import LAWS

ASK = ("log.csv", "--language", "mine.toml", "--max-bits", "18")


def test_list_and_show(run):
    assert "levin" in run("prior", "list").stdout
    names = [entry["name"] for entry in json.loads(run("prior", "list", "--format", "json").stdout)]
    assert names == [entry.name for entry in catalogue()]
    assert run("prior", "list", "--format", "csv").stdout.startswith("name,formula,meaning\nuniform,1,")
    assert "formula,2**-length / time" in run("prior", "show", "levin", "--format", "csv").stdout
    shown = run("prior", "show", "levin").stdout
    assert "2**-length / time" in shown
    assert "frac" in shown
    assert json.loads(run("prior", "show", "time**-a", "--param", "a=3", "--format", "json").stdout)["parameters"] == {
        "a": 3.0
    }


@pytest.mark.parametrize(("formula", "weight"), [("1/0", "infinite"), ("0-1", "-1"), ("0/0", "undefined")])
def test_a_constant_that_is_no_weight_is_refused_as_elsewhere(run, formula, weight):
    said = run("prior", "show", "--", formula, code=2).stderr
    assert f"gives the weight {weight} at every program" in said
    assert "constant" in run("prior", "show", "3").stdout


def test_a_parameter_without_a_value_is_shown_and_not_used(run):
    assert "temperature (to be given: --param temperature=VALUE)" in run("prior", "show", "tempered").stdout
    facts = json.loads(run("prior", "show", "mixture", "--format", "json").stdout)
    assert facts["parameters"] == {"w": None}
    given = run("prior", "show", "mixture", "--param", "w=0.25", "--format", "json").stdout
    assert json.loads(given)["parameters"] == {"w": 0.25}
    assert "no parameter 'T'" in run("prior", "show", "mixture", "--param", "T=1", code=2).stderr


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_check_says_which_laws_hold(run):
    shown = run("prior", "check", "bounded", "--param", "T=64", "--examples", "15").stdout
    assert "bounded (T=64) obeys 10 of 12 laws" in shown
    assert "length = 1, time = 65: the weight is 0" in shown
    findings = json.loads(run("prior", "check", "levin", "--examples", "5", "--format", "json").stdout)
    assert [finding["law"] for finding in findings] == [law.name for law in LAWS]
    assert all(finding["holds"] and finding["example"] is None for finding in findings)
    assert [finding["required"] for finding in findings] == [True] * 3 + [False] * 9
    rows = table(run("prior", "check", "uniform", "--examples", "15", "--format", "csv").stdout)
    assert {row["law"]: row["holds"] for row in rows}["Kraft"] == "false"


def test_check_leaves_nothing_behind(files):
    before = sorted(files.iterdir())
    command = [sys.executable, "-m", "mesaprior", "prior", "check", "levin", "--examples", "5", "--format", "csv"]
    done = subprocess.run(command, cwd=files, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1 + len(LAWS)
    assert sorted(files.iterdir()) == before


def test_check_fails_where_there_is_no_prior_or_a_required_law_is_broken(run):
    result = run("prior", "check", "2**-length / (time - 3)", "--examples", "15", "--format", "csv", code=1)
    assert "breaks the law 'non-negative' at length = 1, time = 1: the weight is -0.25." in result.stderr
    # The findings are printed all the same.
    assert len(table(result.stdout)) == len(LAWS)
    lenient = ("prior", "check", "bounded", "--examples", "15", "--format", "csv")
    run(*lenient)
    assert "'full support'" in run(*lenient, "--require", "full support", code=1).stderr
    assert "is no law; the laws are defined" in run(*lenient, "--require", "support", code=2).stderr


@pytest.mark.parametrize("formula", ["2**-lenght", "tempered", "length.real", "9**9**9**9"])
def test_formulas_with_mistakes_are_refused_everywhere(formula, files, run):
    for command in ("check", "plot"):
        assert ", column " in run("prior", command, formula, code=2).stderr
    assert ", column " in run("prior", "compare", *ASK, "--prior", f"levin,{formula}", code=2).stderr


def test_plot_in_text(run):
    lines = run("prior", "plot", "levin").stdout.splitlines()
    assert lines[0] == "levin: the darker, the more a program weighs"
    assert lines[1] == (
        "Weights from length 1 to 64, at time 1, fall by 63 bits. Weights from time 1 to 65,536, at length 1, fall by "
        "16 bits."
    )
    assert len(lines) == 2 + 16 + 5
    assert "length 1 to 64" in lines[3]
    assert lines[5].startswith("│ 65,536 │ █")
    assert lines[-1].startswith("• Weights: █ from 2^-20.75, ")
    shown = run("prior", "plot", "bounded", "--param", "T=0.5").stdout
    assert shown.startswith("bounded (T=0.5): ")
    assert "Every weight shown is 0." in shown
    held = run("prior", "plot", "2**-length/gates", "--at", "gates=4").stdout
    assert held.startswith("2**-length/gates, gates = 4: ")


def test_plot_as_data(run):
    rows = table(run("prior", "plot", "levin", "--max-length", "8", "--max-time", "4", "--format", "csv").stdout)
    assert {(int(row["length"]), int(row["time"])) for row in rows} == {
        (x, y) for x in range(1, 9) for y in range(1, 5)
    }
    for row in rows:
        assert float(row["log2_weight"]) == pytest.approx(-int(row["length"]) - np.log2(int(row["time"])), abs=1e-12)
    cells = json.loads(
        run("prior", "plot", "circuit", "--param", "c=2", "--max-length", "3", "--format", "json").stdout
    )
    assert cells[0] == {"gates": 1, "time": 1, "log2_weight": -2.0}
    held = json.loads(run("prior", "plot", "2**-length/gates", "--at", "gates=4", "--format", "json").stdout)
    assert held[0] == {"length": 1, "time": 1, "log2_weight": -3.0}
    bounded = json.loads(
        run("prior", "plot", "bounded", "--param", "T=1", "--max-time", "2", "--format", "json").stdout
    )
    assert bounded[-1] == {"length": 64, "time": 2, "log2_weight": "-inf"}


@pytest.mark.parametrize("prior", ["levin", "bounded", "uniform", "2**-length/gates", "0*length"])
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_plot_as_a_picture(prior, ending, files, run):
    result = run("prior", "plot", prior, "--plot", f"prior.{ending}")
    assert result.stderr == f"Wrote prior.{ending}. Its numbers are in prior.csv.\n"
    assert result.stdout == run("prior", "plot", prior).stdout
    head = (files / f"prior.{ending}").read_bytes()[:300]
    assert head.startswith(b"\x89PNG") if ending == "png" else b"<svg" in head or b"<?xml" in head


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("levin", "--at", "gates=2"), "--at gates holds what is an axis here or is not read by 'levin'"),
        (("levin", "--at", "time=2"), "--at time holds what is an axis"),
        (("2**-length/gates", "--at", "gates=1.5"), "--at gates=1.5 is no whole number"),
        (("2**-length/gates", "--at", "gates=inf"), "--at gates=inf is no whole number"),
        (("2**-length/gates", "--at", "gates=nan"), "--at gates=nan is no whole number"),
        (("2**-length/gates", "--at", "gates=1", "--at", "gates=2"), "--at gates is given 2 times"),
        (("2**-length/gates", "--at", "gates"), "'gates' is not COLUMN=VALUE with a number"),
        (("levin", "--plot", "picture.gif"), "--plot picture.gif: a picture is a .png, .svg or .pdf file"),
        (("levin", "--plot", "nowhere/p.png"), "there is no folder nowhere"),
        (("levin", "--max-time", "1"), "is not in the range"),
        (("2**-length / (time - 3)",), "a weight must be a finite number from 0"),
    ],
)
def test_plots_that_cannot_be(arguments, words, files, run):
    assert words in run("prior", "plot", *arguments, code=2).stderr


def test_compare(files, run):
    shown = run("prior", "compare", *ASK).stdout
    for word in ("uniform", "simplicity", "bounded (T=1024)", "levin", "s_fast", "rank correlation", "Total variation"):
        assert word in shown
    assert "· noise 0.2 ·" in run("prior", "compare", *ASK, "--noise", 0.2).stdout
    facts = json.loads(run("prior", "compare", *ASK, "--prior", "levin, 7*levin,speed", "--format", "json").stdout)
    assert [prior["name"] for prior in facts["priors"]] == ["levin", "7*levin", "speed"]
    assert facts["priors"][2]["parameters"] == {"alpha": 1.0}
    assert [(pair["first"], pair["second"]) for pair in facts["distances"]] == [
        ("levin", "7*levin"), ("levin", "speed"), ("7*levin", "speed"),
    ]  # fmt: skip
    for pair in facts["distances"]:
        # A constant factor changes nothing, and speed at alpha 1 is levin.
        assert pair["total_variation_before"] == pytest.approx(0, abs=1e-12)
        assert pair["total_variation"] == pytest.approx(0, abs=1e-12)
        assert pair["rank_correlation"] == pytest.approx(1)
    asked = json.loads(run("infer", *ASK, "--prior", "levin", "--format", "json").stdout)
    assert facts["priors"][0]["log2_odds"] == pytest.approx(asked["log2_odds"][-1])
    assert facts["priors"][0]["leader"] == asked["top"][0]["program"]
    assert facts["programs"] == asked["programs"]


def test_compare_takes_formulas_with_commas_and_a_census(files, run):
    run("census", *ASK, "--out", "counted")
    priors = "Min(levin, simplicity),speed,Piecewise((1, time < 9), (0, True))"
    rows = table(run("prior", "compare", "counted", "--prior", priors, "--param", "alpha=3", "--format", "csv").stdout)
    assert [row["first"] for row in rows] == ["Min(levin, simplicity)"] * 2 + ["speed"]
    assert rows[1]["kl"] == "inf"


def test_compare_takes_priors_one_by_one_and_by_its_old_name(files, run):
    ask = ("prior", "compare", *ASK, "--format", "json")
    once = run(*ask, "--prior", "levin,speed", "--prior", "Min(levin, simplicity)")
    assert [prior["name"] for prior in json.loads(once.stdout)["priors"]] == [
        *("levin", "speed", "Min(levin, simplicity)")
    ]
    old = run(*ask, "--priors", "levin,speed,Min(levin, simplicity)")
    assert old.stdout == once.stdout
    assert "Hint: --priors is now called --prior." in old.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prior", "levin"), "there is only 'levin' to compare"),
        (("--prior", "levin,levin"), "2 of the priors to compare have the name 'levin'"),
        (("--prior", "levin,,speed"), "names no prior between two commas"),
        (("--prior", "levin,speed", "--param", "T=3"), "--param 'T' belongs to none of the priors levin, speed"),
        (("--prior", "levin,circuit"), "reads the column 'gates'"),
    ],
)
def test_comparisons_that_cannot_be(options, words, files, run):
    assert words in run("prior", "compare", *ASK, *options, code=2).stderr


def test_depth(files, run):
    shown = run("prior", "depth", *ASK, "--significance", "0,8", "--prior", "speed", "--noise", 0.1).stdout
    assert "· prior speed (alpha=1) · noise 0.1 ·" in shown
    assert "shortest program" in shown
    facts = json.loads(
        run("prior", "depth", *ASK, "--top", "3", "--significance", "0,6,inf", "--format", "json").stdout
    )
    assert len(facts) == 3
    for fact in facts:
        assert list(fact["depth"]) == ["0", "6", "inf"]
        assert fact["depth"]["0"] >= fact["depth"]["6"] >= fact["depth"]["inf"] >= 1
    rows = table(run("prior", "depth", *ASK, "--format", "csv").stdout)
    assert list(rows[0]) == ["program", "role", "mass", "length", "depth_0", "depth_4", "depth_8", "depth_16"]
    assert "is no list of numbers" in run("prior", "depth", *ASK, "--significance", "0,x", code=2).stderr
    assert (
        "significance -1.0 is no number of bits" in run("prior", "depth", *ASK, "--significance", "-1", code=2).stderr
    )
