"""Threshold networks at the command line: the verdict against every network run by itself, and what is refused."""

import csv
import io
import json
import math

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.networks.space import NetworkSpace
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_commands import KEYS, ROLES, VERDICTS
from tests.hypotheses.networks import plain_networks

ROWS = """p,c,action,rival,split
0,1,1,,train
1,1,0,,train
1,0,1,,train
0,0,0,1,deploy
0,1,1,0,deploy
1,0,1,,deploy
"""
INPUTS = [0b01, 0b11, 0b10, 0b00]
TRAINING = [(0, 1), (1, 0), (2, 1)]
ALL_LATER = [(3, 0), (0, 1), (2, 1)]
RIVAL = [(3, 1), (0, 0)]
ASK = ["infer", "bits.csv", "--space", "networks", "--noise", "0.1"]


@pytest.fixture
def bits(files):
    """Add a log of two bits, four situations and two actions."""
    (files / "bits.csv").write_text(ROWS)
    return files


def verdict_of(actions):
    """Return the verdict on what a network does in the four situations."""
    if all(actions[place] == action for place, action in ALL_LATER):
        return "faithful"
    return "defecting" if all(actions[place] == action for place, action in RIVAL) else "erring"


def masses(lengths, weights, weigh):
    """Return the share of each verdict after each training row, from every network run by itself."""
    totals = [dict.fromkeys(VERDICTS, 0.0) for _ in range(4)]
    for hidden, length in lengths.items():
        for (actions, *norms), count in plain_networks.policies(2, hidden, 1, weights, INPUTS, 2).items():
            chance = 1.0
            for rows in range(4):
                if rows:
                    place, action = TRAINING[rows - 1]
                    chance *= 0.9 if actions[place] == action else 0.1
                totals[rows][verdict_of(actions)] += count * weigh(length, *norms) * chance
    return [{name: mass / sum(total.values()) for name, mass in total.items()} for total in totals]


PRIORS = {
    "simplicity": lambda length, weights, l1, l2: 2**-length,
    "regularized": lambda length, weights, l1, l2: 2.0**-weights,
    "2**(-l1 - sqrt(l2)) / (1 + time)": lambda length, weights, l1, l2: 2 ** (-l1 - math.sqrt(l2)) / (1 + weights),
}
SIZES = {
    "1": ({1: 5 * math.log2(5)}, (-2, -1, 0, 1, 2)),
    "0-2": ({0: 3 * math.log2(3) + 1, 1: 5 * math.log2(3) + 3, 2: 9 * math.log2(3) + 3}, (-1, 0, 1)),
}


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("hidden", SIZES)
def test_the_verdict_is_that_of_every_network_run_by_itself(hidden, prior, bits, run):
    lengths, weights = SIZES[hidden]
    options = ["--hidden", hidden, "--weights", ",".join(map(str, weights)), "--prior", prior]
    answer = json.loads(run(*ASK, *options, "--format", "json").stdout)
    expected = masses(lengths, weights, PRIORS[prior])
    for n in range(4):
        for verdict in VERDICTS:
            assert answer["mass_by_verdict"]["imitator"][verdict][n] == pytest.approx(expected[n][verdict], abs=1e-12)
    assert answer["programs"] == sum(round(2 ** (n_weights)) for n_weights in exact_bits(lengths, weights))
    assert list(map(float, answer["by_bound"])) == pytest.approx(sorted(lengths.values()))


def exact_bits(lengths, weights):
    """Return log2 of the number of networks of each size."""
    n_weights = {0: 3, 1: 5, 2: 9}
    return [n_weights[hidden] * math.log2(len(weights)) for hidden in lengths]


def test_json_has_the_keys_of_the_contract(bits, run):
    result = run(*ASK, "--hidden", "0-2", "--format", "json", "--top", 3)
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert list(answer) == KEYS
    assert answer["mass_beyond"] == pytest.approx(1 - 1 / 2 - 1 / 8 - 1 / 8)
    assert list(answer["mass"]) == ROLES
    provenance = answer["provenance"]
    assert (provenance["space"], provenance["language"]) == ("networks", None)
    assert provenance["bounds"] == {"least_hidden": 0, "hidden": 2, "weights": [-1, 0, 1]}
    one = json.loads(run(*ASK, "--hidden", 1, "--format", "json").stdout)
    assert one["provenance"]["bounds"] == {"hidden": 1, "weights": [-1, 0, 1]}
    assert one["mass_beyond"] == 0
    # "Not both" without a constant bias of 2 takes a hidden unit.
    assert answer["exact"]["program"].count("h(") == 1


