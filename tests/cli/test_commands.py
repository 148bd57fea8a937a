"""What the commands print: the contracts of JSON and CSV, and what a person sees."""

import csv
import io
import json
import math
import subprocess
import sys

import pytest

from tests.cli.conftest import LOG

KEYS = [
    *("n", "log2_odds", "log2_odds_verdict", "mass", "mass_by_verdict", "sleepers", "misses", "log2_evidence"),
    *("programs", "mass_beyond", "by_bound", "stable", "loses_at", "loses_at_verdict", "number", "predictive"),
    *("exact", "top", "given", "fit", "codes", "warnings", "provenance", "summary"),
]
ROLES = ["imitator", "planner", "learner", "planner+learner"]
VERDICTS = ["faithful", "defecting", "erring", "unjudged"]
ASK = ["infer", "log.csv", "--language", "mine.toml", "--max-bits", "18"]


def test_json_has_the_keys_and_shapes_of_the_contract(files, run):
    result = run(*ASK, "--format", "json", "--top", 3)
    assert result.stderr == ""
    answer = json.loads(result.stdout)
    assert list(answer) == KEYS
    assert answer["n"] == [0, 1, 2, 3]
    for key in ("log2_odds", "log2_odds_verdict", "sleepers", "log2_evidence"):
        assert len(answer[key]) == 4
    assert list(answer["mass"]) == list(answer["mass_by_verdict"]) == list(answer["number"]) == ROLES
    for role in ROLES:
        assert list(answer["mass_by_verdict"][role]) == list(answer["number"][role]) == VERDICTS
    assert sum(sum(row.values()) for row in answer["number"].values()) == answer["programs"]
    for n in range(4):
        assert math.isclose(sum(answer["mass"][role][n] for role in ROLES), 1)
    assert answer["log2_evidence"][0] == 0
    assert list(answer["predictive"]) == ["3", "4", "5", "6"]
    for chances in answer["predictive"].values():
        assert len(chances) == 3
        assert math.isclose(sum(chances), 1)
    assert list(answer["by_bound"]) == ["3", "6", "9", "12", "15", "18"]
    assert math.isclose(answer["by_bound"]["18"], answer["log2_odds"][-1])
    assert set(answer["exact"]) == {"program", "length", "role"}
    assert len(answer["top"]) == 3
    entry = {"program", "length", "time", "role", "verdict", "mass", "search_advantage", "hits", "misses", "gloss"}
    assert set(answer["top"][0]) == entry
    assert answer["fit"] == {"chance": 1.0, "most_frequent": 1, "best_table": 3}
    assert answer["codes"] == {"action": {"0": 0, "1": 1, "2": 2}}
    assert answer["given"] == [{"name": "move", "literal_bits": 32, "charged_bits": 3}]
    provenance = answer["provenance"]
    assert {"versions", "language", "log", "bounds", "prior", "noise"} <= set(provenance)
    assert provenance["bounds"] == {"max_bits": 18, "max_time": None}
    assert provenance["noise"] == "beta:1,9"
    assert str(files) not in result.stdout


def test_the_planner_is_found_and_faithful(files, run):
    answer = json.loads(run(*ASK, "--format", "json", "--top", 1000).stdout)
    planners = {entry["program"]: entry for entry in answer["top"]}
    entry = planners["(argmin (dist c (move p y)))"]
    assert (entry["role"], entry["verdict"], entry["length"], entry["time"]) == ("planner", "faithful", 18, 16)


def test_a_time_bound_and_an_engine_change_what_they_should(files, run):
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 15, "--max-time", 9, "--out", "one")
    run(
        *("census", "log.csv", "--language", "mine.toml", "--max-bits", 15, "--max-time", 9),
        *("--engine", "reference", "--out", "two"),
    )
    tables = [run("export", folder, "programs").stdout for folder in ("one", "two")]
    assert tables[0] == tables[1]
    times = [int(row["time"]) for row in csv.DictReader(io.StringIO(tables[0]))]
    assert max(times) <= 9
    everything = json.loads(run(*ASK[:-1], 15, "--format", "json").stdout)
    bounded = json.loads(run("infer", "one", "--format", "json").stdout)
    assert bounded["programs"] < everything["programs"]
    assert bounded["mass_beyond"] > everything["mass_beyond"] > 0


