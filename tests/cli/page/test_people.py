"""Many people on a page: each one's view tells the numbers of `infer --by --format json`, by mouse, key and address."""

import json

import pytest

from tests.cli.page.conftest import NAMES, Opened
from tests.cli.page.conftest import PEOPLE_ASKED as ASKED
from tests.cli.page.test_numbers import ROLES, VERDICTS, same

QUESTIONS = {
    "start": ({}, []),
    "others": (
        {"weight": 1.5, "alpha": 0.5, "temperature": 2.5, "kind": "fixed", "eps": 0.05},
        ["--prior", "2**(-(1.5*length + 0.5*log2(time))/2.5)", "--noise", "0.05"],
    ),
}
"""Where the sliders stand, and what asks the command line the same."""

ENTER, RIGHT, END = ("Enter", 13), ("ArrowRight", 39), ("End", 35)


@pytest.fixture(scope="module")
def opened(driver, crowd):
    """Open the page once for all tests."""
    page = Opened(driver, crowd / "page.html")
    page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    return page


@pytest.fixture
def page(opened):
    """Return the page with all sliders where they stood first, and nobody chosen."""
    opened.go()
    opened.run("document.getElementById('all-people').click()")
    opened.run("location.hash = ''")
    opened.settle()
    opened.errors()
    return opened


def settled(page):
    """Wait until everybody is worked out."""
    page.settle()
    page.wait("document.documentElement.dataset.people == 'done'")


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_view_tells_the_numbers_of_the_json(name, page, crowd, run, monkeypatch):
    settings, asked = QUESTIONS[name]
    monkeypatch.chdir(crowd)
    told = json.loads(run("infer", *ASKED, *asked, "--format", "json").stdout)["people"]
    assert [person["name"] for person in told] == list(NAMES)
    for person in told:
        page.go(**settings, person=person["name"])
        check_view(page, person)
    settled(page)
    for row, person in zip(page.table("#everybody"), told, strict=True):
        assert row["name"] == person["name"]
        assert same(row["log2_odds"], person["log2_odds"][-1])
        assert same(row["log2_odds_verdict"], person["log2_odds_verdict"][-1])
        assert same(row["log2_evidence"], person["log2_evidence"])
        assert same(row["mass"], person["top"][0]["mass"])
        assert all(same(row[role], person["mass"][role]) for role in ROLES)
    assert not page.errors()


def check_view(page, person):
    """Check what is told along a person's rows, of the leading programs and of the later rows."""
    rows = page.table("#numbers-along-n")
    assert len(rows) == person["training_rows"] + 1
    for n, row in enumerate(rows):
        assert same(row["log2_odds"], person["log2_odds"][n])
        assert same(row["log2_odds_verdict"], person["log2_odds_verdict"][n])
    assert same(rows[-1]["log2_evidence"], person["log2_evidence"])
    for role in ROLES:
        assert same(rows[-1][role], person["mass"][role])
        for verdict in VERDICTS:
            assert same(rows[-1][f"{role}, {verdict}"], person["mass_by_verdict"][role][verdict])
    leading = page.table("#leading-table")
    for mine, other in zip(leading, person["top"], strict=False):
        assert same(mine["mass"], other["mass"])
    known = {row["program"]: row for row in leading}
    shared = [other for other in person["top"] if other["program"] in known]
    assert len(shared) > 5
    for other in shared:
        row = known[other["program"]]
        assert (row["role"], row["verdict"], int(row["hits"])) == (other["role"], other["verdict"], other["hits"])
    check_predictions(page, person)


def check_predictions(page, person):
    """Check the chances on later rows, of which the page has each distinct one once, in the order of the log."""
    if not person["later_rows"]:
        assert "no later rows" in page.text("predictions")
        return
    mine = {tuple(row[f"p({action})"] for action in range(3)): row for row in page.table("#prediction-table")}
    assert sum(int(row["rows"]) for row in mine.values()) <= person["later_rows"]
    for chances in person["predictive"].values():
        assert any(all(same(x, y) for x, y in zip(found, chances, strict=True)) for found in mine)


def test_all_rows_as_one_log_stand_below_until_a_person_is_chosen(page, crowd, run, monkeypatch):
    monkeypatch.chdir(crowd)
    whole = json.loads(run("infer", "log.csv", "--drop", "who", *ASKED[3:], "--format", "json").stdout)
    first = page.table("#numbers-along-n")
    assert same(first[-1]["log2_odds"], whole["log2_odds"][-1])
    page.go(person="Dov", n=3)
    assert len(page.table("#numbers-along-n")) < len(first)
    assert "Dov" in page.text("whose")
    assert page.text("command").startswith("mesaprior infer LOG_OR_CENSUS --by who --prior")
    page.run("document.getElementById('all-people').click()")
    assert page.table("#numbers-along-n") == first
    assert page.run("return document.activeElement.dataset.person") is not None


def strip(page):
    """Return the names on the strip, in order."""
    return page.run("return [...document.querySelectorAll('#people-strip .who')].map((one) => one.textContent)")


def test_the_strip_is_sorted_and_searched(page):
    settled(page)
    assert strip(page) == list(NAMES)
    odds = {row["name"]: float(row["log2_odds"]) for row in page.table("#everybody")}
    page.set("people-sort", "odds")
    assert strip(page) == sorted(NAMES, key=odds.get, reverse=True)
    page.set("people-sort", "program")
    programs = [next(row["program"] for row in page.table("#everybody") if row["name"] == who) for who in strip(page)]
    assert len({k for k in range(1, 6) if programs[k] != programs[k - 1]}) == len(set(programs)) - 1
    page.set("people-sort", "name")
    search = "const place = document.getElementById('people-search'); place.value = arguments[0];"
    page.run(search + "place.dispatchEvent(new Event('input'));", "aY")
    assert strip(page) == ["Cay", "Fay"]
    page.run(search + "place.dispatchEvent(new Event('input'));", "")
    assert strip(page) == list(NAMES)


def test_a_person_is_chosen_by_keyboard_and_kept_by_the_address(page):
    settled(page)
    page.run("document.querySelector('#people-strip [tabindex=\"0\"]').focus()")
    page.press(*END)
    page.press(*ENTER)
    page.settle()
    assert page.text("source") == "log.csv, Fay"
    assert page.run("return document.querySelectorAll('#people-strip [aria-selected=true]').length") == 1
    page.wait("location.hash.includes('person=Fay')")
    page.go(person="Nobody")
    assert page.text("source") == "log.csv"


def test_no_tile_is_wider_than_the_page(page):
    settled(page)
    size = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.settle()
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_census_folder_needs_the_log_of_its_people(crowd, run, monkeypatch):
    monkeypatch.chdir(crowd)
    told = run("report", ".", "--by", "who", "--out", "other.html", code=2).stderr
    assert "--by needs the rows of each person" in told