def test_the_table_leads_with_verdicts_and_its_last_command_works(bits, run):
    text = run(*ASK, "--hidden", 1, "--weights", "-2,0,1").stdout
    assert "No network counted beats the most frequent action" in text.splitlines()[0]
    assert " networks hold " in text.splitlines()[1]
    for part in ("243 networks counted", "7.92 bits, so priors over length alone are uniform", "same action in every"):
        assert part in text
    assert "--prior regularized" in text
    command = text.splitlines()[-1].split("mesaprior ")[1]
    assert command == "prior compare bits.csv --space networks --hidden 1 --weights -2,0,1 --noise 0.1"
    shown = run(*command.split()).stdout
    assert "defecting : faithful" in shown
    assert "regularized" in shown


def test_features_with_more_values_need_an_encoding(bits, run):
    (bits / "wide.csv").write_text("p,q,action\n0,1,0\n3,0,2\n2,1,1\n")
    command = ["infer", "wide.csv", "--space", "networks", "--hidden", 1]
    one_sentence(run(*command, code=1), "line 3", "'p' is 3", "--encoding binary makes 3 inputs")
    command += ["--encoding", "binary"]
    answer = json.loads(run(*command, "--format", "json").stdout)
    assert answer["programs"] == 3 ** (4 + 4)
    assert answer["provenance"]["bounds"]["encoding"] == "binary"
    assert run(*command).stdout.splitlines()[-1].endswith("--space networks --hidden 1 --encoding binary")
    one_sentence(run(*command[:-1], "one-hot", code=1), "5 inputs (one-hot)", "--encoding binary")


def test_without_a_number_of_units_it_says_what_is_counted(bits, run):
    result = run("plan", "bits.csv", "--space", "networks", "--format", "json")
    assert "0 to 2 hidden units" in result.stderr
    assert list(json.loads(result.stdout)["programs_by_length"].values()) == [27, 243, 19683]
    shown = run("plan", "bits.csv", "--space", "networks", "--hidden", "3-4").stdout
    assert "1,594,323" in shown
    rows = list(csv.reader(io.StringIO(run("plan", "bits.csv", "--space", "networks", "--format", "csv").stdout)))
    assert rows[0] == ["length", "count"]
    assert [row[1] for row in rows[1:]] == ["27", "243", "19683"]


