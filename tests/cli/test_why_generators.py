"""`mesaprior why` on generators, against their circuits written out by hand and the rows of a census."""

import csv
import io
import json
import math

import pytest

from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import read_log
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_generators import ROWS
from tests.cli.test_why_circuits import values_of

WHY = ("--log", "parity.csv", "--space", "generators")
TEACHER = {"00": 0, "01": 1, "10": 1, "11": 0, "111": 1, "001": 1}
PARITY = "(add k (if k (add i i) 1))"


@pytest.fixture(autouse=True)
def log(files):
    (files / "parity.csv").write_text(ROWS)
    (files / "bits.csv").write_text("a,b,action\n0,1,0\n")


def explained(run, text, *options):
    return json.loads(run("why", text, *WHY, *options, "--format", "json").stdout)


def test_parity_for_every_size(run):
    facts = explained(run, PARITY, "--noise", "0.1")
    # Gate i takes the nodes 2i + 1 and 2i + 2, modulo n + i.
    assert [(one["size"], one["circuit"], one["depth"]) for one in facts["circuits"]] == [
        (2, "g1=x2^x1; g1", 1),
        (3, "g1=x2^x3; g2=g1^x1; g2", 2),
    ]
    assert [(one["rows"], one["misses"]) for one in facts["circuits"]] == [(4, 0), (2, 0)]
    assert facts["predictions"]["intact"] == [0, 1, 1, 0, 1, 1]
    assert [token["text"] for token in facts["tokens"]] == ["add", "k", "if", "k", "add", "i", "i", "1"]
    assert sum(token["bits"] for token in facts["tokens"]) == facts["length"] == -facts["log2_prior"] == 24
    steps = sum(token["steps"] for token in facts["tokens"])
    # Two gates of three entries each, and to run them.
    assert (facts["time"], facts["infer_time"], facts["gates"]) == (6 * steps + 2, 2, 2)
    assert (facts["hits"], facts["misses"], facts["abstained"]) == (4, 0, 0)
    assert facts["log2_likelihood"] == pytest.approx(4 * math.log2(0.9))


@pytest.mark.parametrize("extra", [0, 2])
def test_values_are_those_of_the_circuits_that_are_shown(extra, run):
    for text in ("(add k 1)", "(sub (add i i) k)", "(if k (add n i) 2)", PARITY):
        facts = explained(run, text, "--extra-gates", extra)
        by_size = {one["size"]: one for one in facts["circuits"]}
        assert facts["gates"] == 2 + extra == len(by_size[3]["gates"])
        actions = {}
        for told in facts["situations"]:
            n = told["situation"]["size"]
            bits_in = "".join(str(told["situation"][f"x{v}"]) for v in range(1, n + 1))
            gates, outputs = values_of(by_size[n]["circuit"], bits_in)
            assert (told["input"], told["gates"], told["action"]) == (bits_in, gates, int(outputs))
            actions[bits_in] = told["action"]
        assert facts["predictions"] == {"intact": [actions[bits_in] for bits_in in TEACHER]}
        for n, one in by_size.items():
            rows = [bits_in for bits_in in TEACHER if len(bits_in) == n]
            missed = sum(actions[bits_in] != TEACHER[bits_in] for bits_in in rows)
            assert (one["rows"], one["misses"]) == (len(rows), missed)


@pytest.mark.parametrize("extra", [0, 1])
def test_bits_and_steps_are_those_of_the_census(extra, run):
    census = GeneratorSpace(15, extra_gates=extra).census(read_log("parity.csv"))
    for b in range(0, census.n_behaviours, 1 + census.n_behaviours // 8):
        facts = explained(run, census.witness[b], "--extra-gates", extra)
        rows = [
            tuple(column[row].item() for column in census.columns.values())
            for row in (census.behaviour_id == b).nonzero()[0]
        ]
        assert tuple(facts[name] for name in census.columns) in rows
        assert facts["length"] == min(row[0] for row in rows)
        assert facts["predictions"]["intact"] == census.predictions[b][census.row_cell].tolist()


def test_gates_that_nothing_uses(run):
    # Entries 1, 0, 1 of every gate: the exclusive or of the first two nodes, which are inputs, so the last one counts.
    small, large = explained(run, "(if (sub k 1) 1 0)")["circuits"]
    assert (small["circuit"], large["circuit"]) == ("g1=x1^x2; g1", "g1=x1^x2; g2=x1^x2; g2")
    assert [gate["used"] for gate in small["gates"]] == [True]
    assert [gate["used"] for gate in large["gates"]] == [False, True]
    assert "no output depends on it: g1." in run("why", "(if (sub k 1) 1 0)", *WHY).stdout.replace("\n", " ")


def test_the_table_and_csv(run):
    shown = run("why", PARITY, *WHY).stdout
    first, paragraph, third, *_ = shown.splitlines()
    assert paragraph.startswith("What it does: '1' in 4 of 6 situations, '0' in 2. It is right on every training row")
    assert [first, third] == [PARITY, "faithful · 24 bits · 50 steps (2 once the circuit is written down)"]
    for part in (
        "It is asked 3 times for each of the 2 gates of the largest circuit, 8 steps a time; running that takes 2.",
        "│ g1=x2^x3 │ All of its 2 gates are used. │",
        "│ add   │    3 │",
    ):
        assert part in shown, part
    assert "imitator" not in shown
    rows = list(csv.reader(io.StringIO(run("why", PARITY, *WHY, "--format", "csv").stdout)))
    assert rows[0] == ["row", "split", "action", "rival", "intact"]
    assert rows[6] == ["5", "deploy", "1", "0", "1"]


def test_a_language_of_ones_own(run, files):
    (files / "mine.toml").write_text(
        "domain = 12\nactions = 12\n"
        + "".join(f"[[token]]\nkind = 'feature'\nname = '{name}'\nbits = 2\n" for name in "nik")
        + "[[token]]\nkind = 'binary'\nname = 'add'\nbits = 5\n"
    )
    assert explained(run, "(add k i)", "--language", "mine.toml")["length"] == 9


BAD = {
    "no term": (["why", "(add k", *WHY], 2, ["'(add k'", "never closed"]),
    "no token": (["why", "(mul k n)", *WHY], 2, ["'mul'", "add, sub"]),
    "no size": (["why", "k", "--log", "bits.csv", *WHY[2:]], 1, ["'size'"]),
    "too many gates": (["why", "k", *WHY, "--extra-gates", 9], 2, ["9"]),
    "an option of others": (["why", "k", *WHY, "--max-time", 9], 2, ["--max-time", "generators"]),
    "an option of generators": (["why", "a", "--log", "bits.csv", "--extra-gates", 1], 2, ["--extra-gates", "terms"]),
    "a column of others": (["why", "k", *WHY, "--prior", "2**-depth"], 2, ["depth", "gates"]),
}


@pytest.mark.parametrize(("arguments", "code", "words"), BAD.values(), ids=BAD)
def test_what_is_refused(arguments, code, words, run):
    one_sentence(run(*arguments, code=code), *words)
