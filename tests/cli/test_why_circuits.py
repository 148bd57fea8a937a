"""`mesaprior why` on circuits, against Python's own operators and the rows of a census."""

import csv
import io
import json
import math
import re

import pytest

from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import read_log
from tests.cli.test_bad_input import one_sentence

ROWS = """p,q,c,action,rival,split
0,1,1,1,,train
1,1,0,0,,train
1,0,1,1,,train
0,0,0,0,1,deploy
0,1,1,1,0,deploy
1,1,1,1,,deploy
"""
SITUATIONS = ["011", "110", "101", "000", "111"]
ROW_SITUATION = [0, 1, 2, 3, 0, 4]
TRAINING = [(0, 1), (1, 0), (2, 1)]
WHY = ("--log", "bits.csv", "--space", "circuits")
CIRCUITS = {
    "g1=x1&~x2; g2=~x3|g1; g3=g1^~g2; g3": {"g1", "g2", "g3"},
    "g1=x1&x2; g2=x1^x3; g3=x2|g1; g4=x3&g2; g4": {"g2", "g4"},
    "g1=~x2|~x3; g2=~x1&~g1; g2": {"g1", "g2"},
    "~x2": set(),
    "1": set(),
}


@pytest.fixture
def bits(files):
    """Add a log of three bits, five situations and two actions, and one of four actions."""
    (files / "bits.csv").write_text(ROWS)
    (files / "four.csv").write_text("p,q,action,split\n0,0,1,train\n0,1,3,train\n1,0,2,deploy\n1,1,0,deploy\n")
    return files


def explained(run, text, *options):
    return json.loads(run("why", text, *WHY, *options, "--format", "json").stdout)


def evaluated(text, nodes):
    """Return the value of a node, of its complement, or of two with an operator, by Python's own operators."""
    return int(eval(re.sub(r"~(\w+)", r"(1-\1)", text), {}, nodes))


def values_of(text, bits_in):
    """Return the values of the gates by name, and those of the outputs."""
    *gates, outputs = text.split("; ")
    nodes = {f"x{v}": int(bit) for v, bit in enumerate(bits_in, 1)}
    for gate in gates:
        name, formula = gate.split("=")
        nodes[name] = evaluated(formula, nodes)
    return {k: v for k, v in nodes.items() if k[0] == "g"}, "".join(str(evaluated(o, nodes)) for o in outputs.split())


def depths_of(text):
    """Return the gates on the longest way to each gate."""
    depth = {}
    for gate in text.split("; ")[:-1]:
        name, formula = gate.split("=")
        depth[name] = 1 + max(depth.get(node, 0) for node in re.findall(r"[xg]\d+", formula))
    return depth


@pytest.mark.parametrize("text", CIRCUITS)
def test_values_are_those_of_the_operators(text, bits, run):
    facts = explained(run, text, "--noise", "0.1")
    assert facts["program"] == text
    assert facts["inputs"] == {"x1": "p", "x2": "q", "x3": "c"}
    actions = []
    for bits_in, told in zip(SITUATIONS, facts["situations"], strict=True):
        gates, outputs = values_of(text, bits_in)
        assert told["input"] == "".join(map(str, told["situation"].values())) == bits_in
        assert (told["gates"], told["outputs"], told["action"]) == (gates, outputs, int(outputs))
        actions.append(int(outputs))
    assert facts["predictions"] == {"intact": [actions[place] for place in ROW_SITUATION]}
    depth = depths_of(text)
    assert {node["gate"]: node["depth"] for node in facts["nodes"]} == depth
    assert {node["gate"] for node in facts["nodes"] if node["used"]} == CIRCUITS[text]
    assert [f"{node['gate']}={node['text']}" for node in facts["nodes"]] == text.split("; ")[:-1]
    assert facts["gates"] == facts["time"] == facts["infer_time"] == len(depth)
    assert facts["depth"] == depth.get(text.split("; ")[-1], 0)
    hits = sum(actions[place] == action for place, action in TRAINING)
    assert (facts["hits"], facts["misses"], facts["abstained"]) == (hits, 3 - hits, 0)
    assert facts["log2_likelihood"] == pytest.approx(hits * math.log2(0.9) + (3 - hits) * math.log2(0.1))


def test_the_choices_are_the_length(bits, run):
    facts = explained(run, "g1=x1&~x2; g2=~x3|g1; g2")
    # Three pairs of three inputs, six of four nodes; ten gates each. The output is the last gate.
    assert [(one["choice"], one["among"]) for one in facts["choices"]] == [
        ("another gate", 2),
        ("g1=x1&~x2", 30),
        ("another gate", 2),
        ("g2=~x3|g1", 60),
        ("no further gate", 2),
        ("g2", 1),
    ]
    assert facts["length"] == pytest.approx(sum(math.log2(one["among"]) for one in facts["choices"]))
    assert facts["log2_prior"] == pytest.approx(-facts["length"])
    assert [one["bits"] for one in facts["choices"]] == [math.log2(one["among"]) for one in facts["choices"]]
    aig = explained(run, "g1=x1&~x2; g2=~x3|g1; g2", "--basis", "aig")
    assert [one["among"] for one in aig["choices"]] == [2, 24, 2, 48, 2, 1]
    assert aig["basis"] == "aig"


