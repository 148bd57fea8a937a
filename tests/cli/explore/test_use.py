"""The served page in a browser: a formula is typed, sliders are moved, another census is chosen."""

import json

import pytest

from tests.cli.explore.conftest import MAX_BITS, serving
from tests.cli.page.conftest import Opened
from tests.cli.page.conftest import driver as driver

ONLINE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


class Served(Opened):
    """The page of a server, open in the browser."""

    def __init__(self, driver, address):
        self.driver = driver
        driver.get("about:blank")
        driver.get_log("browser")
        driver.get(address)
        self.settle()

    def settle(self):
        """Wait until the server has answered where the page stands."""
        super().settle()
        self.wait(
            "document.documentElement.dataset.ready == 'yes' && !document.querySelector('main[aria-busy]')"
            " && document.querySelector('#census')"
        )

    def type(self, place, text):
        """Type a text into a field, and leave it."""
        self.run(
            "const place = document.getElementById(arguments[0]); place.value = arguments[1];"
            "place.dispatchEvent(new Event('change', { bubbles: true }));",
            place,
            text,
        )
        self.settle()

    def row(self, n):
        """Return all numbers after n training rows, as exact texts."""
        self.run("document.getElementById('numbers').open = true")
        self.wait("document.getElementById('numbers-along-n')")
        return self.table("#numbers-along-n")[n]


@pytest.fixture(scope="module")
def online(driver):
    """Let the browser reach servers of this machine, which pages from disk are kept from."""
    before = ONLINE | {"offline": True, "downloadThroughput": 0, "uploadThroughput": 0}
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", ONLINE)
    yield driver
    driver.get("about:blank")
    driver.execute_cdp_cmd("Network.emulateNetworkConditions", before)


@pytest.fixture(scope="module")
def opened(online, client):
    """Open the page once for the tests of this module."""
    return Served(online, client.guard.address)


@pytest.fixture
def page(opened):
    """Return the page with all sliders where they stood first, and no formula."""
    opened.run("document.getElementById('reset').click()")
    opened.settle()
    opened.errors()
    return opened


def check(page, told, n=30):
    """Check that the page tells what the server does, to the bit: numbers along n, the leader, the later rows."""
    row = page.row(n)
    assert float(row["log2_odds"]) == float(told["log2_odds"][n])
    assert float(row["planner"]) == told["mass"]["planner"][n]
    assert float(row["log2_evidence"]) == told["log2_evidence"][n]
    leader = page.table("#leading-table")[0]
    assert (leader["program"], float(leader["mass"])) == (told["leading"][0]["text"], told["leading"][0]["mass"])
    ledger = [float(line["bits"]) for line in page.table("#ledger")]
    assert sum(ledger[:-1]) == pytest.approx(ledger[-1], abs=1e-9)
    later = page.table("#prediction-table")
    assert {float(line["p(2)"]) for line in later} <= {chances[2] for chances in told["predictions"]}
    assert not page.errors()


def test_sliders_ask_the_server(page, client):
    check(page, client.ask())
    page.set("alpha", 1.75)
    page.set("p", 12)
    check(page, client.ask("2**(-(length + 1.75*log2(time)))", n=12), n=12)
    page.set("kind", "fixed")
    page.set("eps", 0.125)
    check(page, client.ask("2**(-(length + 1.75*log2(time)))", noise="0.125", n=12), n=12)


def test_a_formula_that_is_typed_stands_in_for_the_sliders(page, client):
    page.type("typed-formula", "2**-length / (1 + time)**beta")
    assert "beta=VALUE" in page.text("formula-told")
    assert page.run("return document.getElementById('typed-formula').getAttribute('aria-invalid')") == "true"
    # A refusal is no mistake of the page; the browser tells of it all the same.
    assert all("422" in message for message in page.errors())
    page.type("typed-parameters", "beta=1.5")
    told = client.ask("2**-length / (1 + time)**beta", parameters={"beta": 1.5})
    check(page, told)
    assert page.text("formula") == "2**-length / (1 + time)**beta, beta=1.5"
    assert not page.run("return document.getElementById('alpha-control').checkVisibility()")
    assert "--prior '2**-length / (1 + time)**beta' --param beta=1.5 --noise" in page.text("command")
    assert not page.run("return document.getElementById('phases').checkVisibility()")
    page.type("typed-parameters", "beta")
    assert "beta has no number" in page.text("formula-told")
    page.type("typed-parameters", "")
    page.errors()
    page.type("typed-formula", "2**-length * time**-alpha")
    page.set("alpha", 3)
    check(page, client.ask("2**-length * time**-alpha", parameters={"alpha": 3}))
    assert page.run("return document.getElementById('phases').checkVisibility()")


