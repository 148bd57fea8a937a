"""Many people in one census, beside one posterior over all their rows; the two are timed in turns."""

from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import Reading, log_from_frame
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.people.people import people
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.priors.prior import make_prior

PEOPLE, ROWS, ROUNDS = 500, 200, 3


def crowd(n_features, seed=0):
    """Return a log of people who each follow one of their features, with a slip in ten."""
    generator = np.random.default_rng(seed)
    n = PEOPLE * ROWS
    table = pd.DataFrame(generator.integers(0, 3, (n, n_features)), columns=[f"f{k}" for k in range(n_features)])
    who = np.repeat(np.arange(PEOPLE), ROWS)
    followed = table.to_numpy()[np.arange(n), who % n_features] == 1
    table.insert(0, "who", who)
    table["action"] = followed ^ (generator.random(n) < 0.1)
    return log_from_frame(table, reading=Reading(by=("who",)))


@pytest.mark.benchmark(group="500 people of 200 rows, beside one posterior over the 100,000 rows")
@pytest.mark.parametrize(("n_features", "max_bits"), [(2, 20), (3, 20), (3, 24), (4, 20)])
def test_people(benchmark, n_features, max_bits):
    log, prior = crowd(n_features), make_prior("simplicity")
    census = TermSpace(default_language(log), max_bits).census(log)
    seconds = {"people": [], "one posterior": []}
    posterior(census, log, prior)

    def once():
        began = perf_counter()
        posterior(census, log, prior)
        between = perf_counter()
        found = people(census, log, prior)
        seconds["one posterior"].append(between - began)
        seconds["people"].append(perf_counter() - between)
        assert len(found.persons) == PEOPLE
        assert np.isclose(sum(shared.share for shared in found.shared), 1)

    benchmark.pedantic(once, rounds=ROUNDS)
    best = {name: min(times) for name, times in seconds.items()}
    benchmark.extra_info |= best | {
        "ratio": best["people"] / best["one posterior"],
        "situations": len(log.situations),
        "behaviours": census.n_behaviours,
    }
