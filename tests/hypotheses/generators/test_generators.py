"""Generators of circuits: against plain Python, every one of them, and what has not their form."""

import itertools

import numpy as np
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.generators.family import GATES, family_of, input_tables
from mesaprior.hypotheses.generators.language import DEFAULT_LANGUAGE
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace


def rows_of(function, sizes, split):
    for n in sizes:
        for bits in itertools.product((0, 1), repeat=n):
            padded = [*bits, *[0] * (4 - n)]
            yield ",".join(map(str, [n, *padded, function(bits), split]))


@pytest.fixture
def parity(tmp_path):
    path = tmp_path / "parity.csv"
    rows = [*rows_of(lambda bits: sum(bits) % 2, (2, 3), "train"), *rows_of(lambda bits: sum(bits) % 2, (4,), "deploy")]
    path.write_text("size,x1,x2,x3,x4,action,split\n" + "\n".join(rows) + "\n")
    return read_log(path)


def test_it_is_a_hypothesis_space(parity):
    check_space(GeneratorSpace(18), parity, engines=("merged",))
    check_space(GeneratorSpace(15, extra_gates=2), parity, engines=("merged",))


def test_steps_saturate(parity):
    tokens = [{"kind": "feature", "name": "k", "steps": 2**61}, {"kind": "constant", "value": 1}]
    space = GeneratorSpace(2, language_from_dict({"domain": 16, "actions": 16, "token": tokens}, source="slow"))
    census = space.census(parity)
    # Three gates, asked 9 times: 9 * 2^61 is more than 64 bits hold.
    assert sorted(census.columns["time"].tolist()) == [9 + 3, 2**62]
    assert space.measures(space.parse("k", parity), parity)["time"] == 2**62
    steps = (2**62 - 3) // 9
    tokens[0]["steps"] = steps
    space = GeneratorSpace(2, language_from_dict({"domain": 16, "actions": 16, "token": tokens}, source="slow"))
    assert space.measures(space.parse("k", parity), parity)["time"] == steps * 9 + 3


def test_counts_are_those_of_generators_one_by_one(parity):
    space = GeneratorSpace(12)
    census = space.census(parity)
    found = {}
    for behaviour, *columns, count in zip(
        census.behaviour_id.tolist(), *(c.tolist() for c in census.columns.values()), census.count.tolist(), strict=True
    ):
        found[(tuple(census.predictions[behaviour][census.row_cell].tolist()), *columns)] = count
    questions = family_of(parity, 0).questions
    expected = {}
    # The reference engine enumerates terms; its vectors are written out by hand into circuits.
    written = TermSpace(DEFAULT_LANGUAGE, 12).census(questions, engine="reference")
    for behaviour, length, time, count in zip(
        written.vectors.vector_id.tolist(),
        written.vectors.columns["length"].tolist(),
        written.vectors.columns["time"].tolist(),
        written.vectors.count.tolist(),
        strict=True,
    ):
        entries = dict(
            zip(map(tuple, questions.situations.tolist()), written.vectors.intact[behaviour].tolist(), strict=True)
        )
        actions = []
        for row in parity.situations[parity.row_situation].tolist():
            n, nodes = row[0], row[1 : 1 + row[0]]
            for i in range(n - 1):
                gate, left, right = (entries[(n, i, k)] for k in range(3))
                nodes.append(GATES[gate % 10] >> (2 * nodes[left % (n + i)] + nodes[right % (n + i)]) & 1)
            actions.append(nodes[-1])
        key = (tuple(actions), float(length), 9 * time + 3, 3, 3)
        expected[key] = expected.get(key, 0) + count
    assert found == expected


@pytest.mark.parametrize(("gate", "function"), [("0", min), ("1", lambda bits: sum(bits) % 2), ("2", max)])
def test_gates_in_a_queue_compute_and_parity_and_or_of_any_size(parity, gate, function):
    program = f"(if k (add i (add i (sub k 1))) {gate})"
    space = GeneratorSpace(32)
    generated = space.predict(space.parse(program, parity), parity)
    rows = parity.situations[parity.row_situation].tolist()
    assert generated.predictions["intact"].tolist() == [function(row[1 : 1 + row[0]]) for row in rows]


