"""One question asked of many worlds."""

import os

import pytest

from mesaprior.inference.worlds.ensemble import ensemble
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
