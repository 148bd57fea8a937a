"""The server tells the numbers of `infer --format json`, for priors, formulas and noises, at every number of rows."""

import json

import numpy as np
import pytest

from tests.cli.explore.conftest import MAX_BITS, serving

ALONG = ("n", "log2_odds", "log2_odds_verdict", "mass", "mass_by_verdict", "sleepers", "misses", "log2_evidence")

QUESTIONS = {
    "simplicity": ("simplicity", {}, "beta:1,9"),
    "levin": ("levin", {}, "0.1"),
    "speed": ("speed", {"alpha": 2.35}, "beta:30,1"),
    "bounded": ("bounded", {"T": 9}, "0.05"),
    "nothing is left": ("simplicity", {}, "0"),
    "outside the sliders": ("2**-length / (1 + time)**beta", {"beta": 1.5}, "beta:0.5,2"),
    "two names": ("levin/2 + simplicity/2", {}, "0.3"),
    "cases": ("Piecewise((2**-(length + 3), infer_time > 12), (2**-length, True))", {}, "beta:1,9"),
    "with constants": ("Max(2**-length, 3**-length) + exp(-time)", {}, "0.125"),
    "as sliders write it": ("2**(-((1.5*length + 0.5*log2(time) + time/40)/2.5))", {}, "beta:0.0078125,1024"),
}
"""Prior, values of its parameters, and noise."""


@pytest.fixture
def infer(walks, run, monkeypatch):
    """Return a function that gives the JSON of a question about the walks."""
    monkeypatch.chdir(walks)

    def asked(prior, parameters, noise, *more, log="log.csv"):
        values = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
        options = ["--language", "mine.toml", "--max-bits", MAX_BITS, "--format", "json", "--top", 12, *more]
        return json.loads(run("infer", log, "--prior", prior, *values, "--noise", noise, *options).stdout)

    return asked


def numbers(value):
    """Return all numbers of plain data in order, infinite and undefined ones among them."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    return [number for part in value for number in numbers(part)] if isinstance(value, list) else [float(value)]


def check_same(mine, other):
    """Check that numbers are equal to 1e-12, and exactly where they are not finite."""
    np.testing.assert_allclose(numbers(mine), numbers(other), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_server_tells_the_numbers_of_the_json(name, client, infer):
    prior, parameters, noise = QUESTIONS[name]
    told, mine = infer(prior, parameters, noise), client.ask(prior, noise, parameters=parameters)
    for key in ALONG:
        check_same(mine[key], told[key])
    assert [mine[key] for key in ("loses_at", "loses_at_verdict")] == [told["loses_at"], told["loses_at_verdict"]]
    assert [one["text"] for one in mine["leading"]] == [one["program"] for one in told["top"]]
    for key in ("mass", "hits", "misses", "length", "time"):
        check_same([one[key] for one in mine["leading"]], [one[key] for one in told["top"]])
    check_predictions(client, mine, told)


def check_predictions(client, mine, told):
    """Check the probabilities of actions on every later row."""
    question = client.server.censuses._own.question
    row_cell = question.census.row_cell
    place = np.searchsorted(np.unique(row_cell), row_cell[question.log.n_training :])
    assert len(told["predictive"]) == len(place) == 16
    check_same([mine["predictions"][cell] for cell in place], list(told["predictive"].values()))


@pytest.mark.parametrize("name", QUESTIONS)
def test_odds_alone_are_those_of_the_answer(name, client):
    prior, parameters, noise = QUESTIONS[name]
    told = client.ask(prior, noise, parameters=parameters)
    odds = client.ask(prior, noise, parameters=parameters, route="/odds")
    assert odds == {key: told[key] for key in ("log2_odds", "log2_odds_verdict")}


@pytest.mark.parametrize("n", [0, 1, 7, 29])
@pytest.mark.parametrize("name", ["simplicity", "outside the sliders", "cases"])
def test_what_is_told_after_n_rows_is_that_of_the_first_n_rows(n, name, client, infer, walks):
    """A program's mass after n rows, and the predictions, are those of a log without the other training rows."""
    prior, parameters, noise = QUESTIONS[name]
    lines = (walks / "log.csv").read_text().splitlines()
    # A log has to have a training row, so the shortest one is asked about before it.
    (walks / "short.csv").write_text("\n".join([*lines[: 1 + n], *(line for line in lines if "deploy" in line)]) + "\n")
    mine = client.ask(prior, noise, n, parameters=parameters)
    if n:
        check_predictions(client, mine, infer(prior, parameters, noise, log="short.csv"))
    for one in mine["leading"]:
        total = one["log2_prior"] + one["log2_likelihood"] - mine["log2_evidence"][n]
        assert total == pytest.approx(one["log2_mass"], abs=1e-10)
        assert 2 ** one["log2_mass"] == pytest.approx(one["mass"], rel=1e-9)
    assert sum(place[-1] for place in mine["plane"]) == pytest.approx(1)


def test_checkpoints_are_those_that_were_asked_for(walks, infer):
    told = infer("levin", {}, "beta:1,9", "--checkpoints", 5)
    with serving(walks, checkpoints=5) as other:
        mine = other.ask("levin", n=told["n"][2])
        assert "choose one of them" in other.ask(n=told["n"][2] + 1, code=422)["error"]
        odds = other.ask("levin", route="/odds")
    for key in ALONG:
        check_same(mine[key], told[key])
    assert len(mine["n"]) == 5
    assert mine["loses_at"] == told["loses_at"]
    assert odds["log2_odds"] == mine["log2_odds"]


def test_a_program_that_does_not_lead_is_told_when_it_is_asked_for(client):
    leading = [one["place"] for one in client.ask()["leading"]]
    other = next(place for place in range(100) if place not in leading)
    found = client.ask(program=other)["leading"]
    assert [one["place"] for one in found] == [*leading, other]
    assert "choose another" in client.ask(program=10**9, code=422)["error"]


def test_parameters_that_a_formula_does_not_have_are_passed_over(client):
    mine = client.ask("2**-length * time**-alpha", parameters={"alpha": 3, "T": 5, "weight": 0.5})
    assert mine["parameters"] == {"alpha": 3}
    assert client.ask("simplicity", parameters={"alpha": 3})["parameters"] == {}


@pytest.mark.parametrize(
    ("prior", "told"),
    [
        ("2**-lenth", "did you mean length"),
        ("2**-length *", "but the formula ends here"),
        ("__import__('os')", "column"),
        ("", "is empty"),
        ("2**-length * beta", "beta=VALUE"),
        ("-1", "a finite number from 0 upwards"),
        ("0", "weight 0 to all"),
        ("gates", "does not count"),
        ("9**9**9**9", "too great"),
        ("simplicty", "did you mean simplicity"),
    ],
)
def test_what_is_no_prior_is_told_in_words(prior, told, client):
    assert told in client.ask(prior, code=422)["error"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"noise": "x"}, "noise 'x'"), ({"noise": "0.9"}, "0.9"), ({"n": 31}, "n=31"), ({"n": 2**52}, "n=4503")],
)
def test_what_is_no_noise_and_no_place_is_told_in_words(changes, told, client):
    assert told in client.ask(code=422, **changes)["error"]


def test_a_formula_that_would_take_too_long_is_refused(client, monkeypatch):
    monkeypatch.setattr("mesaprior.inference.page.exploring.MOST_WORK", 10_000)
    assert "write a shorter one" in client.ask("+".join(["levin"] * 100), code=422)["error"]