def test_gates_are_distinct_and_none_is_trivial():
    trivial = {0, 15, 12, 3, 10, 5}
    assert len(set(GATES)) == 10
    assert not trivial & set(GATES)


def test_input_tables():
    assert input_tables(2).tolist() == [0b1100, 0b1010]
    assert [int(table).bit_count() for table in input_tables(4)] == [8] * 4


def test_workers_change_nothing(parity):
    one, two = (GeneratorSpace(18).census(parity, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.count, two.count)
    assert list(one.witness) == list(two.witness)


def test_bounds_say_what_the_space_is(parity):
    other = language_from_dict(
        {key: value for key, value in DEFAULT_LANGUAGE.to_dict().items() if key != "rounds"} | {"rounds": 3}
    )
    for space in (GeneratorSpace(15), GeneratorSpace(15, extra_gates=1), GeneratorSpace(15, other)):
        again = GeneratorSpace.of_bounds(space.bounds)
        assert again.fingerprint() == space.fingerprint()
        assert np.array_equal(again.census(parity).count, space.census(parity).count)
    assert GeneratorSpace(15, other).fingerprint() != GeneratorSpace(15).fingerprint()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x1,x2,action\n0,1,0\n", ["'size'", "use circuits"]),
        ("size,action\n1,0\n", ["only feature"]),
        ("size,x1,x2,action\n2,0,1,0\n3,0,1,0\n", ["line 3", "size is 3", "1 to 2"]),
        ("size,x1,x2,x3,action\n2,0,1,1,0\n", ["line 2", "past the first 2"]),
        ("size,x1,x2,action\n2,0,3,0\n", ["line 2", "0 or 1"]),
        ("size,x1,x2,action\n2,0,1,2\n2,1,1,0\n2,0,0,1\n", ["action 2"]),
        ("size,x1,x2,action\n1,1,0,0\n", ["extra_gates=1"]),
    ],
)
def test_logs_of_another_form(tmp_path, text, parts):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(ContentError) as refused:
        GeneratorSpace(12).census(read_log(path))
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"kind": "feature", "name": "p", "bits": 9}, "'p'"),
        ({"kind": "lookup", "feature": "n", "bits": 9}, "lookup"),
        ({"kind": "parameter", "bits": 9}, "parameter"),
    ],
)
def test_languages_that_write_no_circuits(change, part):
    data = {"domain": 16, "actions": 16, "token": [{"kind": "constant", "value": 1, "bits": 2}, change]}
    with pytest.raises(ContentError, match=part):
        GeneratorSpace(12, language_from_dict(data))


def test_numbers_as_literals_are_as_many_constants(parity):
    others = [token for token in DEFAULT_LANGUAGE.to_dict()["token"] if token["kind"] != "constant"]
    literal = [{"kind": "number", "bits": 3}]
    constants = [{"kind": "constant", "value": value, "bits": 3 + 4} for value in range(16)]
    ours, plain = (
        GeneratorSpace(17, language_from_dict({"domain": 16, "actions": 16, "token": [*others, *more]}))
        for more in (literal, constants)
    )
    check_space(ours, parity, engines=("merged",))
    one, other = ours.census(parity), plain.census(parity)
    assert one.n_programs == sum(ours.count_by_length(parity).values())
    for name in ("predictions", "behaviour_id", "count"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert any(set(text) & set("3456789") for text in one.witness)
    again = GeneratorSpace.of_bounds(ours.bounds)
    assert again.fingerprint() == ours.fingerprint() != plain.fingerprint()


def test_numbers_out_of_range():
    with pytest.raises(ContentError, match="at least 10"):
        GeneratorSpace(12, language_from_dict({"domain": 8, "actions": 8, "token": [{"kind": "constant", "value": 1}]}))
    with pytest.raises(UsageError, match="extra_gates=-1"):
        GeneratorSpace(12, extra_gates=-1)