def test_a_census_answers_as_its_log_does(files, run):
    direct = json.loads(run(*ASK, "--format", "json", "--prior", "levin", "--noise", "0.1").stdout)
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 18, "--out", "counted")
    stored = json.loads(run("infer", "counted", "--format", "json", "--prior", "levin", "--noise", "0.1").stdout)
    assert stored == direct
    again = run("census", "log.csv", "--language", "mine.toml", "--max-bits", 18, "--out", "counted")
    assert "already" in again.stderr


def test_a_census_answers_for_another_log_over_its_situations(files, run):
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 15, "--out", "counted")
    rows = LOG.splitlines()
    (files / "other.csv").write_text("\n".join([rows[0], rows[3], rows[1].replace(",2,,", ",0,,"), *rows[5:7]]) + "\n")
    derived = json.loads(run("infer", "counted", "--log", "other.csv", "--format", "json").stdout)
    direct = json.loads(run("infer", "other.csv", *ASK[2:-1], 15, "--format", "json").stdout)
    for key in KEYS:
        if key not in ("top", "provenance", "exact"):
            assert derived[key] == direct[key], key
    assert [entry["mass"] for entry in derived["top"]] == [entry["mass"] for entry in direct["top"]]


def test_csv_of_infer(files, run):
    rows = list(csv.DictReader(io.StringIO(run(*ASK, "--format", "csv").stdout)))
    assert list(rows[0]) == ["n", "role", "verdict", "mass"]
    assert len(rows) == 4 * 16
    assert math.isclose(sum(float(row["mass"]) for row in rows if row["n"] == "3"), 1)


def test_exports(files, run):
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 12, "--out", "counted")
    programs = list(csv.DictReader(io.StringIO(run("export", "counted", "programs").stdout)))
    assert list(programs[0]) == ["behaviour", "length", "time", "infer_time", "count"]
    behaviours = list(csv.DictReader(io.StringIO(run("export", "counted", "behaviours").stdout)))
    assert list(behaviours[0]) == [
        *("behaviour", "searching_train", "searching_later", "learning_train", "learning_later", "witness"),
        "predictions",
    ]
    rows = list(csv.DictReader(io.StringIO(run("export", "counted", "rows").stdout)))
    assert [(int(row["row"]), int(row["cell"])) for row in rows] == [(n, n) for n in range(7)]
    assert {row["behaviour"] for row in programs} == {row["behaviour"] for row in behaviours}
    assert all(len(row["predictions"].split()) == 7 for row in behaviours)
    plan = json.loads(run("plan", "log.csv", "--language", "mine.toml", "--max-bits", 12, "--format", "json").stdout)
    assert sum(int(row["count"]) for row in programs) == plan["programs"]


def test_plan(files, run):
    table = run("plan", "log.csv", "--language", "mine.toml", "--max-bits", 30).stdout
    assert "fits" in table
    by_length = run("plan", "log.csv", "--language", "mine.toml", "--max-bits", 9, "--format", "csv").stdout
    # Three leaves; argmin over four; two operators over pairs of leaves, and argmin over argmin over four.
    assert by_length == "length,count\n3,3\n6,4\n9,22\n"


def test_sizes_are_said_before_a_long_run(files, run, monkeypatch):
    result = run(*ASK, "--format", "json")
    assert "programs to count" not in result.stderr
    n_programs = json.loads(result.stdout)["programs"]
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", 1000)
    said = run(*ASK, "--format", "json").stderr
    assert f"{n_programs:,} programs to count: about 2 s and" in said
    assert "MB of memory" in said


def test_language_prints_what_infer_uses(files, run):
    (files / "default.toml").write_text(run("language", "log.csv").stdout)
    given = json.loads(
        run("infer", "log.csv", "--language", "default.toml", "--max-bits", 12, "--format", "json").stdout
    )
    derived = json.loads(run("infer", "log.csv", "--max-bits", 12, "--format", "json").stdout)
    assert given["provenance"]["language"]["digest"] == derived["provenance"]["language"]["digest"]
    assert given["top"] == derived["top"]
    assert derived["given"] == []
    kinds = [token["kind"] for token in json.loads(run("language", "log.csv", "--format", "json").stdout)["token"]]
    assert kinds == [
        *["feature"] * 2, *["constant"] * 3, "number", "candidate", *["binary"] * 4, "if", "argmax", "argmin",
    ]  # fmt: skip


