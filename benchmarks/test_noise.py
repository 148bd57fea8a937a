"""What it costs to cut the noise off at chance: the same posterior with and without, in turns."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.cut import tables_of_factors
from mesaprior.inference.bayes.kernels import log2_rising
from mesaprior.inference.bayes.noise import BetaNoise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.priors.prior import make_prior

ROUNDS = 7


@dataclass(frozen=True)
class UncutNoise:
    """Beta(a, b) over all of [0, 1]: a program that is always wrong is read with its actions inverted."""

    a: float
    b: float

    def tables(self, n_rows, n_actions):
        unit = 2.0 ** np.floor(np.log2(self.a + self.b + n_rows))
        factors = np.empty((4, n_rows + 1))
        factors[0] = log2_rising(self.b, unit, n_rows)
        factors[1] = log2_rising(self.a, unit * (n_actions - 1), n_rows)
        factors[2] = -log2_rising(self.a + self.b, unit, n_rows)
        factors[3] = -np.arange(n_rows + 1) * np.log2(n_actions)
        return tables_of_factors(factors)

    def predictive(self, hits, misses, n_actions):
        scored = self.a + self.b + np.asarray(hits) + np.asarray(misses)
        return (self.b + hits) / scored, (self.a + misses) / (scored * (n_actions - 1))


def long_log(n_rows, noise, n_features=3, seed=1):
    """Return a log of a teacher who takes the larger of two features but for noise; where noise is None, any action."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.integers(0, 3, (n_rows, n_features)), columns=["u", "v", "w"][:n_features])
    lapses = rng.integers(0, 3, n_rows)
    action = table[["u", "v"]].max(axis=1).to_numpy()
    table["action"] = lapses if noise is None else np.where(rng.random(n_rows) < noise, lapses, action)
    table["split"] = np.where(np.arange(n_rows) < n_rows - 10, "train", "deploy")
    return log_from_frame(table)


def in_turns(benchmark, census, log, rounds):
    """Time the posterior with and without the cut in turns, and note the ratio of the best of each."""
    prior = make_prior("simplicity")
    noises = {"cut": BetaNoise(1, 9), "uncut": UncutNoise(1, 9)}
    seconds = {name: [] for name in noises}
    for noise in noises.values():
        posterior(census, log, prior, noise=noise, checkpoints="all")

    def once():
        for name, noise in noises.items():
            began = perf_counter()
            result = posterior(census, log, prior, noise=noise, checkpoints="all")
            seconds[name].append(perf_counter() - began)
            assert np.isclose(result.mass[:, :, -1].sum(), 1)

    benchmark.pedantic(once, rounds=rounds)
    best = {name: min(times) for name, times in seconds.items()}
    benchmark.extra_info |= best | {
        "ratio": best["cut"] / best["uncut"],
        "median ratio": float(np.median(np.divide(seconds["cut"], seconds["uncut"]))),
        "behaviours": census.n_behaviours,
        "training rows": log.n_training,
    }


@pytest.mark.benchmark(group="the cut at chance, corridor, 32 bits")
def test_corridor(benchmark, corridor):
    language, log = corridor
    in_turns(benchmark, TermSpace(language, 32).census(log), log, ROUNDS)


@pytest.mark.benchmark(group="the cut at chance, long logs, default language, 24 bits")
@pytest.mark.parametrize("noise", [0.05, None], ids=["noisy teacher", "random actions"])
@pytest.mark.parametrize("n_rows", [1_000, 4_000, 1_000_000])
def test_long_logs(benchmark, n_rows, noise):
    log = long_log(n_rows, noise)
    census = TermSpace(default_language(log), 24).census(log)
    in_turns(benchmark, census, log, ROUNDS if n_rows < 100_000 else 1 if noise is None else 2)
