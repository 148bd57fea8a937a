"""`mesaprior strings` and `mesaprior complexity`: published tables, sums in plain Python, and every refusal."""

import csv
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from fractions import Fraction
from math import log2

import pytest

from mesaprior.errors import RunError
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.strings.counting import count_strings
from mesaprior.hypotheses.turing.strings.keeping import StringKeeper
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.text import parse_machine
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_census import pretend_cluster
from tests.hypotheses.small_census import content
from tests.hypotheses.turing import plain_machines

# Delahaye and Zenil 2012, table of D(2): of 6088 halting runs.
D2 = dict.fromkeys(("0", "1"), 2000)
D2 |= dict.fromkeys(("00", "01", "10", "11"), 508)
D2 |= dict.fromkeys(("001", "011", "100", "110"), 6)
D2 |= dict.fromkeys(("000", "010", "101", "111"), 4)
D2 |= dict.fromkeys(("0000", "0010", "0100", "0110", "1001", "1011", "1101", "1111"), 2)

# The same, D(3), of 4294368 halting runs: the first of the 128 strings.
D3 = {"0": 1075648, "1": 1075648} | dict.fromkeys(("00", "01", "10", "11"), 432040)
D3 |= {"000": 48064, "111": 48064, "001": 46212, "011": 46212, "100": 46212, "110": 46212, "010": 42832, "101": 42832}

SOURCES = {2: (6088, 22, D2), 3: (4294368, 128, D3)}


def rows_of(text):
    """Return the rows of a CSV."""
    return list(csv.DictReader(io.StringIO(text)))


def strict(text):
    """Return a JSON document; NaN and infinities are no JSON."""

    def refuse(word):
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("states", [2, 3])
def test_output_frequencies_are_those_published(states, run):
    total, n_strings, known = SOURCES[states]
    result = run("strings", "--states", states, "--format", "csv")
    assert result.stderr == ""
    header, *lines = result.stdout.splitlines()
    assert header == "string,count"
    counts = {string: int(count) for string, count in (line.split(",") for line in lines)}
    assert (sum(counts.values()), len(counts)) == (total, n_strings)
    assert dict(list(counts.items())[: len(known)]) == known
    # The order of OEIS A141474.
    assert list(counts) == sorted(counts, key=lambda text: (-counts[text], len(text), text))
    answer = strict(run("strings", "--states", states, "--format", "json").stdout)
    assert {entry["string"]: entry["count"] for entry in answer["strings"]} == counts
    assert (answer["prior"], answer["is_final"], 2 * answer["halting"]) == (None, True, total)
    for entry in answer["strings"]:
        assert entry["bits"] == pytest.approx(log2(total) - log2(entry["count"]), abs=1e-12)


@pytest.mark.parametrize("states", [1, 2, 3])
def test_joint_counts_sum_to_the_others(states, run):
    rows = rows_of(run("strings", "--states", states, "--joint", "--format", "csv").stdout)
    assert list(rows[0]) == ["string", "steps", "count"]
    sums = Counter()
    for row in rows:
        sums[row["string"]] += int(row["count"])
    plain = rows_of(run("strings", "--states", states, "--format", "csv").stdout)
    assert sums == {row["string"]: int(row["count"]) for row in plain}
    answer = strict(run("strings", "--states", states, "--joint", "--format", "json").stdout)
    assert [{name: str(value) for name, value in entry.items()} for entry in answer["strings"]] == rows
    shown = run("strings", "--states", states, "--joint", "--top", 10**6).stdout
    assert all(f"│ {row['string']} " in shown for row in rows)
    assert "Next" not in shown
    shown = run("strings", "--states", states, "--joint", "--top", 1).stdout
    assert "│ 0 " in shown
    assert "│ 1 " not in shown
    assert shown.splitlines()[-1].endswith(f" strings: mesaprior strings --states {states} --joint --format csv")


