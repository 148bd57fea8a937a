"""The page in use: by keyboard alone, at several widths, with its address, its CSV and its pictures."""

import pytest

SLIDERS = ("weight", "alpha", "temperature", "a", "b", "p")


TAB, ENTER, LEFT, RIGHT = ("Tab", 9), ("Enter", 13), ("ArrowLeft", 37), ("ArrowRight", 39)


def focused(page):
    """Return what tells the focused element from others."""
    return page.run(
        "const one = document.activeElement;"
        "return one.id || one.dataset.copyTable || one.dataset.program || one.dataset.save || one.dataset.copy ||"
        " one.getAttribute('aria-label') || one.tagName"
    )


def test_everything_is_reached_and_moved_by_keyboard(page):
    page.run("document.activeElement.blur()")
    order = []
    for _ in range(200):
        page.press(*TAB)
        place = focused(page)
        if place == "BODY" or (order and place == order[0]):
            break
        order.append(place)
        if place in SLIDERS:
            before = page.run("return document.getElementById(arguments[0]).value", place)
            page.press(*(LEFT if place == "p" else RIGHT))
            page.settle()
            assert page.run("return document.getElementById(arguments[0]).value", place) != before, place
    controls = [key for slider in SLIDERS for key in (slider, f"{slider}-number")] + ["bound", "kind", "reset"]
    assert set(controls) <= set(order)
    everything = page.run(
        "const all = [...document.querySelectorAll('button, input, select, summary')];"
        "return all.filter((one) => one.checkVisibility()).length"
    )
    reached = [place for place in order if "table" not in place.lower() or place == "leading"]
    assert len(reached) >= everything
    assert not page.errors()


def test_a_program_is_chosen_and_the_numbers_are_opened_by_keyboard(page):
    page.run("document.querySelectorAll('#leading-table button')[2].focus()")
    chosen = page.run("return document.activeElement.textContent")
    page.press(*ENTER)
    page.settle()
    assert page.run("return document.querySelector('#program code').textContent") == chosen
    assert page.run("return document.activeElement.textContent") == chosen
    page.run("document.querySelector('#numbers summary').focus()")
    page.press(*ENTER)
    page.wait("document.getElementById('numbers-along-n')")


def test_the_address_keeps_the_view(page):
    page.go(bound="hard", T=33, n=40)
    page.set("alpha", 1.75)
    page.run("document.querySelectorAll('#leading-table button')[1].click()")
    page.wait("location.hash.includes('program=')")
    address, paragraph = page.run("return location.href"), page.text("paragraph")
    chosen = page.run("return document.querySelector('#program code').textContent")
    assert "alpha=1.75" in address
    assert "n=40" in address
    page.go()
    assert page.text("paragraph") != paragraph
    page.run("location.hash = arguments[0]", address.split("#")[1])
    page.wait("document.getElementById('alpha-number').value == '1.75'")
    page.settle()
    assert page.text("paragraph") == paragraph
    assert page.run("return document.querySelector('#program code').textContent") == chosen


def test_what_makes_no_sense_in_an_address_is_passed_over(page):
    usual = page.text("paragraph")
    page.go(alpha="x", T="1e999", program=999999, bound="__proto__", weight="<b>", kind=1, other=2)
    assert page.text("paragraph") == usual
    page.go(n=-5)
    assert page.text("paragraph").startswith("Before any training row")
    assert not page.errors()


def test_the_paragraph_follows_the_sliders(page):
    after = page.text("paragraph")
    page.set("p", 0)
    assert page.text("paragraph") != after
    assert page.text("paragraph").startswith("Before any training row")
    page.run("document.getElementById('reset').click()")
    assert page.text("paragraph") == after


def test_every_chart_saves_as_a_picture_that_stands_alone(page):
    page.wait("document.documentElement.dataset.phase == 'done'")
    page.run(
        "window.made = []; const make = URL.createObjectURL;"
        "URL.createObjectURL = (blob) => { blob.text().then((text) => window.made.push(text)); return make(blob); };"
        "HTMLAnchorElement.prototype.click = () => {};"
        "document.querySelectorAll('[data-save]').forEach((button) => button.click());"
    )
    page.wait("window.made.length == 5")
    for picture in page.run("return window.made"):
        assert picture.startswith("<svg")
        assert "var(--" not in picture
        assert "<path" in picture


def test_numbers_are_copied_as_csv(page):
    page.run(
        "window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); };"
        "document.querySelectorAll('[data-copy=numbers], [data-copy-table], [data-copy=plane]')"
        ".forEach((button) => button.checkVisibility() && button.click())"
    )
    page.wait("window.copied.length >= 7")
    texts = page.run("return window.copied")
    numbers = next(text for text in texts if text.startswith("n,log2_odds,"))
    assert numbers.count("\n") == 72
    assert '"imitator, faithful"' in numbers
    masses = next(text for text in texts if text.startswith("role,faithful"))
    assert sum(float(line.split(",")[-1]) for line in masses.splitlines()[1:]) == pytest.approx(1)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_nothing_is_wider_than_the_window_or_cut_off(page, width, scheme):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    wanted = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
    try:
        page.settle()
        page.wait("document.documentElement.dataset.phase == 'done'")
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")
        for name in ("role", "verdict", "odds", "phase", "plane"):
            page.run("document.querySelector(`[data-chart=${arguments[0]}]`).scrollIntoView()", name)
            page.settle()
            page.settle()
            cut = page.run(
                "const place = document.querySelector(`[data-chart=${arguments[0]}]`).getBoundingClientRect();"
                "return [...document.querySelectorAll(`[data-chart=${arguments[0]}] text`)].filter((text) => {"
                "  const box = text.getBoundingClientRect();"
                "  return box.width && (box.left < place.left - 1 || box.right > place.right + 1); })"
                ".map((text) => text.textContent)",
                name,
            )
            assert not cut, (name, cut)
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
