"""Thresholds in the default language: as numbers, and as constants that are asked for."""

import csv
import io
import json

import pytest

import mesaprior as mp
from mesaprior.hypotheses.terms.language import language_from_dict

OFFERS = [5, 2, 7, 0, 4, 9, 3, 10, 1, 6, 8, 5, 4, 2, 6]


@pytest.fixture
def offers(files):
    """Write a log of ultimatums: offers 0 to 10, of which those above 4 are accepted."""
    rows = [f"{offer},{int(offer > 4)},{'train' if k < 11 else 'deploy'}" for k, offer in enumerate(OFFERS)]
    (files / "offers.csv").write_text("\n".join(["offer,action,split", *rows]) + "\n")
    return files


def answer_of(run, *options):
    return json.loads(run("infer", "offers.csv", *options, "--format", "json").stdout)


# Four tokens of 4 bits are 16 bits, and the number has four more; a constant has none.
@pytest.mark.parametrize(("options", "bits"), [((), 16), (("--constants", "4"), 12), (("--constants", "10,4"), 12)])
def test_a_threshold_is_found(options, bits, offers, run):
    answer = answer_of(run, "--max-bits", 20, *options)
    assert answer["exact"] == {"program": "(lt 4 offer)", "length": bits, "role": "imitator"}
    assert answer["top"][0]["program"] == "(lt 4 offer)"
    assert answer["top"][0]["verdict"] == "faithful"
    why = json.loads(run("why", "(lt 4 offer)", "--log", "offers.csv", *options, "--format", "json").stdout)
    assert (why["length"], why["misses"]) == (bits, 0)
    assert [token["literal_bits"] for token in why["tokens"]] == [0, 4 if bits == 16 else 0, 0]


def test_without_numbers_the_threshold_is_not_found(offers, run):
    data = json.loads(run("language", "offers.csv", "--format", "json").stdout)
    data["token"] = [token for token in data["token"] if token["kind"] != "number"]
    (offers / "bare.toml").write_text(language_from_dict(data).to_toml())
    assert answer_of(run, "--language", "bare.toml", "--max-bits", 20)["exact"] is None


def test_the_threshold_in_python(offers):
    log = mp.read_log("offers.csv")
    for constants, bits in (((), 16), ((4,), 12)):
        language = mp.default_language(log, constants=constants)
        assert "(lt 4 offer)" in mp.TermSpace(language, bits).census(log).witness
        assert "(lt 4 offer)" not in mp.TermSpace(language, bits - 1).census(log).witness


def test_next_steps_and_notes_know_the_constants(offers, run):
    said = run("infer", "offers.csv", "--max-bits", 12, "--constants", "4,10").stdout
    assert "no payoff" in said
    assert "mesaprior why '(lt 4 offer)' --log offers.csv --constants 4,10" in said
    assert "mesaprior prior compare offers.csv --constants 4,10 --max-bits 12" in said
    run("census", "offers.csv", "--max-bits", 12, "--constants", "4,10", "--out", "counted")
    assert "no payoff" in run("infer", "counted").stdout
    assert "--constants" not in run("infer", "offers.csv", "--max-bits", 12).stdout


def test_every_command_that_names_a_language_takes_constants(offers, run):
    there = ("offers.csv", "--constants", "4")
    texts = [row["token"] for row in csv.DictReader(io.StringIO(run("language", *there, "--format", "csv").stdout))]
    assert texts[:5] == ["offer", "0", "1", "4", "number"]
    fitted = json.loads(
        run("language", *there, "--fit-bits", "--weight", "number=20", "--weight", "4=10", "--format", "json").stdout
    )["token"]
    assert [token["bits"] for token in fitted][3:5] == [2, 1]
    code = json.loads(run("language", *there, "--code", "--max-bits", 12, "--format", "json").stdout)
    # Leaves: offer, 0, 1, 4 of 4 bits, and 11 numbers of 8; two searches over y too; four binary operators.
    assert code["programs"] == {"4": 4, "8": 11 + 2 * 5, "12": 4 * 4**2 + 2 * (11 + 2 * 5)}
    plan = json.loads(run("plan", *there, "--max-bits", 12, "--format", "json").stdout)
    answer = answer_of(run, "--constants", "4", "--max-bits", 12)
    assert sum(code["programs"].values()) == answer["programs"] == plan["programs"]
    for command in (
        ("census", *there, "--max-bits", 12, "--out", "counted"),
        ("reach", *there, "--max-bits", 12),
        ("sweep", *there, "--max-bits", 12, "--over", "noise=0.1:0.2:2", "--prior", "levin"),
        ("crossover", *there, "--max-bits", 12, "--over", "bits:number=4:5"),
        ("prior", "compare", *there, "--max-bits", 12),
        ("safeguards", *there, "--max-bits", 12),
        ("theorems", *there, "--max-bits", 12),
        ("compare-spaces", *there, "--spaces", "terms,turing", "--max-bits", 12, "--states", 1),
    ):
        run(*command)
    run("sample", "counted", "-k", 3)
    assert run("infer", "counted", "--format", "json").stdout.count("(lt 4 offer)") > 0


REFUSED = {
    "outside": (("infer", "--constants", "4,11,-2,300"), ["11, -2, 300", "outside the domain 0..10", "offers.csv"]),
    "no numbers": (("language", "--constants", "4,,x,2.5"), ["'', 'x', '2.5'", "4,10"]),
    "a language": (("infer", "--constants", "4", "--language", "mine.toml"), ["--constants", "--language mine.toml"]),
    "to print one": (("language", "--constants", "4", "--language", "mine.toml"), ["leave one of the two options out"]),
    "another space": (
        ("infer", "--constants", "4", "--space", "circuits"),
        ["--space terms", "space here is circuits"],
    ),
    "generators": (("infer", "--constants", "4", "--space", "generators"), ["--space terms"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name, offers, run):
    (command, *options), words = REFUSED[name]
    result = run(command, "offers.csv", *options, code=2)
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr


def test_constants_do_not_go_with_what_was_counted(offers, run):
    run("census", "offers.csv", "--max-bits", 8, "--out", "counted")
    assert "--constants cannot change it" in run("infer", "counted", "--constants", "4", code=2).stderr
    said = run("why", "1", "--log", "offers.csv", "--space", "turing", "--constants", "4", code=2).stderr
    assert "--constants does not go with a program of --space turing" in said