def weighed_plainly(weight):
    """Return the share of each string of two states under a weight of time, from every machine run by itself."""
    mass = Counter()
    for (string, steps), count in plain_machines.strings(2, 6).items():
        for text in (string, "".join("10"[int(cell)] for cell in string)):
            mass[text] += Fraction(count) * weight(steps)
    total = sum(mass.values())
    return {text: share / total for text, share in mass.items()}


@pytest.mark.parametrize(
    ("formula", "weight"),
    [
        ("2**-length / time", lambda t: Fraction(1, t)),
        ("2**-length / time**3", lambda t: Fraction(1, t**3)),
        ("time", Fraction),
        ("2**-infer_time", lambda t: Fraction(1, 2**t)),
    ],
)
def test_weights_are_sums_over_all_machines(formula, weight, run):
    expected = weighed_plainly(weight)
    answer = strict(run("strings", "--states", 2, "--prior", formula, "--format", "json").stdout)
    found = {entry["string"]: entry["bits"] for entry in answer["strings"]}
    assert found.keys() == expected.keys()
    for string, bits in found.items():
        assert bits == pytest.approx(log2(expected[string].denominator) - log2(expected[string].numerator), abs=1e-9)
    assert answer["prior"]["formula"]
    rows = rows_of(run("strings", "--states", 2, "--prior", formula, "--format", "csv").stdout)
    assert list(rows[0]) == ["string", "count", "bits"]
    assert {row["string"]: float(row["bits"]) for row in rows} == found
    assert [float(row["bits"]) for row in rows] == sorted(float(row["bits"]) for row in rows)


def test_a_parameter_of_the_prior(run):
    given = ("--prior", "2**-length / time**alpha", "--format", "csv")
    assert (
        run("strings", "--states", 2, *given, "--param", "alpha=0").stdout
        != run("strings", "--states", 2, *given, "--param", "alpha=2").stdout
    )


def test_no_weight_is_infinitely_many_bits(run):
    answer = strict(
        run("strings", "--states", 2, "--prior", "Piecewise((1, time <= 1), (0, True))", "--format", "json").stdout
    )
    bits = {entry["string"]: entry["bits"] for entry in answer["strings"]}
    assert (bits.pop("0"), bits.pop("1")) == (1, 1)
    assert set(bits.values()) == {"inf"}


@pytest.mark.parametrize(
    ("states", "halting", "steps", "ones"),
    [(1, 12, 1, 1), (2, 3044, 6, 4), (3, 2147184, 21, 6), (4, 2985384480, 107, 13)],
)
def test_how_runs_end(states, halting, steps, ones, run):
    # Rado 1962; Lin and Rado 1965; Brady 1983.
    ask = ("strings", "--states", states, "--report", "halting")
    answer = strict(run(*ask, "--format", "json").stdout)
    assert (answer["halting"], answer["machines"]) == (halting, (4 * states + 2) ** (2 * states))
    assert sum(answer["verdicts"].values()) == answer["machines"]
    assert sum(entry["count"] for entry in answer["steps"]) == halting
    champions = answer["busy_beavers"]
    assert (champions["most_steps"]["value"], champions["most_ones"]["value"]) == (steps, ones)
    longest = run_machine(parse_machine(champions["most_steps"]["machine"]), 200)
    fullest = run_machine(parse_machine(champions["most_ones"]["machine"]), 200)
    assert (longest.halted, longest.steps) == (True, steps)
    assert (fullest.halted, fullest.output.count("1")) == (True, ones)
    rows = rows_of(run(*ask, "--format", "csv").stdout)
    assert [{name: int(value) for name, value in row.items()} for row in rows] == answer["steps"]
    shown = run(*ask).stdout
    assert f"{halting:,} of {answer['machines']:,} machines halt on a blank tape." in shown
    assert f"Longest run: {steps:,} steps, {champions['most_steps']['machine']}" in shown
    assert f"Most ones: {ones:,} ones, {champions['most_ones']['machine']}" in shown
    for name in answer["verdicts"]:
        assert name.replace("_", " ") in shown


