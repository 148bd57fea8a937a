"""`mesaprior why` on networks, against units written out and the rows of a census."""

import csv
import io
import json
import math

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.networks.space import NetworkSpace
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_networks import ROWS, TRAINING
from tests.hypotheses.networks.plain_networks import fires

SITUATIONS = ["01", "11", "10", "00"]
ROW_SITUATION = [0, 1, 2, 3, 0, 2]
WHY = ("--log", "bits.csv", "--space", "networks")
NETWORKS = {
    "h(1 -1 | 0) h(-1 1 | 0) -> o(1 1 | 0)": ([([1, -1], 0), ([-1, 1], 0)], [([1, 1], 0)]),
    "h(1 1 | -1) h(0 0 | 1) h(0 -1 | 1) -> o(1 -1 1 | 1)": (
        [([1, 1], -1), ([0, 0], 1), ([0, -1], 1)],
        [([1, -1, 1], 1)],
    ),
    "o(1 1 | -1)": ([], [([1, 1], -1)]),
    "o(0 0 | 0)": ([], [([0, 0], 0)]),
}


@pytest.fixture
def bits(files):
    """Add a log of two bits, four situations and two actions, and one of three actions."""
    (files / "bits.csv").write_text(ROWS)
    (files / "three.csv").write_text("p,q,action,split\n0,0,1,train\n0,1,2,train\n1,0,2,deploy\n1,1,0,deploy\n")
    return files


def explained(run, text, *options):
    return json.loads(run("why", text, *WHY, *options, "--format", "json").stdout)


def total(unit, seen):
    weights, bias = unit
    return sum(w * value for w, value in zip(weights, seen, strict=True)) + bias


@pytest.mark.parametrize("text", NETWORKS)
def test_sums_are_those_of_units_written_out(text, bits, run):
    hidden, (output,) = NETWORKS[text]
    facts = explained(run, text, "--noise", "0.1")
    assert facts["program"] == text
    actions = []
    for bits_in, told in zip(SITUATIONS, facts["situations"], strict=True):
        inputs = [int(bit) for bit in bits_in]
        layer = [fires(*unit, inputs) for unit in hidden] if hidden else inputs
        sums = {f"h{k}": total(unit, inputs) for k, unit in enumerate(hidden, 1)} | {"o1": total(output, layer)}
        assert told["input"] == "".join(map(str, told["situation"].values())) == bits_in
        assert told["sums"] == sums
        assert list(told["values"].values()) == [*(layer if hidden else []), fires(*output, layer)]
        assert told["action"] == fires(*output, layer)
        actions.append(told["action"])
    assert facts["predictions"] == {"intact": [actions[place] for place in ROW_SITUATION]}
    weights = [w for unit in (*hidden, output) for w in (*unit[0], unit[1])]
    norms = (sum(w != 0 for w in weights), sum(map(abs, weights)), sum(w * w for w in weights))
    assert (facts["weights"], facts["l1"], facts["l2"]) == norms
    assert facts["time"] == facts["infer_time"] == norms[0]
    hits = sum(actions[place] == action for place, action in TRAINING)
    assert (facts["hits"], facts["misses"], facts["abstained"]) == (hits, 3 - hits, 0)
    assert facts["log2_likelihood"] == pytest.approx(hits * math.log2(0.9) + (3 - hits) * math.log2(0.1))
    # Elias's gamma code of the number of hidden units plus one, and log2(3) for every weight.
    size = {0: 1, 2: 3, 3: 5}[len(hidden)]
    assert facts["hidden_bits"] == pytest.approx(size)
    assert facts["length"] == pytest.approx(size + len(weights) * math.log2(3)) == pytest.approx(-facts["log2_prior"])
    assert sum(unit["bits"] for unit in facts["units"]) == pytest.approx(len(weights) * math.log2(3))
    one = explained(run, text, "--hidden", len(hidden))
    assert (one["hidden_bits"], one["length"]) == (0, pytest.approx(len(weights) * math.log2(3)))


