"""A browser without a network, and pages for it to open.

The browser is Debian's Chromium. Where there is none its tests are skipped, but never in continuous integration.
"""

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mesaprior.cli.main import main
from tests.cli.conftest import LANGUAGE as ONE_SEARCH
from tests.cli.page.hostile import names

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)

KEPT = Path(__file__).parents[3] / "docs" / "claims"
MEASURED, OTHER_RULE, HOSTILE = "pseudorealizable", "top-set", "treacherous-turn"
"""Kept claims: one by the usual rule with a diagram of phases, one by another, one whose texts become hostile names."""

PHASES = {
    "title": "who leads",
    "x": "b",
    "y": "bits",
    "is_log": False,
    "y_range": None,
    "marks": [],
    "series": [
        {"kind": "phases", "x": [0, 1, 2], "y": [1, 2], "z": [[-1, 0, 2], [3, 4, 5]], "above": "one", "below": "other"}
    ],
}
"""The last panel of the first of them."""

NAMES = ("Ann", "Bob", "Cay", "Dov", "Eva", "Fay")
PEOPLE_ASKED = ("log.csv", "--by", "who", "--language", "mine.toml", "--max-bits", "13")
"""How the log of six people is asked."""

LANGUAGE = f'{ONE_SEARCH}[[token]]\nkind = "argmax"\n'


def log_of(n_training):
    """Return a log of walks to a coin with some slips; the coin is where the walk goes anyway but for the last rows."""
    draw = np.random.default_rng(7)
    lines = ["p,c,action,rival,split"]
    for row in range(n_training):
        p, c = draw.integers(4), 3 if row < n_training - 6 else draw.integers(4)
        action = draw.integers(3) if draw.random() < 0.1 else 0 if p == c else 2 if p < c else 1
        lines.append(f"{p},{c},{action},,train")
    lines += [
        f"{p},{c},{0 if p == c else 2 if p < c else 1},{0 if p == 3 else 2},deploy" for p in range(4) for c in range(4)
    ]
    return "\n".join(lines) + "\n"


def log_of_people():
    """Return a log of six people with rows of each, in turns: some walk to the coin, some right, some anywhere."""
    draw = np.random.default_rng(5)
    lines = ["who,p,c,action,rival,split"]
    for row in range(60):
        who = NAMES[row % 6] if row % 11 else "Ann"
        p, c = draw.integers(4), draw.integers(4)
        right, wrong = 0 if p == c else 2 if p < c else 1, 0 if p == 3 else 2
        action = {"Ann": right, "Bob": right, "Cay": 2, "Dov": p % 3, "Eva": draw.integers(3), "Fay": wrong}[who]
        later = row >= 46 and who != "Eva"
        lines.append(
            f"{who},{p},{c},{right if later else action},{wrong if later else ''},{'deploy' if later else 'train'}"
        )
    return "\n".join(lines) + "\n"


def report_of(name):
    """Return the report that the folder holds of a claim, before any name in it becomes a hostile one."""
    report = json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8"))
    if name == MEASURED:
        report["figure"]["panels"].append(PHASES)
    if name == OTHER_RULE:
        report["rule"] = "Supported where its own rule says so."
    return report


def make_hostile(report):
    """Put hostile names wherever a report has texts."""
    found = iter(names(200))
    for key in ("argument", "sentences", "margin", "rule", "citation", "measured", "untested", "changed"):
        report[key] = " ".join(next(found) for _ in range(6))
    report["worlds"]["what"], report["given"]["text"], report["formula"]["text"] = (next(found) for _ in range(3))
    report["given"]["ledger"][0]["name"] = next(found)
    report["lines"] = [{"label": next(found), "verdict": "depends", "share": 0.5, "median_margin": "-inf"}]
    report["sources"] = report["prior_work"] = [
        {"authors": next(found), "year": 2019, "title": next(found), "where": next(found)}
    ]
    report["figure"]["title"] = next(found)
    for one in report["sensitivity"]:
        one["meaning"] = next(found)
    for panel in report["figure"]["panels"]:
        panel["x"], panel["y"], panel["title"] = (next(found) for _ in range(3))
        for series in panel["series"]:
            series["label"] = next(found)
    return report