def test_a_cap_is_told(run):
    shown = run("strings", "--states", 3, "--max-steps", 5).stdout
    assert "machines were still running after 5 steps and count as printing nothing; --max-steps follows" in shown
    assert not strict(run("strings", "--states", 3, "--max-steps", 5, "--format", "json").stdout)["is_final"]
    assert "still running" not in run("strings", "--states", 3).stdout


def test_the_table_shows_so_many_strings(run):
    shown = run("strings", "--states", 3, "--top", 3).stdout
    assert "4,294,368 halting runs print 128 strings." in shown
    assert "│ 00 " in shown
    assert "│ 01 " not in shown
    assert shown.endswith("\nNext: all 128 strings: mesaprior strings --states 3 --format csv\n")
    assert "Next" not in run("strings", "--states", 3, "--top", 128).stdout


def test_complexity_in_all_formats(run):
    ask = ("complexity", "0", "01", "0", "0101010101", "--states", 3)
    answer = strict(run(*ask, "--format", "json").stdout)
    assert (answer["states"], answer["max_steps"], answer["prior"]) == (3, 21, None)
    # Counts of D(3); the string of ten cells is printed by no machine of three states.
    expected = [("0", 1075648, 1), ("01", 432040, 2), ("0", 1075648, 1), ("0101010101", 0, None)]
    assert [(entry["string"], entry["count"], entry["depth"]) for entry in answer["strings"]] == expected
    bits = [entry["bits"] for entry in answer["strings"]]
    assert bits[:3] == pytest.approx([log2(4294368 / count) for count in (1075648, 432040, 1075648)])
    assert bits[3] == "inf"
    rows = rows_of(run(*ask, "--format", "csv").stdout)
    for row, entry in zip(rows, answer["strings"], strict=True):
        assert row == {name: "" if value is None else str(value) for name, value in entry.items()}
    shown = run(*ask).stdout
    assert f"{log2(4294368 / 1075648):.4f}" in shown
    assert "∞" in shown


def test_complexity_under_a_speed_prior(run):
    strings = ["0", "01", "011", "0110", "111"]
    expected = weighed_plainly(lambda t: Fraction(1, t))
    formula = "2**-length / time"
    answer = strict(run("complexity", *strings, "--states", 2, "--prior", formula, "--format", "json").stdout)
    for entry in answer["strings"]:
        assert entry["bits"] == pytest.approx(-log2(expected[entry["string"]]))
    answered = strict(run("strings", "--states", 2, "--prior", formula, "--format", "json").stdout)
    by_strings = answered["strings"]
    assert answer["prior"] == answered["prior"]
    assert answer["prior"]["formula"] == formula
    of_complexity = sorted(answer["strings"], key=lambda entry: entry["bits"])
    assert [
        entry | {"method": "table", "blocks": None} for entry in by_strings if entry["string"] in strings
    ] == of_complexity


BAD = {
    "no states": ([], ["--states"]),
    "seven states": (["--states", "7"], ["--states", "7", "1<=x<=6"]),
    "states in letters": (["--states", "two"], ["--states", "'two'"]),
    "no step": (["--states", "2", "--max-steps", "0"], ["--max-steps", "0", "1<=x<=1000000"]),
    "no worker": (["--states", "2", "--workers", "0"], ["--workers", "0"]),
    "an unknown format": (["--states", "2", "--format", "xml"], ["'xml'", "'csv'"]),
    "a parameter without a prior": (["--states", "2", "--param", "alpha=1"], ["alpha", "none is given"]),
    "a parameter without a number": (["--states", "2", "--param", "alpha"], ["'alpha'", "alpha=2"]),
}
BAD_PRIORS = {
    "an unknown prior": ("nonsense", ["nonsense"]),
    "half a formula": ("2**-length /", ["2**-length /"]),
    "a column that is not counted": ("2**-length * gates", ["gates"]),
    "a column of another space": ("2**-search_time", ["search_time"]),
}


