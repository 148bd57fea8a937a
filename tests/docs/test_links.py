"""Every link of the documentation leads to a file and to a heading that are there; no network is needed."""

import re

import pytest

from tests.docs.page import DOCS, FENCE, ROOT

MADE_BY_THE_BUILD = DOCS / "generated"
TEXTS = [
    ROOT / "README.md",
    *(
        path
        for place in ("docs", "examples", "benchmarks", "tests")
        for path in sorted((ROOT / place).rglob("*.md"))
        if MADE_BY_THE_BUILD not in path.parents
    ),
]
LINK = re.compile(r"\]\((?!\w+:)(?P<target>[^)\s]+)\)")
CODE = re.compile(r"`[^`\n]*`")


def prose(path):
    """Return a text without its code, in which brackets are no links."""
    return CODE.sub("", FENCE.sub("", path.read_text(encoding="utf-8")))


def anchors(path):
    """Return the anchors of the headings, as GitHub and MyST make them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    found = []
    for heading in re.findall(r"^#+ (.*?) *$", text, flags=re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return found


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(text):
    for link in LINK.finditer(prose(text)):
        path, _, anchor = link["target"].partition("#")
        target = (text.parent / path).resolve() if path else text
        assert target.exists(), link["target"]
        assert ROOT in target.parents, link["target"]
        if anchor:
            assert anchor in anchors(target), link["target"]


def test_a_link_that_leads_nowhere_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One two\n\n[a](gone.md) `[b](code.md)` [c](https://example.org) [d](#one-two) ![e](f.png)\n")
    assert [link["target"] for link in LINK.finditer(prose(page))] == ["gone.md", "#one-two", "f.png"]
    assert anchors(page) == ["one-two"]


def test_every_page_is_in_the_contents():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for folder in ("how-to", "explanation"):
        assert f"\n{folder}/*\n" in index
    reference = (DOCS / "reference" / "index.md").read_text(encoding="utf-8")
    for page in (DOCS / "reference").glob("*.md"):
        assert page.stem == "index" or f"\n{page.stem}\n" in reference + index.replace("reference/", ""), page
