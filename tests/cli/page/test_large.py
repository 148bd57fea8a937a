"""A page on a census of over 10^6 rows: its size, and how soon a slider answers. And what axe-core finds on a page."""

import shutil
import statistics
import subprocess

import numpy as np
import pytest

from mesaprior.cli.page.assembly import page_of
from mesaprior.hypotheses.census import census_from_groups
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.texts import Texts
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.page.content import page_content
from mesaprior.inference.request import Question
from mesaprior.priors.prior import make_prior
from tests.cli.page.conftest import LANGUAGE, Opened, log_of

MOVE = """
const [key, low, high, done] = arguments;
const slider = document.getElementById(key);
const found = [];
function go() {
  if (found.length === 15) return done(found);
  slider.value = low + ((high - low) * found.length) / 15;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => requestAnimationFrame(() => {
    found.push(Number(document.documentElement.dataset.milliseconds));
    setTimeout(go, 30);
  }));
}
go();
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Return a page on a made-up census whose rows have hardly anything in common: the worst case."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "log.csv").write_text(log_of(64))
    (folder / "mine.toml").write_text(LANGUAGE)
    log, space = read_log(str(folder / "log.csv")), TermSpace(read_language(str(folder / "mine.toml")), 18)
    draw = np.random.default_rng(1)
    B, G = 100_000, 1_050_000
    times = np.floor(2 ** draw.uniform(0, 20, G)).astype(np.int64)
    flags = (draw.random((B, 4)) < 0.2).astype(np.uint8) * np.array([1, 1, 0, 0], dtype=np.uint8)
    census = census_from_groups(
        space="terms",
        n_actions=3,
        predictions=draw.integers(0, 3, (B, len(log.situations))).astype(np.int8),
        flags=flags,
        witness=Texts.of(f"(dist p {k})" for k in range(B)),
        behaviour_id=np.concatenate([np.arange(B), draw.integers(0, B, G - B)]),
        # So long that their mass is less than what the language has.
        columns={"length": draw.integers(60, 96, G), "time": times, "infer_time": times},
        count=np.floor(2 ** draw.uniform(0, 20, G)).astype(np.uint64),
        row_cell=log.row_situation,
    )
    assert len(census.count) > 10**6
    prior = make_prior("simplicity")
    question = Question(log=log, space=space, is_default_language=False, census=census)
    content = page_content(question, Analysis(census, log, prior, space=space), prior)
    (folder / "page.html").write_text(page_of(content), encoding="utf-8")
    return folder / "page.html"


@pytest.mark.slow
def test_a_page_on_a_million_rows_is_small_and_quick(driver, large):
    assert large.stat().st_size < 5e6
    page = Opened(driver, large)
    page.wait("document.documentElement.dataset.phase == 'done'")
    assert "rounded" in page.text("notes")
    for key, low, high in (("weight", 0.5, 2), ("alpha", 0, 4), ("temperature", -1, 1), ("a", -3, 5), ("p", 0, 7)):
        took = driver.execute_async_script(MOVE, key, low, high)
        assert statistics.median(took) < 100, (key, took)


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """Return the script of axe-core."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here, which installs axe-core")
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run([npm, "install", "--no-audit", "--no-fund", "axe-core"], cwd=folder, check=True, capture_output=True)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


PLACES = {
    "one log": ("walks", "page.html", "document.documentElement.dataset.phase == 'done'"),
    "people": ("crowd", "page.html", "document.documentElement.dataset.people == 'done'"),
    "a person": ("crowd", "page.html#person=Fay", "document.documentElement.dataset.phase == 'done'"),
    "claims": ("ledger", "claims.html", "true"),
}
"""What is looked at: the folder, the page in it, and when it is ready."""


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(driver, axe, request, place, scheme):
    folder, file, is_ready = PLACES[place]
    wanted = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
    driver.set_script_timeout(180)
    try:
        name, _, fragment = file.partition("#")
        page = Opened(driver, request.getfixturevalue(folder) / name)
        if fragment:
            page.run("location.hash = arguments[0]", fragment)
        page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.settle()
        page.wait(is_ready)
        page.run(axe)
        found = driver.execute_async_script("const done = arguments[0]; axe.run().then(done)")["violations"]
        assert not [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found]
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
