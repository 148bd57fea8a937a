"""The census: both engines on the same work, and what the merged engine accounts for per second.

The reference engine is the plain compiled loop over programs, one after the other, that merging is compared with.
"""

import pytest

from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace


def count(benchmark, question, bits, *, rounds, **options):
    """Time a whole census, witnesses included, with compiled kernels; say how many programs it accounts for."""
    language, log = question
    TermSpace(language, 12).census(log, **options)
    space = TermSpace(language, bits)
    census = benchmark.pedantic(lambda: space.census(log, **options), rounds=rounds)
    assert census.n_programs == sum(space.count_by_length(log).values())
    benchmark.extra_info["programs"] = census.n_programs
    benchmark.extra_info["programs per second"] = round(census.n_programs / benchmark.stats["min"])


@pytest.mark.benchmark(group="corridor, 28 bits")
@pytest.mark.parametrize(("engine", "rounds"), [("reference", 3), ("merged", 5)])
def test_engines_side_by_side(benchmark, corridor, engine, rounds):
    count(benchmark, corridor, 28, engine=engine, rounds=rounds)


@pytest.mark.benchmark(group="corridor, merged")
@pytest.mark.parametrize("bits", [28, 32, 36])
@pytest.mark.parametrize("workers", [1, 2])
def test_merged_at_larger_bounds(benchmark, corridor, bits, workers):
    count(benchmark, corridor, bits, rounds=3, workers=workers)


@pytest.mark.benchmark(group="corridor with learning")
@pytest.mark.parametrize(("engine", "bits", "rounds"), [("reference", 24, 3), ("merged", 24, 5), ("merged", 32, 2)])
def test_learning(benchmark, corridor_learning, engine, bits, rounds):
    count(benchmark, corridor_learning, bits, engine=engine, rounds=rounds)


@pytest.mark.benchmark(group="corridor with interventions, 32 bits")
@pytest.mark.parametrize("n_interventions", [0, 1, 3])
def test_interventions(benchmark, corridor, n_interventions):
    """Every intervention is one variant more to evaluate, and tells more behaviours apart."""
    language, log = corridor
    cells = range(language.domain)
    shifted = [[[(a + b + k) % language.domain for b in cells] for a in cells] for k in range(n_interventions)]
    entries = [{"name": f"moves_{k}", "token": "move", "table": table} for k, table in enumerate(shifted)]
    changed = language_from_dict(language.to_dict() | {"intervention": entries})
    count(benchmark, (changed, log), 32, rounds=3)
