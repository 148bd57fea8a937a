"""Tables at the terminal: nothing is cut, whatever stands beside it."""

import contextlib
import io

from hypothesis import given
from hypothesis import strategies as st

from mesaprior.cli.report.terminal import PIPED_WIDTH, print_report
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Line, Series


def printed(*blocks):
    """Return what is printed of blocks."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        print_report(Report(facts=dict, records=None, blocks=lambda: blocks))
    return out.getvalue()


word = st.text("abcdefgh", min_size=1, max_size=12)
heading = st.lists(word, min_size=1, max_size=3).map(" ".join)


@given(st.data())
def test_no_cell_is_cut_and_no_line_too_long(data):
    n_folding, n_others, n_rows = (data.draw(st.integers(0, most)) for most in (2, 9, 4))
    n_others = max(n_others, 1)
    columns = (*numbers(*(data.draw(heading) for _ in range(n_others))), *texts(*"ab"[:n_folding]))
    rows = [
        (
            *(str(data.draw(st.integers(-(10**9), 10**9))) for _ in range(n_others)),
            *(data.draw(st.lists(word, min_size=1, max_size=20).map(" ".join)) for _ in range(n_folding)),
        )
        for _ in range(n_rows)
    ]
    text = printed(Table("", columns, rows))
    assert all(len(line) <= PIPED_WIDTH for line in text.splitlines())
    for row in rows:
        assert all(cell in text for cell in row[:n_others])
        if n_rows == 1:
            # What folds breaks between words only.
            assert all(part in text for cell in row[n_others:] for part in cell.split())


def test_programs_keep_their_room_beside_long_headings():
    """The widest column is not always the one to shrink: headings can break, and a program that is cut is lost."""
    program = "(dist 2 (move p c) (eq y c))"
    heads = ("hits : misses in training", "of its side alone", "effective classes there", "programs of the class")
    table = Table("", (*numbers(*heads, "length", "time"), *texts("such as")), [(*["123.456 bits"] * 6, program)])
    text = printed(table)
    for part in ("(dist 2 (move p c)", "c))"):
        assert part in text
    assert all(line.endswith(("┓", "┃", "┩", "│", "┘")) for line in text.splitlines())


def test_headlines_of_one_result_stand_apart_from_those_of_the_next():
    table = Table("", words("a"), [("b",)])
    text = printed(Line("First.", "headline"), Line("As well.", "headline"), table, Line("Second.", "headline"))
    assert text.startswith("First.\nAs well.\n")
    assert "\n\nSecond." in text


def test_a_series_along_another_axis_says_where_it_begins_and_ends():
    import numpy as np

    assert "odds  alpha = 0 ▁█ 2  -1.00 to +3.00 bits" in printed(
        Series("odds", np.array([-1.0, 3.0]), ends=("alpha = 0", "2"))
    )
