"""Circuits as a hypothesis space: the public checks, and censuses against every circuit run by itself."""

import io
from collections import Counter
from itertools import product

import pandas as pd
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.circuits.circuit import format_circuit, parse_circuit
from mesaprior.hypotheses.circuits.gates import BASES
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import log_from_frame
from tests.hypotheses.circuits import plain_circuits


def log_of(n, actions, rows):
    """Return a log of n bits with so many of their situations, whose actions go round."""
    situations = list(product((0, 1), repeat=n))
    lines = [",".join([*(f"b{v}" for v in range(n)), "action"])]
    for k in range(rows):
        bits = situations[(5 * k + 2) % len(situations)]
        lines.append(",".join(map(str, [*bits, (actions - 1 - k) % actions])))
    return log_from_frame(pd.read_csv(io.StringIO("\n".join(lines))), own_codes=True)


@pytest.mark.parametrize(
    ("n", "actions", "rows", "max_gates", "basis", "count"),
    [(1, 2, 2, 3, "full", "all"), (2, 2, 3, 3, "aig", "all"), (3, 2, 5, 4, "full", "all"), (4, 2, 16, 4, "full", "all"),
     (4, 2, 7, 7, "full", "minimal"), (5, 2, 9, 3, "full", "minimal"), (3, 3, 6, 2, "full", "all"),
     (3, 4, 8, 2, "aig", "minimal"), (1, 3, 2, 2, "full", "all"), (4, 4, 5, 2, "full", "all"),
     (5, 2, 32, 2, "aig", "all")],
)  # fmt: skip
def test_the_space_keeps_the_laws(n, actions, rows, max_gates, basis, count):
    log = log_of(n, actions, rows)
    space = CircuitSpace(max_gates, basis=basis, count=count)
    check_space(space, log, engines=("sets",))
    assert CircuitSpace.of_bounds(space.bounds).fingerprint() == space.fingerprint()


@pytest.mark.parametrize("count", ["all", "minimal"])
@pytest.mark.parametrize(
    ("n", "actions", "rows", "max_gates", "basis"),
    [(2, 2, 3, 3, "full"), (2, 3, 4, 2, "aig"), (2, 4, 2, 2, "full"), (3, 2, 5, 2, "full"), (3, 3, 4, 1, "full")],
)
def test_the_census_is_that_of_every_circuit(n, actions, rows, max_gates, basis, count):
    log = log_of(n, actions, rows)
    space = CircuitSpace(max_gates, basis=basis, count=count)
    census = space.census(log, workers=2)
    m = (actions - 1).bit_length()
    counted = plain_circuits.counts(n, m, BASES[basis], max_gates)
    if count == "minimal":
        least = {}
        for functions, r, _ in sorted(counted, key=lambda key: key[1]):
            least.setdefault(functions, r)
        counted = {(functions, r, None): 1 for functions, r in least.items()}
    numbers = [int("".join(map(str, situation)), 2) for situation in log.situations.tolist()]
    expected = Counter()
    for (functions, r, depth), number in counted.items():
        acts = tuple(sum((f >> i & 1) << (m - 1 - k) for k, f in enumerate(functions)) % actions for i in numbers)
        expected[acts, r, depth] += number
    found = Counter()
    for g, behaviour in enumerate(census.behaviour_id.tolist()):
        depth = None if count == "minimal" else int(census.columns["depth"][g])
        key = tuple(census.predictions[behaviour].tolist()), int(census.columns["gates"][g]), depth
        found[key] += int(census.count[g])
    assert found == expected
    for name in ("time", "infer_time"):
        assert (census.columns[name] == census.columns["gates"]).all()
    # The witness is a circuit of least gates for its behaviour.
    for behaviour in range(census.n_behaviours):
        circuit = space.parse(census.witness[behaviour], log)
        assert len(circuit.gates) == census.columns["gates"][census.behaviour_id == behaviour].min()


def test_nothing_depends_on_threads():
    log = log_of(4, 2, 11)
    one, three = (CircuitSpace(5).census(log, workers=workers) for workers in (1, 3))
    assert list(one.witness) == list(three.witness)
    assert one.count.tobytes() == three.count.tobytes()
    assert one.predictions.tobytes() == three.predictions.tobytes()


@pytest.mark.parametrize(
    ("text", "same"),
    [("g1=x1&~x2; g2=g1^x3; ~g2", "g1=x1&~x2; g2=x3^g1; ~g2"), ("g1=x2&~x1;g1", "g1=~x1&x2; g1"), ("1", "1"),
     ("g1=~x1^x2; g1 ~x3", "g1=x1^~x2; g1 ~x3"), ("g1=x2|~x1; 0 g1", "g1=~x1|x2; 0 g1")],
)  # fmt: skip
def test_texts_read_back(text, same):
    circuit = parse_circuit(text, 3)
    assert format_circuit(circuit) == same
    assert parse_circuit(same, 3) == circuit


@pytest.mark.parametrize(
    ("text", "words"),
    [("g1=x1&x1; g1", "two different nodes"), ("g2=x1&x2; g2", "is not gate 1"), ("g1=x1&x4; g1", "no input x4"),
     ("g1=x1&g1; g1", "no gate before it g1"), ("x1&x2", "no output"), ("", "no output"),
     ("g1=x1+x2; g1", "not gate 1"),
     ("g1=x1&x2; x1", "the last gate"), ("g1=x1&x2; ~g1", "the last gate"), ("g1=x1^x2; g1", "not in the basis"),
     ("g1=x1&x2; g1 x1", "has 2 outputs"), ("g1=x1&x2; g2=x1&g1; g3=x2|g2; g3", "has 3 gates")],
)  # fmt: skip
def test_what_is_no_circuit_of_the_space_is_refused(text, words):
    space = CircuitSpace(2, basis="aig")
    with pytest.raises(ContentError, match=words):
        space.parse(text, log_of(3, 2, 3))


def test_bounds_out_of_range_are_refused():
    with pytest.raises(UsageError, match="max_gates=-1"):
        CircuitSpace(-1)
    with pytest.raises(UsageError, match="basis='nand'"):
        CircuitSpace(1, basis="nand")
    with pytest.raises(UsageError, match="count='most'"):
        CircuitSpace(1, count="most")
    with pytest.raises(ContentError, match="6 inputs"):
        CircuitSpace(1).census(log_of(6, 2, 4))
    with pytest.raises(UsageError, match="ask for at most 6"):
        CircuitSpace(7).census(log_of(5, 2, 4))
