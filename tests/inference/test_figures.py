"""Figures: what they hold as numbers, and that they can be read as they are drawn."""

import csv
import io
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.figures.axes import LEAST_SHARE, spread_apart, tick_text, within
from mesaprior.inference.figures.figure import (
    Areas,
    Bars,
    Figure,
    Line,
    Mark,
    Matrix,
    Panel,
    Phases,
    Points,
    Surface,
)
from mesaprior.inference.figures.numbers import HEADER, csv_of
from mesaprior.inference.figures.palette import MEANINGS, NEUTRAL, ORDER, colours_of

STEPS = tuple(map(float, range(12)))
SHARES = Areas(
    STEPS,
    ROLES,
    tuple(tuple(share * (1 - 10.0**-step) + 1e-9 for step in STEPS) for share in (0.999, 7e-4, 2e-4, 9e-5)),
)
"""Three parts that end close together, and one above 99 %."""

ODDS = Line("optimizers : imitators", STEPS, tuple(3.0 - step for step in STEPS))

FIGURES = {
    "posterior": Figure(
        "log, prior simplicity: Imitators hold 99.9 % of the posterior after 11 training rows.",
        (
            Panel("training rows seen", "share of the posterior", (SHARES,), (Mark("x", 3.0, ""),)),
            Panel("training rows seen", "log2 odds (bits)", (ODDS,), (Mark("y", 0.0, ""), Mark("x", 3.0, "it loses"))),
        ),
        is_stacked=True,
    ),
    "lines that end together": Figure(
        "One place",
        (
            Panel(
                "alpha",
                "bits",
                tuple(Line(f"a rather long name of line number {k}", STEPS, (0.0,) * 12) for k in range(5)),
                (Mark("y", 0.0, "the base"),),
            ),
        ),
    ),
    "points and bars": Figure(
        "Two kinds",
        (
            Panel(
                "bits", "rows", (Points("counted", (1.0, 1.0, 2.0), (2.0, 2.0, 3.0)), Points("formula", (1.0,), (2.0,)))
            ),
            Panel(
                "",
                "share",
                (Bars(("one", "two"), VERDICTS, ((0.5, 0.1), (0.2, 0.2), (0.2, 0.3), (0.1, 0.4))),),
                title="bars",
            ),
        ),
    ),
    "who leads": Figure(
        "Phases",
        (
            Panel(
                "alpha",
                "noise",
                (Phases((0.0, 3.0, 6.0), (0.1, 0.2), ((1.0, 2.0, 3.0),) * 2, "defecting", "faithful"),),
            ),
            Panel("alpha", "n", (Phases((0.0, 3.0), (1.0, 2.0), ((-math.inf,) * 2,) * 2, "defecting", "faithful"),)),
        ),
    ),
    "pairs": Figure(
        "Ranks",
        (
            Panel(
                "",
                "",
                (Matrix(("terms", "circuits"), ((math.nan, 0.5), (-0.2, math.nan)), (("", "(7)"),) * 2, "rank"),),
            ),
        ),
    ),
    "weights": Figure(
        "speed",
        (
            Panel(
                "length (bits)",
                "time (steps)",
                (Surface((1.0, 2.0, 3.0), (1.0, 10.0, 100.0), ((-1.0, -2.0, -3.0),) * 3, "bits"),),
            ),
        ),
    ),
}


