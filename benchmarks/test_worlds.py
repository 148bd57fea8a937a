"""One question asked of many worlds, and safeguards that act in one."""

import os

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.worlds.acting import act_in
from mesaprior.inference.worlds.crossings import crossings
from mesaprior.inference.worlds.ensemble import ensemble
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior


@pytest.mark.benchmark(group="ensembles, 32 worlds, 24 bits")
@pytest.mark.parametrize("name", ["payoff-law", "corridor", "overseer", "rules"])
def test_ensemble(benchmark, name):
    prior = make_prior("simplicity", {})
    workers = os.cpu_count() or 1
    list(ensemble(name, range(2), {}, prior, max_bits=24))
    answers = benchmark.pedantic(
        lambda: list(ensemble(name, range(32), {}, prior, max_bits=24, workers=workers)), rounds=2
    )
    benchmark.extra_info["programs"] = sum(answer.programs for answer in answers)


@pytest.mark.benchmark(group="crossovers, 32 worlds, 24 bits")
@pytest.mark.parametrize("name", ["corridor", "rater", "overseer"])
def test_crossings(benchmark, name):
    prior = make_prior("speed", {"alpha": 0.0})
    options = {"low": 0.0, "high": 8.0, "by_verdict": True, "max_bits": 24}
    list(crossings(name, range(2), {}, prior, "alpha", **options))
    worlds = benchmark.pedantic(
        lambda: list(crossings(name, range(32), {}, prior, "alpha", workers=os.cpu_count() or 1, **options)), rounds=2
    )
    assert [world.seed for world in worlds] == list(range(32))
    benchmark.extra_info["crossovers"] = sum(len(world.roots) for world in worlds)


@pytest.mark.benchmark(group="acting, 24 bits")
@pytest.mark.parametrize(
    ("name", "n_steps"), [("loans", 10), ("fork", 10), ("lagoon", 10), ("two-modes", 10), ("corridor", 6)]
)
def test_acting(benchmark, name, n_steps):
    world = make_world(name, seed=3)
    census = TermSpace(world.language, 24).census(world.log)
    prior = make_prior("simplicity", {})
    found = benchmark.pedantic(lambda: act_in(world, census, prior, n_steps=n_steps), rounds=2)
    assert found[0].totals()["errors"] == 0
    benchmark.extra_info["steps"] = n_steps
