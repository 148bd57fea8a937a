"""A sweep says in each cell what the posterior says by itself."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.census import Census, census_from_groups
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.sweeps.axes import MOST_CELLS
from mesaprior.inference.sweeps.sweep import SweptPosterior, sweep_posterior
from mesaprior.priors.prior import FormulaPrior, make_prior
from tests.inference.small import LEVIN, Program, cases, make_census, make_log

LOG = make_log([(0, 1), (1, 0), (0, 1), (2, 2)], [(0, 1, 2), (1, 0, 2), (3, 1, None), (3, None, None)])
PROGRAMS = [
    Program((1, 0, 2, 1), length=9, time=2),
    Program((1, 0, 2, 1), flags=(1, 1, 0, 0), length=4, time=30, count=3),
    Program((1, 1, 2, 0), flags=(0, 1, 0, 0), length=3, time=7),
    Program((2, 2, 0, 1), flags=(0, 0, 1, 1), length=2, time=90, count=2**60),
    Program((2, 2, 2, 0), flags=(1, 0, 1, 0), length=5, time=11),
    Program((0, -1, 2, 1), length=1, time=1),
    Program((2, 2, 2, 1), length=6, time=3),
]
CENSUS = make_census(LOG, PROGRAMS)
SPEED = make_prior("speed")
SHARED = ("log2_odds", "log2_odds_verdict", "log2_evidence")


def up_to(census: Census, bound: float) -> Census:
    """Return the census of the programs up to a length."""
    kept = census.columns["length"] <= bound
    return census_from_groups(
        predictions=census.predictions,
        flags=census.flags,
        witness=census.witness,
        behaviour_id=census.behaviour_id[kept],
        columns={name: column[kept] for name, column in census.columns.items()},
        count=census.count[kept],
        space=census.space,
        n_actions=census.n_actions,
        row_cell=census.row_cell,
        bounds=census.bounds,
    )


def check(census, log, prior, over, *, noise=DEFAULT_NOISE, tolerance=0.0) -> SweptPosterior:
    """Compare each cell with a posterior of its own."""
    found = sweep_posterior(census, log, prior, over, noise=noise, tolerance=tolerance)
    names = list(over)
    assert list(found.axes) == names
    assert found.log2_odds.shape == tuple(len(values) for values in over.values())
    parameters = dict(getattr(prior, "parameters", {}))
    for place in itertools.product(*(range(len(values)) for values in over.values())):
        at = {name: float(over[name][k]) for name, k in zip(names, place, strict=True)}
        n = int(at.get("n", log.n_training))
        model = noise
        if "noise" in at:
            model = Noise(at["noise"])
        elif "a" in at or "b" in at:
            model = BetaNoise(at.get("a", noise.a), at.get("b", noise.b))
        mine = prior
        if parameters:
            mine = FormulaPrior(prior.name, prior.text, {name: at.get(name, v) for name, v in parameters.items()})
        part = up_to(census, at["max_bits"]) if "max_bits" in at else census
        try:
            want = posterior(part, log, mine, noise=model, tolerance=tolerance)
        except (UsageError, RunError) as error:
            message = str(error)
        else:
            message = ""
        if message:
            # Nothing was left to be weighed.
            assert "weight 0 to all" in message or "holds no program" in message
            assert np.isnan(found.log2_odds[place])
            assert np.isnan(found.log2_evidence[place])
            assert np.isnan(found.mass[place]).all()
            continue
        for name in SHARED:
            np.testing.assert_allclose(getattr(found, name)[place], getattr(want, name)[n], rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(found.mass[place], want.mass[:, :, n], rtol=1e-9, atol=1e-12)
        if n == log.n_training:
            np.testing.assert_allclose(found.misses[place], want.misses, rtol=1e-9, atol=1e-12)
            weights = want.mass_by_role[:, n]
            if not np.isnan(weights).any() and not np.isnan(want.misses).all():
                whole = sum(w * m for w, m in zip(weights, want.misses, strict=True) if w > 0)
                np.testing.assert_allclose(found.misses_all[place], whole, rtol=1e-9, atol=1e-12)
    return found


AXES = {
    "alpha": [0.0, 0.5, 3.0],
    "noise": [0.0, 0.01, 0.4, 2 / 3],
    "a": [0.5, 1.0],
    "b": [3.0, 9.0, 20.0],
    "n": [0.0, 1.0, 4.0],
    "max_bits": [0.0, 2.0, 5.0, 9.0],
}


@pytest.mark.parametrize(
    "names",
    [
        *((name,) for name in AXES),
        *itertools.permutations(("alpha", "noise"), 2),
        ("n", "alpha", "max_bits"),
        ("max_bits", "noise", "n"),
        ("b", "alpha", "a"),
        ("noise", "n", "alpha", "max_bits"),
    ],
    ids="-".join,
)
def test_every_cell_is_a_posterior(names):
    check(CENSUS, LOG, SPEED, {name: AXES[name] for name in names})


def test_two_parameters_of_one_prior():
    prior = make_prior("2**(-c*length) * (time + T)**-alpha", {"c": 1, "T": 2, "alpha": 1})
    check(CENSUS, LOG, prior, {"alpha": [0, 1, 2], "T": [1, 5], "noise": [0.1, 0.2], "c": [0.5, 1]})


def test_a_bound_that_leaves_nothing_gives_nothing():
    found = check(CENSUS, LOG, make_prior("bounded"), {"T": [0.5, 1, 2, 11, 30, 100]})
    assert np.isnan(found.log2_odds[0])
    assert not np.isnan(found.mass[1:]).any()


def test_a_prior_of_any_kind_where_it_is_not_varied():
    check(CENSUS, LOG, LEVIN, {"noise": [0.1, 0.2], "n": [0, 2, 4]})


def test_without_later_rows_nothing_is_judged():
    log = make_log([(0, 1), (1, 0)])
    census = make_census(log, [Program((1, 0), length=3), Program((1, 1), flags=(1, 0, 0, 0), length=2)])
    found = check(census, log, SPEED, {"alpha": [0.0, 1.0]})
    assert np.isnan(found.misses).all()
    assert np.isnan(found.misses_all).all()
    assert found.mass_by_verdict[:, 3] == pytest.approx([1, 1])


@settings(max_examples=40)
@given(cases(), st.sampled_from(["speed", "bounded", "uniform"]), st.floats(0, 1), st.data())
def test_on_random_logs_and_censuses(case, name, tolerance, data):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    prior = make_prior(name)
    over = {
        "n": list(range(log.n_training + 1)),
        "max_bits": sorted(data.draw(st.sets(st.integers(0, 9), min_size=1, max_size=3))),
        "noise": sorted(data.draw(st.sets(st.floats(0, 1 - 1 / n_actions), min_size=1, max_size=3))),
    }
    for parameter in prior.parameters:
        over[parameter] = sorted(data.draw(st.sets(st.sampled_from([0.5, 1.0, 2.5, 4.0]), min_size=1)))
    chosen = data.draw(st.lists(st.sampled_from(list(over)), min_size=1, unique=True))
    check(census, log, prior, {key: over[key] for key in chosen}, tolerance=tolerance)


def test_workers_change_nothing():
    one = sweep_posterior(CENSUS, LOG, SPEED, {"alpha": np.linspace(0, 8, 400), "noise": [0.1, 0.2]})
    two = sweep_posterior(CENSUS, LOG, SPEED, {"alpha": np.linspace(0, 8, 400), "noise": [0.1, 0.2]}, workers=2)
    assert one.log2_odds.tobytes() == two.log2_odds.tobytes()
    assert one.mass.tobytes() == two.mass.tobytes()


def test_progress_adds_up_to_the_cells():
    done = []
    over = {"n": [0, 2], "alpha": [0, 1, 2], "max_bits": [3, 9], "noise": [0.1, 0.3]}
    found = sweep_posterior(CENSUS, LOG, SPEED, over, report=done.append)
    assert sum(done) == found.n_cells == 24


def test_the_long_table():
    found = sweep_posterior(CENSUS, LOG, SPEED, {"n": [0, 4], "alpha": [0, 0.5]})
    frame = found.to_frame()
    assert frame[["n", "alpha"]].to_numpy().tolist() == [[0, 0], [0, 0.5], [4, 0], [4, 0.5]]
    assert frame["n"].dtype.kind == "i"
    np.testing.assert_array_equal(frame["log2_odds"], found.log2_odds.ravel())
    roles = frame[[f"mass_{name}" for name in ("imitator", "planner", "learner", "planner+learner")]]
    assert roles.sum(axis=1).to_numpy() == pytest.approx([1] * 4)
    np.testing.assert_array_equal(frame["misses_planner"], found.misses[..., 1].ravel())


@pytest.mark.parametrize(
    ("over", "parts"),
    [
        ({}, ["something to vary"]),
        ({"beta": [1]}, ["'beta'", "alpha, noise, a, b, n, max_bits"]),
        ({"alpha": []}, ["no values"]),
        ({"alpha": [0, np.nan]}, ["nan", "finite"]),
        ({"alpha": [1, 1]}, ["ascending"]),
        ({"alpha": [1e301]}, ["1e+301", "out of range"]),
        ({"noise": [0.5, 0.7]}, ["'noise'", "0.7", "(A - 1)/A", "0.666667 with 3 actions"]),
        ({"noise": [-0.5, 0.1]}, ["-0.5"]),
        ({"a": [0, 1]}, ["'a'", "above 0"]),
        ({"noise": [0.1], "b": [1]}, ["exclude each other"]),
        ({"n": [0.5]}, ["0.5", "whole number", "to 4"]),
        ({"n": [5]}, ["5", "to 4"]),
        ({"max_bits": [3, 12]}, ["12", "up to 9 bits"]),
        ({"alpha": np.arange(1001), "noise": np.arange(1000) / 1000}, ["1,001,000 cells", f"{MOST_CELLS:,}"]),
    ],
)
def test_what_is_refused(over, parts):
    census = replace(CENSUS, bounds={"max_bits": 9, "max_time": None})
    with pytest.raises(UsageError) as error:
        sweep_posterior(census, LOG, SPEED, over)
    for part in parts:
        assert part in str(error.value)


def test_more_that_is_refused():
    with pytest.raises(UsageError, match=r"noise is 0.1.*beta:a,b"):
        sweep_posterior(CENSUS, LOG, SPEED, {"a": [1.0]}, noise=Noise(0.1))
    with pytest.raises(UsageError, match=r"the same name.*another name"):
        sweep_posterior(CENSUS, LOG, make_prior("2**(-n*length)", {"n": 1}), {"n": [1.0]})
    with pytest.raises(UsageError, match="'gates'"):
        sweep_posterior(CENSUS, LOG, make_prior("circuit"), {"c": [1.0]})
    with pytest.raises(UsageError, match="workers = 0"):
        sweep_posterior(CENSUS, LOG, SPEED, {"alpha": [1.0]}, workers=0)
    with pytest.raises(UsageError, match="weight"):
        sweep_posterior(CENSUS, LOG, make_prior("time - c"), {"c": [0.5, 5.0]})
