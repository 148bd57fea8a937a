"""The site is built without a warning, and readers find what they look for."""

import json
import re
import subprocess
import sys

import pytest

import mesaprior
from mesaprior.cli.main import COMMANDS
from mesaprior.inference.glossary import GLOSSARY
from tests.docs.page import DOCS, PAGES


def test_every_public_name_has_a_place_in_the_reference():
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^   (\w+)$", page, flags=re.MULTILINE)
    assert sorted(listed) == sorted(mesaprior.__all__)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, as `make docs` does."""
    pytest.importorskip("furo", reason="make docs-check installs it")
    place = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "--doctree-dir", place / "doctrees"]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, DOCS, place / "html"], capture_output=True, text=True, check=False
    )
    assert (built.returncode, built.stderr) == (0, "")
    return place / "html"


@pytest.mark.slow
def test_every_page_is_there(site):
    assert all((site / page).with_suffix(".html").is_file() for page in PAGES)
    assert all((site / f"generated/commands/{name}.html").is_file() for name in COMMANDS)
    assert all((site / f"generated/api/mesaprior.{name}.html").is_file() for name in mesaprior.__all__)
    glossary = (site / "reference" / "glossary.html").read_text(encoding="utf-8")
    names = [name for term in GLOSSARY.values() for name in (term.name, *term.also) if name]
    assert glossary.count("<dt id=") == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("word", ["lesion", "rival", "odds", "erring", "sleeper", "advantage"])
def test_the_search_finds(site, word):
    from sphinx.search.en import SearchEnglish

    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    found = index["terms"][SearchEnglish({}).stem(word)]
    pages = [index["docnames"][number] for number in ([found] if isinstance(found, int) else found)]
    assert "reference/glossary" in pages


@pytest.mark.slow
def test_nothing_is_fetched(site):
    """No page loads a script, a style sheet, a font or a picture from elsewhere."""
    for page in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"""(?:src=|<link[^>]*href=|url\(|@import )["']?https?://[^"')\s>]+""", text), page
