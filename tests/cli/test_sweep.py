"""`mesaprior sweep`: the numbers of `infer`, tables, files, pictures, and what is refused."""

import csv
import io
import json

import pandas as pd
import pytest

from tests.cli.test_bad_input import one_sentence

LANGUAGE = ["--language", "mine.toml", "--max-bits", 15]


@pytest.fixture
def counted(files, run):
    run("census", "log.csv", *LANGUAGE, "--out", "counted")
    return "counted"


def test_each_cell_is_what_infer_says(counted, run):
    found = json.loads(
        run(
            "sweep",
            counted,
            "--prior",
            "speed",
            "--over",
            "alpha=0:2:1",
            "--over",
            "noise=0.05,0.2",
            "--format",
            "json",
        ).stdout
    )
    assert [axis["name"] for axis in found["axes"]] == ["alpha", "noise"]
    for i, alpha in enumerate((0, 1, 2)):
        for j, noise in enumerate((0.05, 0.2)):
            options = ["--prior", "speed", "--param", f"alpha={alpha}", "--noise", noise, "--format", "json"]
            one = json.loads(run("infer", counted, *options).stdout)
            for name in ("log2_odds", "log2_odds_verdict", "log2_evidence"):
                assert found[name][i][j] == pytest.approx(one[name][-1], abs=1e-9)
            for role, mass in one["mass"].items():
                assert found["mass"][role][i][j] == pytest.approx(mass[-1])
                for verdict, part in one["mass_by_verdict"][role].items():
                    assert found["mass_by_verdict"][role][verdict][i][j] == pytest.approx(part[-1])
                if one["misses"][role] != "nan":
                    assert found["misses"][role][i][j] == pytest.approx(one["misses"][role])
    assert found["provenance"]["noise"] == "swept"
    assert found["provenance"]["prior"]["parameters"] == {}


def test_the_long_table_as_csv_and_in_files(counted, run):
    options = ["--prior", "speed", "--over", "n=0:3:1", "--over", "alpha=0,0.5"]
    text = run("sweep", counted, *options, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["n"], row["alpha"]) for row in rows] == [(n, a) for n in "0123" for a in ("0.0", "0.5")]
    run("sweep", counted, *options, "--out", "cells.csv")
    run("sweep", counted, *options, "--out", "cells.parquet")
    from pathlib import Path

    assert Path("cells.csv").read_text() == text
    pd.testing.assert_frame_equal(pd.read_parquet("cells.parquet"), pd.read_csv("cells.csv"))


def test_the_table_of_one_axis(counted, run):
    text = run("sweep", counted, "--prior", "speed", "--over", "alpha=0:8:0.5").stdout
    for part in ("Of 17 cells", "alpha = 0", "optimizers : imitators", "later misses"):
        assert part in text
    assert (
        run("sweep", counted, "--over", "max_bits=3:15:3").stdout
        == run("sweep", counted, "--over", "max-bits=3:15:3").stdout
    )


def test_the_maps_of_more_axes(counted, run):
    options = ["--prior", "speed", "--over", "alpha=0:8:0.5", "--over", "noise=0.01:0.3:0.01"]
    text = run("sweep", counted, *options).stdout
    assert "optimizers over imitators" in text
    assert "noise ┃ alpha: 0 to 8" in text
    assert "n = 3" in run("sweep", counted, *options, "--over", "n=2,3").stdout


def test_the_lead_changes_where_the_signs_do(counted, run):
    found = json.loads(
        run("sweep", counted, "--over", "n=0:3:1", "--over", "noise=0.01,0.3", "--format", "json").stdout
    )
    odds = found["log2_odds"]
    want = {
        (noise, k)
        for j, noise in enumerate((0.01, 0.3))
        for k in range(1, 4)
        if all(isinstance(odds[i][j], float) for i in (k - 1, k)) and odds[k][j] * odds[k - 1][j] < 0
    }
    changes = [one for one in found["sign_changes"] if one["of"] == "optimizers over imitators"]
    assert {(one["at"]["noise"], one["after"]) for one in changes} == want


def test_a_log_is_counted_first(files, run):
    text = run(
        "sweep", "log.csv", *LANGUAGE, "--prior", "tempered", "--over", "temperature=0.5,1", "--format", "csv"
    ).stdout
    assert len(text.splitlines()) == 3