@pytest.mark.parametrize("formula", ["", "2**-length / (1 + time)**alpha"])
def test_the_phase_diagram_is_that_of_the_full_census(formula, page, client):
    if formula:
        page.type("typed-formula", formula)
    page.run("window.copied = ''; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    # Until all of it is there, there is nothing to copy but the header.
    page.wait("(document.querySelector('[data-copy=phase]').click(), copied.length > 99)")
    odds = {tuple(line.split(",")[:2]): line.split(",")[2] for line in page.run("return copied").splitlines()[1:]}
    assert len(odds) == 33 * 31
    for alpha in (0, 2.25):
        told = client.ask(formula or f"2**(-(length + {alpha}*log2(time)))", parameters={"alpha": alpha})
        mine = [float(odds[f"{alpha}", f"{n}"]) for n in range(31)]
        assert mine == pytest.approx([float(bits) for bits in told["log2_odds"]], rel=1e-12, abs=1e-12, nan_ok=True)


def test_what_is_no_formula_is_told_as_text(page):
    before = page.text("paragraph")
    page.type("typed-formula", "2**-length * <img src=x onerror=harmed=1>")
    assert "expected a number" in page.text("formula-told")
    assert page.text("paragraph") == before
    assert page.run("return window.harmed") is None
    assert page.run("return document.querySelectorAll('#controls img').length") == 0
    page.type("typed-formula", "")
    assert page.text("formula-told") == ""
    assert all("422" in message for message in page.errors())


def test_the_address_keeps_the_formula(page, client):
    page.type("typed-formula", "levin/2 + simplicity/2")
    page.wait("location.hash.includes('formula=levin')")
    address = page.run("return location.href")
    again = Served(page.driver, address)
    check(again, client.ask("levin/2 + simplicity/2"))
    wrong = Served(page.driver, address.replace("formula=levin", "formula=levni"))
    assert "levni" in wrong.text("paragraph")
    assert "levni" in wrong.text("formula-told")


def test_any_behaviour_is_taken_apart(page):
    page.run("document.querySelectorAll('#leading-table button')[3].click()")
    page.settle()
    chosen = page.table("#leading-table")[3]["program"]
    assert page.run("return document.querySelector('#program code').textContent") == chosen
    assert len(page.table("#situations")) >= 16
    assert not page.errors()


def test_another_census_of_the_store_is_chosen(online, client, walks, run, monkeypatch, store):
    monkeypatch.chdir(walks)
    for bits in (MAX_BITS, 10):
        run("census", "log.csv", "--language", "mine.toml", "--max-bits", bits)
    # Censuses of other logs do not answer for this one.
    (walks / "other.csv").write_text("p,c,action\n0,1,0\n1,2,1\n")
    run("census", "other.csv", "--max-bits", "9")
    lines = [choice["line"] for choice in json.loads(client.send("GET", "/censuses")[2])]
    assert [line.split(" programs")[0].rpartition(", ")[0] for line in lines[:2]] == [
        f"terms, mine.toml, {bits} bits" for bits in (MAX_BITS, 10)
    ], lines
    assert len(lines) == 2
    page = Served(online, client.guard.address)
    short = page.run("return document.querySelectorAll('#census option')[1].value")
    page.run("document.getElementById('census').value = arguments[0];", short)
    page.run("document.getElementById('census').dispatchEvent(new Event('change'))")
    page.wait("location.search.includes('census=') && document.querySelector('#census')")
    page.settle()
    check(page, client.ask(census=short))
    assert client.ask(census=short)["log2_odds"] != client.ask()["log2_odds"]
    assert "no such census" in client.ask(census="0" * 64, code=422)["error"]
    client.server.censuses._others.cache_clear()
    monkeypatch.setattr("mesaprior.cli.explore.censuses.available_memory", lambda: 1)
    assert "GB of memory" in client.ask(census=short, code=422)["error"]


def test_a_server_that_is_gone_is_told(online, walks):
    with serving(walks, prior="2**-length / (1 + time)") as other:
        page = Served(online, other.guard.address)
        check(page, other.ask("2**-length / (1 + time)"))
        page.type("typed-formula", "levin")
        check(page, other.ask("levin"))
        page.run("document.getElementById('reset').click()")
        page.settle()
        check(page, other.ask("2**-length / (1 + time)"))
        assert "nothing is merged" in page.text("notes")
    page.type("typed-formula", "levin")
    page.wait("document.getElementById('formula-told').textContent.includes('was stopped')")
