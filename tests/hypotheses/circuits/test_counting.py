"""Numbers of straight-line circuits against every circuit built by itself, and the code's identities."""

import math

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.circuits import code
from mesaprior.hypotheses.circuits.computed import all_circuits, minimal_circuits
from mesaprior.hypotheses.circuits.counting.engine import count_circuits
from mesaprior.hypotheses.circuits.gates import AIG, FULL
from mesaprior.hypotheses.circuits.orbits import members
from tests.hypotheses.circuits import plain_circuits


def counts_of(computed):
    """Return numbers of circuits by (functions, gates, depth), every function by itself."""
    n, m = computed.n, computed.n_outputs
    everything = (1 << (1 << n)) - 1
    found = members(n, computed.functions)
    tuples = {}
    for functions, orbit in zip(found.function.tolist(), found.orbit.tolist(), strict=True):
        tuples.setdefault(orbit, []).append(functions)
    counts = {}
    groups = zip(computed.orbit, computed.size, computed.depth, computed.count.tolist(), strict=True)
    for orbit, size, depth, count in groups:
        for functions in tuples[int(orbit)]:
            for variant in range(1 << m):
                flipped = tuple(f ^ (everything if variant >> k & 1 else 0) for k, f in enumerate(functions))
                key = flipped, int(size), int(depth)
                counts[key] = counts.get(key, 0) + count
    return counts


@pytest.mark.parametrize(
    ("n", "m", "basis", "max_gates"),
    [(1, 1, FULL, 0), (2, 1, FULL, 3), (2, 1, AIG, 3), (3, 1, FULL, 2), (1, 2, FULL, 0), (2, 2, FULL, 2),
     (2, 2, AIG, 2), (3, 2, FULL, 1)],
)  # fmt: skip
def test_all_circuits_are_those_built_one_by_one(n, m, basis, max_gates):
    assert counts_of(all_circuits(n, m, basis, max_gates)) == plain_circuits.counts(n, m, basis, max_gates)


@pytest.mark.parametrize(("n", "m", "basis", "max_gates"), [(2, 1, FULL, 3), (3, 1, AIG, 2), (2, 2, FULL, 2)])
def test_minimal_circuits_count_every_function_once_with_its_least_gates(n, m, basis, max_gates):
    least = {}
    for (functions, r, _), _ in sorted(
        plain_circuits.counts(n, m, basis, max_gates).items(), key=lambda row: row[0][1]
    ):
        least.setdefault(functions, r)
    counted = counts_of(minimal_circuits(n, m, basis, max_gates))
    assert {functions: r for functions, r, _ in counted} == least
    assert set(counted.values()) == {1}


@pytest.mark.parametrize(("n", "basis", "max_gates"), [(4, FULL, 5), (4, AIG, 5), (5, FULL, 4), (3, FULL, 5)])
def test_totals_are_the_product_of_the_choices(n, basis, max_gates):
    for r, counts in enumerate(count_circuits(n, basis, max_gates), 1):
        total = sum(a * b for a, b in zip(counts.count.tolist(), counts.orbit_size.tolist(), strict=True))
        assert 2 * total == code.n_circuits(n, 1, basis, r)


def test_the_last_two_gates_are_added_up_like_any_others():
    # The largest size comes from sets of two gates less, the same size in a longer count from one less.
    for n, basis in ((4, FULL), (3, AIG)):
        short, long = count_circuits(n, basis, 4), count_circuits(n, basis, 5)
        for name in ("function", "depth", "count", "orbit_size"):
            assert np.array_equal(getattr(short[3], name), getattr(long[3], name)), name


def test_nothing_depends_on_threads():
    one, three = count_circuits(4, FULL, 6), count_circuits(4, FULL, 6, workers=3)
    for a, b in zip(one, three, strict=True):
        assert all(getattr(a, name).tobytes() == getattr(b, name).tobytes() for name in ("function", "depth", "count"))


@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.parametrize("basis", [FULL, AIG])
@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_code_wastes_nothing(n, basis, m):
    gates = range(8 if n > 1 else 1)
    mass = sum(code.n_circuits(n, m, basis, r) * 2.0 ** -code.length_of(n, m, basis, r) for r in gates)
    assert mass + code.mass_beyond(n, gates[-1]) == pytest.approx(1)
    for r in gates:
        share = 2.0 ** -(r + 1) if n > 1 else 1
        assert math.log2(code.n_circuits(n, m, basis, r)) + math.log2(1 / share) == pytest.approx(
            code.length_of(n, m, basis, r)
        )


def test_too_many_gates_are_refused_with_what_fits():
    with pytest.raises(UsageError, match="4 inputs are counted up to 8 gates"):
        all_circuits(4, 1, FULL, 9)
    with pytest.raises(UsageError, match=r"two outputs .* up to 4 gates"):
        all_circuits(4, 2, FULL, 5)
