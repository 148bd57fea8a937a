"""The posterior over a census: every training prefix, every role and verdict; and sweeps of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.crossovers.crossover import find_crossovers
from mesaprior.inference.memorizer.memorizer import memorizer_over, memorizer_posterior
from mesaprior.inference.sweeps.sweep import sweep_posterior
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


@pytest.mark.benchmark(group="memorizer, 500 entries, 500 training rows")
@pytest.mark.parametrize("noise", [BetaNoise(1, 9), Noise(0.05)], ids=str)
def test_memorizer(benchmark, noise):
    p = np.arange(750)
    table = pd.DataFrame({"p": p % 250, "q": p // 250 % 2, "action": 7 * p % 3})
    table["split"] = np.where(p < 500, "train", "deploy")
    table["rival"] = pd.array(np.where(p < 500, 0, (7 * p + 1) % 3), dtype="Int64").astype(object)
    table.loc[p < 500, "rival"] = None
    log = log_from_frame(table)
    language = default_language(log)
    prior = make_prior("simplicity", {})
    census = TermSpace(language, 4).census(log)
    result = posterior(census, log, prior, noise=noise)
    memorizer = memorizer_over(("p", "q"), log, 3, language=language)
    found = benchmark.pedantic(
        lambda: memorizer_posterior(memorizer, Weighed(census, prior), Scored(census, log, noise), result), rounds=3
    )
    assert memorizer.n_entries == 500
    assert np.allclose(found.mass_by_verdict.sum(axis=0), found.mass)


@pytest.mark.benchmark(group="theorems, corridor, 28 bits")
def test_theorems(benchmark, corridor):
    language, log = corridor
    census = TermSpace(language, 28).census(log)
    prior = make_prior("simplicity", {})
    found = benchmark.pedantic(lambda: Analysis(census, log, prior).theorems(), rounds=3)
    assert found.hold


@pytest.mark.benchmark(group="safeguards, corridor, 32 bits")
def test_safeguards(benchmark, corridor):
    language, log = corridor
    census = TermSpace(language, 32).census(log)
    prior = make_prior("simplicity", {})
    outcomes = benchmark.pedantic(lambda: Analysis(census, log, prior).safeguards(), rounds=3)
    assert len(outcomes) == 6


GRID = {"alpha": np.linspace(0, 8, 100), "noise": np.linspace(0.01, 0.5, 100)}
"""Ten thousand cells."""


@pytest.fixture(scope="module")
def hard(corridor):
    """Return a census of 10^5 rows, nearly all of another time, so that no rows can be put together."""
    language, log = corridor
    census = TermSpace(language, 28).census(log)
    rng = np.random.default_rng(1)
    G, B = 100_000, census.n_behaviours
    behaviour_id = np.sort(np.concatenate([np.arange(B), rng.integers(0, B, G - B)]))
    columns = {
        "length": rng.integers(4, 60, G),
        "time": rng.integers(1, 10**9, G),
        "infer_time": rng.integers(1, 10**9, G),
    }
    count = rng.integers(1, 10**6, G).astype(np.uint64)
    return replace(census, behaviour_id=behaviour_id, columns=columns, count=count, bounds={}), log


@pytest.mark.benchmark(group="sweep, 100 values of alpha x 100 noise levels")
@pytest.mark.parametrize("rows", ["corridor, 32 bits", "10^5 rows, times nearly all distinct"])
def test_ten_thousand_cells(benchmark, corridor, hard, rows):
    census, log = hard if rows.startswith("10^5") else (TermSpace(corridor[0], 32).census(corridor[1]), corridor[1])
    prior = make_prior("speed")
    swept = benchmark.pedantic(lambda: sweep_posterior(census, log, prior, GRID), rounds=3, warmup_rounds=1)
    assert swept.n_cells == 10_000
    alone = posterior(census, log, make_prior("speed", {"alpha": 8}), noise=Noise(0.5))
    assert np.isclose(swept.log2_odds[-1, -1], alone.log2_odds[-1], rtol=0, atol=1e-9)
    benchmark.extra_info["rows"] = len(census.count)


@pytest.mark.benchmark(group="crossovers along alpha")
def test_crossovers(benchmark, corridor):
    language, log = corridor
    census = TermSpace(language, 28).census(log)

    def find():
        return find_crossovers(census, log, make_prior("speed"), "alpha", by_verdict=True, noise=Noise(0.01))

    found = benchmark.pedantic(find, rounds=3, warmup_rounds=1)
    assert len(found.crossings) == 1