@pytest.mark.parametrize(("arguments", "words"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("command", [["strings"], ["complexity", "01"]], ids=["strings", "complexity"])
def test_refusals(command, arguments, words, run, store):
    one_sentence(run(*command, *arguments, code=2), *words)
    assert not store.exists()


@pytest.mark.parametrize(("prior", "words"), BAD_PRIORS.values(), ids=BAD_PRIORS)
@pytest.mark.parametrize(
    "command", [["strings", "--prior"], ["complexity", "01", "--prior"]], ids=["strings", "complexity"]
)
def test_priors_that_are_refused(command, prior, words, run):
    one_sentence(run(*command, prior, "--states", "2", code=2), *words)


@pytest.mark.parametrize(
    "others", [["--prior", "levin"], ["--report", "halting"], ["--prior", "levin", "--report", "halting"]]
)
def test_joint_counts_go_with_nothing_else(others, run):
    one_sentence(run("strings", "--states", 2, "--joint", *others, code=2), "--joint", "--prior", "leave")


@pytest.mark.parametrize("string", ["01a", "", "2", "0 1", "x" * 500, "²"])
def test_what_is_no_string_of_zeros_and_ones(string, run):
    one_sentence(run("complexity", "01", string, "--states", 2, code=2), repr(string[:60]), "0101")


def test_no_string(run):
    one_sentence(run("complexity", "--states", 2, code=2), "STRING")


LONG = ("--states", 4, "--max-steps", 20_001)
"""What takes a second or two, and is kept."""


def test_what_takes_long_is_counted_once(run, store, monkeypatch):
    first = run("strings", *LONG, "--format", "csv")
    assert "need not be run again" in first.stderr
    before = content(store / "strings" / "4-20001")
    assert sorted(before) == ["manifest.json", "strings.parquet"]

    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr("mesaprior.hypotheses.turing.strings.tallying.Tallying.extend", refuse)
    again = run("strings", *LONG, "--format", "csv")
    assert again.stdout == first.stdout
    assert again.stderr == f"Nothing to count: the table is in the store, {store / 'strings' / '4-20001'}.\n"
    counts = {row["string"]: row["count"] for row in rows_of(first.stdout)}
    row = rows_of(run("complexity", "0110", *LONG, "--format", "csv").stdout)[0]
    assert row["count"] == counts["0110"]
    assert content(store / "strings" / "4-20001") == before
    assert [entry["state"] for entry in json.loads(run("store", "list", "--format", "json").stdout)] == ["complete"]


def test_a_store_that_cannot_be_written_is_done_without(run, store):
    store.mkdir()
    (store / "strings").write_text("mine")
    result = run("complexity", "0110", *LONG, "--format", "csv")
    assert result.stderr.startswith("The counts are not kept in the store: ")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout.startswith("string,count,bits,depth,method,blocks\n0110,")


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals here")
def test_ctrl_c_is_one_sentence_and_the_same_command_goes_on(run, store, tmp_path, monkeypatch):
    expected = run("strings", *LONG, "--format", "csv").stdout
    folder = store / "strings" / "4-20001"
    whole = content(folder)
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "other"))
    folder = tmp_path / "other" / "strings" / "4-20001"
    command = [sys.executable, "-m", "mesaprior", "strings", *map(str, LONG), "--workers", "1", "--format", "csv"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell may have told those it starts to pass over Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while process.poll() is None and not (folder / "shard-0001.json").exists():
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=300)
    done = len(list(folder.glob("shard-*.json")))
    assert 2 <= done < 64, said
    assert printed == ""
    assert said == (
        f"Error: interrupted; {done} of 64 shards are done and kept in {folder}, and the same command resumes from "
        "there.\n"
    )
    assert process.returncode == 130
    result = run("strings", *LONG, "--format", "csv")
    assert result.stderr.splitlines()[0] == f"{done} of 64 shards were done already."
    assert result.stdout == expected
    assert content(folder) == whole


