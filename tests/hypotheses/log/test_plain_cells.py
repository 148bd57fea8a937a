"""Long texts: cells that NumPy tells apart are those that are read one by one."""

from __future__ import annotations

import csv
import io
import random

import numpy as np
import pytest

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import cells
from mesaprior.hypotheses.log.cells import table_of_text
from mesaprior.hypotheses.log.layout import layout_of
from mesaprior.hypotheses.log.plain_cells import SLOTS, plain_cells

CELLS = [
    "",
    "0",
    "17",
    "left",
    "right ",
    " up",
    "a long cell of some words",
    "café",
    "日本語日本語日本語",
    "x" * 40,
    "NA",
    "-1.5e3",
]
"""What cells hold; some are longer than a word of eight bytes, and differ behind it only."""

NOT_PLAIN = ["#", "a;b", '"a;b"', '"a\nb"', '"say ""a"""', '"a"', "# a comment"]
"""Cells, some with delimiters, line ends or quotes inside, in other ways."""


def random_text(seed: int, *, end: str, odd: float) -> str:
    """Return a table of three columns as text, in which some lines are not like the others."""
    rng = random.Random(seed)
    lines = ["a;b;c"]
    for _ in range(120):
        row = [rng.choice(NOT_PLAIN if rng.random() < odd else CELLS) for _ in range(3)]
        lines.append("" if rng.random() < odd / 8 else ";".join(row))
    return end.join(lines) + end * rng.randrange(3)


def read(text: str):
    """Return what is read of a text, or the message that refuses it."""
    try:
        table = table_of_text(text, layout_of(text, "t.csv"), "t.csv")
    except ContentError as error:
        return str(error)
    columns = [(column.name, column.texts, column.index.tolist()) for column in table.columns]
    return columns, table.lines.tolist(), table.remarks


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("odd", [0.0, 0.003, 0.02])
def test_pieces_are_read_as_lines_are(end, odd, monkeypatch):
    refused = 0
    for seed in range(40):
        text = random_text(seed, end=end, odd=odd)
        monkeypatch.setattr(cells, "_CHUNK", 3)
        monkeypatch.setattr(cells, "PIECE", random.Random(seed).choice([1, 30, 200, 10_000]))
        monkeypatch.setattr(cells, "_PATIENCE", 50)
        found = read(text)
        monkeypatch.setattr(cells, "_PATIENCE", 0)
        assert found == read(text)
        refused += isinstance(found, str)
    assert refused < 40
    assert bool(refused) == bool(odd)


@pytest.mark.parametrize("quoted", [False, True])
def test_cells_of_a_plain_piece(quoted):
    rng = random.Random(1)
    rows = [[rng.choice(CELLS) for _ in range(4)] for _ in range(200)]
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(rows)
    columns = plain_cells(stream.getvalue(), ",", 4)
    assert columns is not None
    assert [[texts[k] for k in index] for texts, index in columns] == [
        list(column) for column in zip(*rows, strict=True)
    ]
    assert all(
        list(texts) == list(dict.fromkeys(column))
        for (texts, _), column in zip(columns, zip(*rows, strict=True), strict=True)
    )


@pytest.mark.parametrize(
    "piece",
    [
        "a,b,c\n",
        "a\n",
        "a,b\n\nc,d\n",
        'a,"b\n',
        'a,b"\n',
        '"a,b",c\n',
        '"a,"",b"\n',
        '"a""",b\n',
        'a, "b"\n',
        "a,b\rc,d\n",
        "a,\0\n",
        "a,b,c\nd\n",
        f"a,{'x' * 300}\n",
    ],
)
def test_what_is_not_plain(piece):
    assert plain_cells(piece, ",", 2) is None


def test_more_distinct_cells_than_slots():
    numbers = np.random.default_rng(1).permutation(2 * SLOTS)
    columns = plain_cells("\n".join(f"{number},{number % 5}" for number in numbers), ",", 2)
    assert columns is not None
    assert columns[0][0] == [str(number) for number in numbers]
    assert columns[0][1].tolist() == list(range(len(numbers)))
    assert [columns[1][0][k] for k in columns[1][1]] == [str(number % 5) for number in numbers]