def test_the_table_says_what_one_has_to_know(files, run):
    said = run(*ASK).stdout
    for words in ("of the posterior after 3 training rows", "imitator", "planner", "Given for free: the tables of move",
                  "fits the training rows without error", "in the length bound", "mesaprior why"):  # fmt: skip
        assert words in said
    assert "no payoff" not in said
    assert "no payoff" in run("infer", "log.csv", "--max-bits", 12).stdout
    # Nobody is left: a noise of 0, a teacher that contradicts itself.
    (files / "torn.csv").write_text("p,c,action\n0,1,1\n0,1,2\n")
    torn = run("infer", "torn.csv", *ASK[2:-1], 12, "--noise", 0).stdout
    assert "No hypothesis is left" in torn
    assert "nan" not in torn


def test_a_printed_language_takes_more_tokens(files, run):
    printed = run("language", "log.csv").stdout
    assert "bits" not in printed
    more = "".join(f'[[token]]\nkind = "binary"\nname = "{name}"\n' for name in ("sub", "min", "max", "mul", "mod"))
    (files / "more.toml").write_text(printed + more)
    run("infer", "log.csv", "--language", "more.toml", "--max-bits", 12)


def test_without_a_bound_a_comfortable_one_is_taken(files, run):
    result = run("infer", "log.csv", "--language", "mine.toml", "--format", "json")
    assert "counting up to" in result.stderr
    assert 300_000 < json.loads(result.stdout)["programs"] <= 3_000_000


def test_why(files, run):
    text = "(argmin (dist c (move p y)))"
    facts = json.loads(run("why", text, "--log", "log.csv", "--language", "mine.toml", "--format", "json").stdout)
    assert (facts["role"], facts["verdict"], facts["hits"], facts["misses"]) == ("planner", "faithful", 3, 0)
    assert facts["log2_prior"] == -18
    assert [token["bits"] for token in facts["tokens"]] == [3] * 6
    assert facts["predictions"]["intact"][:6] == [2, 0, 1, 0, 2, 1]
    shown = run("why", text, "--log", "log.csv", "--language", "mine.toml").stdout
    assert "inverting its search changes its action on training rows" in shown
    rows = run("why", text, "--log", "log.csv", "--language", "mine.toml", "--format", "csv").stdout.splitlines()
    assert rows[0] == "row,split,action,rival,intact,search_inverted,learning_inverted"
    assert len(rows) == 8


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_plot(ending, files, run):
    run(*ASK, "--plot", f"odds.{ending}")
    head = (files / f"odds.{ending}").read_bytes()[:200]
    assert head.startswith(b"\x89PNG") if ending == "png" else b"<svg" in head or b"<?xml" in head


def test_a_picture_has_its_numbers_beside_it(files, run):
    pytest.importorskip("matplotlib")
    told = json.loads(run(*ASK, "--plot", "odds.svg", "--format", "json").stdout)
    numbers = list(csv.DictReader(io.StringIO((files / "odds.csv").read_text(encoding="utf-8"))))
    odds = [float(row["value"]) for row in numbers if row["series"] == "optimizers : imitators"]
    assert odds == [float(value) for value in told["log2_odds"]]
    # Again, it is written over; what is no table of numbers of a picture is not.
    run(*ASK, "--plot", "odds.png")
    before = (files / "log.csv").read_bytes()
    for _ in range(2):
        assert "Its numbers are in log-numbers.csv." in run(*ASK, "--plot", "log.png").stderr
    assert (files / "log.csv").read_bytes() == before
    (files / "log.png").unlink()
    (files / "log-numbers.csv").write_text("mine\n")
    refused = run(*ASK, "--plot", "log.png", code=2)
    assert "log.csv or log-numbers.csv, which are both there and hold something else" in refused.stderr
    assert not (files / "log.png").exists()


def test_plot_without_matplotlib_says_how_to_install_it(files, run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = run(*ASK, "--plot", "odds.png", code=1)
    assert "pip install 'mesaprior[plot]'" in result.stderr
    assert not (files / "odds.png").exists()


def test_help_is_light():
    code = (
        "import sys; from mesaprior.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('numpy', 'numba', 'pandas', 'sympy', 'pyarrow', 'rich', 'matplotlib', 'hypothesis')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    for command in ("infer", "census", "plan", "export", "language", "why", "prior"):
        assert f"  {command} " in done.stdout


@pytest.mark.parametrize(
    "command", ["infer", "census", "plan", "export", "language", "why", "ensemble", "world", "prior"]
)
def test_every_command_has_help_with_an_example(command, run):
    text = run(command, "--help").stdout
    assert "Usage:" in text
    assert "\\b" not in text
    if command not in ("prior", "world"):
        assert f"\n    mesaprior {command} " in text
