"""Least gates by induction over the number of gates: against the search over sets, and what its proof rests on."""

import os
import subprocess
import sys

import numpy as np
import pytest

from mesaprior.hypotheses.circuits import texts
from mesaprior.hypotheses.circuits.gates import AIG, FULL
from mesaprior.hypotheses.circuits.kernels import moved, renamed
from mesaprior.hypotheses.circuits.least.induction import Induction
from mesaprior.hypotheses.circuits.least.search import LeastCircuits, least_circuits
from mesaprior.hypotheses.circuits.least.sets import SetSearch
from mesaprior.hypotheses.circuits.least.single import least_circuit_of
from mesaprior.hypotheses.circuits.least.tangled import states
from mesaprior.hypotheses.circuits.least.tangled.uses import tangled_uses
from mesaprior.hypotheses.circuits.orbits import orbit_forms
from mesaprior.hypotheses.circuits.symmetries import symmetries
from tests.hypotheses.circuits.test_least import PUBLISHED, truth_table


def induction(n, basis, max_gates, workers=1):
    """Return the induction after so many gates."""
    found = Induction(n, basis, workers=workers, report=lambda _: None)
    for _ in range(max_gates):
        found.add_gate()
    return found


def set_search(n, basis, max_gates=None):
    """Return the search over sets of gates, an independent way to the same."""
    search = SetSearch(n, basis, max_gates, 1, None)
    search.run()
    return search


def n_functions(found):
    """Return how many functions need each number of gates."""
    return (2 * np.diff([0, *found.n_marked])).tolist()


def circuits_of(found, step):
    """Yield circuits, the last of each size among them, with the function that they are to compute and their gates."""
    for r, every in enumerate(found.circuits):
        part = every[::-step]
        k = len(part)
        gate, output = texts.build_circuits(
            found._n, found._basis, part[:, 1:], np.arange(k), np.zeros(k, int), part[:, :1], np.zeros((k, 1), bool)
        )
        for row in range(k):
            yield texts.circuit_of(found._n, gate[row], output[row]), int(part[row, 0]), r


def uses_of(circuit):
    """Return how often each node of a circuit is used, by gates and as output."""
    uses = [0] * (circuit.n_inputs + len(circuit.gates))
    for left, right, _ in circuit.gates:
        uses[left] += 1
        uses[right] += 1
    return uses


def below(circuit, node):
    """Return the gates that a node is computed from, itself included."""
    if node < circuit.n_inputs:
        return set()
    left, right, _ = circuit.gates[node - circuit.n_inputs]
    return {node} | below(circuit, left) | below(circuit, right)


def is_tangled(circuit):
    """Return whether a circuit is not joined, by the words of `tangled.uses`."""
    n, uses = circuit.n_inputs, uses_of(circuit)
    left, right, _ = circuit.gates[-1]
    if not below(circuit, left) & below(circuit, right):
        return False
    for h, gate in enumerate(circuit.gates, n):
        for x, other in ((gate[0], gate[1]), (gate[1], gate[0])):
            apart = below(circuit, other)
            users = {user for user, (one, two, _) in enumerate(circuit.gates, n) if {one, two} & apart}
            if x < n and uses[x] == 1 and users <= apart | {h}:
                return False
    return True


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_walk_meets_all_that_renamed_inputs_make_of_a_function(n):
    group, random = symmetries(n), np.random.default_rng(n)
    function = np.uint64(int(random.integers(1 << (1 << n) - 1)) * 2)
    met, at = set(), function
    for move in group.walk:
        at = moved(group, np.int64(move), at)
        met.add(int(at ^ group.full if at & np.uint64(1) else at))
    assert at == function
    assert met == {int(renamed(group, way, function)) for way in range(len(group.table))}


@pytest.mark.parametrize(
    ("n", "basis", "max_gates"), [(2, FULL, 1), (2, AIG, 3), (3, FULL, 4), (3, AIG, 6), (4, FULL, 7), (4, AIG, 7)]
)
def test_functions_by_gates_are_those_of_the_search_over_sets(n, basis, max_gates):
    found, other = induction(n, basis, max_gates), set_search(n, basis, max_gates)
    assert n_functions(found) == other.n_functions
    for part, function in zip(found.circuits, other.function, strict=True):
        forms = [np.sort(orbit_forms(n, every[:, None])[:, 0]) for every in (part[:, 0].copy(), function)]
        assert np.array_equal(*forms)


@pytest.fixture(scope="module")
def five():
    return induction(5, FULL, 7)


def test_five_inputs_up_to_seven_gates_are_those_of_knuth(five):
    assert n_functions(five) == PUBLISHED[5][:8]
    assert [len(part) for part in five.circuits] == [2, 2, 5, 20, 93, 389, 1988, 11382]


def test_circuits_of_five_inputs_compute_their_functions(five):
    for circuit, function, r in circuits_of(five, step=10):
        assert truth_table(circuit) == function
        assert len(circuit.gates) == r


