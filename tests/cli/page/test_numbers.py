"""The page in a browser tells the numbers of `infer --format json`, wherever its sliders stand."""

import json

import pytest

ROLES = ("imitator", "planner", "learner", "planner+learner")
VERDICTS = ("faithful", "defecting", "erring", "unjudged")

QUESTIONS = {
    "simplicity": ({}, ["--prior", "simplicity"]),
    "levin": ({"alpha": 1, "a": 30, "b": 1}, ["--prior", "levin", "--noise", "beta:30,1"]),
    "speed": (
        {"alpha": 2.35, "kind": "fixed", "eps": 0.05},
        ["--prior", "speed", "--param", "alpha=2.35", "--noise", "0.05"],
    ),
    "bounded": ({"bound": "hard", "T": 9}, ["--prior", "bounded", "--param", "T=9"]),
    "bounded_soft": (
        {"bound": "soft", "T": 40, "kind": "fixed", "eps": 0},
        ["--prior", "bounded_soft", "--param", "T=40", "--noise", "0"],
    ),
    "hot": (
        {"weight": 1.5, "alpha": 0.5, "temperature": 2.5, "a": 0.5, "b": 2},
        ["--prior", "2**(-(1.5*length + 0.5*log2(time))/2.5)", "--noise", "beta:0.5,2"],
    ),
}
"""Where the sliders stand, and what asks the command line the same."""


def number(value):
    """Return a number of the JSON or of the page, where infinite ones are words."""
    return float(value)


def same(mine, other):
    """Tell whether two numbers are equal to 1e-9; infinite ones exactly, and undefined ones are alike."""
    return number(mine) == pytest.approx(number(other), rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.fixture
def answered(walks, run, monkeypatch):
    """Return a function that gives the JSON of a question about the walks."""
    monkeypatch.chdir(walks)
    return lambda *asked: json.loads(
        run("infer", "log.csv", "--language", "mine.toml", "--max-bits", "18", "--format", "json", *asked).stdout
    )


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_page_tells_the_numbers_of_the_json(name, page, answered):
    settings, asked = QUESTIONS[name]
    told = answered(*asked)
    page.run("document.getElementById('numbers').open = true")
    page.go(**settings)
    page.wait("document.getElementById('numbers-along-n')")
    rows = page.table("#numbers-along-n")
    assert len(rows) == 71
    for n, row in enumerate(rows):
        check_row(row, n, told)
    lost = told["loses_at"]
    assert (f"at n = {lost}:" in page.text("paragraph")) == bool(lost)
    check_programs(page.table("#leading-table"), told)
    later = page.table("#prediction-table")
    assert len(later) == len(told["predictive"]) == 16
    for row, chances in zip(later, told["predictive"].values(), strict=True):
        assert all(same(row[f"p({action})"], chance) for action, chance in enumerate(chances))
    assert not page.errors()


def check_row(row, n, told):
    """Check the masses, odds and evidence after n rows."""
    assert int(row["n"]) == told["n"][n]
    for key in ("log2_odds", "log2_odds_verdict", "log2_evidence", "sleepers"):
        assert same(row[key], told[key][n]), (key, n)
    for role in ROLES:
        assert same(row[role], told["mass"][role][n]), (role, n)
        for verdict in VERDICTS:
            assert same(row[f"{role}, {verdict}"], told["mass_by_verdict"][role][verdict][n]), (role, verdict, n)
    for verdict in VERDICTS:
        assert same(row[verdict], sum(number(told["mass_by_verdict"][role][verdict][n]) for role in ROLES))


def check_programs(rows, told):
    """Check the leading programs; those of equal mass may stand in another order, so that few fall out at the end."""
    if told["top"][0]["mass"] == "nan":
        # Nothing is left, and no program leads.
        assert {row["mass"] for row in rows} == {"nan"}
        return
    for mine, other in zip(rows, told["top"], strict=False):
        assert same(mine["mass"], other["mass"])
    mine = {row["program"]: row for row in rows}
    shared = [other for other in told["top"] if other["program"] in mine]
    assert len(shared) > 6
    for other in shared:
        row = mine[other["program"]]
        assert (row["role"], row["verdict"]) == (other["role"], other["verdict"])
        assert [int(row[key]) for key in ("hits", "bits", "steps")] == [other["hits"], other["length"], other["time"]]


def test_the_command_on_the_page_gives_its_numbers(page, answered):
    page.go(weight=1.25, alpha=0.7, bound="hard", T=30, temperature=0.8)
    command = page.text("command")
    prior = command.split("--prior '")[1].split("'")[0]
    told = answered("--prior", prior, "--noise", command.split("--noise ")[1].split()[0])
    page.run("document.getElementById('numbers').open = true")
    page.wait("document.getElementById('numbers-along-n')")
    last = page.table("#numbers-along-n")[-1]
    assert same(last["log2_odds"], told["log2_odds"][-1])
    assert same(last["planner"], told["mass"]["planner"][-1])


def test_the_ledger_of_a_program_adds_up(page):
    page.go(alpha=1.5, bound="soft", T=50)
    rows = page.table("#ledger")
    *items, total = [number(row["bits"]) for row in rows]
    assert sum(items) == pytest.approx(total, abs=1e-9)
    mass = number(page.table("#leading-table")[0]["mass"])
    assert 2**total == pytest.approx(mass, rel=1e-9)
