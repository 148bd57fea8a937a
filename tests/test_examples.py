"""The examples load, and what their READMEs say about them holds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

import mesaprior as mp
from mesaprior.inference.bayes.roles import DEFECTING, ERRING, FAITHFUL, IMITATOR, PLANNER

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
LANGUAGES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/*.toml"))
RAW = ("dilemma/dilemma.csv",)
"""Files that become logs by `mesaprior prepare`."""

LOGS = sorted({path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/*.csv")} - set(RAW))

WITHOUT_LANGUAGE = ("dilemma", "formalisms", "generators")
"""Folders whose logs are asked of other spaces than terms, or in the default language; they have tests of their own."""

IPD_BITS = 28
SHORTEST_EXACT = {
    "antititfortat": ("(payoff 0 op1)", 12),
    "aon2": ("(add me1 (eq me2 (payoff op2 op1)))", 28),
    "capri": None,
    "firstbydowning": ("(if op1 me1 me2)", 16),
    "grudger": ("me1", 4),
    "hardtitfor2tats": ("(if op1 op2 me1)", 16),
    "hardtitfortat": ("(max op1 (max op2 op3))", 20),
    "suspicioustitfortat": ("op1", 4),
    "titfor2tats": ("(if op1 op2 op1)", 16),
    "titfortat": ("op1", 4),
    "twotitsfortat": ("(max op1 op2)", 12),
    "winstayloseshift": ("(add me1 op1)", 12),
}
"""For each teacher but the one that learns, a shortest program without a miss in training, up to `IPD_BITS`."""


@cache
def ask(
    log: str, language: str, max_bits: int, noise: str = "beta:1,9"
) -> tuple[mp.ImitationLog, mp.Census, mp.Posterior]:
    """Return log, census and posterior of an example under the prior `simplicity`."""
    example = mp.read_log(EXAMPLES / log)
    census = mp.TermSpace(mp.read_language(EXAMPLES / language), max_bits=max_bits).census(example)
    return example, census, mp.posterior(census, example, mp.make_prior("simplicity"), noise=mp.parse_noise(noise))


def behaviour_of(program: str, log: str, language: str, census: mp.Census) -> int:
    """Return the id of the behaviour with the predictions and flags of a program."""
    example = mp.read_log(EXAMPLES / log)
    explanation = mp.TermSpace(mp.read_language(EXAMPLES / language), max_bits=1).explain(program, example)
    same = (census.predictions[:, census.row_cell] == explanation.predictions["intact"]).all(axis=1)
    same &= (census.flags == list(explanation.flags.values())).all(axis=1)
    (found,) = np.flatnonzero(same)
    return int(found)


@pytest.mark.parametrize("name", LOGS)
def test_log_fits_every_language_of_its_folder(name: str) -> None:
    log = mp.read_log(EXAMPLES / name)
    assert 0 < log.n_training < log.n_rows
    languages = [language for language in LANGUAGES if Path(language).parent == Path(name).parent]
    assert languages or Path(name).parent.name in WITHOUT_LANGUAGE
    for language in languages:
        mp.read_language(EXAMPLES / language).check_log(log)


def test_every_folder_is_in_the_index() -> None:
    index = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    folders = {Path(name).parent.name for name in (*LANGUAGES, *LOGS, *RAW)}
    assert folders == {"corridor", "frozenlake4", "ipd", "prices", *WITHOUT_LANGUAGE}
    for folder in folders:
        assert (EXAMPLES / folder / "README.md").is_file()
        assert f"({folder}/README.md)" in index


@pytest.mark.parametrize("name", SHORTEST_EXACT)
def test_shortest_exact_program_of_a_teacher(name: str) -> None:
    log, census, posterior = ask(f"ipd/ipd-{name}.csv", "ipd/ipd.toml", IPD_BITS)
    assert census.n_programs == 2_906_129
    assert (posterior.log2_odds < 0).all()
    known, found = SHORTEST_EXACT[name], posterior.exact
    if known is None:
        assert found is None
        return
    assert found is not None
    program, bits = known
    assert (found.length, found.role) == (bits, IMITATOR)
    # Which of several programs of one behaviour is the witness is the engine's choice, so both are asked.
    space = mp.TermSpace(mp.read_language(EXAMPLES / "ipd/ipd.toml"), max_bits=IPD_BITS)
    for text in (program, found.program):
        explanation = space.explain(text, log)
        assert explanation.length == bits
        assert (explanation.predictions["intact"] == log.action)[: log.n_training].all()


def test_readme_states_the_exact_programs() -> None:
    readme = (EXAMPLES / "ipd/README.md").read_text(encoding="utf-8")
    for name, known in SHORTEST_EXACT.items():
        assert (f"| {name} | `{known[0]}` | {known[1]} |" if known else f"| {name} | none |") in readme


def test_titfortat_is_the_opponents_last_move() -> None:
    _, census, posterior = ask("ipd/ipd-titfortat.csv", "ipd/ipd.toml", IPD_BITS)
    best = int(np.argmax(posterior.log2_mass))
    assert census.witness[best] == "op1"
    assert (posterior.role[best], posterior.verdict[best]) == (IMITATOR, FAITHFUL)
    assert 2 ** posterior.log2_mass[best] == pytest.approx(0.996, abs=5e-4)


def test_grudger_misleads() -> None:
    _, census, posterior = ask("ipd/ipd-grudger.csv", "ipd/ipd.toml", IPD_BITS)
    best, second = np.argsort(-posterior.log2_mass)[:2]
    assert (census.witness[best], posterior.verdict[best]) == ("me1", ERRING)
    assert (posterior.length[second], posterior.verdict[second]) == (12, FAITHFUL)
    assert 2 ** posterior.log2_mass[[best, second]] == pytest.approx([0.973, 0.0124], abs=5e-4)


PRICES = ("prices/prices.csv", "prices/prices.toml")


def test_prices_are_heeded_by_the_planner_and_not_by_lists() -> None:
    _, census, posterior = ask(*PRICES, 24)
    assert census.n_programs == 231_486
    assert posterior.mass_by_role[:, -1] == pytest.approx([0.492, 0.508, 0, 0], abs=5e-4)
    prices, survey = posterior.interventions
    assert (prices.name, survey.name) == ("prices", "survey")
    for effect, training in ((prices, 2 / 3), (survey, 5 / 6)):
        assert effect.mass[:, IMITATOR, -1] == pytest.approx([0, 0], abs=5e-5)
        assert effect.mass[:, PLANNER, -1] == pytest.approx([0.508] * 2, abs=5e-4)
        assert effect.share_of_rows[:, PLANNER] == pytest.approx([training, 0.75], abs=5e-4)
    best = behaviour_of("(argmax (earns y soil))", *PRICES, census)
    assert 2 ** posterior.log2_mass[best] == pytest.approx(0.508, abs=5e-4)
    lists = np.flatnonzero(np.isclose(posterior.log2_mass, np.log2(0.0308), atol=0.01))
    assert len(lists) == 16
    assert (posterior.length[lists] == 20).all()
    assert not census.changes["prices_later"][lists].any()


def test_prices_are_read_as_a_code_book_too() -> None:
    _, census, posterior = ask(*PRICES, 28)
    assert census.n_programs == 2_324_516
    (effect, _) = posterior.interventions
    assert posterior.mass_by_role[IMITATOR, -1] == pytest.approx(0.535, abs=5e-4)
    assert effect.mass[1, IMITATOR, -1] == pytest.approx(0.0843, abs=5e-5)
    log = mp.read_log(EXAMPLES / PRICES[0])
    space = mp.TermSpace(mp.read_language(EXAMPLES / PRICES[1]), max_bits=1)
    book, planner = (
        space.explain(text, log) for text in ("(earns soil soil[3 0 0 1 0 2 1 0])", "(argmax (earns y soil))")
    )
    assert (book.changes["prices_later"], planner.changes["prices_later"]) == (2, 6)
    assert (book.predictions["prices"] == planner.predictions["prices"])[log.n_training :].sum() == 3


def test_corridor_finds_the_coin_seeking_planner() -> None:
    files = ("corridor/corridor.csv", "corridor/corridor.toml")
    _, census, posterior = ask(*files, 28)
    assert census.n_programs == 2_617_968
    assert posterior.log2_odds[-1] == pytest.approx(-3.18, abs=5e-3)
    # The tables of the README: shares, roles and verdicts.
    for program, length, role, verdict, share in (
        ("2", 4, IMITATOR, ERRING, 0.591),
        ("(dist c (lt p c))", 20, IMITATOR, ERRING, 0.201),
        ("(argmax y)", 8, PLANNER, ERRING, 0.0475),
        ("(argmax (move p y))", 16, PLANNER, DEFECTING, 0.0307),
        ("(argmin (dist c (move p y)))", 24, PLANNER, FAITHFUL, 0.00671),
    ):
        behaviour = behaviour_of(program, *files, census)
        assert (posterior.length[behaviour], posterior.role[behaviour]) == (length, role)
        assert posterior.verdict[behaviour] == verdict
        assert 2 ** posterior.log2_mass[behaviour] == pytest.approx(share, rel=5e-3)
    # A search for an exact hit within one step does not find a coin further away.
    assert posterior.verdict[behaviour_of("(argmax (eq (move p y) c))", *files, census)] == ERRING


def test_corridor_last_row_brings_defectors_down() -> None:
    _, _, posterior = ask("corridor/corridor.csv", "corridor/corridor.toml", 28)
    assert posterior.log2_odds_verdict[:-1] == pytest.approx([7.49] * 9, abs=5e-3)
    assert posterior.log2_odds_verdict[-1] == pytest.approx(2.40, abs=5e-3)
    assert posterior.loses_at is None


def test_corridor_imitator_of_the_planner_takes_eight_bits_more() -> None:
    files = ("corridor/corridor.csv", "corridor/corridor.toml")
    for max_bits, advantage in ((28, np.nan), (32, 8.0)):
        _, census, posterior = ask(*files, max_bits)
        planner = behaviour_of("(argmin (dist c (move p y)))", *files, census)
        np.testing.assert_equal(posterior.search_advantage[planner], advantage)


def test_corridor_learner() -> None:
    files = ("corridor/corridor.csv", "corridor/corridor-learning.toml")
    _, census, posterior = ask(*files, 28)
    assert census.n_programs == 2_785_448
    assert posterior.mass_by_role[2, -1] == pytest.approx(0.00837, rel=5e-3)
    learner = behaviour_of("(fit theta)", *files, census)
    assert (posterior.length[learner], posterior.time[learner]) == (8, 74)
    assert posterior.search_advantage[learner] == 20


def test_frozen_lake_planner_alone_is_right_everywhere() -> None:
    log, census, posterior = ask("frozenlake4/frozenlake4.csv", "frozenlake4/frozenlake4.toml", 32, "0")
    assert census.n_programs == 3_103_290
    assert posterior.exact is not None
    assert (posterior.exact.length, posterior.exact.role) == (28, IMITATOR)
    (right,) = np.flatnonzero((census.predictions[:, census.row_cell] == log.action).all(axis=1))
    assert census.witness[right] == "(argmin (far (row-after row y) (column-after column y)))"
    assert (posterior.role[right], posterior.verdict[right], posterior.length[right]) == (PLANNER, FAITHFUL, 32)
    assert 2 ** posterior.log2_mass[right] == pytest.approx(0.00546, rel=5e-3)
    assert posterior.mass_by_role[[IMITATOR, PLANNER], -1] == pytest.approx([0.869, 0.131], abs=5e-4)


def test_frozen_lake_needs_28_bits_to_fit() -> None:
    files = ("frozenlake4/frozenlake4.csv", "frozenlake4/frozenlake4.toml")
    assert ask(*files, 24)[2].exact is None
    log, census, _ = ask(*files, 28)
    in_training = census.predictions[:, census.row_cell[: log.n_training]] == log.action[: log.n_training]
    assert in_training.all(axis=1).sum() == 2


def test_readme_states_shares_and_odds_of_every_teacher() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (EXAMPLES / "ipd/README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    stated = {row[0]: row[3:] for row in rows if f"ipd/ipd-{row[0]}.csv" in LOGS}
    assert len(stated) == 13
    for name, (faithful, odds) in stated.items():
        _, _, posterior = ask(f"ipd/ipd-{name}.csv", "ipd/ipd.toml", IPD_BITS)
        assert f"{posterior.log2_odds[-1]:.2f}" == odds
        share = 100 * posterior.mass[:, FAITHFUL, -1].sum()
        assert share == pytest.approx(float(faithful.removeprefix(">").removesuffix(" %")), rel=5e-3)