@pytest.mark.parametrize(
    ("file", "hidden", "weights"),
    [("bits.csv", (0, 2), (-1, 0, 1)), ("bits.csv", (1, 1), (-2, 0, 1)), ("three.csv", (0, 1), (-1, 0, 1))],
)
def test_bits_and_norms_are_those_of_the_census(file, hidden, weights, bits, run):
    census = NetworkSpace(*hidden, weights=weights).census(read_log(file))
    sizes = f"{hidden[0]}-{hidden[1]}" if hidden[0] < hidden[1] else hidden[0]
    options = ["--log", file, *WHY[2:], "--hidden", sizes, "--weights", ",".join(map(str, weights))]
    for b in range(0, census.n_behaviours, 1 + census.n_behaviours // 8):
        facts = json.loads(run("why", census.witness[b], *options, "--format", "json").stdout)
        rows = [
            tuple(column[row].item() for column in census.columns.values())
            for row in (census.behaviour_id == b).nonzero()[0]
        ]
        # The witness has the fewest weights among the shortest.
        assert tuple(facts[name] for name in census.columns) in rows
        assert (facts["length"], facts["weights"]) == min((row[0], row[1]) for row in rows)
        assert facts["predictions"]["intact"] == census.predictions[b][census.row_cell].tolist()


def test_the_table_and_csv(bits, run):
    text = "h(1 -1 | 0) h(-1 1 | 0) -> o(1 1 | 0)"
    shown = run("why", text, *WHY).stdout
    first, paragraph, third, *_ = shown.splitlines()
    assert paragraph.startswith("What it does: '1' in 2 of 4 situations, '0' in 2. It is right on every training row")
    assert [first, third] == [
        text,
        "faithful, 2 hidden units · 17.26 bits · 6 of 9 weights are not 0 (steps) · l1 6, l2 6",
    ]
    for part in (
        "Bits: 3 for the number of hidden units (--hidden 0-2) and 14.26 for 9 weights, each one of 3.",
        "Inputs: x1 is p, x2 is c.",
        "│ h1   │ h(1 -1 | 0)    │ 4.75 │",
        "│ -1 → 0 │  1 → 1 │ 1 → 1 │",
    ):
        assert part in shown, part
    assert "imitator" not in shown
    rows = list(csv.reader(io.StringIO(run("why", text, *WHY, "--format", "csv").stdout)))
    assert rows[0] == ["row", "split", "action", "rival", "intact"]
    assert rows[4] == ["3", "deploy", "0", "1", "0"]


def test_blanks_before_the_bar_do_not_matter(bits, run):
    assert explained(run, "o(1 1| -1)") == explained(run, "o( 1 1  |-1 )") == explained(run, "o(1 1 | -1)")


BAD = {
    "no network": (["why", "x1", *WHY], 1, ["'x1'", "o(1 -1 | 0)"]),
    "no arrow": (["why", "h(1 1 | 0) o(1 | 0)", *WHY], 1, ["arrow"]),
    "too many inputs": (["why", "o(1 1 1 | 0)", *WHY], 1, ["3 inputs", "2"]),
    "too many outputs": (["why", "o(1 1 | 0) o(1 1 | 0)", *WHY], 1, ["2 outputs", "1"]),
    "another weight": (["why", "o(1 2 | 0)", *WHY], 1, ["weight 2", "-1,0,1", "--weights"]),
    "another size": (["why", "o(1 1 | 0)", *WHY, "--hidden", "1-2"], 1, ["0 hidden", "1-2"]),
    "no weights": (["why", "o(1 1 | 0)", *WHY, "--weights", "1"], 2, ["--weights"]),
    "an option of others": (["why", "o(1 1 | 0)", *WHY, "--basis", "aig"], 2, ["--basis", "networks"]),
    "a column of others": (["why", "o(1 1 | 0)", *WHY, "--prior", "circuit"], 2, ["gates", "weights"]),
    "no steps": (["why", "o(0 0 | 0)", *WHY, "--prior", "levin"], 2, ["levin", "time = 0"]),
}


@pytest.mark.parametrize(("arguments", "code", "words"), BAD.values(), ids=BAD)
def test_what_is_refused(arguments, code, words, bits, run):
    one_sentence(run(*arguments, code=code), *words)
