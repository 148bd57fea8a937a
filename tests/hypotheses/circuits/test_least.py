"""Least gates, formulas and depths: published tables, plain enumerations, and a circuit for every function."""

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.circuits.circuit import Circuit, format_circuit, parse_circuit
from mesaprior.hypotheses.circuits.gates import AIG, FULL
from mesaprior.hypotheses.circuits.least.formulas import least_formulas
from mesaprior.hypotheses.circuits.least.search import least_circuits
from mesaprior.hypotheses.circuits.least.single import least_circuit_of
from mesaprior.hypotheses.circuits.least.table import LeastTable
from tests.hypotheses.circuits import plain_circuits

# Knuth, The Art of Computer Programming 4A, section 7.1.2, tables 1 and 3 (five inputs: its first rows).
PUBLISHED = {
    3: [8, 30, 114, 80, 24],
    4: [10, 60, 456, 2474, 10624, 24184, 25008, 2720],
    5: [12, 100, 1140, 11570, 109826, 995240, 8430800, 63401728, 383877392, 1519125536],
}


@pytest.fixture(scope="module")
def four():
    return LeastTable(4)


def truth_table(circuit: Circuit) -> int:
    """Evaluate a circuit on all inputs at once."""
    everything = (1 << (1 << circuit.n_inputs)) - 1
    node = plain_circuits.inputs(circuit.n_inputs)
    for left, right, table in circuit.gates:
        a, b = node[left], node[right]
        terms = [~a & ~b & everything, ~a & b & everything, a & ~b, a & b]
        node.append(sum(term for value, term in enumerate(terms) if table >> value & 1))
    ((source, is_complemented),) = circuit.outputs
    value = 0 if source is None else node[source]
    return value ^ everything if is_complemented else value


