"""Draws from the posterior: as often as their exact probability says, and the same for the same seed."""

from collections import Counter

import numpy as np
import pytest

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.sampling import draw_groups, log2_group_share
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.priors.prior import make_prior
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.hypotheses.terms.test_sampling import ROWS, TWINS, key_of, naive_groups

SPACE, LOG = TermSpace(language_from_dict(TWINS), 9), log_of(ROWS)
LEVIN = make_prior("levin", {})


def drawn(census, *arguments, **options):
    return Analysis(census, LOG, LEVIN, space=SPACE).sample(*arguments, **options)


@pytest.fixture(scope="module")
def census():
    return SPACE.census(LOG)


def test_shares_of_groups_add_up_to_the_posterior_of_behaviours(census):
    share = np.exp2(log2_group_share(Weighed(census, LEVIN), Scored(census, LOG)))
    by_behaviour = np.bincount(census.behaviour_id, weights=share, minlength=census.n_behaviours)
    assert np.allclose(by_behaviour, np.exp2(posterior(census, LOG, LEVIN).log2_mass), rtol=1e-12)


def test_programs_are_drawn_as_often_as_they_are_probable(census):
    k = 4000
    draws = drawn(census, k, seed=5)
    share = np.exp2(log2_group_share(Weighed(census, LEVIN), Scored(census, LOG)))
    probability = Counter()
    for group, texts in ((g, naive_groups(TWINS, ROWS, 9)[key_of(census, g)]) for g in range(len(share))):
        for text, many in texts.items():
            probability[text, int(census.columns["time"][group])] += many * share[group] / int(census.count[group])
    assert np.isclose(sum(probability.values()), 1)
    found = Counter((draw.program, draw.time) for draw in draws)
    assert found.keys() <= probability.keys()
    common = [key for key, p in probability.items() if p * k >= 5]
    chi2 = sum((found[key] - probability[key] * k) ** 2 / (probability[key] * k) for key in common)
    assert chi2 < len(common) + 5 * np.sqrt(2 * len(common))
    assert draws[:10] == drawn(census, k, seed=5, workers=2)[:10]
    assert draws != drawn(census, k, seed=6)


def test_groups_without_a_share_are_never_drawn():
    share = np.log2(np.array([0, 0.5, 0, 0.5, 0]), where=[False, True, False, True, False], out=np.full(5, -np.inf))

    class Last:
        def random(self, k):
            return np.array([0.0, 0.5, np.nextafter(1, 0)])[:k]

    assert draw_groups(share, 3, Last()) == [1, 3, 3]


def test_refusals(census):
    assert drawn(census, 0) == []
    with pytest.raises(UsageError, match="k -1"):
        drawn(census, -1)
    with pytest.raises(UsageError, match="seed -1"):
        drawn(census, 1, -1)
    log = log_of([{"p": 0, "action": action, "split": "train"} for action in (0, 1)])
    nothing_left = SPACE.census(log)
    with pytest.raises(RunError, match="ruled out"):
        Analysis(nothing_left, log, LEVIN, Noise(0), space=SPACE).sample(1)
