"""The data sets of the package: each has a log, a source and a licence, and says of itself what holds."""

import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mesaprior as mp
from mesaprior.data import EXAMPLES, STRATEGIES, Dataset
from mesaprior.inference.bayes.noise import DEFAULT_NOISE

SETS = {
    "corridor": mp.data.corridor(),
    "corridor with learners": mp.data.corridor(learning=True),
    "dilemma": mp.data.dilemma(),
    "frozen_lake": mp.data.frozen_lake(),
    "moves": mp.data.moves(),
    "parity": mp.data.parity(),
    "prices": mp.data.prices(),
    **{name: mp.data.strategies(name) for name in STRATEGIES},
}


@pytest.mark.parametrize("name", SETS)
def test_each_set_can_be_read_and_cited(name):
    dataset = SETS[name]
    assert dataset.log.n_training > 0
    if dataset.language is not None:
        dataset.language.check_log(dataset.log)
    for text in (dataset.about, dataset.citation):
        assert text.endswith(".")
    assert dataset.licence.startswith("MIT")


def test_no_file_is_forgotten():
    assert {one.path for one in SETS.values()} == set(EXAMPLES.glob("*/*.csv"))
    assert {one.language_path for one in SETS.values()} - {None} == set(EXAMPLES.glob("*/*.toml"))


def test_another_space_takes_no_language():
    analysis = mp.data.corridor().infer(space=mp.TuringSpace(1, 1))
    assert analysis.census.space == "turing"


def test_a_strategy_that_is_not_there_is_refused():
    with pytest.raises(mp.MesapriorError, match="titfortat"):
        mp.data.strategies("tit for tat")


def test_the_demo_is_that_of_the_makefile():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    asked = "examples/corridor/corridor.csv --language examples/corridor/corridor.toml"
    assert f"DEMO := {asked} --max-bits {mp.data.DEMO_BITS}\n" in makefile


def test_examples_in_docstrings_hold():
    failed, tried = doctest.testmod(mp.data)
    assert tried >= 6
    assert failed == 0


def test_the_dilemma_is_played_again_to_the_byte():
    folder = EXAMPLES / "dilemma"
    again = subprocess.run([sys.executable, folder / "make_dilemma.py"], capture_output=True, check=True).stdout
    assert again.replace(b"\r\n", b"\n") == (folder / "dilemma.csv").read_bytes()


def test_strategies_of_the_dilemma_are_recovered_as_its_page_says():
    dataset: Dataset = mp.data.dilemma()
    assert dataset.log.features == ("me1", "op1")
    census = mp.TermSpace(mp.default_language(dataset.log), max_bits=20).census(dataset.log)
    assert census.n_programs == 7_137
    found = mp.people(census, dataset.log, "simplicity", noise=DEFAULT_NOISE)
    leaders = [person.leading[0].program for person in found.persons]
    assert leaders[:8] == ["op1"] * 8
    assert leaders[8:14] == ["1"] * 6
    assert set(leaders[14:20]) == {"op1", "me1"}
    assert sorted(leaders[20:]) == ["(dist me1 op1)"] + ["(lt me1 op1)"] * 3
    assert found.shared is not None
    likeliest = np.argmax([one.attributed for one in found.shared], axis=0)
    assert [found.shared[best].program for best in likeliest[20:]] == ["(dist me1 op1)"] * 4
    hits = [sum(getattr(person.fit, name) for person in found.persons) for name in ("best_table", "chance")]
    assert hits == pytest.approx([829, 432])
