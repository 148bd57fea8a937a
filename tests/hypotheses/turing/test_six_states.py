"""The table of all machines with six states: its files agree with each other, with arithmetic, and with a recount."""

import csv
import gzip
import hashlib
import importlib.util
import json

import pytest

from mesaprior.data import EXAMPLES
from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.strings.obtain import obtain_strings
from mesaprior.hypotheses.turing.strings.size import Size
from tests.hypotheses.turing.plain_machines import run

FOLDER = EXAMPLES / "six-states"
FACTS = json.loads((FOLDER / "table.json").read_text())
COMPLEMENT = str.maketrans("01", "10")


def maker():
    """Return the script that makes the files, as a module."""
    spec = importlib.util.spec_from_file_location("make_table", FOLDER / "make_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows_of(name):
    """Return the rows of a packed CSV file, numbers as integers and strings as they are."""
    with gzip.open(FOLDER / f"{name}.gz", "rt") as text:
        for row in csv.DictReader(text):
            yield tuple(value if key == "string" else int(value) for key, value in row.items())


@pytest.fixture(scope="module")
def strings():
    return dict(rows_of("strings.csv"))


def test_every_machine_is_accounted_for():
    assert FACTS["machines"] == n_machines(6) == 26**12 == sum(FACTS["verdicts"].values())
    assert FACTS["runs"] == 2 * FACTS["verdicts"]["halted"]
    assert sum(count for _, count in rows_of("halting.csv")) == FACTS["verdicts"]["halted"]


@pytest.mark.parametrize("name", ["strings.csv", "joint.csv", "halting.csv"])
def test_files_are_those_that_the_facts_are_about(name):
    assert hashlib.sha256(gzip.decompress((FOLDER / f"{name}.gz").read_bytes())).hexdigest() == FACTS["sha256"][name]


def test_strings_are_the_most_frequent_first_and_as_frequent_as_their_complements(strings):
    assert len(strings) == maker().MOST_STRINGS == 2**16
    places = [(-count, len(string), string) for string, count in strings.items()]
    assert places == sorted(places)
    least = min(strings.values())
    for string, count in strings.items():
        # Of two that are equally frequent the last place of the file may have room for one only.
        assert strings.get(string.translate(COMPLEMENT), least) == count
    assert sum(strings.values()) < FACTS["runs"]


def test_who_halts_at_once_is_counted_by_hand(strings):
    # One cell is printed by whoever halts at the first step: 1 of the 26 choices prints a 0, and 1 a 1, on each blank.
    assert strings["0"] == strings["1"] == 2 * 26**11
    steps = dict(rows_of("halting.csv"))
    assert steps[1] == 2 * 26**11
    assert max(steps) == FACTS["most_steps"]["value"] <= FACTS["max_steps"] == 500


def test_counts_by_steps_add_up_to_those_of_the_strings(strings):
    sums, places = {}, []
    for string, steps, count in rows_of("joint.csv"):
        assert 1 <= steps <= FACTS["max_steps"]
        assert count >= 1
        places.append((string, steps))
        sums[string] = sums.get(string, 0) + count
    first = list(strings)[: len(sums)]
    assert len(sums) == maker().MOST_JOINT
    assert sums == {string: strings[string] for string in first}
    assert len(set(places)) == len(places)


def test_champions_do_what_is_said_of_them():
    for name in ("most_steps", "most_ones"):
        steps, _, tape, _ = run(entries_of(FACTS[name]["machine"]), FACTS["max_steps"])
        assert FACTS[name]["value"] == (steps if name == "most_steps" else sum(tape.values()))


def entries_of(text):
    """Return the entries of a machine as the oracle takes them; an entry that no run reads halts."""
    words = [row[begin : begin + 3] for row in text.split("_") for begin in (0, 3)]
    return tuple(
        (int(word[0]), {"L": -1, "R": 1}[word[1]], "ABCDEF".index(word[2]))
        if word[2].isalpha() and word[2] != "H"
        else (int(word[0]) if word[0].isdigit() else 0,)
        for word in words
    )


def test_smaller_tables_come_out_of_the_same_script(tmp_path):
    made = maker()
    table = obtain_strings(Size.of(3, 21))
    made.write_files(table, tmp_path, {})
    with gzip.open(tmp_path / "strings.csv.gz", "rt") as text:
        found = {row["string"]: int(row["count"]) for row in csv.DictReader(text)}
    assert found == table.output_counts()
    assert list(found) == list(table.output_counts())
    facts = json.loads((tmp_path / "table.json").read_text())
    assert facts["sha256_of_all_strings"] == facts["sha256"]["strings.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("k", sorted(map(int, FACTS["shards"])))
def test_a_recount_of_a_shard_comes_out_as_before(k):
    made = maker()
    assert made.digest_of(made.shard_of(Size.of(6, 500), k)) == FACTS["shards"][str(k)]
