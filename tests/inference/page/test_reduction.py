"""What a page holds of a census: smaller, and every mass and odds of it the same."""

import base64
import zlib

import numpy as np
import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.classes import N_CLASSES, class_of
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.noise import log2_likelihood
from mesaprior.inference.page.leaders import leaders
from mesaprior.inference.page.packing import packed
from mesaprior.inference.page.reduction import reduced, reduced_within, rounded

CORRIDOR = "examples/corridor/corridor"


@pytest.fixture(scope="module")
def analysis():
    log = read_log(f"{CORRIDOR}.csv")
    space = TermSpace(read_language(f"{CORRIDOR}.toml"), 20)
    return Analysis(space.census(log), log, "levin", space=space)


def unpacked(one):
    """Return the numbers of a packed array."""
    by_place = np.frombuffer(zlib.decompress(base64.b64decode(one["data"])), dtype=np.uint8)
    width = np.dtype(one["type"]).itemsize
    return by_place.reshape(width, one["size"]).T.copy().view(np.dtype(one["type"]).newbyteorder("<")).reshape(-1)


def log2_masses(found, analysis, p):
    """Return the log2 masses by class at a prefix, under the prior of the analysis, from what is reduced."""
    columns = {"length": found.lengths[found.length_id], "time": found.times[found.time_id]}
    row = np.log2(found.count) + analysis.prior.log2_weight(columns)
    kind = log2_sum(row, np.repeat(np.arange(len(found.n_rows)), found.n_rows), len(found.n_rows))
    hits, misses = (part[:, :p].sum(axis=1, dtype=np.int64) for part in (found.hits, found.misses))
    idle = found.n[p] - hits - misses
    fit = log2_likelihood(analysis.noise, hits, misses, idle, analysis.census.n_actions)
    return log2_sum(kind + fit, found.of_class, N_CLASSES)


@pytest.mark.parametrize("named", [(), range(0, 100, 7)])
def test_masses_at_every_prefix_are_those_of_the_census(analysis, named):
    found = reduced(analysis.census, analysis.log, class_of(analysis.judgement), list(named), analysis.posterior.n)
    assert len(found.count) <= len(analysis.census.count)
    assert found.count.sum() == analysis.census.n_programs
    for p in range(len(found.n)):
        by_class = np.exp2(log2_masses(found, analysis, p)).reshape(4, 4, 2).sum(axis=2)
        assert by_class / by_class.sum() == pytest.approx(analysis.posterior.mass[:, :, p], rel=1e-12)


def test_named_behaviours_are_kinds_of_their_own(analysis):
    named = [3, 5, 8]
    found = reduced(analysis.census, analysis.log, class_of(analysis.judgement), named, analysis.posterior.n)
    assert sorted(found.named[found.named >= 0]) == [0, 1, 2]
    start = np.concatenate([[0], np.cumsum(found.n_rows)])
    for place, behaviour in enumerate(named):
        kind = int(np.flatnonzero(found.named == place)[0])
        own = analysis.census.count[analysis.census.behaviour_id == behaviour]
        assert found.count[start[kind] : start[kind + 1]].sum() == own.sum()


def test_without_room_prefixes_go_and_then_times_are_rounded(analysis):
    arguments = (analysis.census, analysis.log, class_of(analysis.judgement), [])
    whole = reduced_within(*arguments, most_characters=10**9)
    assert len(whole.n) == 10
    assert whole.times_an_octave is None
    small = reduced_within(*arguments, most_characters=1)
    assert small.n.tolist() == [0, 9]
    assert small.times_an_octave == 2
    assert small.n_characters < whole.n_characters
    assert small.count.sum() == whole.count.sum()


def test_rounded_times_are_near():
    times = np.array([1, 2, 3, 5, 100, 12_345, 10**12])
    for steps in (4, 16):
        gap = np.abs(np.log2(rounded(times, steps)) - np.log2(times))
        # Small times are rounded to whole steps besides.
        assert (gap[4:] <= 0.5 / steps + 0.01).all()
    assert rounded(times, None) is times


@pytest.mark.parametrize(
    "values", [[], [0], [255], [256], [2**16], [2**32 - 1, 0], [2.0**40, 1.0], [0.5, 3.0], np.arange(1000)]
)
def test_packed_arrays_are_unpacked_alike(values):
    assert unpacked(packed(np.array(values))).tolist() == list(map(float, values))


def test_leaders_hold_who_leads_under_the_usual_priors(analysis):
    found = leaders(analysis.scored, 60)
    assert len(set(found.tolist())) == 60
    for prior in ("simplicity", "levin", "s_fast", "uniform"):
        first = np.argsort(-analysis.with_prior(prior).posterior.log2_mass)[:3]
        assert set(first.tolist()) <= set(found.tolist()), prior
    assert leaders(analysis.scored, 10**6).tolist() == list(range(analysis.census.n_behaviours))
