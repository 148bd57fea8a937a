"""`infer --by`: a table by person, role frequencies, shares of programs, a picture."""

import csv
import io
import json
import random

import pytest

from tests.cli.test_bad_input import one_sentence


def rows_of(kind, generator, n=30):
    """Return rows of somebody who copies the other's last move, or always defects, with a slip now and then."""
    rows = []
    for _ in range(n):
        me, op = generator.randrange(2), generator.randrange(2)
        action = op if kind == "copies" else 1
        rows.append((me, op, action ^ (generator.random() < 0.04), "deploy" if generator.random() < 0.2 else "train"))
    return rows


@pytest.fixture
def crowd(files):
    """Write a log of ten people in which the rows of each follow each other, and one in which they alternate."""
    generator = random.Random(5)
    people = {f"s{number}": rows_of("copies" if number < 7 else "defects", generator) for number in range(10)}
    lines = [(name, *row) for name, rows in people.items() for row in rows]
    alternating = [(name, *people[name][place]) for place in range(30) for name in sorted(people, reverse=True)]
    for path, own in (("crowd.csv", lines), ("alternating.csv", alternating)):
        text = "\n".join(["who,me1,op1,action,split", *(",".join(map(str, row)) for row in own)])
        (files / path).write_text(text + "\n")
    return files


def test_parameters_of_the_prior_are_told(crowd, run):
    asked = ("infer", "crowd.csv", "--by", "who", "--max-bits", 12, "--prior", "speed", "--param", "alpha=2")
    assert "· prior speed (alpha=2) ·" in run(*asked, "--format", "markdown").stdout
    steps = run(*asked).stdout.split("Next: ")[1]
    again = "mesaprior infer crowd.csv --by who --max-bits 12 --prior speed --param alpha=2"
    assert steps.startswith(f"a picture: {again} --plot people.png\n")
    run(*asked, "--plot", "people.svg")
    assert "crowd, prior speed (alpha=2): Imitators lead" in (crowd / "people.svg").read_text()


def test_the_table(crowd, run):
    result = run("infer", "crowd.csv", "--by", "who", "--max-bits", 16)
    assert result.stdout.startswith("Imitators lead for 10 of 10 people, optimizers for 0.")
    for words in ("How frequent the roles are", "protected", "Which programs the people share", "op1", "always '1'"):
        assert words in result.stdout


def test_json_and_csv(crowd, run):
    answer = json.loads(run("infer", "crowd.csv", "--by", "who", "--max-bits", 16, "--format", "json").stdout)
    assert [person["name"] for person in answer["people"]] == [f"s{number}" for number in range(10)]
    assert answer["by"] == ["who"]
    frequencies = answer["role_frequencies"]
    assert sum(frequencies["expected"].values()) == pytest.approx(1)
    assert sum(frequencies["protected"].values()) == pytest.approx(1)
    assert [shared["program"] for shared in answer["programs_shared"][:2]] == ["op1", "1"]
    assert answer["programs_shared"][0]["share"] == pytest.approx(0.7, abs=0.1)
    first = answer["people"][0]
    assert first["training_rows"] + first["later_rows"] == 30
    assert len(first["log2_odds"]) == first["training_rows"] + 1
    assert first["top"][0]["program"] == "op1"
    assert first["top"][0]["hits"] <= first["fit"]["best_table"]
    rows = list(
        csv.DictReader(
            io.StringIO(run("infer", "crowd.csv", "--by", "who", "--max-bits", 16, "--format", "csv").stdout)
        )
    )
    assert [row["program"] for row in rows] == ["op1"] * 7 + ["1"] * 3
    assert float(rows[0]["log2_odds"]) == first["log2_odds"][-1]


def test_a_spreadsheet_shows_hostile_names_and_runs_none(crowd, run):
    text = (crowd / "crowd.csv").read_text().replace("s0,", "=1+1,").replace("s1,", "@SUM(A1),").replace("s2,", "-7,")
    (crowd / "hostile.csv").write_text(text)
    printed = run("infer", "hostile.csv", "--by", "who", "--max-bits", 12, "--format", "csv").stdout
    names = {next(iter(row.values())) for row in csv.DictReader(io.StringIO(printed))}
    assert names >= {"'=1+1", "'@SUM(A1)", "-7", "s3"}


def test_how_rows_interleave_does_not_matter(crowd, run):
    answers = []
    for name in ("crowd.csv", "alternating.csv"):
        answer = json.loads(run("infer", name, "--by", "who", "--max-bits", 16, "--format", "json").stdout)
        del answer["provenance"]["log"]["source"], answer["provenance"]["language"]["source"]
        answers.append(answer)
    assert answers[0] == answers[1]


