"""Optimize to imitate: the exchange of goals by hand, distances by a plain sum, and what turns the verdict round."""

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import optimize_to_imitate
from mesaprior.inference.claims.claim import at_base
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("optimize-to-imitate")


@pytest.fixture(scope="module")
def counted():
    size = optimize_to_imitate._size(1, 28, is_whole=False)
    asked = size.bases
    return [optimize_to_imitate._count(seed, size, asked) for seed in range(0, 6, 2)]


def test_who_pursues_a_goal_by_name_changes_with_it_and_who_fits_the_goal_does_not():
    told = 0
    for seed in range(6):
        world = make_world("goals", seed=seed)
        space = TermSpace(world.language, 1)
        named, _, fitting = (space.explain(entry.text, world.log) for entry in world.programs)
        assert (named.predictions["swap"] != named.predictions["intact"]).any()
        # Where the rows leave one goal only, it is found under its new name; ties may go to another.
        later = slice(world.log.n_training, None)
        told += bool((fitting.predictions["swap"] == fitting.predictions["intact"])[later].all())
    assert told >= 3


def test_data_turn_it_round_at_fixed_prices(found):
    shares = {s.parameter.name: dict(zip(s.parameter.values, s.shares, strict=True)) for s in found.sensitivities}
    assert shares["seen"][4.0] != shares["seen"][12.0]


def test_prior_moves_it_at_fixed_prices(counted):
    free, slow = ([world.cell("alpha", 0, alpha).facts["pursuing"] for world in counted] for alpha in (0.0, 2.0))
    assert np.mean(free) > np.mean(slow) + 0.05


def test_shares_are_of_all_and_distances_are_shares(found):
    rows = found.table[found.table["fitting"].notna()]
    assert rows[list(optimize_to_imitate.KINDS)].sum(axis=1).to_numpy() == pytest.approx(1)
    for name in ("from_all_seen", "from_all_unseen", "from_copying_unseen", "fitting_changed"):
        assert rows[name].between(-1e-12, 1 + 1e-12).all()
    base = at_base(found.table)
    margin = np.minimum(0.1 - base["from_all_seen"], base["from_all_unseen"] - 0.1)
    assert base["margin"].to_numpy() == pytest.approx(margin.to_numpy())


def test_distance_from_pursuing_programs_is_that_of_a_plain_sum(counted):
    world = counted[0]
    log, census = world.world.log, world.census
    result = posterior(census, log, make_prior("simplicity"))
    mass = np.exp2(result.log2_mass)
    does = {}
    for kind, roles in (("fitting", (2, 3)), ("pursuing", (1,))):
        weights = np.where(np.isin(result.role, roles), mass, 0.0)
        table = np.zeros((log.n_rows - log.n_training, 4))
        for row in range(len(table)):
            given = census.predictions[:, census.row_cell[log.n_training + row]]
            for action in range(4):
                table[row, action] = weights[given == action].sum() / weights.sum()
        does[kind] = table
    apart = np.abs(does["fitting"] - does["pursuing"]).sum(axis=1) / 2
    seen = set(log.row_situation[: log.n_training].tolist())
    rows = np.array([situation in seen for situation in log.row_situation[log.n_training :].tolist()])
    facts = world.cell("base", 0.0, 0.0).facts
    assert facts["from_pursuing_seen"] == pytest.approx(apart[rows].mean(), abs=1e-9)
    assert facts["from_pursuing_unseen"] == pytest.approx(apart[~rows].mean(), abs=1e-9)