def test_tangled_circuits_are_needed(monkeypatch):
    monkeypatch.setattr(Induction, "_find_tangled", lambda *_: None)
    assert n_functions(induction(4, AIG, 6))[6] < 10616


def test_uses_of_tangled_circuits_are_among_those_that_are_listed():
    n_tangled = 0
    for basis, max_gates in ((FULL, 7), (AIG, 7)):
        search = set_search(4, basis, max_gates)
        for r in range(4, max_gates + 1):
            gates = search.gates[r]
            k = len(gates)
            gate, output = texts.build_circuits(
                4, basis, gates, np.arange(k), np.zeros(k, int), search.function[r][:, None], np.zeros((k, 1), bool)
            )
            for row in range(k):
                circuit = texts.circuit_of(4, gate[row], output[row])
                if is_tangled(circuit):
                    uses = uses_of(circuit)
                    inputs = tuple(sorted(count for count in uses[:4] if count))
                    further = sum(count - 1 for count in uses[4:-1])
                    assert (inputs, further) in {(one.inputs, one.further) for one in tangled_uses(len(inputs), r)}
                    n_tangled += 1
    assert n_tangled > 10


@pytest.mark.parametrize(("n", "r"), [(3, 5), (4, 7), (5, 9), (5, 10)])
def test_uses_are_all_that_the_equation_has(n, r):
    listed = tangled_uses(n, r)
    assert len(set(listed)) == len(listed)
    for uses in listed:
        # Both sides count the operands of all gates.
        assert sum(uses.inputs) + r - 1 + uses.further == 2 * r
        assert uses.further >= 1
        assert sum(count == 1 for count in uses.inputs) <= n - 2
    brute = {
        (tuple(sorted(counts)), 2 * r - (r - 1) - sum(counts))
        for counts in np.ndindex(*(r,) * n)
        if min(counts) >= 1 and sum(count == 1 for count in counts) <= n - 2 and sum(counts) + r - 1 < 2 * r
    }
    assert {(uses.inputs, uses.further) for uses in listed} == brute


def test_nothing_depends_on_threads_or_parts(monkeypatch):
    monkeypatch.setattr(states, "LARGE", 10)
    one, three = induction(4, AIG, 8, workers=1), induction(4, AIG, 8, workers=3)
    for a, b in zip(one.circuits, three.circuits, strict=True):
        assert a.tobytes() == b.tobytes()
    monkeypatch.setattr(states, "LARGE", 10**9)
    assert n_functions(induction(4, AIG, 8)) == n_functions(one)


def test_one_function_of_five_inputs_has_its_circuit(five):
    least = LeastCircuits(
        5, FULL, tuple(part[:, 0] for part in five.circuits), tuple(part[:, 1:] for part in five.circuits), ()
    )
    everything = (1 << 32) - 1
    for function in five.circuits[7][-3:, 0]:
        # Another function of the orbit, and its complement.
        other = everything ^ int(renamed(symmetries(5), 1234, function))
        circuit = least_circuit_of(least, other)
        assert truth_table(circuit) == other
        assert len(circuit.gates) == 7


SCRIPT = """
from mesaprior.hypotheses.circuits.gates import AIG
from mesaprior.hypotheses.circuits.least.induction import Induction
from mesaprior.hypotheses.circuits.least.tangled import states

states.LARGE = 10
found = Induction(3, AIG, workers=2, report=lambda _: None)
for _ in range(6):
    found.add_gate()
    print(found.circuits[-1].tolist())
"""


@pytest.mark.slow
def test_compiled_interpreted_and_bounds_checked_kernels_agree(tmp_path):
    answers = []
    for number, extra in enumerate(({}, {"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_BOUNDSCHECK": "1"})):
        cache = {"NUMBA_CACHE_DIR": str(tmp_path / str(number))} if extra else {}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=os.environ | extra | cache, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout)
    assert len(answers[0].splitlines()) == 6
    assert answers == [answers[0]] * 3


@pytest.mark.slow
@pytest.mark.parametrize(("basis", "max_gates"), [(FULL, 7), (AIG, 8)])
def test_five_inputs_are_those_of_the_search_over_sets(basis, max_gates):
    found, other = induction(5, basis, max_gates), set_search(5, basis, max_gates)
    assert n_functions(found) == other.n_functions
    for part, function in zip(found.circuits, other.function, strict=True):
        forms = [np.sort(orbit_forms(5, every[:, None])[:, 0]) for every in (part[:, 0].copy(), function)]
        assert np.array_equal(*forms)


@pytest.mark.slow
def test_five_inputs_up_to_nine_gates_are_those_of_knuth():
    found = least_circuits(5, FULL, 9, workers=2)
    assert list(found.n_functions) == PUBLISHED[5]
    assert [len(part) for part in found.function][8:] == [60713, 221541]
