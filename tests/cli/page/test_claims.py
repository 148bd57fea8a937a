"""The page of claims: sliders tell what was kept of each world, texts are texts, and pictures stand alone."""

import pytest

from mesaprior.inference.claims.registry import CLAIMS, claim
from tests.cli.page.conftest import HOSTILE, MEASURED, OTHER_RULE, Opened, report_of
from tests.cli.page.hostile import names

RIGHT = ("ArrowRight", 39)


@pytest.fixture(scope="module")
def page(driver, ledger):
    return Opened(driver, ledger / "claims.html")


def move(page, name, parameter, value):
    """Choose a parameter and the place of its value, and return what is told."""
    page.run(
        "const [name, parameter, value] = arguments;"
        "const choice = document.getElementById(`parameter-${name}`);"
        "const place = [...choice.options].find((one) => one.textContent.split(' ')[0] === parameter);"
        "choice.value = place.value; choice.dispatchEvent(new Event('change'));"
        "const slider = document.getElementById(`value-${name}`);"
        "slider.value = value; slider.dispatchEvent(new Event('input'));",
        name,
        parameter,
        value,
    )
    return page.text(f"told-{name}")


@pytest.mark.parametrize("name", [MEASURED, OTHER_RULE, HOSTILE])
def test_sliders_tell_what_was_kept(page, name):
    report = report_of(name)
    for found in report["sensitivity"]:
        for place, (share, median) in enumerate(zip(found["shares"], found["medians"], strict=True)):
            told = move(page, name, found["parameter"], place)
            percent = float(told.split("holds in ")[1].split(" %")[0])
            assert percent == pytest.approx(100 * share, abs=0.06)
            shown = told.split("median margin is ")[1].split(". ")[0].rstrip(".").replace("Infinity", "inf")
            assert float(shown) == pytest.approx(float(median), rel=1e-3)
            at_base = found["values"][place] == found["base"]
            assert (", the base," in told) == at_base
            if at_base and name == MEASURED:
                assert f"worlds: {report['verdict']}" in told
    # A rule that became a hostile name is no rule that the page knows.
    assert ("another rule" in told) == (name != MEASURED)
    assert not page.errors()


def test_a_slider_moves_by_keyboard_and_the_margins_are_drawn(page):
    page.run("document.querySelector(`[data-chart=live-${arguments[0]}]`).scrollIntoView()", MEASURED)
    first = move(page, MEASURED, "alpha", 0)
    page.run("document.getElementById(`value-${arguments[0]}`).focus()", MEASURED)
    page.press(*RIGHT)
    page.settle()
    assert page.text(f"told-{MEASURED}") != first
    page.wait(f"document.querySelectorAll('[data-chart=live-{MEASURED}] path').length > 30")


def test_numbers_are_copied_and_pictures_stand_alone(page):
    page.run(
        "window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); };"
        "window.made = []; const make = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => { blob.text().then((text) => window.made.push(text)); return make(blob); };"
        "HTMLAnchorElement.prototype.click = () => {};"
        "for (const button of document.querySelectorAll('main button')) button.click();"
    )
    n_panels = sum(len(report_of(name)["figure"]["panels"]) for name in (MEASURED, OTHER_RULE, HOSTILE))
    page.wait(f"window.made.length == {n_panels + 3} && window.copied.length == 10")
    for picture in page.run("return window.made"):
        assert picture.startswith("<svg")
        assert "var(--" not in picture
    texts = page.run("return window.copied")
    margins = [text for text in texts if text.startswith("parameter,value,world,margin\n")]
    last = report_of(MEASURED)["worlds"]["number"] - 1
    assert sum(f"\nalpha,0,{last}," in text for text in margins) >= 1
    # Without its table a claim has medians only.
    assert sum("\nalpha,0,median," in text for text in margins) == 1
    verdicts = next(text for text in texts if text.startswith("claim,edition,verdict,"))
    report = report_of(MEASURED)
    assert f"{MEASURED},{report.get('edition', 1)},{report['verdict']},{report['share']:g}" in verdicts
    figure = [text for text in texts if text.startswith("panel,kind,label,x,y,")]
    n_panels = len(report_of(MEASURED)["figure"]["panels"])
    assert any(text.count(f"\n{n_panels},phases,") == 6 for text in figure)


def test_texts_of_a_report_are_texts(page, ledger):
    assert page.run("return window.harmed") is None
    made = "img, iframe, section script, section style, b, [onerror], [onload], [onfocus], [onmouseover]"
    assert page.run("return document.querySelectorAll(arguments[0]).length", made) == 0
    assert page.run("return document.querySelectorAll('script').length") == 4
    shown = page.run("return document.querySelector(`#${arguments[0]}`).closest('section').textContent", HOSTILE)
    for name in names(30):
        assert " ".join(name.split()) in " ".join(shown.split()), name
    text = (ledger / "claims.html").read_text(encoding="utf-8")
    assert len(text) < 5e6
    assert text.count("<script") == text.count("</script") == 4
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    assert page.run("return document.querySelector('meta[http-equiv]').content").startswith(
        "default-src 'none'; script"
    )


def test_the_page_says_which_figures_are_live_and_what_is_not_tested(page):
    body = page.run("return document.body.textContent")
    assert "It begins with a parameter of the prior for" in body
    assert claim(MEASURED).untested in body
    first = page.run("return document.getElementById(`parameter-${arguments[0]}`).options[0].textContent", OTHER_RULE)
    # The alpha of the top set is a share of mass; its prior has a slowness.
    assert first == "slowness (of the prior)"
    assert all(claim(name).untested for name in CLAIMS)


def test_nothing_is_wider_than_a_narrow_window(page):
    size = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.settle()
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize(
    ("folder", "out", "told"),
    [
        ("nowhere", "page.html", "is no folder"),
        (".", "page.html", "holds no report of a claim"),
        (".", "page.txt", "give a name that ends so"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, monkeypatch, run, folder, out, told):
    monkeypatch.chdir(tmp_path)
    assert told in run("claims", "report", folder, "--out", out, code=2).stderr
    assert not (tmp_path / out).exists()
