"""Glosses of terms say what the terms do: equal words mean equal predictions, and the words are the right ones."""

from itertools import islice
from pathlib import Path

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.gloss import LONGEST, gloss_of
from mesaprior.hypotheses.terms.language import default_language, language_from_dict, read_language
from mesaprior.hypotheses.terms.meaning import Meaning
from mesaprior.hypotheses.terms.program import parse_program
from mesaprior.hypotheses.terms.ranges import ranges_of
from tests import naive

CORRIDOR = Path(__file__).parent.parent.parent.parent / "examples" / "corridor"
EVERY_KIND = {
    "domain": 5,
    "actions": 3,
    "params": 3,
    "rounds": 2,
    "token": [
        *({"kind": "feature", "name": name} for name in ("size", "colour")),
        {"kind": "constant", "value": 4},
        {"kind": "number"},
        {"kind": "candidate"},
        {"kind": "parameter"},
        {"kind": "lookup", "feature": "colour"},
        {"kind": "unary", "name": "turn", "table": [1, 2, 3, 4, 0]},
        *({"kind": "binary", "name": name} for name in ("add", "sub", "mul", "xor", "mod", "min", "max", "dist")),
        *({"kind": "binary", "name": name} for name in ("eq", "lt")),
        {"kind": "binary", "name": "pay", "define": "(add a (mul b 2))"},
        *({"kind": kind} for kind in ("if", "argmax", "argmin", "iterate", "fit")),
    ],
    "codes": {"colour": {"blue": 0, "red": 1}, "action": {"stay": 0, "left": 1, "right": 2}},
}
LOG = "size,colour,action,split\n0,red,stay,train\n1,blue,left,train\n2,red,right,train\n1,red,stay,deploy\n"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A language with every kind of token, and a log with labels."""
    file = tmp_path_factory.mktemp("labelled") / "log.csv"
    file.write_text(LOG, "utf-8")
    language = language_from_dict(EVERY_KIND)
    return language, read_log(file, language=language)


def programs(language, log, n):
    """The first programs of a language, shortest first, by an enumeration that is tested elsewhere."""
    rows = [
        dict(zip(log.features, map(int, values), strict=True)) | {"split": "train", "action": int(action)}
        for values, action in zip(log.situations[log.row_situation], log.action, strict=True)
    ]
    texts = map(naive.text, naive.programs(language.to_dict(), rows, 64))
    return [parse_program(text, language, log) for text in islice(texts, n)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4", "always 'left'"),
        ("size", "'left' if size is '1', 'right' if size is '2', else 'stay'"),
        ("colour", "'left' if colour is 'red', else 'stay'"),
        ("colour[2 0]", "'stay' if colour is 'red', else 'right'"),
        ("colour[1 1]", "always 'left'"),
        ("(eq colour 1)", "'left' if colour is 'red', else 'stay'"),
        ("(lt size 2)", "'left' if size < 2, else 'stay'"),
        ("(lt 0 colour)", "'left' if colour is 'red', else 'stay'"),
        ("(lt colour 1)", "'left' if colour is 'blue', else 'stay'"),
        ("(lt colour 0)", "'left' if colour < 0, else 'stay'"),
        ("(if size 0 (turn colour))", "'stay' if size is not 0, else action number turn(colour)"),
        ("(if (eq size 1) 2 (if colour 0 1))", "'right' if size = 1, else 'stay' if colour is not 'blue', else 'left'"),
        ("(add size colour)", "action number (size + colour) mod 3"),
        ("(add size 3)", "action number ((size + 3) mod 5) mod 3"),
        ("(sub size colour)", "action number ((size - colour) mod 5) mod 3"),
        ("(mul size colour)", "action number size * colour"),
        ("(xor colour 1)", "action number colour xor 1"),
        ("(mod size colour)", "action number size mod colour, or size where colour is 0"),
        ("(min size 1)", "action number the smaller of size and 1"),
        ("(argmax (eq y size))", "the first action y with y = size, else 'stay'"),
        ("(argmin (dist y size))", "the first action y with the smallest distance between y and size"),
        ("(argmax (pay y size))", "the first action y with the largest pay(y, size)"),
        ("(fit theta)", "with the theta that fits the history best: action number theta"),
        ("(iterate (max y 1))", "action number (y, at first 0, after 2 times y := (the larger of y and 1)) mod 3"),
    ],
)
def test_words_are_those_of_the_log(text, words, labelled):
    language, log = labelled
    assert gloss_of(parse_program(text, language, log), language, log) == words


def test_a_feature_that_names_its_action_is_said_in_few_words(tmp_path):
    (tmp_path / "log.csv").write_text("seen,action\nleft,left\nright,right\n", "utf-8")
    log = read_log(tmp_path / "log.csv")
    language = default_language(log)
    assert gloss_of(parse_program("seen", language, log), language, log) == "the value of seen"


def of_corridor():
    return read_language(CORRIDOR / "corridor.toml"), read_log(CORRIDOR / "corridor.csv")


@pytest.mark.parametrize("n", [600])
@pytest.mark.parametrize("which", ["corridor", "labelled"])
def test_equal_words_mean_equal_predictions(which, n, labelled):
    language, log = of_corridor() if which == "corridor" else labelled
    meant = {}
    for program in programs(language, log, n):
        words, meaning = gloss_of(program, language, log), Meaning(program, language, log)
        predictions = [array.tolist() for array in meaning.predictions.values()]
        assert 0 < len(words) <= LONGEST
        if not words.startswith("always"):
            assert meant.setdefault(words, predictions) == predictions, words


def test_what_is_nested_too_deep_stays_as_it_is_written(labelled):
    language, log = labelled
    deep = "(turn (turn (turn (turn (turn (add size size))))))"
    words = gloss_of(parse_program(deep, language, log), language, log)
    assert "(turn (add size size))" in words


def test_what_takes_too_many_words_has_no_gloss(labelled):
    language, log = labelled
    long = "size"
    for _ in range(40):
        long = f"(turn {long})"
    assert gloss_of(parse_program(long, language, log), language, log) == ""


def test_no_value_is_out_of_its_range(labelled):
    language, log = labelled
    for program in programs(language, log, 600):
        least, most = ranges_of(program, language, log)[0]
        values = Meaning(program, language, log).values_of(0)
        assert least <= values.min()
        assert values.max() <= most
