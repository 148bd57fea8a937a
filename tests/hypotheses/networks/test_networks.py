"""Threshold networks as policies: against every network run by itself in every situation."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.networks import counting, sums, symmetry, tallying
from mesaprior.hypotheses.networks.architecture import Architecture, bits_of_hidden
from mesaprior.hypotheses.networks.counting import PARTS, count_networks
from mesaprior.hypotheses.networks.network import Network, format_network, parse_network
from mesaprior.hypotheses.networks.space import NetworkSpace
from mesaprior.hypotheses.networks.symmetry import Symmetries
from tests.hypotheses.networks import plain_networks

THREE, FIVE, TWO = (-1, 0, 1), (-2, -1, 0, 1, 2), (-1, 2)


def log_of(n, inputs, actions=(0, 1), later=0):
    """Return a log of these inputs in this order, the last rows in deployment; actions repeat."""
    rows = [plain_networks.inputs_of(number, n) for number in inputs]
    table = pd.DataFrame(rows, columns=[f"x{i}" for i in range(n)])
    table["action"] = [actions[k % len(actions)] for k in range(len(rows))]
    table["split"] = ["train"] * (len(rows) - later) + ["deploy"] * later
    return log_from_frame(table, own_codes=True)


def groups(census):
    """Return the counts by (actions, weights, l1, l2)."""
    columns = census.columns
    assert np.array_equal(columns["time"], columns["infer_time"])
    assert np.array_equal(columns["time"], columns["weights"])
    found = Counter()
    names = (columns["weights"].tolist(), columns["l1"].tolist(), columns["l2"].tolist(), census.count.tolist())
    for behaviour, weights, l1, l2, count in zip(census.behaviour_id.tolist(), *names, strict=True):
        found[tuple(census.predictions[behaviour].tolist()), weights, l1, l2] += count
    return found


CASES = [
    (1, 0, 2, THREE, [0, 1]),
    (1, 2, 2, THREE, [1, 0]),
    (1, 1, 4, FIVE, [1, 0]),
    (2, 0, 2, FIVE, [0, 1, 2, 3]),
    (2, 0, 3, THREE, [2, 0, 1]),
    (2, 1, 2, FIVE, [3, 0, 2, 1]),
    (2, 1, 4, THREE, [0, 1, 2, 3]),
    (2, 1, 3, THREE, [3, 1, 2]),
    (2, 2, 2, THREE, [0, 1, 2, 3]),
    (2, 2, 2, THREE, [2, 1]),
    (2, 2, 2, TWO, [3, 1, 0]),
    (2, 2, 3, TWO, [0, 1, 2, 3]),
    (3, 1, 2, THREE, list(range(8))),
    (3, 1, 2, THREE, [6, 1, 5, 0]),
    (3, 2, 2, TWO, list(range(8))),
    (4, 1, 2, THREE, list(range(16))),
    (4, 1, 2, THREE, [15, 3, 8, 9, 4, 2, 1, 12, 0]),
    (4, 0, 4, TWO, list(range(16))),
]


@pytest.mark.parametrize(("n", "h", "n_actions", "weights", "inputs"), CASES)
def test_counts_are_those_of_every_network_run_by_itself(n, h, n_actions, weights, inputs):
    log = log_of(n, inputs, actions=range(n_actions))
    census = NetworkSpace(h, weights=weights, actions=n_actions).census(log)
    k = (n_actions - 1).bit_length()
    assert groups(census) == plain_networks.policies(n, h, k, weights, inputs, n_actions)


@settings(max_examples=25)
@given(
    inputs=st.integers(1, 3).flatmap(
        lambda n: st.tuples(st.just(n), st.permutations(range(1 << n)), st.integers(1, 1 << n))
    ),
    hidden=st.integers(0, 2),
    n_actions=st.integers(2, 4),
    weights=st.sampled_from([(-1, 1), (0, 1), (-3, 2), (-1, 0, 1)]),
)
def test_any_situations_and_any_actions(inputs, hidden, n_actions, weights):
    n, order, size = inputs
    chosen = list(order)[:size]
    k = (n_actions - 1).bit_length()
    shape = Architecture(n, hidden, k, weights)
    if shape.n_networks > 5000:
        return
    log = log_of(n, chosen, actions=range(n_actions))
    space = NetworkSpace(hidden, weights=weights, actions=n_actions)
    assert groups(space.census(log)) == plain_networks.policies(n, hidden, k, weights, chosen, n_actions)


@pytest.mark.parametrize(("n", "h"), [(2, 3), (3, 2)])
def test_more_networks_are_those_of_a_plain_loop(n, h):
    plain = np.zeros((1 << (1 << n), h * (n + 2) + 2), dtype=np.int64)
    plain_networks.run_every_network(n, h, plain)
    counts = count_networks(Architecture(n, h, 1), np.arange(1 << n))
    found = np.zeros_like(plain)
    found[np.ix_(counts.behaviour.astype(np.int64), counts.norm & 0xFFFF)] = counts.count
    assert np.array_equal(found, plain)


def test_the_two_oracles_agree():
    plain = np.zeros((16, 8), dtype=np.int64)
    plain_networks.run_every_network(2, 1, plain)
    slow = Counter()
    for (actions, weights, _, _), count in plain_networks.policies(2, 1, 1, THREE, range(4), 2).items():
        slow[sum(action << i for i, action in enumerate(actions)), weights] += count
    assert {place: plain[place] for place in zip(*np.nonzero(plain), strict=True)} == slow


@pytest.mark.parametrize(
    ("n", "least", "most", "actions", "weights"),
    [(1, 0, 3, (0, 1), THREE), (2, 0, 2, (0, 1), FIVE), (2, 1, 2, (2, 0, 1), THREE), (3, 3, 3, (1, 0), THREE)],
)
def test_the_space_passes_the_checks_of_every_space(n, least, most, actions, weights):
    inputs = [*range(1 << n), 1, 0][::-1]
    space = NetworkSpace(least, most, weights=weights)
    check_space(space, log_of(n, inputs, actions, later=2), engines=("grouped",))
    assert NetworkSpace.of_bounds(space.bounds).fingerprint() == space.fingerprint()


def test_many_behaviours_are_told_apart():
    # 17 bits of behaviour and more are looked up in a table that grows.
    log = log_of(4, range(12), actions=(0, 3, 1, 2))
    space = NetworkSpace(1)
    census = space.census(log)
    assert census.n_programs == 3 ** (5 + 4)
    check_space(space, log, engines=("grouped",))


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_nothing_depends_on_workers(hidden):
    log = log_of(3, [6, 1, 5, 0, 7, 2], actions=(0, 2, 1))
    space = NetworkSpace(hidden)
    one, many = space.census(log), space.census(log, workers=3)
    assert one.witness == many.witness
    for name in ("predictions", "behaviour_id", "count"):
        assert np.array_equal(getattr(one, name), getattr(many, name))
    for name in space.columns:
        assert np.array_equal(one.columns[name], many.columns[name])


def test_nothing_depends_on_how_the_work_is_cut_or_looked_up(monkeypatch):
    shape, inputs = Architecture(3, 3, 1), np.arange(8)
    expected = count_networks(shape, inputs)
    monkeypatch.setattr(tallying, "_BUDGET", 7)
    monkeypatch.setattr(tallying, "_DIRECT", 0)
    for name in ("behaviour", "norm", "count", "hidden", "outputs"):
        assert np.array_equal(getattr(expected, name), getattr(count_networks(shape, inputs), name)), name
    monkeypatch.undo()
    for parts in (1, 1000):
        monkeypatch.setattr(counting, "PARTS", parts)
        found = count_networks(shape, inputs)
        assert np.array_equal(expected.count, found.count)
    # And without the help of symmetries.
    monkeypatch.setattr(sums, "_FIRST_ROOM", 1 << 6)
    monkeypatch.setattr(symmetry, "permutations", lambda places: [tuple(places)])
    found = count_networks(shape, inputs)
    assert np.array_equal(expected.count, found.count)


def test_a_common_factor_of_the_weights_changes_no_function():
    # Nine times as large, the sums do not fit into fields of 4 bits, and situations need two words.
    inputs = np.arange(16)
    one, nine = (count_networks(Architecture(4, 2, 1, weights), inputs) for weights in (THREE, (-9, 0, 9)))
    assert np.array_equal(one.behaviour, nine.behaviour)
    assert np.array_equal(one.count, nine.count)
    two = [count_networks(Architecture(4, 1, 2, weights), inputs[3:13]) for weights in (THREE, (-9, 0, 9))]
    assert np.array_equal(two[0].count, two[1].count)


@pytest.mark.parametrize("inputs", [range(8), [0, 1, 2, 4], [1, 2], [3, 5, 6, 7], [6], [1, 2, 7, 0]])
def test_symmetries_are_all_permutations_that_keep_the_situations(inputs):
    bits = {tuple(plain_networks.inputs_of(number, 3)) for number in inputs}
    kept = [p for p in itertools.permutations(range(3)) if {tuple(x[j] for j in p) for x in bits} == bits]
    found = Symmetries(np.array(list(inputs)), 3)
    assert len(found) == len(kept)
    assert sorted(map(tuple, found.permutation.tolist())) == sorted(kept)
    assert found.permutation[0].tolist() == [0, 1, 2]


def test_lengths_are_a_prefix_code():
    log = log_of(2, range(4))
    for least, most in ((0, 0), (2, 2), (0, 3), (1, 4), (3, 5)):
        space = NetworkSpace(least, most)
        mass = math.fsum(2.0**-length * count for length, count in space.count_by_length(log).items())
        assert mass <= 1 + 1e-12
        assert mass + space.mass_beyond(None, log) == pytest.approx(1)
    # Over all numbers of hidden units the code is full.
    assert 1 - sum(Fraction(1, 2 ** bits_of_hidden(h)) for h in range(2**20 - 1)) == Fraction(1, 2**20)
    assert [bits_of_hidden(h) for h in range(8)] == [1, 3, 3, 5, 5, 5, 5, 7]


def test_a_network_is_as_long_in_a_longer_range():
    log = log_of(2, range(4))
    shorter, longer = NetworkSpace(0, 2).count_by_length(log), NetworkSpace(0, 3).count_by_length(log)
    assert shorter.items() <= longer.items()
    assert list(longer.values()) == [3**3, 3**5, 3**9, 3**13]
    assert NetworkSpace(2).count_by_length(log) == {9 * math.log2(3): 3**9}


def test_witnesses_have_fewest_weights():
    log = log_of(2, [3, 0, 1, 2], actions=(0, 1, 2))
    space = NetworkSpace(1)
    census = space.census(log)
    for behaviour, text in enumerate(census.witness):
        network = space.parse(text, log)
        of_behaviour = census.behaviour_id == behaviour
        assert sum(weight != 0 for weight in network.weights) == census.columns["time"][of_behaviour].min()
        assert len(network.weights) == 9 - 2
        assert set(network.weights) <= set(THREE)


def test_of_several_sizes_the_shortest_stands_for_a_behaviour():
    log = log_of(2, range(4))
    census = NetworkSpace(0, 2).census(log)
    assert census.n_programs == 3**3 + 3**5 + 3**9
    by_behaviour = dict(zip(map(tuple, census.predictions.tolist()), census.witness, strict=True))
    assert by_behaviour[0, 0, 0, 0] == "o(0 0 | 0)"
    assert "->" in by_behaviour[0, 1, 1, 0]
    assert by_behaviour[0, 1, 1, 0].count("h(") == 2


def test_reports_add_up():
    log, reports = log_of(2, range(4)), []
    space = NetworkSpace(0, 2)
    space.census(log, report=reports.append)
    assert sum(reports) == space.n_reports(log) == 3 * PARTS


@given(st.data())
def test_texts_read_back(data):
    n, h, k = (data.draw(st.integers(*ends)) for ends in ((1, 4), (0, 3), (1, 2)))
    weight = st.integers(-9, 9)
    hidden = [tuple(data.draw(st.lists(weight, min_size=n + 1, max_size=n + 1))) for _ in range(h)]
    size = (h or n) + 1
    outputs = [tuple(data.draw(st.lists(weight, min_size=size, max_size=size))) for _ in range(k)]
    network = Network(tuple(hidden), tuple(outputs))
    text = format_network(network)
    assert parse_network(text) == network
    assert parse_network(text.replace(" ", "  ").replace("(", "( ")) == network
    seen = data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    layer = [plain_networks.fires(unit[:-1], unit[-1], seen) for unit in hidden] if h else seen
    assert network.run(seen) == tuple(plain_networks.fires(unit[:-1], unit[-1], layer) for unit in outputs)


@pytest.mark.parametrize(
    "text",
    [
        *("", "h(1 | 0)", "h(1 1 | 0) -> ", "o(1 1 0)", "h(1 | 0) o(1 | 0)", "-> o(1 1 | 0)", "o(1 1 | 1000)"),
        *("h(1 1 | 0) h(1 | 0) -> o(1 1 | 0)", "o(1 a | 0)", "h(1 1 | 0) -> o(1 1 | 0)", "o(1 1 | 0) o(1 | 0)"),
        "o(1 1 | 0) and more",
    ],
)
def test_what_is_no_network_is_refused(text):
    with pytest.raises(ContentError, match=r"write it as in h\(1"):
        parse_network(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("o(1 1 1 | 0)", "3 inputs"),
        ("o(1 1 | 0) o(1 1 | 0)", "2 outputs"),
        ("o(1 2 | 0)", "weight 2"),
        ("h(1 1 | 0) h(1 1 | 0) -> o(1 1 | 0)", "2 hidden units"),
    ],
)
def test_networks_of_other_spaces_are_refused(text, part):
    with pytest.raises(ContentError, match=part):
        NetworkSpace(0, 1).parse(text, log_of(2, range(4)))


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"least": -1}, ["least=-1"]),
        ({"least": 21}, ["least=21", "0 to 20"]),
        ({"least": 2, "most": 1}, ["least=2, most=1"]),
        ({"least": 1, "weights": (1,)}, ["two different integers"]),
        ({"least": 1, "weights": (1, 1)}, ["1 twice"]),
        ({"least": 1, "weights": (0, 10)}, ["10", "-9 to 9"]),
        ({"least": 1, "encoding": "unary"}, ["unary"]),
    ],
)
def test_bounds_that_are_none_are_refused(options, parts):
    with pytest.raises(UsageError) as refused:
        NetworkSpace(**options)
    assert all(part in str(refused.value) for part in parts)


def test_sizes_that_cannot_be_counted_are_refused_before_counting(monkeypatch):
    log = log_of(4, range(16))
    for hidden, weights, part in (
        (7, THREE, r"3\^43 .* hidden=6"),
        (14, (-9, 9), r"2\^85"),
        (1, range(-9, 10), "19 numbers"),
        (13, (0, 9), r"2\^79"),
    ):
        with pytest.raises(UsageError, match=part):
            NetworkSpace(hidden, weights=weights).count_by_length(log)
    with pytest.raises(UsageError, match="127 is the most"):
        NetworkSpace(14, weights=(0, 9)).count_by_length(log_of(1, range(2)))
    monkeypatch.setattr(counting, "MOST_PAIRS", 10**6)
    with pytest.raises(UsageError, match=r"hidden=3 with 4 inputs and 1 output bit would take .*; hidden=2 fits"):
        NetworkSpace(3).census(log)


def test_too_many_behaviours_are_refused(monkeypatch):
    monkeypatch.setattr(tallying, "MOST_BEHAVIOURS", 1 << 12)
    log = log_of(4, range(16), actions=(0, 3, 1, 2))
    with pytest.raises(RunError, match="more than 4,096 behaviours"):
        NetworkSpace(2).census(log)


def test_a_wrong_total_is_noticed(monkeypatch):
    right = counting._count_layered

    def wrong(*arguments):
        counts = right(*arguments)
        counts.count[0, 0] += 1
        return counts

    monkeypatch.setattr(counting, "_count_layered", wrong)
    with pytest.raises(RunError, match="244 networks were counted and there are 243"):
        count_networks(Architecture(2, 1, 1), np.arange(4))
