"""`mesaprior circuits`, and circuits as a hypothesis space at the command line."""

import csv
import io
import json

import pytest

from mesaprior.hypotheses.circuits.circuit import parse_circuit
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_commands import KEYS
from tests.hypotheses.circuits.test_least import truth_table

ROWS = """a,b,c,action,rival,split
0,1,1,1,,train
1,1,0,0,,train
1,0,1,1,,train
0,0,0,0,1,deploy
0,0,1,1,0,deploy
1,1,1,1,,deploy
"""


@pytest.fixture
def bits(files):
    """Add a log of three bits whose actions are the last of them."""
    (files / "bits.csv").write_text(ROWS)
    return files


def test_the_csv_lists_every_function_with_what_it_costs(run):
    result = run("circuits", "--inputs", 3, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert list(rows[0]) == ["function", "gates", "formula", "depth"]
    assert [int(row["function"]) for row in rows] == list(range(256))
    by_gates = [sum(row["gates"] == str(r) for row in rows) for r in range(5)]
    assert by_gates == [8, 30, 114, 80, 24]
    # The exclusive or of three bits, and the second input alone.
    assert [rows[0b10010110][name] for name in ("gates", "formula", "depth")] == ["2", "2", "2"]
    assert rows[0b11001100]["gates"] == "0"


def test_a_circuit_of_every_function_can_be_asked_for(run):
    answer = json.loads(run("circuits", "--inputs", 2, "--basis", "aig", "--witness", "--format", "json").stdout)
    assert (answer["inputs"], answer["basis"]) == (2, "aig")
    for row in answer["functions"]:
        circuit = parse_circuit(row["circuit"], 2)
        assert truth_table(circuit) == row["function"]
        assert len(circuit.gates) == row["gates"]
    assert answer["functions"][6]["gates"] == 3


def test_the_table_shows_how_many_cost_how_much(run):
    text = run("circuits", "--inputs", 4).stdout
    assert "24,184" in text
    assert "56,456" in text
    assert len(text.splitlines()) < 20


def test_one_function_is_shown_and_drawn(tmp_path, run):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "parity.svg"
    result = run("circuits", "--inputs", 4, "--function", "0x6996", "--plot", picture)
    assert "g3=g1^g2" in result.stdout
    assert "0110100110010110" in result.stdout
    assert picture.read_text().lstrip().startswith("<?xml")
    answer = json.loads(run("circuits", "--inputs", 4, "--function", 27030, "--format", "json").stdout)
    assert (answer["function"], answer["gates"], answer["depth"]) == (0x6996, 3, 2)


def test_five_inputs_are_counted_and_searched(run):
    result = run("circuits", "--inputs", 5, "--max-gates", 3, "--format", "csv")
    assert result.stdout.split() == ["gates,functions,classes", "0,12,2", "1,100,2", "2,1140,5", "3,11570,20"]
    parity = sum(1 << i for i in range(32) if i.bit_count() & 1)
    one = json.loads(run("circuits", "--inputs", 5, "--function", parity, "--format", "json").stdout)
    assert truth_table(parse_circuit(one["circuit"], 5)) == parity
    assert one["gates"] == 4
    beyond = run("circuits", "--inputs", 5, "--max-gates", 2, "--function", parity, code=1)
    one_sentence(beyond, "more than 2 gates", "up to 9")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--inputs", 3, "--function", 256], "from 0 to 255"), (["--inputs", 3, "--plot", "x.png"], "--function"),
     (["--inputs", 3, "--max-gates", 2], "leave it out"), (["--inputs", 5, "--witness"], "ask for one"),
     (["--inputs", 6], "1<=x<=5"), (["--inputs", 3, "--function", "six"], "no truth table")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_sentence(arguments, words, run):
    one_sentence(run("circuits", *arguments, code=2), words)


def test_the_whole_way_of_a_log(bits, run):
    result = run("infer", "bits.csv", "--space", "circuits", "--max-gates", 3, "--format", "json")
    answer = json.loads(result.stdout)
    assert list(answer) == KEYS
    assert answer["programs"] == 8 + 30 + 1800 + 180000
    assert answer["mass_beyond"] == pytest.approx(2**-4)
    assert answer["exact"] == {"program": "x3", "length": 4.0, "role": "imitator"}
    assert answer["provenance"]["bounds"] == {"max_gates": 3, "basis": "full", "count": "all"}
    minimal = ["--space", "circuits", "--max-gates", 4, "--circuits", "minimal", "--basis", "aig"]
    answer = json.loads(run("infer", "bits.csv", *minimal, "--prior", "circuit", "--format", "json").stdout)
    assert answer["programs"] == 8 + 24 + 64 + 30 + 104
    assert answer["mass_beyond"] is None


def test_a_folder_answers_like_the_log_and_is_verified(bits, run):
    run("census", "bits.csv", "--space", "circuits", "--max-gates", 3, "--out", "counted")
    assert "• Inputs: x1 is a, x2 is b, x3 is c." in run("infer", "counted").stdout
    once = run("infer", "counted", "--format", "csv").stdout
    assert once == run("infer", "bits.csv", "--space", "circuits", "--max-gates", 3, "--format", "csv").stdout
    programs = list(csv.DictReader(io.StringIO(run("export", "counted", "programs").stdout)))
    assert list(programs[0]) == ["behaviour", "length", "time", "infer_time", "gates", "depth", "count"]
    assert sum(int(row["count"]) for row in programs) == 181838
    assert "all is well" in run("store", "verify", "counted").stdout


def test_plan_tells_the_sizes_and_more_than_can_be_counted_is_refused(bits, run):
    text = run("plan", "bits.csv", "--space", "circuits", "--max-gates", 5, "--format", "csv").stdout
    assert text.splitlines()[-1].endswith(",5670000000")
    one_sentence(run("infer", "bits.csv", "--space", "circuits", "--max-gates", 12, code=2), "at most 8", "minimal")
    (bits / "wide.csv").write_text("p,action\n3,1\n0,0\n")
    one_sentence(run("infer", "wide.csv", "--space", "circuits", "--max-gates", 2, code=1), "--encoding binary")
    assert "circuits counted" in run("infer", "wide.csv", "--space", "circuits", "--encoding", "binary").stdout
