"""The robustness card and reachability: what they cost beside the census of the question."""

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.robustness.reach import reach
from mesaprior.inference.robustness.relatives import n_relatives
from mesaprior.priors.prior import make_prior


@pytest.mark.benchmark(group="family, corridor, 28 bits, 30 languages")
def test_family(benchmark, corridor):
    language, log = corridor
    space, prior = TermSpace(language, 28), make_prior("simplicity")
    census = space.census(log)
    family = benchmark.pedantic(lambda: Analysis(census, log, prior, space=space).family(), rounds=3)
    # Nothing that is counted is lost on the way; what is essential or left out has a name.
    n_bounds = sum(member.kind == "bound" for member in family.members)
    assert len(family.members) - n_bounds + len(family.essential) == n_relatives(space) == 30
    benchmark.extra_info["members"] = len(family.members)


@pytest.mark.benchmark(group="reach, corridor, 32 bits")
def test_reach(benchmark, corridor):
    language, log = corridor
    space = TermSpace(language, 32)
    census = space.census(log)
    found = benchmark.pedantic(lambda: reach(census, log, length_beyond=space.length_beyond(log)), rounds=3)
    assert {one.kind: one.length for one in found}["imitating"] == 20
