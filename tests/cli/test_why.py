"""`mesaprior why` on machines, against their runs in plain Python; terms are in `test_commands`."""

import csv
import io
import itertools
import json
import math

import pytest

from tests.cli.test_bad_input import one_sentence
from tests.hypotheses.turing import plain_machines

ROWS = """p,c,action,rival,split
0,1,1,,train
1,1,0,,train
1,0,1,,train
0,0,0,1,deploy
0,1,1,0,deploy
1,0,1,,deploy
"""
SITUATIONS = ["01", "11", "10", "00"]
TRAINING = [(0, 1), (1, 0), (2, 1)]
STEPS = 40
WHY = ("--log", "bits.csv", "--space", "turing")
MACHINES = list(itertools.islice(plain_machines.machines(2), 17, None, 1217))


@pytest.fixture
def bits(files):
    """Add a log of two bits, four situations and two actions."""
    (files / "bits.csv").write_text(ROWS)
    return files


def explained(run, text, *options):
    return json.loads(run("why", text, *WHY, *options, "--format", "json").stdout)


@pytest.mark.parametrize("machine", MACHINES, ids=plain_machines.text)
def test_every_situation_is_that_of_the_machine_run_by_itself(machine, bits, run):
    facts = explained(run, plain_machines.text(machine), "--max-time", STEPS, "--noise", "0.1")
    ends = [plain_machines.run(machine, STEPS, dict(enumerate(map(int, bits)))) for bits in SITUATIONS]
    for end, bits_in, told in zip(ends, SITUATIONS, facts["situations"], strict=True):
        assert told["input"] == "".join(str(value) for value in told["situation"].values()) == bits_in
        if end is None:
            assert told["verdict"] != "halted"
            assert (told["steps"], told["tape"], told["action"], told["halts_in"]) == (None,) * 4
            continue
        steps, head, tape, visited = end
        assert (told["verdict"], told["steps"], told["cells"]) == ("halted", steps, len(visited))
        assert told["tape"] == "".join(str(tape.get(cell, 0)) for cell in range(min(visited), max(visited) + 1))
        assert told["head"] == head - min(visited)
        assert told["action"] == tape[head]
    actions = [None if end is None else end[2][end[1]] for end in ends]
    assert facts["predictions"] == {"intact": [actions[place] for place in (0, 1, 2, 3, 0, 2)]}
    halting = [end for end in ends if end is not None]
    whole = len(halting) == 4
    assert facts["time"] == facts["infer_time"] == (max(end[0] for end in ends) if whole else STEPS)
    assert facts["space"] == (max(len(end[3]) for end in ends) if whole else STEPS)
    told = [facts["hits"], facts["misses"], facts["abstained"]]
    kinds = [2 if actions[place] is None else int(actions[place] != action) for place, action in TRAINING]
    assert told == [kinds.count(kind) for kind in range(3)]
    chances = [0.9, 0.1, 0.5]
    assert facts["log2_likelihood"] == pytest.approx(sum(math.log2(chances[kind]) for kind in kinds))
    assert facts["log2_prior"] == pytest.approx(-4 * math.log2(10)) == -facts["length"]
    assert sum(entry["bits"] for entry in facts["entries"]) == pytest.approx(facts["length"])
    assert "".join(entry["text"] for entry in facts["entries"]) == plain_machines.text(machine).replace("_", "")
    assert facts["program"] == plain_machines.text(machine)


def test_how_often_entries_are_read(bits, run):
    # It goes right over zeros and halts on the first 1; on 00 it goes on for ever, here for seven steps.
    facts = explained(run, "1RA1-H", "--max-time", 7)
    assert [entry["reads"] for entry in facts["entries"]] == [1 + 7, 3]
    assert [(entry["state"], entry["symbol"]) for entry in facts["entries"]] == [("A", 0), ("A", 1)]
    assert [told["verdict"] for told in facts["situations"]] == ["halted"] * 3 + ["escape"]
    assert [told["halts_on"] for told in facts["situations"]] == [1, 1, 1, None]


def test_proofs_are_told_and_runs_that_go_on_too(bits, run):
    verdicts = set()
    for machine in itertools.islice(plain_machines.machines(2), 3, None, 411):
        for told in explained(run, plain_machines.text(machine), "--max-time", 9)["situations"]:
            verdicts.add(told["verdict"])
            end = plain_machines.run(machine, 2000, dict(enumerate(map(int, told["input"]))))
            if told["verdict"] == "cap":
                assert end is None or end[0] > 9
            else:
                assert (end is not None) == (told["verdict"] == "halted")
    assert verdicts >= {"halted", "cycle", "escape", "no_way_to_halt"}