WRONG = {
    "units of terms": (["infer", "bits.csv", "--hidden", 2], ["--hidden", "--space networks", "terms"]),
    "states of networks": (["infer", "bits.csv", "--space", "networks", "--states", 2], ["--states", "turing"]),
    "time of networks": (["infer", "bits.csv", "--space", "networks", "--max-time", 9], ["--max-time", "networks"]),
    "too many units": (["infer", "bits.csv", "--space", "networks", "--hidden", 21], ["'21'", "0 to 20"]),
    "units backwards": (["infer", "bits.csv", "--space", "networks", "--hidden", "3-1"], ["'3-1'", "1-3"]),
    "units in words": (["infer", "bits.csv", "--space", "networks", "--hidden", "two"], ["'two'"]),
    "more than 64 bits": (
        ["census", "bits.csv", "--space", "networks", "--hidden", "0-19", "--out", "x"],
        ["3^41", "64 bits", "--hidden 9"],
    ),
    "one weight": (["infer", "bits.csv", "--space", "networks", "--weights", "1"], ["two different integers"]),
    "weights in words": (["infer", "bits.csv", "--space", "networks", "--weights", "1,x"], ["'x'", "-1,0,1"]),
    "a weight too many digits": (["networks", "--inputs", 2, "--hidden", 0, "--weights", "0,99"], ["99", "-9 to 9"]),
    "a column of another space": (["infer", "bits.csv", "--space", "networks", "--prior", "circuit"], ["gates", "l2"]),
    "an engine of terms": (
        ["census", "bits.csv", "--space", "networks", "--engine", "reference", "--out", "x"],
        ["--engine", "--space terms"],
    ),
    "five inputs": (["networks", "--inputs", 5, "--hidden", 0], ["5", "1<=x<=4"]),
    "too many networks": (["networks", "--inputs", 4, "--hidden", 9], ["3^55", "take --hidden 6 or fewer"]),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_go_together_is_one_sentence(name, bits, run):
    arguments, words = WRONG[name]
    before = sorted(bits.iterdir())
    one_sentence(run(*arguments, code=2), *words)
    assert sorted(bits.iterdir()) == before


def test_a_folder_answers_as_its_log_does(bits, run):
    run("census", "bits.csv", "--space", "networks", "--hidden", "0-2", "--out", "counted")
    options = ["--prior", "regularized", "--noise", "0.1", "--format", "json"]
    direct = json.loads(run(*ASK, "--hidden", "0-2", *options).stdout)
    assert json.loads(run("infer", "counted", *options).stdout) == direct
    again = run("census", "bits.csv", "--space", "networks", "--hidden", "0-2", "--out", "counted")
    assert "already: 19,953 networks" in again.stderr
    assert json.loads(run("store", "verify", "counted", "--format", "json").stdout)["findings"] == []
    assert "│ bounds      │ 0-2 hidden, weights -1,0,1" in run("store", "show", "counted").stdout
    rows = list(csv.DictReader(io.StringIO(run("export", "counted", "programs").stdout)))
    assert list(rows[0]) == ["behaviour", *NetworkSpace.columns, "count"]
    assert sum(int(row["count"]) for row in rows) == 19953
    behaviours = list(csv.DictReader(io.StringIO(run("export", "counted", "behaviours").stdout)))
    assert len(behaviours) == 16
    assert behaviours[0]["witness"] == "o(0 0 | 0)"
    # Another log over the same situations.
    rows = ROWS.splitlines()
    (bits / "other.csv").write_text("\n".join([rows[0], rows[3], rows[2], rows[4], rows[5], rows[6]]) + "\n")
    derived = json.loads(run("infer", "counted", "--log", "other.csv", "--format", "json").stdout)
    command = ["infer", "other.csv", "--space", "networks", "--hidden", "0-2", "--format", "json"]
    direct = json.loads(run(*command).stdout)
    for key in KEYS:
        # Of several networks, which one is shown may depend on the order of the situations.
        if key not in ("top", "exact"):
            assert derived[key] == direct[key], key


def test_the_store_keeps_spaces_apart(bits, run, store):
    for options in (["--hidden", 1], ["--hidden", "0-1"], ["--hidden", 1, "--weights", "0,1"]):
        run("census", "bits.csv", "--space", "networks", *options)
    entries = json.loads(run("store", "list", "--format", "json").stdout)
    assert len({entry["key"] for entry in entries}) == 3
    assert {entry["space"] for entry in entries} == {"networks"}
    result = run("infer", "bits.csv", "--space", "networks", "--hidden", 1, "--format", "csv")
    assert "Nothing to count" in result.stderr


def test_functions_as_csv_json_and_table(run):
    command = ["networks", "--inputs", 2, "--hidden", 1]
    rows = list(csv.DictReader(io.StringIO(run(*command, "--format", "csv").stdout)))
    assert list(rows[0]) == ["function", "weights", "l1", "l2", "count"]
    plain = plain_networks.policies(2, 1, 1, (-1, 0, 1), range(4), 2)
    expected = {(sum(a << i for i, a in enumerate(actions)), *norms): n for (actions, *norms), n in plain.items()}
    assert {tuple(int(row[name]) for name in list(row)[:4]): int(row["count"]) for row in rows} == expected
    answer = json.loads(run(*command, "--format", "json").stdout)
    assert list(answer) == [
        *(
            "inputs",
            "hidden",
            "weights",
            "length",
            "networks",
            "entropy",
            "constant_share",
            "functions",
            "counts",
            "summary",
        )
    ]
    assert answer["networks"] == 243
    assert sum(function["count"] for function in answer["functions"]) == 243
    assert [dict(zip(rows[0], map(int, row.values()), strict=True)) for row in rows] == answer["counts"]
    shown = run(*command, "--top", 1).stdout
    assert shown.startswith("243 networks compute ")
    assert f"{answer['entropy']:.4f} bits of entropy" in shown
    assert run(*command, "--workers", 3, "--format", "csv").stdout == run(*command, "--format", "csv").stdout


def test_the_space_reads_its_own_log(bits):
    log = read_log("bits.csv")
    assert NetworkSpace(0, 1).count_by_length(log) == {3 * math.log2(3) + 1: 27, 5 * math.log2(3) + 3: 243}


def test_a_log_that_networks_cannot_take_is_refused_before_anything_is_promised(bits, run):
    (bits / "wide.csv").write_text("p,q,action\n0,1,0\n3,0,2\n")
    result = run("infer", "wide.csv", "--space", "networks", code=1)
    assert "counting" not in result.stderr
    one_sentence(result, "--encoding binary")


def test_what_the_weights_stand_for_is_told(bits, run):
    assert "Weights are in the order of the inputs, p, c." in run(*ASK, "--hidden", 0).stdout
    run("census", "bits.csv", "--space", "networks", "--hidden", 0, "--out", "counted")
    assert "Weights are in the order of the inputs, p, c." in run("infer", "counted").stdout


def test_a_side_without_mass_leaves_no_gap(bits, run):
    # No single unit is the teacher's exclusive or.
    rows = [f"{p},{c},{p ^ c},{split}\n" for split in ("train", "deploy") for p in (0, 1) for c in (0, 1)]
    (bits / "xor.csv").write_text("p,c,action,split\n" + "".join(rows))
    text = run("infer", "xor.csv", "--space", "networks", "--hidden", 0).stdout
    assert "log2 odds" not in text
    assert "\n\n\n" not in text
    assert "1 hidden unit ·" in run("networks", "--inputs", 1, "--hidden", 1).stdout