def elsewhere(address, shards, log, wanted, n_shards, *, report=None):
    """Count as a cluster does, the last shards first."""
    assert (address, log) == ("there", None)
    yield from reversed(list(pickle.loads(pickle.dumps(shards)).shards(log, wanted, n_shards)))


def test_a_cluster_counts(run, store, monkeypatch):
    pretend_cluster(monkeypatch, elsewhere)
    expected = run("strings", "--states", 3, "--format", "csv").stdout
    result = run("strings", "--states", 3, "--cluster", "there", "--format", "csv")
    assert result.stdout == expected
    folder = store / "strings" / "3-21"
    assert result.stderr == f"Kept in the store, {folder}: the same machines need not be run again.\n"
    whole = content(folder)
    # Nobody is asked again.
    pretend_cluster(monkeypatch, lambda *_: pytest.fail("nobody is to be asked"))
    again = run("complexity", "01", "--states", 3, "--cluster", "there", "--format", "csv")
    assert again.stderr.startswith("Nothing to count: ")
    assert again.stdout == run("complexity", "01", "--states", 3, "--format", "csv").stdout
    StringKeeper(Size.of(3), root=store / "here").count()
    assert content(store / "here" / "strings" / "3-21") == whole


def test_a_cluster_is_interrupted(run, store, monkeypatch):
    def interrupted(*asked, **others):
        for n_done, shard in enumerate(elsewhere(*asked, **others)):
            if n_done == 2:
                raise KeyboardInterrupt
            yield shard

    pretend_cluster(monkeypatch, interrupted)
    result = run("strings", "--states", 3, "--cluster", "there", code=130)
    assert "interrupted; 2 of 64 shards are done and kept" in result.stderr
    pretend_cluster(monkeypatch, elsewhere)
    result = run("strings", "--states", 3, "--cluster", "there", "--format", "csv")
    assert result.stderr.splitlines()[0] == "2 of 64 shards were done already."
    assert result.stdout == run("strings", "--states", 3, "--format", "csv").stdout


def test_a_cluster_without_a_store(run, store, monkeypatch):
    pretend_cluster(monkeypatch, elsewhere)
    store.mkdir()
    (store / "strings").write_text("mine")
    result = run("strings", "--states", 3, "--cluster", "there", "--format", "csv")
    assert result.stderr.startswith("The store cannot answer") or "not kept in the store" in result.stderr
    assert result.stdout == run("strings", "--states", 3, "--format", "csv").stdout


def test_a_cluster_that_fails_leaves_nothing(run, store, monkeypatch):
    def failing(*_, **__):
        raise RunError("there are no workers; start some.")
        yield

    pretend_cluster(monkeypatch, failing)
    one_sentence(run("strings", "--states", 3, "--cluster", "there", code=1), "start some")
    assert not (store / "strings" / "3-21").exists()


@pytest.mark.parametrize("command", [["strings"], ["complexity", "01"]], ids=["strings", "complexity"])
def test_threads_of_others(command, run, store):
    asked = ("--states", 2, "--workers", 2, "--cluster", "there")
    one_sentence(run(*command, *asked, code=2), "--workers", "--cluster")
    assert not store.exists()


def test_strings_that_are_looked_up_have_no_blocks(run):
    answer = strict(run("complexity", "0101010101", "0", "--states", 1, "--format", "json").stdout)
    assert answer["block"] == 12
    long = {"string": "0101010101", "count": 0, "bits": "inf", "depth": None, "method": "table", "blocks": None}
    short = {"string": "0", "count": 12, "bits": 1.0, "depth": 1, "method": "table", "blocks": None}
    assert answer["strings"] == [long, short]
    assert "method" not in run("complexity", "0101010101", "0", "--states", 1).stdout


# Counts of D(3): see above.
BLOCKS = {"010": 42832, "101": 42832, "01": 432040, "0": 1075648}


def bits_of(*blocks):
    return sum(log2(4294368 / BLOCKS[block]) + log2(times) for block, times in blocks)


