"""Tables at the terminal: nothing is cut at any width, and a cell of several lines is as wide as the longest."""

import io

import pytest
from rich.console import Console

from mesaprior.cli.report.terminal import _fitted
from mesaprior.hypotheses.tables import Table, numbers, texts, words

FORMULAS = ("Max(2**-length, time**-2)", "simplicity")
WIDE = Table(
    "How far they differ",
    (*texts("prior", "and prior"), *numbers("total variation before", "after", "rank correlation"), *words("verdict")),
    [(first, second, "0.627", "0.625", "-0.9631", "faithful") for first in FORMULAS for second in FORMULAS],
)


def printed(table, width):
    console = Console(width=width, file=io.StringIO())
    for part in _fitted(table, width):
        console.print(part)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [50, 60, 72, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_no_number_is_cut(width):
    lines = printed(WIDE, width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for value in ("0.627", "0.625", "-0.9631", "faithful"):
        assert text.count(f" {value} ") == 4, value


def test_a_cell_of_several_lines_takes_what_its_longest_line_takes():
    table = Table("", words("circuit", "gates"), [("g1=x1^x2\ng2=x3^g1\ng2", "all used")])
    lines = printed(table, 80)
    assert "│ g1=x1^x2 │ all used │" in lines
    assert "│ g2=x3^g1 │          │" in lines


def test_every_part_says_which_row_is_which():
    """One column is repeated where it tells the rows apart, else as many of the first as it takes."""
    steps = Table(
        "",
        (*words("acts by"), *numbers("step", "defections", "errors", "questions")),
        [(way, str(step), "0.250", "0.504", "0.000") for way in ("mixture", "MAP") for step in (1, 2)],
    )
    headings = [line for line in printed(steps, 40) if "acts by" in line]
    assert len(headings) > 1
    assert all("step" in heading for heading in headings)
    columns = (*words("space"), *numbers("programs", "functions", "odds"), *texts("leading program"))
    spaces = Table("", columns, [(space, "20", "4", "-10.87", "x1") for space in ("terms", "circuits")])
    headings = [line for line in printed(spaces, 40) if "space" in line]
    assert len(headings) > 1
    assert "leading program" in headings[-1]
    assert "programs" not in headings[-1]
    pairs = [line for line in printed(WIDE, 80) if "┃ prior" in line]
    assert len(pairs) > 1
    assert all("and prior" in heading for heading in pairs)


def test_a_number_or_machine_in_a_column_that_folds_is_not_broken():
    exact, machine = "0.500000000000000000000000000000", "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
    table = Table("", (*texts("exactly", "machine"), *numbers("odds", "runs", "share")), [(exact, machine, *"012")])
    for width in (80, 100, 120):
        text = "\n".join(printed(table, width))
        assert exact in text
        assert machine in text
