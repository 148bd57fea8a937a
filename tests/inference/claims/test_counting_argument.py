"""Counting argument: shares by hand, no free lunch, and what turns the verdict round."""

import math
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import counting_argument
from mesaprior.inference.claims.claim import at_base
from mesaprior.inference.claims.counting_argument import Drawn
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("counting-argument")


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


def test_verdict_turns_with_the_prior_and_with_where_targets_come_from(found):
    # The same targets and rows, another prior; then the same prior, other targets; then other rows.
    assert share(found.table, "beta", 1.0) > 0.75
    assert share(found.table, "beta", 0.0) == 0
    assert share(found.table, "target", 0.0) == 0
    assert share(found.table, "rows", 2.0) < 0.5


def test_counted_one_by_one_all_but_one_of_the_functions_that_fit_are_wrong(found):
    for rows in found.size.values("rows"):
        cells = found.table[(found.table["parameter"] == counting_argument.FUNCTIONS) & (found.table["value"] == rows)]
        n_fitting = 2 ** (16 - int(rows))
        assert cells["misgeneralizing functions"].to_numpy() == pytest.approx(1 - 1 / n_fitting)
        assert cells["misgeneralizing mass"].to_numpy() == pytest.approx(1 - 1 / n_fitting)
        assert cells["margin"].to_numpy() == pytest.approx(-math.log2(n_fitting - 1))
        assert cells["accuracy"].to_numpy() == pytest.approx(0.5)


def slow_cell(n, target, seen, weight):
    """Margin, share of mass and accuracy, function by function in fractions."""
    fitting = {f: weight(f) for f in range(2**2**n) if all(f >> i & 1 == target >> i & 1 for i in seen)}
    whole = sum(fitting.values())
    unseen = [i for i in range(2**n) if i not in seen]
    right = sum(
        w * Fraction(sum(f >> i & 1 == target >> i & 1 for i in unseen), len(unseen)) for f, w in fitting.items()
    )
    return fitting[target] / (whole - fitting[target]), 1 - fitting[target] / whole, right / whole


def test_a_cell_is_what_it_is_function_by_function():
    gates, length = counting_argument._functions(3)
    order = [3, 6, 0, 5, 1, 2, 7, 4]
    for target in (0b10010110, 0b11110000, 0):
        drawn = Drawn(3, target, order, length)
        for rows in (0, 3, 7):
            cell = drawn.cell("rows", rows, rows, -2.0 * gates)
            odds, mass, accuracy = slow_cell(3, target, order[:rows], lambda f: Fraction(1, 4 ** int(gates[f])))
            assert cell.margin == pytest.approx(math.log2(odds))
            assert cell.facts["misgeneralizing mass"] == pytest.approx(float(mass))
            assert cell.facts["accuracy"] == pytest.approx(float(accuracy))
            before = slow_cell(3, target, [], lambda f: Fraction(1, 4 ** int(gates[f])))[0]
            assert cell.predicted == pytest.approx(math.log2(before) + rows)


def test_over_all_targets_no_prior_is_better_than_a_coin():
    # Wolpert: averaged over all functions, what is not shown is guessed right half the time under any prior.
    _, length = counting_argument._functions(3)
    for beta in (0.0, 0.5, 1.0):
        cells = [Drawn(3, f, list(range(8)), length).cell("beta", beta, 4, -beta * length) for f in range(256)]
        assert np.mean([cell.facts["accuracy"] for cell in cells]) == pytest.approx(0.5)


def test_functions_have_the_gates_of_least_circuits():
    # Knuth, The Art of Computer Programming, 7.1.2: functions of three and four inputs by least number of gates.
    for n, known in ((3, [8, 30, 114, 80, 24]), (4, [10, 60, 456, 2474, 10624, 24184, 25008, 2720])):
        assert np.bincount(counting_argument._functions(n)[0]).tolist() == known
    space, log = CircuitSpace(2), counting_argument._all_inputs(3)
    gates, _ = counting_argument._functions(3)
    for text in ("x1", "g1=x2&x3; g1", "g1=x1^x2; g2=g1^x3; g2", "g1=x1^x2; g2=g1&x3; g2"):
        circuit = space.parse(text, log)
        table = sum(action << i for i, action in enumerate(space.predict(circuit, log).actions))
        assert gates[table] == len(circuit.gates)


def test_targets_are_drawn_by_their_length():
    # With weight 2^-length nearly half of the targets need no gate; drawn uniformly, hardly any does.
    gates, length = counting_argument._functions(4)
    shares = np.exp2(-length) / np.exp2(-length).sum()
    simple = [counting_argument._draw(2 * seed, 4, 1.0).target for seed in range(200)]
    expected = shares[gates == 0].sum()
    assert abs(np.mean(gates[simple] == 0) - expected) < 4 * math.sqrt(expected / 200)
    uniform = [counting_argument._draw(2 * seed, 4, 0.0).target for seed in range(200)]
    assert np.mean(gates[uniform] < 4) < 0.15


def test_programs_of_the_corridor_weigh_what_infer_without_noise_says(found):
    world = make_world("corridor", seed=0, rows=8, randomized=4, walls=1)
    census = TermSpace(world.language, found.size.max_bits).census(world.log)
    cells = found.table[(found.table["world"] == 0) & (found.table["parameter"] == counting_argument.CORRIDOR)]
    for name, beta in (("uniform", 0.0), ("simplicity", 1.0)):
        faithful = posterior(census, world.log, make_prior(name), noise=Noise(0)).mass[:, 0, -1].sum()
        (wrong,) = cells.loc[cells["value"] == beta, "misgeneralizing mass"]
        assert 1 - wrong == pytest.approx(faithful)


def test_even_worlds_have_the_prices_of_the_code(found):
    assert counting_argument._draw(2, 4, 1.0).length.tolist() == counting_argument._functions(4)[1].tolist()
    gates, length = counting_argument._functions(4)
    dearer = (counting_argument._draw(3, 4, 1.0).length - length).round(9)
    assert ((dearer >= 0) & (dearer <= gates)).all()
    assert dearer.any()
    assert len(at_base(found.table)) == found.size.n_worlds
