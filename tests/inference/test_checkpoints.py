"""Posteriors at checkpoints say what those at every prefix say, to the bit, and where the imitator loses is exact."""

from __future__ import annotations

import numpy as np
import pytest

from mesaprior import compiling
from mesaprior.errors import UsageError
from mesaprior.inference.bayes import losing, prefixes
from mesaprior.inference.bayes.checkpoints import MOST_WITHOUT, USUAL, check_checkpoints, checkpoints_of
from mesaprior.inference.bayes.classes import N_CLASSES, SIDE_BY_ROLE, class_of, odds_by_role
from mesaprior.inference.bayes.cut import tables_of_factors
from mesaprior.inference.bayes.gains import FEWEST, log2_gains
from mesaprior.inference.bayes.losing import Search, Stretch
from mesaprior.inference.bayes.noise import BetaNoise, Noise, log2_likelihood
from mesaprior.inference.bayes.posterior import loses_at, posterior_of
from mesaprior.inference.bayes.prefixes import ClassMasses
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from tests.inference.small import (
    IMITATING,
    LEARNING,
    SEARCHING,
    SIMPLICITY,
    SLEEPING,
    Program,
    make_census,
    make_log,
)


class OwnNoise:
    """A likelihood that is no noise of ours: of ten hits in a row the tenth does not count."""

    def __str__(self):
        return "own"

    def tables(self, n_rows, n_actions):
        count = np.arange(n_rows + 1)
        return tables_of_factors(np.array([-0.1 * (count - count // 10), -1.5 * count, 0.0 * count, -1.0 * count]))

    def predictive(self, hits, misses, n_actions):
        return np.full(np.shape(hits), 0.8), np.full(np.shape(hits), 0.2 / (n_actions - 1))


NOISES = [BetaNoise(1, 9), BetaNoise(0.5, 0.5), Noise(0.1), Noise(0.45), Noise(0), OwnNoise()]


def question(seed: int, n_rows: int, *, abstains: bool = False):
    """Return a log whose teacher follows one program after the other, now and then anyone, and its census."""
    rng = np.random.default_rng(seed)
    S, A, P = int(rng.integers(2, 12)), int(rng.integers(2, 5)), int(rng.integers(4, 40))
    predictions = rng.integers(0, A, (P, S))
    # Most programs are like another one but for a few situations, so that leads are small and change often.
    for p in range(1, P):
        same = rng.random(S) < rng.choice([0.0, 0.7, 0.9, 1.0])
        predictions[p, same] = predictions[rng.integers(0, p), same]
    if abstains:
        predictions[rng.random(predictions.shape) < 0.15] = -1
    situation = np.concatenate([np.arange(S), rng.integers(0, S, n_rows - S)])
    parts = rng.integers(0, P, int(rng.integers(1, 5)))
    followed = parts[np.arange(n_rows) * len(parts) // n_rows]
    action = predictions[followed, situation]
    anyone = (rng.random(n_rows) < rng.choice([0.0, 0.1, 0.5, 1.0])) | (action < 0)
    action = np.where(anyone, rng.integers(0, A, n_rows), action)
    later = [(int(s), int(rng.integers(0, A)), int(rng.integers(0, A))) for s in rng.integers(0, S, 2)]
    log = make_log(list(zip(situation.tolist(), action.tolist(), strict=True)), later)
    flags = [IMITATING, SEARCHING, SLEEPING, LEARNING]
    programs = [
        Program(tuple(row), flags[rng.integers(0, 4)], length=int(rng.integers(1, 12)), count=int(rng.integers(1, 9)))
        for row in predictions.tolist()
    ]
    return log, make_census(log, programs, n_actions=A)


def asked(log, census, noise):
    return Weighed(census, SIMPLICITY), Scored(census, log, noise, 0.5)


def check_agrees(log, census, noise, count):
    """Compare a posterior at some checkpoints with that at every prefix; return where the imitator loses."""
    every, some = (posterior_of(*asked(log, census, noise), checkpoints) for checkpoints in ("all", count))
    assert len(every.n) == log.n_training + 1
    assert len(some.n) == min(count, log.n_training + 1)
    for name in ("log2_evidence", "mass", "sleepers", "log2_odds", "log2_odds_verdict", "mass_by_role"):
        np.testing.assert_array_equal(getattr(some, name), getattr(every, name)[..., some.n], err_msg=name)
    assert every.loses_at == loses_at(every.log2_odds)
    assert every.loses_at_verdict == loses_at(every.log2_odds_verdict)
    assert (some.loses_at, some.loses_at_verdict) == (every.loses_at, every.loses_at_verdict)
    return every.loses_at


@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_few_prefixes_say_what_all_say(noise, monkeypatch):
    # Nothing is looked at prefix by prefix where bounds decide, or halves can be looked at.
    monkeypatch.setattr(losing, "FEW", 1)
    monkeypatch.setattr(losing, "FEW_INTEGRALS", 1)
    # Items fall into several blocks.
    monkeypatch.setattr(prefixes, "HELD", 64)
    found = []
    for seed in range(24):
        log, census = question(seed, 66 + 13 * seed, abstains=seed % 3 == 0)
        found.append(check_agrees(log, census, noise, (2, 3, 9)[seed % 3]))
    # All kinds of answers occur.
    assert None in found
    assert noise == Noise(0) or any(n is not None and n > 0 for n in found)


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(1, 1), Noise(0.3)], ids=str)
@pytest.mark.parametrize("n_rows", [5, 64, 5_000])
def test_short_and_long_logs(n_rows, noise):
    for seed in (100, 101, 103):
        log, census = question(seed, max(n_rows, 12))
        check_agrees(log, census, noise, 6)


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), Noise(0.2)], ids=str)
def test_plain_python_says_what_machine_code_says(noise, monkeypatch):
    for seed in range(4):
        log, census = question(seed, 90, abstains=True)
        found = []
        for patience in (0.0, np.inf):
            monkeypatch.setattr(compiling, "PATIENCE", patience)
            found.append(posterior_of(*asked(log, census, noise), 7))
        np.testing.assert_array_equal(found[0].mass, found[1].mass)
        np.testing.assert_array_equal(found[0].log2_odds, found[1].log2_odds)
        assert found[0].loses_at == found[1].loses_at


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(3, 0.2), Noise(0.2), Noise(0)], ids=str)
@pytest.mark.parametrize("abstains", [False, True])
def test_bounds_hold_at_every_prefix(noise, abstains):
    for seed in range(12):
        log, census = question(seed, 80, abstains=abstains)
        weighed, scored = asked(log, census, noise)
        masses = ClassMasses(
            census, log, noise, class_of(scored.judgement), N_CLASSES, weighed.log2_behaviour, scored.log2_likelihood
        )
        search = Search(masses, SIDE_BY_ROLE, odds_by_role)
        which = np.arange(len(masses.items.row))
        predictions = masses.predictions(which)
        start, stop = sorted(np.random.default_rng(seed).choice(log.n_training + 1, 2, replace=False).tolist())
        before = masses.meetings(predictions, 0, start)[:2]
        for reference in range(0, len(which), 3):
            met = masses.meetings(predictions, start, stop, predictions[reference])
            hit, idle = predictions[:, masses.rows[0]] == masses.rows[1], predictions[:, masses.rows[0]] < 0
            inside = slice(start, stop)
            own = np.stack([hit[:, inside].sum(axis=1), (~hit & ~idle)[:, inside].sum(axis=1)])
            np.testing.assert_array_equal(met[:2], own)
            both = [(part & part[reference])[:, inside].sum(axis=1) for part in (hit, ~hit & ~idle)]
            np.testing.assert_array_equal(met[2:], both)
            if log2_gains(masses.tables, *(before + met[:2])[:, [reference]])[0] == -np.inf:
                continue
            low, high = search._bounds(Stretch(start, stop, which, predictions, before, met, reference))
            for n in range(start, stop + 1):
                tallies = np.stack([hit[:, :n].sum(axis=1), (~hit & ~idle)[:, :n].sum(axis=1)])
                ahead = masses.items.log2 + log2_gains(masses.tables, *tallies)
                ahead -= ahead[reference] - masses.items.log2[reference]
                assert (low <= ahead + 1e-9).all()
                assert (ahead <= high + 1e-9).all()


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), Noise(0.1)], ids=str)
@pytest.mark.parametrize("teacher", [0.05, 0.75])
def test_a_lead_that_never_changes_is_not_looked_at_row_by_row(noise, teacher, monkeypatch):
    # A search and an imitator do the same, the search in fewer bits; others hit as often as chance.
    rng = np.random.default_rng(1)
    situation = np.arange(6_000) % 8
    action = np.where(rng.random(6_000) < teacher, rng.integers(0, 4, 6_000), situation % 4)
    log = make_log(list(zip(situation.tolist(), action.tolist(), strict=True)))
    same = tuple(cell % 4 for cell in range(8))
    programs = [Program(same, SEARCHING, length=5), Program(same, IMITATING, length=6)]
    programs += [Program(tuple(row), IMITATING, length=12) for row in rng.integers(0, 4, (20, 8)).tolist()]
    census = make_census(log, programs, n_actions=4)
    rows = []
    look = Search._odds

    def noted(self, stretch):
        rows.append(stretch.stop - stretch.start)
        return look(self, stretch)

    monkeypatch.setattr(Search, "_odds", noted)
    assert check_agrees(log, census, noise, 64) <= 100
    assert sum(rows) < 400


