"""A space of somebody else's package, installed by an entry point, does at the command line what our own ones do."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tests" / "third_party" / "lists"
PAGE = ROOT / "docs" / "how-to" / "own-space.md"
ROWS = ROOT / "tests" / "golden" / "inputs" / "bits.csv"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder of packages with this one in it, and another that is broken, as an installer leaves them."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE / "mesaprior_lists", site / "mesaprior_lists")
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    installed = {
        project["name"]: project["entry-points"]["mesaprior.spaces"],
        "broken": {"broken": "no_such_package.describe:Nothing", "terms": "no_such_package.describe:Terms"},
    }
    for name, points in installed.items():
        facts = site / f"{name.replace('-', '_')}-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = "".join(f"{point} = {value}\n" for point, value in points.items())
        (facts / "entry_points.txt").write_text(f"[mesaprior.spaces]\n{lines}")
    return site


@pytest.fixture
def run(site, tmp_path):
    """Return what runs a command, or Python, in a folder with a log."""
    (tmp_path / "bits.csv").write_text(ROWS.read_text())
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(site)]),
        "MESAPRIOR_STORE": str(tmp_path / "store"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run(*arguments, code=0, python=("-m", "mesaprior"), is_installed=True):
        done = subprocess.run(
            [sys.executable, *python, *map(str, arguments)],
            cwd=tmp_path,
            env=environment if is_installed else environment | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


LISTS = ("bits.csv", "--space", "lists", "--max-rules", "2")
N_LISTS = 2 * (1 + 8 + 8**2)
"""Two actions, and eight rules: two features with two values each, and an action."""


def test_infer(run):
    answer = json.loads(run("infer", *LISTS, "--prior", "2**-length / (1 + rules)", "--format", "json").stdout)
    assert answer["provenance"]["space"] == "lists"
    assert answer["provenance"]["bounds"] == {"max_rules": 2}
    assert answer["top"][0]["program"] == "x1=0:0; else 1"
    shown = run("infer", *LISTS).stdout
    assert f"{N_LISTS} decision lists counted" in shown
    assert "Decision lists beyond the bound hold 12.5 % of the prior mass 2^-length" in shown
    assert "mesaprior prior compare bits.csv --space lists --max-rules 2" in shown


def test_why(run):
    ask = ("why", "x1=0:0; else 1", "--log", "bits.csv", "--space", "lists", "--format", "json")
    found = json.loads(run(*ask, "--prior", "2**-length * rules").stdout)
    assert [found[name] for name in ("length", "time", "rules", "verdict", "hits")] == [6.0, 2, 1, "faithful", 8]
    assert found["log2_prior"] == -6.0
    assert "faithful · length 6 · time 2" in run(*ask[:-2]).stdout
    assert "is no decision list; write" in run("why", "x1", *ask[2:], code=1).stderr


def test_census_is_kept_and_answers(run):
    assert f"Counted {N_LISTS} decision lists" in run("census", *LISTS, "--out", "counted").stderr
    assert "holds this census already" in run("census", *LISTS, "--out", "counted").stderr
    assert run("store", "verify", "counted").stdout == "counted: all is well.\n"
    assert "max rules 2" in run("store", "show", "counted").stdout
    asked = [json.loads(run("infer", *source, "--format", "json").stdout) for source in (["counted"], LISTS)]
    assert asked[0]["log2_odds_verdict"] == asked[1]["log2_odds_verdict"]
    refused = run("census", *LISTS, "--shards", "2", "--out", "other", code=2).stderr
    assert "--shards does not go with --space lists" in refused


def test_a_census_outlives_its_package(run):
    run("census", *LISTS, "--out", "counted")
    shown = run("store", "show", "counted", is_installed=False).stdout
    assert "│ bounds      │ max rules 2" in shown
    assert f"{N_LISTS} programs" in shown
    assert run("store", "verify", "counted", is_installed=False).stdout == "counted: all is well.\n"
    refused = run("infer", "counted", code=1, is_installed=False).stderr
    assert "'lists' is no hypothesis space; there are terms, turing, circuits, networks, generators." in refused


def test_plan(run):
    rows = csv.reader(io.StringIO(run("plan", *LISTS, "--format", "csv").stdout))
    assert [*rows] == [["length", "count"], ["2.0", "2"], ["6.0", "16"], ["10.0", "128"]]


def test_compare_spaces(run):
    ask = ("compare-spaces", "bits.csv", "--spaces", "lists,circuits", "--max-rules", "2", "--max-gates", "2")
    found = json.loads(run(*ask, "--prior", "lists:2**-length / (1 + rules)", "--format", "json").stdout)
    assert [(one["space"], one["functions"]) for one in found["spaces"]] == [("lists", 14), ("circuits", 16)]
    assert found["shared_functions"] == 14


def test_options_belong_to_their_space(run):
    assert "--max-rules goes with --space lists" in run("infer", "bits.csv", "--max-rules", "2", code=2).stderr
    assert "--max-gates goes with --space circuits" in run("infer", *LISTS, "--max-gates", "2", code=2).stderr
    reads = run("infer", "bits.csv", "--max-bits", "8", "--prior", "2**-rules", code=2).stderr
    assert "reads the column 'rules', which the space 'terms' does not count" in reads
    helped = run("infer", "--help").stdout
    assert "--max-rules R" in helped
    assert "generators, broken or lists" in " ".join(helped.split())


def test_a_broken_package_is_in_nobodys_way(run):
    assert run("plan", "bits.csv", "--max-bits", "8", "--format", "csv").stdout.startswith("length,count")
    refused = run("plan", "bits.csv", "--space", "broken", code=1).stderr
    assert "'broken' cannot be loaded from no_such_package.describe:Nothing" in refused


def test_the_space_passes_the_checks_of_every_space(run):
    run(
        "import mesaprior as mp; from mesaprior_lists.space import ListSpace\n"
        "for r in range(4): mp.check_space(ListSpace(r), mp.read_log('bits.csv'))",
        python=("-c",),
    )


def test_the_page_shows_this_package():
    page = PAGE.read_text()
    for file in ("pyproject.toml", "mesaprior_lists/describe.py", "mesaprior_lists/space.py"):
        text = (PACKAGE / file).read_text()
        assert f"```{'toml' if file.endswith('toml') else 'python'}\n{text}```" in page, file


def test_the_commands_of_the_page_run(run):
    page = PAGE.read_text()
    (commands,) = re.findall(r"```console\n(.*?)```", page, flags=re.DOTALL)
    for line in commands.splitlines():
        assert line.startswith("mesaprior ")
        run(*shlex.split(line)[1:])
    check = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)[-1]
    assert "check_space" in check
    run(check, python=("-c",))
