"""The posterior over a census: every training prefix, every role and verdict."""

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.noise import BetaNoise, Noise
from mesaprior.inference.posterior import posterior
from mesaprior.priors.prior import make_prior


@pytest.mark.benchmark(group="posterior, corridor, 32 bits")
@pytest.mark.parametrize("noise", [BetaNoise(1, 9), Noise(0.05)], ids=str)
def test_posterior(benchmark, corridor, noise):
    language, log = corridor
    census = TermSpace(language, 32).census(log)
    prior = make_prior("simplicity", {})
    posterior(census, log, prior, noise=noise)
    result = benchmark.pedantic(lambda: posterior(census, log, prior, noise=noise), rounds=3)
    assert np.isclose(result.mass[:, :, -1].sum(), 1)
    benchmark.extra_info["behaviours"] = census.n_behaviours