def texts_of(name):
    """Draw a figure, and return its visible texts with the boxes that they fill, and the box of the whole."""
    pytest.importorskip("matplotlib")
    from matplotlib.axis import Axis
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    from mesaprior.inference.figures.drawing import drawn

    drawing = drawn(FIGURES[name])
    FigureCanvasAgg(drawing).draw()
    # Numbers beyond the ends of an axis are there, but not drawn.
    beyond = set()
    for axis in drawing.findobj(Axis):
        low, high = sorted(axis.get_view_interval())
        ticks = [tick for tick in (*axis.majorTicks, *axis.minorTicks) if not low <= tick.get_loc() <= high]
        beyond |= {id(text) for tick in ticks for text in tick.findobj(Text)}
    shown = [t for t in drawing.findobj(Text) if t.get_visible() and t.get_text().strip() and id(t) not in beyond]
    # An annotation with a line to what it names also fills the place of that line, which is no text.
    return [(t.get_text(), Text.get_window_extent(t)) for t in shown], drawing.bbox


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_off_or_lies_on_another(name):
    texts, whole = texts_of(name)
    assert len(texts) > 3
    for text, box in texts:
        assert box.x0 >= -1, text
        assert box.y0 >= -1, text
        assert box.x1 <= whole.x1 + 1, text
        assert box.y1 <= whole.y1 + 1, text
    for (one, box), (other, place) in combinations(texts, 2):
        # Letters of neighbouring lines may touch.
        across, up = min(box.x1, place.x1) - max(box.x0, place.x0), min(box.y1, place.y1) - max(box.y0, place.y0)
        assert across <= 2 or up <= 4, (one, other)


def test_shares_near_the_ends_are_told_apart():
    texts = dict(texts_of("posterior")[0])
    assert {"99 %", "99.9 %", "0.01 %", "50 %"} <= set(texts)
    assert {"imitator  99.90\u00a0%", "it loses"} <= set(texts)


def test_one_colour_all_over_is_said_in_words_and_so_is_nothing_at_all():
    texts = " ".join(text for text, _ in texts_of("who leads")[0])
    assert "defecting lead everywhere, by 1 to 3 bits" in texts
    assert "no finite number here" in texts
    # Places of a grid have a number each, and no others have.
    assert {"0", "3", "6"} <= set(texts.split())
    assert "4" not in texts.split()


def test_every_number_is_in_the_table_as_it_is():
    for figure in FIGURES.values():
        header, *rows = csv.reader(io.StringIO(csv_of(figure)))
        assert tuple(header) == HEADER
        expected = []
        for panel in figure.panels:
            for series in panel.series:
                of_kind = getattr(series, "parts", None) or getattr(series, "z", None) or (series.y,)
                expected += [value for part in of_kind for value in part]
        numbers = [float(row[4]) if row[4] else math.nan for row in rows if row[1] not in ("the base", "it loses")]
        assert np.array_equal(numbers, expected, equal_nan=True)
    rows = list(csv.DictReader(io.StringIO(csv_of(FIGURES["who leads"]))))
    assert rows[4] == {
        **{"panel": "noise", "series": "defecting : faithful", "x": "3.0", "y": "0.2", "value": "2.0"},
        **{"low": "", "high": ""},
    }


def test_a_name_that_a_spreadsheet_would_run_is_shown_as_a_text():
    line = Line("=cmd", (0.0,), (1.0,))
    rows = list(csv.reader(io.StringIO(csv_of(Figure("", (Panel("x", "-y", (line,)),))))))
    assert rows[1][:3] == ["'-y", "'=cmd", "0.0"]


def test_a_role_or_a_verdict_has_a_colour_of_its_own_everywhere():
    assert len(set(MEANINGS.values())) == len(ROLES) + len(VERDICTS)
    assert colours_of(("planner", "other", "imitator")) == [MEANINGS["planner"], ORDER[2], MEANINGS["imitator"]]
    assert not set(NEUTRAL) & set(MEANINGS.values())


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.2)), max_size=8))
def test_labels_are_moved_apart_and_no_further_than_that(labels):
    labels.sort()
    places, heights = [place for place, _ in labels], [height for _, height in labels]
    spread = spread_apart(places, heights)
    for k in range(1, len(spread)):
        assert spread[k] - spread[k - 1] >= (heights[k] + heights[k - 1]) / 2 - 1e-9
    if spread:
        assert spread[-1] <= 1 + 1e-9
    gaps = all(b - a >= (h + i) / 2 for a, b, h, i in zip(places, places[1:], heights, heights[1:], strict=False))
    if gaps:
        assert spread == pytest.approx(places)


def test_shares_as_text_and_at_the_ends_of_the_axis():
    assert [tick_text(share) for share in (1e-6, 0.5, 0.999999)] == ["0.0001 %", "50 %", "99.9999 %"]
    assert (within(0.0), within(1.0), within(0.3)) == (LEAST_SHARE, 1 - LEAST_SHARE, 0.3)
