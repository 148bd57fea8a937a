"""`mesaprior infer --family`: the robustness card."""

import json
from pathlib import Path

import pytest

CORRIDOR = Path(__file__).parent.parent.parent / "examples" / "corridor"
LOG = str(CORRIDOR / "corridor.csv")


@pytest.fixture
def family(run):
    def ask(*arguments):
        return json.loads(run("infer", *arguments, "--family", "--format", "json").stdout)["family"]

    return ask


def test_members_say_what_their_languages_say_by_themselves(run, family, files):
    question = ("log.csv", "--language", "mine.toml", "--max-bits", "15", "--prior", "levin", "--noise", "0.1")
    answer = family(*question)
    text = Path("mine.toml").read_text(encoding="utf-8")
    # Dropping a token must not make the others cheaper, so prices are written out.
    head, *blocks = text.replace("[[token]]", "[[token]]\nbits = 3").split("[[token]]")
    dropped = {member["token"]: member for member in answer["members"] if member["kind"] == "dropped"}
    assert {"y", "dist", "argmin"} <= set(dropped)
    for name in dropped:
        place = ["p", "c", "y", "move", "dist", "argmin", "2"].index(name)
        others = "[[token]]".join([head, *blocks[:place], *blocks[place + 1 :]])
        Path("other.toml").write_text(others, encoding="utf-8")
        alone = run("infer", "log.csv", "--language", "other.toml", *question[3:], "--format", "json")
        alone = json.loads(alone.stdout)
        for odds in ("log2_odds", "log2_odds_verdict"):
            assert float(dropped[name][odds]) == pytest.approx(float(alone[odds][-1]), nan_ok=True)
        assert dropped[name]["programs"] == alone["programs"]


def test_shorter_bounds_are_those_of_the_result(run):
    question = (LOG, "--language", CORRIDOR / "corridor.toml", "--max-bits", 16)
    answer = json.loads(run("infer", *question, "--family", "--format", "json").stdout)
    bounds = [member for member in answer["family"]["members"] if member["kind"] == "bound"]
    assert [member["bits"] for member in bounds] == [12, 8, 4]
    for member in bounds:
        assert member["log2_odds"] == pytest.approx(answer["by_bound"][str(member["bits"])])
    main = answer["family"]["log2_odds"]
    assert main["own"] == pytest.approx(answer["log2_odds"][-1])
    sizes = [abs(float(move["difference"])) for move in main["moves"]]
    assert sizes == sorted(sizes, reverse=True)
    for move in main["moves"]:
        assert answer["family"]["members"][move["member"]]["change"] == move["change"]
    # Every token of 4 bits breaks Kraft's inequality at 2 bits: 14 / 16 + 1 / 4 > 1.
    assert len([one for one in answer["family"]["left_out"] if "2^-bits" in one["reason"]]) == 15


def test_cheaper_tokens_are_counted_where_a_code_has_room(family, files):
    text = Path("mine.toml").read_text(encoding="utf-8").replace("[[token]]", "[[token]]\nbits = 5")
    Path("roomy.toml").write_text(text, encoding="utf-8")
    answer = family("log.csv", "--language", "roomy.toml", "--max-bits", "15")
    halved = [member for member in answer["members"] if member["kind"] == "halved"]
    assert len(halved) == 7
    assert {member["bits"] for member in halved} == {3}


def test_members_that_are_long_to_count_say_the_same(family, files, monkeypatch):
    question = ("log.csv", "--language", "mine.toml", "--max-bits", "12")
    short = family(*question)
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", 1)
    assert family(*question) == short


def test_essential_tokens_are_named_with_what_is_missed(run, family):
    question = (LOG, "--language", str(CORRIDOR / "corridor.toml"), "--max-bits", "20")
    answer = family(*question)
    assert [entry["token"] for entry in answer["essential"]] == ["p", "c", "lt"]
    assert "best misses 2" in answer["essential"][0]["reason"]
    dropped = {member["token"] for member in answer["members"] if member["kind"] == "dropped"}
    assert not dropped & {"p", "c", "lt"}
    shown = run("infer", *question, "--family").stdout
    assert "Does it hold in near-by languages and bounds?" in shown
    assert "Essential, so not dropped: lt; without it no program is left that fits every training row" in shown


def test_other_spaces_vary_their_bounds(run, family):
    answer = family(LOG, "--space", "turing", "--states", "1-2")
    assert [member["kind"] for member in answer["members"]] == ["bound"]
    shown = run("infer", LOG, "--space", "turing", "--states", "1-2", "--family").stdout
    assert "defecting : faithful" in shown
    assert "optimizers : imitators" not in shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--space", "turing", "--states", "1"), "all machines counted have one length"),
        (("--max-bits", "8", "--format", "csv"), "--family has no place in the CSV"),
    ],
)
def test_what_cannot_be_varied_is_refused_in_one_sentence(run, arguments, says):
    result = run("infer", LOG, "--family", *arguments, code=2)
    assert says in result.stderr
    assert result.stdout == ""