def test_machines_are_weighed_by_verdict(files, run):
    (files / "bits.csv").write_text("a,action,rival,split\n0,0,,train\n1,1,,train\n1,1,0,deploy\n")
    space = ["--space", "turing", "--states", 1, "--max-time", 20]
    text = run("sweep", "bits.csv", *space, "--prior", "speed", "--over", "alpha=0:2:1").stdout
    assert "defecting" in text
    assert "imitator" not in text


@pytest.mark.parametrize(
    "axes",
    [["alpha=0:8:0.5"], ["alpha=0:8:0.5", "noise=0.01:0.3:0.01"], ["noise=0.001:0.5:*1.5", "n=3", "alpha=0:4:1"]],
    ids=len,
)
def test_pictures(counted, run, files, axes):
    pytest.importorskip("matplotlib")
    options = [option for axis in axes for option in ("--over", axis)]
    run("sweep", counted, "--prior", "speed", *options, "--plot", "phases.png")
    assert (files / "phases.png").read_bytes()[:4] == b"\x89PNG"


def test_values_are_decimals(counted, run):
    found = json.loads(run("sweep", counted, "--over", "noise=0.1:0.5:0.1,0.05", "--format", "json").stdout)
    assert found["axes"][0]["values"] == [0.05, 0.1, 0.2, 0.3, 0.4, 0.5]
    found = json.loads(run("sweep", counted, "--over", "b=1:64:*2", "--format", "json").stdout)
    assert found["axes"][0]["values"] == [1, 2, 4, 8, 16, 32, 64]
    found = json.loads(run("sweep", counted, "--over", "b=1:1.99:0.33", "--format", "json").stdout)
    assert found["axes"][0]["values"] == [1, 1.33, 1.66, 1.99]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--over", "alpha"], ["'alpha'", "alpha=0:8:0.1"]),
        (["--over", "noise=0:1"], ["'0:1'", "start:stop:step"]),
        (["--over", "noise="], ["not understood"]),
        (["--over", "noise=0:0.5:0"], ["never ends"]),
        (["--over", "noise=0:0.5:-0.1"], ["never ends"]),
        (["--over", "b=0:8:*2"], ["above 0"]),
        (["--over", "b=1:8:*1"], ["never ends"]),
        (["--over", "noise=0.5:0.1:0.1"], ["before it starts"]),
        (["--over", "noise=0.1,0.1"], ["twice"]),
        (["--over", "noise=0:0.9:1e-9"], ["1,000,000"]),
        (["--over", "noise=nan"], ["'nan'"]),
        (["--over", "noise=0.5,1"], ["(A - 1)/A"]),
        (["--over", "noise=0.1", "--over", "noise=0.2"], ["2 times"]),
        (["--over", "n=0:9:1"], ["to 3"]),
        (["--over", "max_bits=3:30:3"], ["15 bits"]),
        (["--over", "alpha=0:1:0.001", "--over", "noise=0:0.9:0.0005", "--prior", "speed"], ["cells", "1,000,000"]),
        (["--over", "alpha=1"], ["'alpha'", "noise, a, b"]),
        (["--over", "alpha=1", "--prior", "speed", "--param", "alpha=2"], ["--param"]),
        (["--over", "noise=0.1", "--out", "cells.txt"], [".parquet"]),
        (["--over", "noise=0.1", "--out", "no/cells.csv"], ["no folder"]),
        (["--over", "noise=0.1", "--plot", "x.gif"], [".png"]),
        (["--over", "noise=0.1", "--plot", "x.png"], ["one or two axes"]),
        (["--over", "c=1", "--prior", "circuit"], ["gates"]),
    ],
)
def test_what_is_refused(counted, run, options, parts):
    one_sentence(run("sweep", counted, *options, code=2), *parts)


def test_one_noise_beside_several_is_refused(files, run):
    asked = ["log.csv", "--language", "mine.toml", "--max-bits", "8"]
    for command in (["sweep", *asked, "--over", "noise=0.1,0.2"], ["crossover", *asked, "--over", "noise=0.1:0.2"]):
        assert "leave one of the two out" in run(*command, "--noise", "0.1", code=2).stderr
        run(*command)


def test_cells_and_the_numbers_of_the_picture_may_ask_for_one_name(files, run):
    asked = ["log.csv", "--language", "mine.toml", "--max-bits", "8"]
    told = run("sweep", *asked, "--over", "n=0:3:1", "--out", "a.csv", "--plot", "a.svg").stderr
    assert "Its numbers are in a-numbers.csv." in told
    assert (files / "a.csv").read_text().startswith("n,")