@pytest.mark.parametrize(("file", "basis", "max_gates"), [("bits.csv", "full", 2), ("four.csv", "aig", 2)])
def test_bits_steps_and_predictions_are_those_of_the_census(file, basis, max_gates, bits, run):
    census = CircuitSpace(max_gates, basis=basis).census(read_log(file))
    chosen = range(0, census.n_behaviours, 1 + census.n_behaviours // 12)
    for b in chosen:
        facts = json.loads(
            run("why", census.witness[b], "--log", file, *WHY[2:], "--basis", basis, "--format", "json").stdout
        )
        rows = [
            tuple(column[row].item() for column in census.columns.values())
            for row in (census.behaviour_id == b).nonzero()[0]
        ]
        told = tuple(facts[name] for name in census.columns)
        assert told in rows
        assert told[0] == min(row[0] for row in rows)
        assert facts["predictions"]["intact"] == census.predictions[b][census.row_cell].tolist()
        assert sum(one["bits"] for one in facts["choices"]) == pytest.approx(told[0])


def test_several_outputs(bits, run):
    facts = json.loads(run("why", "g1=x1^x2; g1 ~x1", "--log", "four.csv", *WHY[2:], "--format", "json").stdout)
    assert facts["outputs"] == "g1 ~x1"
    assert [(one["outputs"], one["action"]) for one in facts["situations"]] == [
        ("01", 1),
        ("11", 3),
        ("10", 2),
        ("00", 0),
    ]
    assert facts["verdict"] == "faithful"
    # Eight nodes, complements and constants, two of which are the last gate: (64 - 36) / 2 pairs.
    assert facts["choices"][-1]["among"] == 14


def test_the_table_and_csv(bits, run):
    text = "g1=x1&x2; g2=x1^x3; g2"
    shown = run("why", text, *WHY).stdout
    first, paragraph, third, *_ = shown.splitlines()
    assert paragraph.startswith("What it does: '0' in 3 of 5 situations, '1' in 2. It is right on 1 of 3 training rows")
    assert [first, third] == [text, "erring · 13.81 bits (full basis) · 2 gates (steps), depth 1"]
    for part in (
        "Unused, since no output depends on it: g1.",
        "Inputs: x1 is p, x2 is q, x3 is c.",
        "another gate",
        "┃ g1 g2 ┃",
        "│  1  1 │",
    ):
        assert part in shown, part
    assert "imitator" not in shown
    rows = list(csv.reader(io.StringIO(run("why", text, *WHY, "--format", "csv").stdout)))
    assert rows[0] == ["row", "split", "action", "rival", "intact"]
    assert rows[4] == ["3", "deploy", "0", "1", "0"]
    assert "It has no gate" in run("why", "x1", *WHY).stdout


def test_features_with_more_values_need_an_encoding(files, run):
    options = ("--log", "log.csv", "--space", "circuits")
    one_sentence(run("why", "x1 x2", *options, code=1), "--encoding binary")
    shown = run("why", "x1 x2", *options, "--encoding", "binary").stdout
    assert "Inputs: x1 is p.1, x2 is p.0, x3 is c.1, x4 is c.0." in shown


BAD = {
    "no circuit": (["why", "(argmax y)", *WHY], 1, ["'(argmax", "~x1"]),
    "no such input": (["why", "x4", *WHY], 1, ["no input x4", "3"]),
    "a gate of itself": (["why", "g1=x1&g1; g1", *WHY], 1, ["no gate before it"]),
    "too many outputs": (["why", "x1 x2", *WHY], 1, ["has 2 outputs", "need 1"]),
    "not the last gate": (["why", "g1=x1&x2; x1", *WHY], 1, ["last gate"]),
    "another basis": (["why", "g1=x1^x2; g1", *WHY, "--basis", "aig"], 1, ["'aig'", "--basis full"]),
    "an option of others": (["why", "x1", *WHY, "--hidden", 2], 2, ["--hidden", "circuits"]),
    "an option of circuits": (["why", "p", "--log", "bits.csv", "--basis", "aig"], 2, ["--basis", "terms"]),
    "a column of others": (["why", "x1", *WHY, "--prior", "2**-l1"], 2, ["l1", "gates"]),
    "no steps": (["why", "x1", *WHY, "--prior", "levin"], 2, ["levin", "time = 0"]),
}


@pytest.mark.parametrize(("arguments", "code", "words"), BAD.values(), ids=BAD)
def test_what_is_refused(arguments, code, words, bits, run):
    one_sentence(run(*arguments, code=code), *words)
