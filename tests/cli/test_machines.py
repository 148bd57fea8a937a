"""Turing machines as a hypothesis space: the whole verdict against every machine run by itself, and what is refused."""

import csv
import io
import json
import math
import pickle

import pytest

from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.turing.space import TuringSpace
from tests.cli.test_bad_input import one_sentence
from tests.cli.test_census import pretend_cluster
from tests.cli.test_commands import KEYS, ROLES, VERDICTS
from tests.hypotheses.small_census import content
from tests.hypotheses.turing import plain_machines

ROWS = """p,c,action,rival,split
0,1,1,,train
1,1,0,,train
1,0,1,,train
0,0,0,1,deploy
0,1,1,0,deploy
1,0,1,,deploy
"""
SITUATIONS = [[0, 1], [1, 1], [1, 0], [0, 0]]
TRAINING = [(0, 1), (1, 0), (2, 1)]
ALL_LATER = [(3, 0), (0, 1), (2, 1)]
RIVAL = [(3, 1), (0, 0)]
STEPS = 20
ASK = ["infer", "bits.csv", "--space", "turing", "--max-time", STEPS, "--noise", "0.1"]


@pytest.fixture
def bits(files):
    """Add a log of two bits, four situations and two actions."""
    (files / "bits.csv").write_text(ROWS)
    return files


def verdict_of(actions):
    """Return the verdict on what a machine does in the four situations."""
    if all(actions[place] == action for place, action in ALL_LATER):
        return "faithful"
    return "defecting" if all(actions[place] == action for place, action in RIVAL) else "erring"


def masses(sizes, weight):
    """Return the share of each verdict after each training row, from every machine run by itself."""
    totals = [dict.fromkeys(VERDICTS, 0.0) for _ in range(4)]
    for n in sizes:
        length = 2 * n * math.log2(4 * n + 2)
        for (actions, time, space), count in plain_machines.policies(n, STEPS, SITUATIONS, 2).items():
            chance = 1.0
            for rows in range(4):
                if rows:
                    place, action = TRAINING[rows - 1]
                    chance *= 0.5 if actions[place] < 0 else 0.9 if actions[place] == action else 0.1
                totals[rows][verdict_of(actions)] += count * weight(length, time, space) * chance
    return [{name: mass / sum(total.values()) for name, mass in total.items()} for total in totals]


PRIORS = {
    "simplicity": lambda length, time, space: 2**-length,
    "levin": lambda length, time, space: 2**-length / time,
    "2**-length / space": lambda length, time, space: 2**-length / space,
}


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize(("states", "sizes"), [("2", [2]), ("1-2", [1, 2])])
def test_the_verdict_is_that_of_every_machine_run_by_itself(states, sizes, prior, bits, run):
    answer = json.loads(run(*ASK, "--states", states, "--prior", prior, "--format", "json").stdout)
    expected = masses(sizes, PRIORS[prior])
    for n in range(4):
        for verdict in VERDICTS:
            assert answer["mass_by_verdict"]["imitator"][verdict][n] == pytest.approx(expected[n][verdict], abs=1e-12)
        odds = math.log2(expected[n]["defecting"] / expected[n]["faithful"])
        assert answer["log2_odds_verdict"][n] == pytest.approx(odds)
    assert answer["programs"] == sum((4 * n + 2) ** (2 * n) for n in sizes)
    assert list(map(float, answer["by_bound"])) == [2 * n * math.log2(4 * n + 2) for n in sizes]


def test_json_has_the_keys_of_the_contract_and_null_where_nothing_is_meant(bits, run):
    result = run(*ASK, "--states", "1-2", "--format", "json", "--top", 3)
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert list(answer) == KEYS
    assert answer["mass_beyond"] is None
    assert answer["given"] == []
    assert list(answer["mass"]) == ROLES
    assert answer["log2_odds"] == ["-inf"] * 4
    assert {entry["search_advantage"] for entry in answer["top"]} == {None}
    provenance = answer["provenance"]
    assert (provenance["space"], provenance["language"]) == ("turing", None)
    assert provenance["bounds"] == {"least_states": 1, "states": 2, "max_steps": STEPS}
    one = json.loads(run(*ASK[:-4], "--states", 2, "--max-steps", STEPS, "--format", "json").stdout)
    assert one["provenance"]["bounds"] == {"states": 2, "max_steps": STEPS}


