"""What each idea of the merged engine pays: the same count with one of them switched off."""

import pytest

from mesaprior.hypotheses.terms.merged import engine, levels, work
from mesaprior.hypotheses.terms.space import TermSpace

BITS = 36


def as_it_is(patch):
    """Switch nothing off."""


def keep_every_body(patch):
    """Keep, as classes of equal values, also the levels that only binders stand around."""
    patch.setattr(levels, "MOST_WRAPS", 0)


def tell_all_conditions_apart(patch):
    """Take every class as a condition of its own, and not only what it is 0 in."""
    patch.setattr(
        engine.MergedEngine, "conditions_of", lambda self, scope, length: (None, None, [self.spans[scope, length]])
    )


def evaluate_constant_conditions(patch):
    """Combine both branches also where the condition never varies."""
    patch.setattr(engine.MergedEngine, "_sorted_out", lambda self, scope, span: (None, None, [span]))


def count_both_halves(patch):
    """Evaluate both orders of commutative operators."""
    patch.setattr(work, "commutes", lambda token: False)


def follow_every_path(patch):
    """Evaluate wrappings that are known to come to the same value."""
    init = levels.Levels.__init__

    def without(self, *arguments, shorten):
        init(self, *arguments, shorten=False)

    patch.setattr(levels.Levels, "__init__", without)


def one_bin(patch):
    """Count all whole programs in one table instead of many that fit into the cache."""
    patch.setattr(engine, "BIN_RECORDS", 10**12)


@pytest.mark.benchmark(group=f"ideas switched off, {BITS} bits")
@pytest.mark.parametrize(
    "switch_off",
    [
        as_it_is,
        keep_every_body,
        tell_all_conditions_apart,
        evaluate_constant_conditions,
        count_both_halves,
        follow_every_path,
        one_bin,
    ],
    ids=lambda switch_off: switch_off.__name__,
)
def test_ideas(benchmark, corridor, switch_off, monkeypatch):
    language, log = corridor
    TermSpace(language, 16).census(log)
    switch_off(monkeypatch)
    space = TermSpace(language, BITS)
    census = benchmark.pedantic(lambda: space.census(log), rounds=3)
    assert census.n_programs == sum(space.count_by_length(log).values())
