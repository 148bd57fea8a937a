"""Every command and every piece of Python of the pages is run as it stands, and sessions show what is printed.

``DOCS=write pytest tests/docs/test_snippets.py`` writes what sessions show anew.
"""

import os
import shutil

import pytest

from tests.docs.page import DOCS, PAGES, ROOT, TYPED, Reader, blocks
from tests.test_how_to import made_up_choices

ELSEWHERE = {
    "explanation/turing.md": "tests/cli/test_strings_page.py",
    "how-to/new-claim.md": "tests/cli/test_claims.py",
    "how-to/own-space.md": "tests/cli/test_third_party.py",
    "how-to/own-world.md": "tests/docs/test_own_world.py",
    "how-to/people.md": "tests/test_how_to.py",
    "how-to/python.md": "tests/inference/test_analysis.py",
    "how-to/store.md": "tests/cli/test_store_page.py",
    "reference/compare-spaces.md": "tests/inference/test_spaces.py",
    "reference/networks.md": "tests/cli/test_networks_page.py",
    "reference/strings.md": "tests/cli/test_strings_page.py",
    "reference/sweep.md": "tests/cli/test_sweep_page.py",
    "reference/worlds.md": "tests/cli/test_worlds.py",
}
"""Pages whose blocks are run by a test that also looks at the results."""

FOLDERS = {
    "tutorial/first-log.md": "docs/tutorial",
}
"""Where the reader of a page stands, if not in the corridor. The other examples are at hand under `examples`."""


def tiny() -> dict[str, str]:
    """Return the example of the reference pages, and another log over its situations."""
    log, language = (block.text for block in blocks("reference/index.md") if block.kind in {"csv", "toml"})
    return {"tiny.csv": log, "tiny.toml": language, "other.csv": log.replace("deploy", "train")}


FILES = {
    "reference/census.md": tiny,
    "reference/log.md": tiny,
    "reference/people.md": lambda: {"raw.csv": made_up_choices()},
    "reference/prepare.md": lambda: {"raw.csv": made_up_choices()},
}
"""Files that a page takes for granted."""

FOLLOWED = [page for page in PAGES if page not in ELSEWHERE and any(block.is_run for block in blocks(page))]


def follow(page, is_slow, folder, monkeypatch):
    """Run the blocks of a page in a copy of its folder and return the page as it should be."""
    shutil.copytree(ROOT / FOLDERS.get(page, "examples/corridor"), folder, dirs_exist_ok=True)
    (folder / "examples").symlink_to(ROOT / "examples")
    for name, text in FILES.get(page, dict)().items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MESAPRIOR_STORE", str(folder / "store"))
    text = (DOCS / page).read_text(encoding="utf-8")
    reader = Reader()
    for block in blocks(page):
        if block.is_run and (is_slow or not block.is_slow):
            text = text.replace(f"```{block.kind}\n{block.text}```", f"```{block.kind}\n{reader.follow(block)}```", 1)
    return text


def check(page, text):
    if os.environ.get("DOCS") == "write":
        (DOCS / page).write_text(text, encoding="utf-8")
    assert (DOCS / page).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("page", FOLLOWED)
def test_the_page_can_be_followed(page, tmp_path, monkeypatch):
    check(page, follow(page, False, tmp_path, monkeypatch))


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in FOLLOWED if any(block.is_slow for block in blocks(page))])
def test_the_whole_page_can_be_followed(page, tmp_path, monkeypatch):
    check(page, follow(page, True, tmp_path, monkeypatch))


@pytest.mark.parametrize(("page", "test"), ELSEWHERE.items())
def test_pages_that_are_run_elsewhere_are(page, test):
    assert page.rpartition("/")[2] in (ROOT / test).read_text(encoding="utf-8")


def test_marks_say_what_they_mean():
    for page in PAGES:
        for block in blocks(page):
            assert block.mark == "" or block.mark == "slow" or block.mark.startswith("not run: "), (page, block.mark)
            assert block.mark == "" or block.kind in TYPED, (page, block.mark)