def test_the_bound_on_steps_is_heard(bits, run):
    # The two-state busy beaver, which halts everywhere.
    text = "1RB1LB_1LA1-H"
    steps = [told["steps"] for told in explained(run, text)["situations"]]
    longest = max(steps)
    assert steps.count(longest) == 1
    facts = explained(run, text, "--max-steps", longest - 1)
    assert [told["steps"] for told in facts["situations"]] == [None if t == longest else t for t in steps]
    assert facts["situations"][steps.index(longest)]["verdict"] == "cap"
    assert (facts["time"], facts["space"], facts["max_steps"]) == (longest - 1,) * 3


def test_the_table_and_csv(bits, run):
    shown = run("why", "1RA1-H", *WHY).stdout
    assert shown.splitlines()[:3] == [
        "1RA1-H",
        "What it does: '1' in 3 of 4 situations, no action in 1. It is right on 2 of 3 training rows and errs on later "
        "rows.",
        "erring, 1 state · 5.17 bits · at most 500 steps and 500 cells in a situation",
    ]
    for part in (
        "log2 prior -5.170 (simplicity) · 2 hits and 1 miss in training",
        "It halts in 3 of 4 situations within 500 steps, and abstains in the others.",
        "writes 1, goes right to A",
        "writes 1 and halts",
        "it halts in A on 1",
        "it runs away over blank tape, for ever",
    ):
        assert part in shown, part
    assert "imitator" not in shown
    rows = list(csv.reader(io.StringIO(run("why", "1RA1-H", *WHY, "--format", "csv").stdout)))
    assert rows[0] == ["row", "split", "action", "rival", "intact"]
    assert rows[4] == ["3", "deploy", "0", "1", "-"]


def test_a_prior_may_read_the_cells(bits, run):
    facts = explained(run, "0-H1-H", "--prior", "2**-length / space")
    assert facts["log2_prior"] == pytest.approx(-facts["length"])
    assert facts["verdict"] == "erring"


def test_entries_that_nothing_reads_may_be_undefined(bits, run):
    facts = explained(run, "0-H0RB_1-H1-H_------")
    assert [(entry["text"], entry["reads"]) for entry in facts["entries"][4:]] == [("---", 0)] * 2
    assert "is not defined" in run("why", "0-H0RB_1-H1-H_------", *WHY).stdout
    assert facts["notes"] == []


def test_entries_that_are_read_undefined_halt(bits, run):
    # In the situations 01 and 00 it goes right to B, which reads 1 or 0; in 11 and 10 it halts at once.
    facts, full = (explained(run, text) for text in ("1RB---_---0-H", "1RB1-H_0-H0-H"))
    assert [told["steps"] for told in facts["situations"]] == [2, 1, 1, 2]
    assert facts["situations"] == full["situations"]
    assert facts["predictions"] == full["predictions"]
    assert facts["program"] == facts["standard"].replace("0RZ", "0-H") == "1RB---_---0-H"
    assert [note.split(" halts")[0] for note in facts["notes"]] == ["--- in state A on 1", "--- in state B on 0"]
    assert ["one more 1" in note for note in facts["notes"]] == [False, True]
    shown = run("why", "1RB---_---0-H", *WHY).stdout
    assert "is not defined, and halts" in shown
    assert "• --- in state A on 1 halts and leaves the cell as it is, as 1-H does" in shown


def test_the_standard_text_format_is_read(bits, run):
    own, standard = (explained(run, text) for text in ("1RB1LB_1LA1-H", "1RB1LB_1LA1LH"))
    (note,) = standard.pop("notes")
    assert "1LH in state B on 1 halts without a move here, as 1-H does" in note
    assert own.pop("notes") == []
    assert own == standard
    assert (own["program"], own["standard"]) == ("1RB1LB_1LA1-H", "1RB1LB_1LA1RZ")
    assert f"• {note[:60]}" in run("why", "1RB1LB_1LA1LH", *WHY).stdout


BAD = {
    "no machine": (["why", "(argmax y)", *WHY], 1, ["'(argmax y)'", "1RB"]),
    "a language": (["why", "1RA1-H", *WHY, "--language", "mine.toml"], 2, ["--language", "turing"]),
    "a bound on terms": (["why", "p", "--log", "bits.csv", "--max-time", 3], 2, ["--max-time", "terms"]),
    "a column of others": (["why", "1RA1-H", *WHY, "--prior", "circuit"], 2, ["gates", "turing"]),
    "a column of machines": (["why", "p", "--log", "bits.csv", "--prior", "2**-space"], 2, ["space", "terms"]),
    "too many steps": (["why", "1RA1-H", *WHY, "--max-time", 10**8 + 1], 2, ["100000001", "1 to 100000000"]),
    "no step": (["why", "1RA1-H", *WHY, "--max-time", 0], 2, ["--max-time"]),
}


@pytest.mark.parametrize(("arguments", "code", "words"), BAD.values(), ids=BAD)
def test_what_is_refused(arguments, code, words, bits, run):
    one_sentence(run(*arguments, code=code), *words)
