"""What a page lets nobody do: names are texts, nothing is fetched, and no script but its own runs."""

import csv
import io
import json
import re

import pytest

from tests.cli.page.conftest import Opened
from tests.cli.page.hostile import names

N_NAMES = 200


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return a page on a log whose values, actions, people and file name are 200 hostile names."""
    from click.testing import CliRunner

    from mesaprior.cli.main import main

    folder = tmp_path_factory.mktemp("hostile")
    found = names(N_NAMES)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["who", "seen", "action", "rival", "split"])
    for k, name in enumerate(found):
        is_training = k < N_NAMES // 2
        writer.writerow(
            [name, name, found[k % 3], "" if is_training else found[1], "train" if is_training else "deploy"]
        )
    log = folder / "<img src=x onerror=harmed=1>.csv"
    log.write_text(table.getvalue(), encoding="utf-8")
    page = folder / "page.html"
    result = CliRunner().invoke(main, ["report", str(log), "--by", "who", "--max-bits", "8", "--out", str(page)])
    assert result.exit_code == 0, result.output
    return page


def test_hostile_names_are_texts_everywhere(driver, hostile):
    page = Opened(driver, hostile)
    page.wait("document.documentElement.dataset.phase == 'done'")
    seen = set(
        page.run("return [...document.querySelectorAll('#situations td:first-child')].map((td) => td.textContent)")
    )
    assert {name.strip() for name in names(N_NAMES)} <= {text.strip() for text in seen}
    assert page.text("source") == "<img src=x onerror=harmed=1>.csv"
    page.wait("document.documentElement.dataset.people == 'done'")
    check_people(page)
    assert page.run("return window.harmed") is None
    made = "img, iframe, td script, td svg, td b, [onerror], [onload], [onfocus], [onmouseover]"
    assert page.run("return document.querySelectorAll(arguments[0]).length", made) == 0
    assert page.run("return document.querySelectorAll('script').length") == 4
    assert not page.errors()


def check_people(page):
    """Check that half of the names are people on the strip, and the others, without a training row, are left out."""
    shown = page.run("return [...document.querySelectorAll('#people-strip .who')].map((one) => one.textContent.trim())")
    people = [name.strip() for name in names(N_NAMES)]
    assert set(shown) == set(people[: N_NAMES // 2])
    left_out = page.text("people-together")
    assert all(name in left_out for name in people[N_NAMES // 2 :])
    page.run("document.querySelectorAll('#people details').forEach((one) => { one.open = true; })")
    for name in people[:3]:
        page.run(
            "[...document.querySelectorAll('#people-strip .person')]"
            ".find((one) => one.querySelector('.who').textContent === arguments[0]).click()",
            name,
        )
        page.settle()
        assert page.text("source").endswith(f", {name}")
        assert name in page.text("whose")
        page.wait(f"decodeURIComponent(location.hash.replaceAll('+', ' ')).includes({json.dumps(name)})")
    page.run("document.getElementById('all-people').click()")


def test_the_file_itself_holds_no_markup_of_a_name(hostile):
    text = hostile.read_text(encoding="utf-8")
    assert len(re.findall(r"<script", text)) == len(re.findall(r"</script", text)) == 4
    assert "onerror" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_nothing_is_fetched_and_no_other_script_runs(page):
    policy = page.run("return document.querySelector('meta[http-equiv]').content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "script-src 'unsafe-inline'" not in policy
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    page.run(
        "const script = document.createElement('script'); script.textContent = 'window.harmed = 1';"
        "document.body.append(script);"
    )
    assert page.run("return window.harmed") is None
    assert any("Content Security Policy" in message for message in page.errors())


def test_the_page_names_no_address_but_those_of_standards(walks):
    text = (walks / "page.html").read_text(encoding="utf-8")
    assert set(re.findall(r"https?://([\w.]+)", text)) <= {"www.w3.org", "vega.github.io", "github.com", "json"}
    assert not re.findall(r"(?:src|href)=[\"']?[^#\"'\s]", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
