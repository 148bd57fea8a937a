"""What the READMEs of the examples of several spaces say holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import mesaprior as mp
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import TRAIN
from mesaprior.hypotheses.networks.space import NetworkSpace
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.robustness.spaces import answer_of, compare_spaces

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def test_the_moves_are_those_of_the_match_logs():
    with (EXAMPLES / "ipd" / "ipd-winstayloseshift.csv").open(encoding="utf-8") as file:
        original = [row for row in csv.DictReader(file) if row["split"] == "deploy" or row["me1"] == "0"]
    with (EXAMPLES / "formalisms" / "moves.csv").open(encoding="utf-8") as file:
        moves = list(csv.DictReader(file))
    assert len(moves) == len(original) == 65 + 64
    for row, source in zip(moves, original, strict=True):
        assert {name: row[name] for name in ("me1", "op1", "me2", "op2", "action", "split")}.items() <= source.items()
        assert row["rival"] == ("" if row["split"] == "train" else row["op1"])
        assert int(row["action"]) == int(row["me1"]) ^ int(row["op1"])
        assert row["split"] == "deploy" or row["action"] == row["op1"]


@pytest.fixture(scope="module")
def moves():
    return mp.read_log(EXAMPLES / "formalisms" / "moves.csv")


FOUR = {
    "terms": (1_898_448, 5.64, (0.0195, 0.972, 0.0083)),
    "turing": (7_539_572, 4.74, (0.0056, 0.149, 0.846)),
    "circuits": (19_104_309_906_070, 3.02, (0.0862, 0.699, 0.215)),
    "networks": (1_596_753, 11.55, (0.0, 0.111, 0.889)),
}
"""For each space its programs, the odds of defecting over faithful, and the shares by verdict."""


def test_four_formalisms_say_what_the_page_says(moves):
    spaces = [
        mp.TermSpace(default_language(moves), 28),
        TuringSpace(1, 3),
        CircuitSpace(6),
        NetworkSpace(0, 2),
    ]
    prior = mp.make_prior("simplicity")
    answers = [answer_of(space.census(moves), moves, prior, has_lesions=space.has_lesions) for space in spaces]
    for answer in answers:
        programs, odds, shares = FOUR[answer.space]
        assert answer.programs == programs
        assert answer.log2_odds_verdict == pytest.approx(odds, abs=0.005)
        assert answer.mass_by_verdict[:3].tolist() == pytest.approx(shares, abs=0.0006)
    assert compare_spaces(answers).price == pytest.approx(8.53, abs=0.005)


def test_parity_for_four_inputs_is_one_of_the_short_rules_for_two_and_three():
    log = mp.read_log(EXAMPLES / "generators" / "parity.csv")
    assert (log.n_training, log.n_rows) == (12, 28)
    space = GeneratorSpace(24)
    right = space.predict(space.parse("(add k (if k (add i i) 1))", log), log).predictions["intact"]
    assert right.tolist() == log.action.tolist()
    census = space.census(log)
    fits = (census.predictions[:, census.row_cell] == log.action)[:, log.split == TRAIN].all(axis=1)
    whole = (census.predictions[:, census.row_cell] == log.action).all(axis=1)
    shortest = [census.columns["length"][census.behaviour_id == b].min() for b in fits.nonzero()[0]]
    assert fits.sum() == 6
    assert whole.sum() == 1
    assert shortest == [24.0] * 6
