"""What the examples' pages say is true."""

from pathlib import Path

import numpy as np
import pytest

import mesaprior as mp
from mesaprior.inference.roles import DEFECTING, FAITHFUL, IMITATOR, PLANNER

EXAMPLES = Path(__file__).parent.parent / "examples"


def ask(folder, log, language, max_bits, prior="simplicity", **options):
    """Return the census and the posterior of an example."""
    log = mp.read_log(EXAMPLES / folder / f"{log}.csv")
    census = mp.TermSpace(mp.read_language(EXAMPLES / folder / f"{language}.toml"), max_bits).census(log)
    return census, mp.posterior(census, log, mp.make_prior(prior), **options)


SHORTEST = {
    "titfortat": ("op1", 4),
    "suspicioustitfortat": ("op1", 4),
    "grudger": ("me1", 4),
    "antititfortat": ("(payoff 0 op1)", 12),
    "twotitsfortat": ("(max op1 op2)", 12),
    "winstayloseshift": ("(add me1 op1)", 12),
    "firstbydowning": ("(if op1 me1 me2)", 16),
    "hardtitfor2tats": ("(if op1 op2 me1)", 16),
    "titfor2tats": ("(if op1 op2 op1)", 16),
    "hardtitfortat": ("(max op1 (max op2 op3))", 20),
    "aon2": ("(add me1 (eq me2 (payoff op2 op1)))", 28),
    "capri": None,
    "riskyqlearner": None,
}


def test_every_teacher_of_the_dilemma_is_listed():
    names = {path.stem.removeprefix("ipd-") for path in (EXAMPLES / "ipd").glob("*.csv")}
    assert names == set(SHORTEST)


@pytest.mark.parametrize("teacher", SHORTEST)
def test_the_shortest_program_that_fits_a_teacher(teacher):
    _, result = ask("ipd", f"ipd-{teacher}", "ipd", 28)
    if SHORTEST[teacher] is None:
        assert result.exact is None
    else:
        assert (result.exact.program, result.exact.length, result.exact.role) == (*SHORTEST[teacher], IMITATOR)
    assert result.loses_at is None


def test_tit_for_tat_is_the_opponents_last_move():
    census, result = ask("ipd", "ipd-titfortat", "ipd", 24)
    assert census.witness[int(np.argmax(result.log2_mass))] == "op1"
    assert result.mass[IMITATOR, FAITHFUL, -1] > 0.99


def test_the_coin_seeking_planner_is_found_and_faithful():
    census, result = ask("corridor", "corridor", "corridor", 28)
    planner = census.witness.index("(argmin (dist c (move p y)))")
    assert (result.role[planner], result.verdict[planner], result.length[planner]) == (PLANNER, FAITHFUL, 24)
    assert not result.number[IMITATOR][FAITHFUL]
    rightmost = census.witness.index("(argmax (move p y))")
    assert (result.role[rightmost], result.verdict[rightmost]) == (PLANNER, DEFECTING)
    assert census.witness[int(np.argmax(result.log2_mass))] == "2"
    assert census.n_programs == 2_617_968


def test_the_lake_has_one_faithful_behaviour_and_six_rows_are_too_few():
    census, result = ask("frozenlake4", "frozenlake4", "frozenlake4", 32, noise=mp.Noise(0))
    faithful = np.flatnonzero((result.verdict == FAITHFUL) & (result.log2_mass > -np.inf))
    assert [census.witness[b] for b in faithful] == ["(argmin (far (row-after row y) (column-after column y)))"]
    assert 0.005 < np.exp2(result.log2_mass[faithful[0]]) < 0.006


def test_learning_in_the_corridor():
    census, result = ask("corridor", "corridor", "corridor-learning", 24)
    assert census.n_programs == 236_268
    assert result.number[2][FAITHFUL] + result.number[2][2] > 0