def test_a_long_string_is_cut_into_blocks(run):
    string = "010101" * 3 + "01"
    ask = ("complexity", string, "0", "--states", 3, "--block", 3)
    answer = strict(run(*ask, "--format", "json").stdout)
    assert answer["block"] == 3
    entry, other = answer["strings"]
    assert (entry["count"], entry["depth"], entry["method"], other["method"]) == (0, None, "blocks", "table")
    assert [(block["string"], block["times"]) for block in entry["blocks"]] == [("010", 3), ("101", 3), ("01", 1)]
    for block in entry["blocks"]:
        assert block["bits"] == pytest.approx(log2(4294368 / BLOCKS[block["string"]]))
    assert entry["bits"] == pytest.approx(bits_of(("010", 3), ("101", 3), ("01", 1)))
    rows = rows_of(run(*ask, "--format", "csv").stdout)
    assert list(rows[0].values()) == [string, "0", str(entry["bits"]), "", "blocks", "010*3 101*3 01*1"]
    assert list(rows[1].values())[4:] == ["table", ""]
    shown = run(*ask).stdout
    for part in (
        f"{entry['bits']:.4f}",
        f"{string}, 20 cells, in blocks of 3:",
        "│ 010   │     3 │",
        "│ 01    │     1 │",
    ):
        assert part in shown, part
    assert "looked up whole" not in shown


def test_a_string_that_is_printed_is_looked_up_whole(run):
    table = set(count_strings(4).output_counts())
    printed = min(string for string in table if len(string) == 13 and string[:12] in table)
    other = "0" * 36
    ask = ("complexity", printed, other, "--states", 4)
    entries = strict(run(*ask, "--format", "json").stdout)["strings"]
    assert [entry["method"] for entry in entries] == ["table", "blocks"]
    assert entries[0]["count"] > 0
    assert "--block 12 cuts all of more than 12 cells" in " ".join(run(*ask).stdout.split())
    cut = strict(run(*ask, "--block", 12, "--format", "json").stdout)["strings"]
    assert [entry["method"] for entry in cut] == ["blocks", "blocks"]
    assert cut[1] == entries[1]
    assert cut[0]["count"] == entries[0]["count"]
    assert [(block["string"], block["times"]) for block in cut[0]["blocks"]] == [(printed[:12], 1), (printed[12], 1)]


def test_many_blocks_are_shortened(run):
    string = "".join(f"{k:05b}" for k in range(32))
    shown = run("complexity", string, "--states", 4, "--block", 5).stdout
    assert "16 more blocks" in shown
    assert string not in shown
    assert "(116 more)" in shown


def test_a_block_that_nothing_prints_is_named(run):
    string = "0101" * 9
    one_sentence(
        run("complexity", string, "01", "--states", 3, "--block", 12, code=1),
        "prints the block 010101010101,",
        "--block 5",
        "more states",
    )
    # What is advised does.
    run("complexity", string, "--states", 3, "--block", 5)
    blocks = [f"{k:06b}" for k in range(64)]
    message = run("complexity", "".join(blocks), "--states", 2, "--block", 6, code=1).stderr
    assert "the blocks 000000, 000001, 000010, 000011, 000100 and 59 more" in message
    bound = "Piecewise((1, time <= 1), (0, True))"
    asked = run("complexity", "0101", "--states", 2, "--block", 2, "--prior", bound, code=1)
    one_sentence(asked, "no run that has any weight prints the block 01,", "--block 1")


@pytest.mark.parametrize("block", [0, -1, "x"])
def test_blocks_of_no_size(block, run, store):
    one_sentence(run("complexity", "0101", "--states", 2, "--block", block, code=2), "--block", str(block))


def test_the_old_name_of_the_prior_is_taken_with_a_hint(run):
    ask = ("strings", "--states", 2, "--format", "csv")
    old = run(*ask, "--weights", "levin")
    assert old.stdout == run(*ask, "--prior", "levin").stdout
    assert "Hint: --weights is now called --prior." in old.stderr