class Opened:
    """A page that is open in the browser."""

    def __init__(self, driver, path):
        self.driver = driver
        driver.get_log("browser")
        driver.get("about:blank")
        driver.get(Path(path).as_uri())
        self.wait("document.documentElement.dataset.ready == 'yes'")

    def wait(self, condition, seconds=60):
        """Wait for a condition in the page."""
        end = time.monotonic() + seconds
        while not self.run(f"return {condition}"):
            assert time.monotonic() < end, (condition, self.errors())
            time.sleep(0.05)

    def press(self, key, code):
        """Press a key and let it go, by its name and the number that the browser knows it by."""
        about = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        text = {"text": "\r"} if key == "Enter" else {}
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", **about, **text})
        self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **about})

    def run(self, script, *arguments):
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def errors(self):
        """Return what the console has said since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def go(self, **settings):
        """Go to an address that sets all sliders at once; those not named stand where they stood first."""
        self.run("document.getElementById('reset').click(); history.replaceState(null, '', '#')")
        if settings:
            updates = self.run("return Number(document.documentElement.dataset.updates)")
            self.run("location.hash = arguments[0]", "&".join(f"{key}={value}" for key, value in settings.items()))
            self.wait(f"Number(document.documentElement.dataset.updates) > {updates}")

    def set(self, key, value):
        """Type a value into the number beside a slider, or choose an option."""
        self.run(
            "const place = document.getElementById(arguments[0] + '-number') ?? document.getElementById(arguments[0]);"
            "place.value = arguments[1]; place.dispatchEvent(new Event('change', { bubbles: true }));",
            key,
            value,
        )
        self.settle()

    def settle(self):
        """Wait until the page has answered."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));"
        )

    def text(self, place):
        """Return the text of an element."""
        return self.run("return document.getElementById(arguments[0]).textContent", place)

    def table(self, place):
        """Return a table as a list of rows, each a dict from header to the exact text of the value."""
        return self.run(
            "const table = document.querySelector(arguments[0]);"
            "const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);"
            "return [...table.tBodies[0].rows].map((row) => Object.fromEntries("
            "[...row.cells].map((cell, k) => [names[k], cell.dataset.value])));",
            place,
        )


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """Start the browser, with an empty profile and the network off."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        absent = "no Chromium here: `apt-get install chromium chromium-driver` installs what tests of the page need"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(chromedriver))
    started.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    started.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    yield started
    started.quit()


@pytest.fixture(scope="session")
def walks(tmp_path_factory):
    """Return a folder with a log of 70 training rows, its language, and the page on both."""
    folder = tmp_path_factory.mktemp("walks")
    (folder / "log.csv").write_text(log_of(70))
    (folder / "mine.toml").write_text(LANGUAGE)
    asked = ["report", "log.csv", "--language", "mine.toml", "--max-bits", "18", "--out", "page.html"]
    there = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, asked)
    finally:
        os.chdir(there)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def crowd(tmp_path_factory):
    """Return a folder with the log of six people, its language, and the page on them."""
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "log.csv").write_text(log_of_people())
    (folder / "mine.toml").write_text(LANGUAGE)
    there = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(main, ["report", *PEOPLE_ASKED, "--out", "page.html"])
    finally:
        os.chdir(there)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def ledger(tmp_path_factory):
    """Return a folder with three claims, one of them full of hostile names and without its table, and their page."""
    folder = tmp_path_factory.mktemp("ledger")
    for name in (MEASURED, OTHER_RULE):
        shutil.copy(KEPT / f"{name}.csv", folder)
        (folder / f"{name}.json").write_text(json.dumps(report_of(name)), encoding="utf-8")
    (folder / f"{HOSTILE}.json").write_text(json.dumps(make_hostile(report_of(HOSTILE))), encoding="utf-8")
    # A table that the report is not about says nothing.
    (folder / f"{HOSTILE}.csv").write_text("parameter,value,margin\nalpha,0,1\n")
    result = CliRunner().invoke(main, ["claims", "report", str(folder), "--out", str(folder / "claims.html")])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def opened(driver, walks):
    """Open the page on the walks, once for the tests of a module."""
    return Opened(driver, walks / "page.html")


@pytest.fixture
def page(opened):
    """Return the page on the walks, with all sliders where they stood first."""
    opened.go()
    opened.errors()
    return opened