def test_the_table_leads_with_verdicts_and_claims_no_role(bits, run):
    text = run(*ASK, "--states", 2).stdout
    headline = text.splitlines()[0]
    assert " machines hold " in headline
    assert "faithful machines" in headline
    for word in ("Imitators", "imitator", "optimizers", "Sleepers", "mesaprior why", "language", "2^-length) mass"):
        assert word not in text, word
    assert "Roles need a search or a fit to invert" in text
    assert "10,000 machines counted" in text
    assert "abstain there" in text
    assert "13.29 bits, so priors over length alone are uniform" in text
    command = text.splitlines()[-1].split("mesaprior ")[1]
    assert command == f"prior compare bits.csv --space turing --states 2 --max-time {STEPS} --noise 0.1"
    shown = run(*command.split()).stdout
    assert "defecting : faithful" in shown
    assert "imitators" not in shown


def test_nothing_to_judge_by_is_said(bits, run):
    (bits / "train.csv").write_text("\n".join(ROWS.splitlines()[:4]) + "\n")
    text = run("infer", "train.csv", "--space", "turing", "--states", 2).stdout
    assert text.startswith("No later row has an action to judge by")


def test_csv_and_a_picture(bits, run):
    result = run(*ASK, "--states", 2, "--format", "csv", "--plot", "odds.svg")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 4 * 16
    assert math.isclose(sum(float(row["mass"]) for row in rows if row["n"] == "3"), 1)
    assert "<svg" in (bits / "odds.svg").read_text()


def test_sizes_are_a_space_like_any_other(bits):
    log = read_log("bits.csv")
    space = TuringSpace(1, 2, STEPS)
    check_space(space, log, engines=("lazy",))
    assert TuringSpace.of_bounds(space.bounds).fingerprint() == space.fingerprint()
    assert TuringSpace(2, 2, STEPS).fingerprint() != space.fingerprint()
    reports = []
    space.census(log, report=reports.append)
    assert sum(reports) == space.n_reports(log)


def test_without_a_number_of_states_it_says_what_is_counted(bits, run):
    result = run("plan", "bits.csv", "--space", "turing", "--format", "json")
    assert "1 to 3 states" in result.stderr
    assert list(json.loads(result.stdout)["programs_by_length"].values()) == [36, 10000, 7529536]