def test_a_census_answers_for_people(crowd, run):
    run("census", "crowd.csv", "--by", "who", "--max-bits", 16, "--out", "counted")
    asked = json.loads(run("infer", "crowd.csv", "--by", "who", "--max-bits", 16, "--format", "json").stdout)
    answer = json.loads(run("infer", "counted", "--log", "crowd.csv", "--by", "who", "--format", "json").stdout)
    assert answer["people"] == asked["people"]
    one_sentence(run("infer", "counted", "--by", "who", code=2), "--by", "--log")


def test_machines_answer_for_people(crowd, run):
    options = ("--space", "turing", "--states", 1, "--max-time", 50, "--format", "json")
    answer = json.loads(run("infer", "crowd.csv", "--by", "who", *options).stdout)
    assert len(answer["people"]) == 10
    assert answer["role_frequencies"] is None


def test_a_picture_of_people_by_program(crowd, run):
    run("infer", "crowd.csv", "--by", "who", "--max-bits", 12, "--plot", "people.svg")
    picture = (crowd / "people.svg").read_text()
    assert "10 people" in picture
    assert "op1" in picture


def test_options_that_are_about_one_log(crowd, run):
    for option in (["--family"], ["--predict"], ["--memorizer", "me1"], ["--utility", "y"]):
        one_sentence(run("infer", "crowd.csv", "--by", "who", *option, code=2), option[0], "--by")


def test_somebody_without_training_rows(files, run):
    (files / "two.csv").write_text("who,x,action,split\na,0,0,train\nb,1,1,deploy\n")
    result = run("infer", "two.csv", "--by", "who", "--max-bits", 8, "--format", "json")
    facts = json.loads(result.stdout)
    assert ([person["name"] for person in facts["people"]], facts["left_out"]) == (["a"], ["b"])
    assert "'b' has no training row and is left out." in facts["warnings"]
    shown = run("infer", "two.csv", "--by", "who", "--max-bits", 8).stdout
    assert "Imitators lead for 1 of 1 person, optimizers for 0." in shown
    assert "! 'b' has no training row and is left out." in shown


def test_nobody_has_a_program_left(files, run):
    (files / "log.csv").write_text("id,action,x\na,1,0\na,0,0\nb,0,1\nb,1,1\n")
    question = ("infer", "log.csv", "--by", "id", "--max-bits", 8, "--noise", 0)
    assert run(*question, "--plot", "people.svg").stdout.startswith("No program is left for any of 2 people")
    assert json.loads(run(*question, "--format", "json").stdout)["programs_shared"] == []


def test_each_person_has_what_an_answer_about_one_log_has(crowd, run):
    """The rows of one person by themselves, in a language that does not depend on the log, give the same."""
    rows = [line.split(",", 1) for line in (crowd / "crowd.csv").read_text().splitlines()]
    own = [rows[0][1], *(rest for name, rest in rows if name == "s8")]
    (crowd / "one.csv").write_text("\n".join(own) + "\n")
    (crowd / "crowd.toml").write_text(run("language", "crowd.csv", "--by", "who").stdout)
    question = ("--language", "crowd.toml", "--max-bits", 12, "--top", 5, "--format", "json")
    answer = json.loads(run("infer", "crowd.csv", "--by", "who", *question).stdout)
    person = next(person for person in answer["people"] if person["name"] == "s8")
    alone = json.loads(run("infer", "one.csv", *question).stdout)
    assert len(person["top"]) == 5
    for key in ("top", "by_bound", "stable", "exact", "number", "programs", "predictive", "log2_odds", "loses_at"):
        assert person[key] == pytest.approx(alone[key], rel=1e-12) if key == "log2_odds" else person[key] == alone[key]
    assert person["misses_by_role"] == alone["misses"]
    assert {**alone["fit"], "best_program": person["fit"]["best_program"]} == person["fit"]


def test_learners_without_noise_are_warned_of(crowd, run):
    tokens = "".join(
        f"[[token]]\n{token}\n"
        for token in (
            'kind = "feature"\nname = "op1"',
            'kind = "parameter"',
            'kind = "fit"',
            'kind = "binary"\nname = "eq"',
        )
    )
    (crowd / "fit.toml").write_text(f"domain = 2\nactions = 2\n{tokens}")
    question = ("infer", "crowd.csv", "--by", "who", "--language", "fit.toml", "--max-bits", 9, "--noise", 0)
    result = run(*question)
    assert "learners" in result.stderr
    # Where no program is left, nothing is predicted.
    first = json.loads(run(*question, "--format", "json").stdout)["people"][0]
    assert first["log2_odds"][-1] == "nan"
    assert set(first["predictive"]["24"]) == {"nan"}