def formulas_and_depths(n, basis):
    """Return both for every function, from all pairs of functions and no symmetry."""
    everything = (1 << (1 << n)) - 1
    free = [0, everything, *(f ^ flip for f in plain_circuits.inputs(n) for flip in (0, everything))]
    formula, depth = (np.full(everything + 1, 99) for _ in range(2))
    formula[free] = depth[free] = 0

    def combinations(one, other):
        yield np.bitwise_and.outer(one, other)
        yield np.bitwise_or.outer(one, other)
        if basis is FULL:
            yield np.bitwise_xor.outer(one, other)

    value = 0
    while (formula == 99).any():
        value += 1
        for j in range((value - 1) // 2 + 1):
            one, other = np.flatnonzero(formula == j), np.flatnonzero(formula == value - 1 - j)
            for found in combinations(one, other):
                found = np.unique(found)
                formula[found[formula[found] == 99]] = value
    while (depth == 99).any():
        reached = np.flatnonzero(depth < 99)
        new = np.unique(np.concatenate([np.unique(found) for found in combinations(reached, reached)]))
        depth[new[depth[new] == 99]] = depth[reached].max() + 1
    return formula, depth


def test_functions_of_four_inputs_by_least_gates_are_those_of_knuth(four):
    assert np.bincount(four.gates).tolist() == PUBLISHED[4]
    # Classes of 4 inputs under renaming and complementing, as in his table 1.
    assert [len(function) for function in four.least.function] == [2, 2, 5, 20, 34, 75, 72, 12]


@pytest.mark.parametrize(("n", "basis", "most"), [(1, FULL, 2), (2, FULL, 2), (2, AIG, 3), (3, FULL, 4), (3, AIG, 4)])
def test_least_gates_are_those_of_all_sets_of_functions(n, basis, most):
    table = LeastTable(n, basis)
    plain = plain_circuits.least_gates(n, basis, most)
    for function in range(1 << (1 << n)):
        assert table.gates[function] == plain[function] if function in plain else table.gates[function] > most


@pytest.mark.parametrize(("n", "basis"), [(1, FULL), (2, FULL), (2, AIG), (3, FULL), (3, AIG)])
def test_formulas_and_depths_are_those_of_all_pairs(n, basis):
    table = LeastTable(n, basis)
    formula, depth = formulas_and_depths(n, basis)
    assert table.formula.tolist() == formula.tolist()
    assert table.depth.tolist() == depth.tolist()


def test_formulas_of_four_inputs_are_those_of_all_pairs(four):
    plain = np.full(1 << 16, 99)
    plain[four.gates == 0] = 0
    for value in range(1, 8):
        for j in range((value - 1) // 2 + 1):
            one, other = (np.flatnonzero(plain == cost).astype(np.uint16) for cost in (j, value - 1 - j))
            reached = np.zeros(1 << 16, dtype=bool)
            for function in one:
                for found in (function & other, function | other, function ^ other):
                    reached[found] = True
            plain[reached & (plain == 99)] = value
    assert four.formula.tolist() == plain.tolist()


@pytest.mark.parametrize("basis", [FULL, AIG])
def test_a_gate_is_not_needed_less_in_formulas_and_depths_bound_gates(basis, four):
    table = four if basis is FULL else LeastTable(3, AIG)
    assert (table.gates <= table.formula).all()
    assert (table.depth <= table.gates).all()
    assert (table.formula < 2 ** table.depth.astype(int)).all()
    everything = table.n_functions - 1
    for column in (table.gates, table.formula, table.depth):
        assert (column == column[everything - np.arange(table.n_functions)]).all()


def test_no_formula_of_four_inputs_without_exclusive_or_is_longer_than_that_of_the_parity(four):
    # Sloane's question on operators AND and OR, answered for 4 inputs by Cox (Minimal Boolean Formulas, 2011).
    functions = np.concatenate(four.least.function)
    formula = least_formulas(4, AIG, functions)
    assert formula.max() == 15
    assert formula[0x6996 >> 1] == 15


def test_every_circuit_of_four_inputs_computes_its_function_with_its_gates(four):
    texts = four.circuits(np.arange(four.n_functions))
    for function, text in enumerate(texts):
        circuit = parse_circuit(text, 4)
        assert truth_table(circuit) == function
        assert len(circuit.gates) == four.gates[function]
    for function in range(0, four.n_functions, 997):
        assert format_circuit(four.circuit(function)) == texts[function]
        assert truth_table(four.circuit(function)) == function


def test_circuits_without_exclusive_or_have_none():
    table = LeastTable(3, AIG)
    for function, text in enumerate(table.circuits(np.arange(256))):
        circuit = parse_circuit(text, 3)
        assert truth_table(circuit) == function
        assert len(circuit.gates) == table.gates[function]
        assert {gate.table for gate in circuit.gates} <= plain_circuits.TABLES[AIG]
    # The parity of 3 inputs: 6 gates (each exclusive or takes 3) and 9 operators in a formula.
    parity = 0b10010110
    assert (table.gates[parity], table.formula[parity]) == (6, 9)


def test_five_inputs_begin_like_knuth_and_find_single_functions():
    found = least_circuits(5, FULL, 4)
    assert list(found.n_functions) == PUBLISHED[5][:5]
    assert not found.is_complete
    parity = sum(1 << i for i in range(32) if i.bit_count() & 1)
    circuit = least_circuit_of(found, parity)
    assert truth_table(circuit) == parity
    assert len(circuit.gates) == 4
    majority = sum(1 << i for i in range(32) if i.bit_count() >= 3)
    assert least_circuit_of(found, majority) is None


def test_nothing_depends_on_threads():
    one, three = least_circuits(4, AIG, 7), least_circuits(4, AIG, 7, workers=3)
    assert one.n_functions == three.n_functions
    for name in ("function", "gates"):
        for a, b in zip(getattr(one, name), getattr(three, name), strict=True):
            assert a.tobytes() == b.tobytes()


def test_out_of_range_is_refused():
    with pytest.raises(UsageError, match="6 inputs are out of range"):
        least_circuits(6, FULL, 2)
    with pytest.raises(UsageError, match="up to 9 gates"):
        least_circuits(5, FULL)
    with pytest.raises(UsageError, match="1 to 4 inputs, not 5"):
        LeastTable(5)


@pytest.mark.slow
def test_four_inputs_without_exclusive_or():
    table = LeastTable(4, AIG, workers=2)
    # The hardest functions take 10 gates (OEIS A057241), and the parity takes 9.
    assert table.gates.max() == 10
    assert table.gates[0x6996] == 9
    assert np.bincount(table.gates).tolist() == [10, 48, 256, 940, 2336, 6464, 10616, 18984, 17680, 7882, 320]
    for function, text in enumerate(table.circuits(np.arange(1 << 16))):
        circuit = parse_circuit(text, 4)
        assert truth_table(circuit) == function
        assert len(circuit.gates) == table.gates[function]
        assert {gate.table for gate in circuit.gates} <= plain_circuits.TABLES[AIG]