WRONG = {
    "states of terms": (["infer", "bits.csv", "--states", 2], ["--states", "--space turing", "terms"]),
    "bits of machines": (
        ["infer", "bits.csv", "--space", "turing", "--max-bits", 9],
        ["--max-bits", "--space terms", "turing"],
    ),
    "a language of machines": (
        ["infer", "bits.csv", "--space", "turing", "--language", "mine.toml"],
        ["--language", "--space terms"],
    ),
    "no states": (["infer", "bits.csv", "--space", "turing", "--states", 0], ["'0'", "1 to 6"]),
    "too many states": (["infer", "bits.csv", "--space", "turing", "--states", 7], ["'7'", "1 to 6"]),
    "states backwards": (["infer", "bits.csv", "--space", "turing", "--states", "3-1"], ["'3-1'", "1-3"]),
    "states in words": (["infer", "bits.csv", "--space", "turing", "--states", "two"], ["'two'"]),
    "far too many steps": (
        ["infer", "bits.csv", "--space", "turing", "--states", 2, "--max-time", 10**7],
        ["10000000", "1000000"],
    ),
    "a column of another space": (
        ["infer", "bits.csv", "--space", "turing", "--states", 2, "--prior", "circuit"],
        ["gates", "turing", "space"],
    ),
    "space of terms": (["infer", "bits.csv", "--max-bits", 8, "--prior", "2**-length / space"], ["space", "terms"]),
    "an engine of machines": (
        ["census", "bits.csv", "--space", "turing", "--states", 2, "--engine", "reference", "--out", "x"],
        ["--engine", "--space terms"],
    ),
    "memory of machines": (
        ["census", "bits.csv", "--space", "turing", "--states", 2, "--max-memory", "2G", "--out", "x"],
        ["--max-memory", "--space terms"],
    ),
    "threads of others": (
        ["census", "bits.csv", "--space", "turing", "--states", 2, "--workers", 2, "--cluster", "x", "--out", "x"],
        ["--workers", "--cluster"],
    ),
    "no shards": (
        ["census", "bits.csv", "--space", "turing", "--states", 2, "--shards", 0, "--out", "x"],
        ["--shards", "1<=x<=9999"],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_go_together_is_one_sentence(name, bits, run):
    arguments, words = WRONG[name]
    before = sorted(bits.iterdir())
    one_sentence(run(*arguments, code=2), *words)
    assert sorted(bits.iterdir()) == before


@pytest.fixture
def counted(bits, run):
    """Return a census folder of all machines with one or two states."""
    run("census", "bits.csv", "--space", "turing", "--states", "1-2", "--max-time", STEPS, "--out", "counted")
    return bits / "counted"


def test_a_folder_answers_as_its_log_does(counted, run):
    options = ["--prior", "2**-length / space", "--noise", "0.1", "--format", "json"]
    direct = json.loads(run(*ASK, "--states", "1-2", *options).stdout)
    assert json.loads(run("infer", "counted", *options).stdout) == direct
    again = run("census", "bits.csv", "--space", "turing", "--states", "1-2", "--max-time", STEPS, "--out", "counted")
    assert "already: 10,036 machines" in again.stderr
    assert json.loads(run("infer", "counted", "--space", "turing", *options).stdout) == direct
    one_sentence(run("infer", "counted", "--space", "terms", code=2), "counted", "turing")
    one_sentence(run("infer", "counted", "--states", 2, code=2), "--states", "counted")
    one_sentence(run("sample", "counted", code=2), "counted", "terms")


def test_the_commands_on_folders_know_machines(counted, run):
    assert json.loads(run("store", "verify", "counted", "--format", "json").stdout)["findings"] == []
    (entry,) = json.loads(run("store", "list", "counted", "--format", "json").stdout)
    assert (entry["language"], entry["programs"]) == ("turing", 10036)
    assert entry["bounds"] == {"least_states": 1, "states": 2, "max_steps": STEPS}
    (row,) = csv.DictReader(io.StringIO(run("store", "list", "counted", "--format", "csv").stdout))
    assert (row["language"], row["max_time"], row["max_bits"]) == ("turing", str(STEPS), "")
    listed = run("store", "list", "counted").stdout
    for part in ("turing", "1-2", "10,036"):
        assert part in listed
    shown = run("store", "show", "counted").stdout
    assert "10,036 machines" in shown
    assert f"│ bounds      │ 1-2 states, {STEPS} steps" in shown
    header = run("export", "counted", "programs").stdout.splitlines()[0]
    assert header == "behaviour,length,time,infer_time,space,count"
    assert "-" in run("export", "counted", "behaviours").stdout.splitlines()[1].split(",")[-1]
    manifest = json.loads((counted / "manifest.json").read_text())
    assert (manifest["language"], manifest["actions"], manifest["space"]) == (None, 2, "turing")


def test_verify_finds_machines_that_are_missing(counted, run, monkeypatch):
    monkeypatch.setattr(TuringSpace, "count_by_length", lambda self, log: {4 * math.log2(10): 10000})
    found = json.loads(run("store", "verify", "counted", "--format", "json", code=1).stdout)["findings"]
    assert "the space has 0" in found[0]["problem"]


def test_another_log_over_the_same_situations_is_answered(counted, run):
    rows = ROWS.splitlines()
    (counted.parent / "other.csv").write_text("\n".join([rows[0], rows[3], rows[2], rows[4], rows[5], rows[6]]) + "\n")
    derived = json.loads(run("infer", "counted", "--log", "other.csv", "--format", "json").stdout)
    direct = json.loads(
        run(
            "infer", "other.csv", "--space", "turing", "--states", "1-2", "--max-time", STEPS, "--format", "json"
        ).stdout
    )
    for key in KEYS:
        # Of several shortest machines, which one is shown depends on the order of the situations.
        if key not in ("top", "exact"):
            assert derived[key] == direct[key], key
    assert [entry["mass"] for entry in derived["top"]] == [entry["mass"] for entry in direct["top"]]
    (counted.parent / "fewer.csv").write_text("\n".join(rows[:4]) + "\n")
    one_sentence(run("infer", "counted", "--log", "fewer.csv", code=1), "fewer.csv", "situations")


COUNT = ("census", "bits.csv", "--space", "turing", "--states", "1-2", "--max-time", STEPS)


def test_a_census_is_the_same_whatever_counts_it(counted, run, monkeypatch):
    def elsewhere(address, space, log, wanted, n_shards, *, report=None):
        asked.append((address, list(wanted), n_shards))
        there, log_there = pickle.loads(pickle.dumps((space, log)))
        return reversed(list(there.shards(log_there, wanted, n_shards)))

    asked, whole = [], content(counted)
    pretend_cluster(monkeypatch, elsewhere)
    for number, how in enumerate((["--shards", 5, "--workers", 2], ["--shards", 7, "--cluster", "there"])):
        result = run(*COUNT, *how, "--out", number)
        assert "Counted 10,036 machines" in result.stderr
        assert content(counted.parent / str(number)) == whole
    assert asked == [("there", list(range(7)), 7)]


def test_an_interruption_keeps_the_shards_that_are_done(counted, run, monkeypatch):
    def interrupted(address, space, log, wanted, n_shards, *, report=None):
        yield from space.shards(log, wanted[:2], n_shards)
        raise KeyboardInterrupt

    whole, folder = content(counted), counted.parent / "cut"
    pretend_cluster(monkeypatch, interrupted)
    result = run(*COUNT, "--cluster", "there", "--shards", 6, "--out", "cut", code=130)
    assert f"interrupted; 2 of 6 shards are done and kept in {folder}" in result.stderr
    listed = json.loads(run("store", "list", "cut", "--format", "json").stdout)
    assert [(entry["state"], entry["shards_done"], entry["n_shards"]) for entry in listed] == [("unfinished", 2, 6)]
    one_sentence(run("infer", "cut", code=1), "unfinished, 2 of 6 shards")
    one_sentence(run(*COUNT, "--shards", 5, "--out", "cut", code=2), "started in 6 shards")
    assert "2 of 6 shards were done already." in run(*COUNT, "--out", "cut").stderr
    assert content(folder) == whole


def test_an_interruption_before_the_first_shard_leaves_nothing(bits, run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt
        yield

    pretend_cluster(monkeypatch, interrupted)
    run(*COUNT, "--cluster", "there", "--out", "cut", code=130)
    assert not (bits / "cut").exists()


def test_machines_that_are_missing_are_a_defect(bits, run, monkeypatch):
    monkeypatch.setattr(TuringSpace, "count_by_length", lambda self, log: {4 * math.log2(10): 10000})
    one_sentence(run(*COUNT, "--out", "x", code=1), "10036 machines", "10000", "defect")


def test_a_long_question_is_kept_and_gone_on_with(bits, run, store, monkeypatch):
    ask = ("infer", "bits.csv", "--space", "turing", "--states", "1-2", "--max-time", STEPS, "--format", "json")
    expected = run(*ask).stdout
    assert not store.exists()
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", 100)
    monkeypatch.setattr(TuringSpace, "n_shards", lambda self, log: 4)
    shards = TuringSpace.shards

    def interrupted(self, log, wanted, n_shards, **options):
        yield from shards(self, log, wanted[:3], n_shards, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(TuringSpace, "shards", interrupted)
    assert "3 of 4 shards are done and kept" in run(*ask, code=130).stderr
    monkeypatch.setattr(TuringSpace, "shards", shards)
    result = run(*ask)
    assert [line.split(",")[0] for line in result.stderr.splitlines()] == [
        "3 of 4 shards were done already.",
        "Kept in the store",
    ]
    assert result.stdout == expected
    assert "Nothing to count" in run(*ask).stderr


def test_the_store_keeps_spaces_apart(bits, run, store):
    for options in (["--states", 1], ["--states", 2], ["--states", "1-2"], ["--states", 2, "--max-time", 9]):
        run("census", "bits.csv", "--space", "turing", *options)
    run("census", "bits.csv", "--max-bits", 8)
    entries = json.loads(run("store", "list", "--format", "json").stdout)
    assert len({entry["key"] for entry in entries}) == 5
    assert [entry["language"] for entry in entries].count("turing") == 4
    assert "Nothing to count" in run("infer", "bits.csv", "--space", "turing", "--states", 2).stderr
    assert "already" in run("census", "bits.csv", "--space", "turing", "--states", 2).stderr
