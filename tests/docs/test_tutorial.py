"""The files of the tutorial are those that the page shows and that its script makes."""

import runpy

from mesaprior.hypotheses.terms.language import read_language
from tests.docs.page import DOCS, blocks

FOLDER = DOCS / "tutorial"
MADE = runpy.run_path(str(FOLDER / "make_choices.py"))


def shown(kind):
    (block,) = [block.text for block in blocks("tutorial/first-log.md") if block.kind == kind]
    return block


def test_the_log_is_what_the_script_makes():
    log = (FOLDER / "choices.csv").read_text(encoding="utf-8")
    assert log == "\n".join(MADE["rows"]()) + "\n"
    assert log.startswith(shown("csv"))


def test_the_player_errs_as_often_as_the_page_says():
    rows = [line.split(";") for line in MADE["rows"]()[1:]]
    missed = [row for row in rows if row[3] == "NA"]
    lapses = [row for row in rows if row[3] not in ("NA", MADE["best_machine"](row[2]))]
    assert [row[0] for row in missed] == ["18"]
    assert [(row[0], row[-1]) for row in lapses] == [("9", "training"), ("27", "training")]
    assert {row[-1] for row in rows if row[2] == "star"} == {"test"}


def test_row_14_shows_the_last_of_the_symbols_of_practice():
    symbols = [line.split(";")[2] for line in MADE["rows"]()[1:]]
    assert len(set(symbols[:13])) == 4
    assert len(set(symbols[:14])) == 5


def test_the_language_has_the_tokens_of_the_page_and_the_sheet_of_the_script():
    text = (FOLDER / "machines.toml").read_text(encoding="utf-8")
    assert shown("toml") in text
    (pays,) = [token for token in read_language(FOLDER / "machines.toml").tokens if token.name == "pays"]
    assert [tuple(row[:3]) for row in pays.table] == list(MADE["PAYS"].values())