@pytest.mark.parametrize("n_training", [1, 2, 5, 63, 64, 1_000, 1_001, 20_000, 10**6])
@pytest.mark.parametrize("asked_for", [None, "all", 2, 3, 5, 64, 1_000])
def test_checkpoints_rise_from_0_to_the_last_row(n_training, asked_for):
    found = checkpoints_of(asked_for, n_training)
    assert found[0] == 0
    assert found[-1] == n_training
    assert (np.diff(found) > 0).all()
    if asked_for == "all" or (asked_for is None and n_training <= MOST_WITHOUT):
        assert len(found) == n_training + 1
    else:
        assert len(found) == min(asked_for or USUAL, n_training + 1)


def test_checkpoints_are_spaced_by_logarithm():
    found = checkpoints_of(64, 10**6)
    assert found[:3].tolist() == [0, 1, 2]
    factors = found[30:] / found[29:-1]
    assert factors.max() / factors.min() < 1.02


@pytest.mark.parametrize("wrong", [1, 0, -3, 2.0, "some", True, [0, 5]])
def test_what_is_no_number_of_checkpoints_is_refused(wrong):
    with pytest.raises(UsageError, match="at least 2"):
        check_checkpoints(wrong)


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(0.01, 5)], ids=str)
@pytest.mark.parametrize(("least", "spread"), [(5_900, 1.0), (4_200, 3.0), (5_999, 0.0)])
@pytest.mark.parametrize("n_actions", [2, 7])
def test_gains_are_likelihoods_over_chance(noise, least, spread, n_actions):
    rng = np.random.default_rng(5)
    tables, c = noise.tables(6_000, n_actions), (n_actions - 1) / n_actions
    rows = rng.integers(least, 6_001, 3 * FEWEST)
    misses = np.rint(c * rows + spread * rng.normal(size=len(rows)) * np.sqrt(c * (1 - c) * rows)).astype(np.int64)
    misses[::50] = rng.integers(0, rows[::50])
    alone = [log2_gains(tables, rows[k : k + 1] - misses[k : k + 1], misses[k : k + 1])[0] for k in range(len(rows))]
    np.testing.assert_allclose(log2_gains(tables, rows - misses, misses), alone, rtol=0, atol=1e-6)
    expected = log2_likelihood(noise, rows - misses, misses, 0 * rows, n_actions) + rows * np.log2(n_actions)
    np.testing.assert_allclose(alone, expected, rtol=0, atol=1e-8)
