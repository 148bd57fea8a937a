"""What machines print: against every machine run by itself, and against published tables."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.turing.machine import UNDEFINED, n_machines
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.strings.counting import StringEnumeration, count_strings
from mesaprior.hypotheses.turing.strings.tallying import Tallying
from mesaprior.hypotheses.turing.text import format_machine, parse_machine
from tests.hypotheses.turing import plain_machines


def joint(table):
    """Return the counts by (string, steps)."""
    strings = list(table.strings)
    groups = zip(table.string_id.tolist(), table.steps.tolist(), table.count.tolist(), strict=True)
    return Counter({(strings[i], steps): count for i, steps, count in groups})


def same(one, other):
    """Whether two tables are equal in every part."""
    return (
        joint(one) == joint(other)
        and one.strings == other.strings
        and one.verdicts == other.verdicts
        and one.most_steps == other.most_steps
        and one.most_ones == other.most_ones
    )


@pytest.fixture(scope="module")
def tables():
    return {n: count_strings(n) for n in (1, 2, 3, 4)}


@pytest.mark.parametrize("max_steps", [1, 2, 3, 5, 6, 7, 40])
def test_two_states_are_those_of_every_machine_run_by_itself(max_steps):
    table = count_strings(2, max_steps)
    assert joint(table) == plain_machines.strings(2, max_steps)
    assert table.is_whole


@pytest.mark.parametrize("max_steps", [8, 30])
def test_three_states_are_those_of_every_machine_run_by_itself(max_steps):
    assert joint(count_strings(3, max_steps)) == plain_machines.strings_compiled(3, max_steps, 12)


def test_the_oracle_in_python_and_compiled_agree():
    assert plain_machines.strings(2, 10) == plain_machines.strings_compiled(2, 10, 8)


def test_halting_machines_are_as_many_as_published(tables):
    # Rado 1962; Lin and Rado 1965; Brady 1983; Delahaye and Zenil 2012.
    assert [tables[n].verdicts["halted"] for n in tables] == [12, 3044, 2147184, 2985384480]
    assert [tables[n].most_steps.value for n in tables] == [1, 6, 21, 107]
    assert [tables[n].most_ones.value for n in tables] == [1, 4, 6, 13]
    assert tables[2].counted_by_steps == {1: 2000, 2: 800, 3: 160, 4: 56, 5: 8, 6: 20}
    for n, table in tables.items():
        assert table.is_whole
        assert table.is_final
        assert sum(table.verdicts.values()) == table.n_machines == n_machines(n)
        assert sum(table.counted_by_steps.values()) == table.verdicts["halted"]


def test_output_frequencies_of_two_states(tables):
    # Delahaye and Zenil 2012, table of D(2): of 6088 halting runs.
    expected = dict.fromkeys(("0", "1"), 2000)
    expected |= dict.fromkeys(("00", "01", "10", "11"), 508)
    expected |= dict.fromkeys(("001", "011", "100", "110"), 6)
    expected |= dict.fromkeys(("000", "010", "101", "111"), 4)
    expected |= dict.fromkeys(("0000", "0010", "0100", "0110", "1001", "1011", "1101", "1111"), 2)
    counts = tables[2].output_counts()
    assert list(counts.items()) == list(expected.items())
    assert sum(counts.values()) == 6088


def test_output_frequencies_of_three_and_four_states(tables):
    # Delahaye and Zenil 2012; Soler-Toscano et al. 2014.
    three = tables[3].output_counts()
    assert (sum(three.values()), len(three)) == (4294368, 128)
    known = {"0": 1075648, "00": 432040, "01": 432040, "000": 48064, "001": 46212, "010": 42832}
    assert {text: three[text] for text in known} == known
    four = tables[4].output_counts()
    assert (sum(four.values()), len(four)) == (2 * 2985384480, 1832)


@pytest.mark.slow
def test_output_frequencies_of_five_states():
    # Soler-Toscano et al. 2014, with the same cap of 500 steps.
    table = count_strings(5, 500, workers=2)
    assert len(table.output_counts()) == 99608
    assert table.is_whole
    assert not table.is_final
    assert table.verdicts["halted"] == 6897263888672


def test_output_frequencies_are_symmetric_and_in_order(tables):
    for table in tables.values():
        counts = table.output_counts()
        for text, count in counts.items():
            assert counts[text[::-1]] == count
            assert counts["".join("10"[int(cell)] for cell in text)] == count
        # The order of OEIS A141474.
        for (text, count), (next_text, next_count) in pairwise(counts.items()):
            assert (-count, len(text), text) < (-next_count, len(next_text), next_text)


def test_champions_do_what_is_said(tables):
    for table in tables.values():
        run = run_machine(table.most_steps.machine, 1000)
        assert (run.halted, run.steps) == (True, table.most_steps.value)
        run = run_machine(table.most_ones.machine, 1000)
        assert (run.halted, run.output.count("1")) == (True, table.most_ones.value)
    assert format_machine(tables[4].most_ones.machine) == "1RB1LB_1LA0LC_1-H1LD_1RD0RA"


def test_a_higher_bound_moves_nothing_but_the_undecided(tables):
    for n, max_steps in ((2, 50), (3, 300), (4, 400)):
        higher = count_strings(n, max_steps)
        assert joint(higher) == joint(tables[n])
        assert higher.verdicts["cap"] <= tables[n].verdicts["cap"]


def test_a_lower_bound_leaves_out_longer_runs(tables):
    for n in (2, 3, 4):
        for max_steps in (1, 2, 4, 5, 17):
            lower = count_strings(n, max_steps)
            assert joint(lower) == Counter({key: c for key, c in joint(tables[n]).items() if key[1] <= max_steps})
            assert lower.is_whole
            assert lower.is_final == (lower.verdicts["cap"] == 0 or max_steps >= (1, 6, 21, 107)[n - 1])


def test_proofs_move_machines_from_the_cap_only(tables):
    for n in (2, 3, 4):
        for radius in (0, 1, 3):
            table = count_strings(n, radius=radius)
            assert joint(table) == joint(tables[n])
            moved = table.verdicts["cap"] + table.verdicts["closed_set"]
            assert moved == tables[n].verdicts["cap"] + tables[n].verdicts["closed_set"]
            assert table.verdicts["cap"] >= tables[n].verdicts["cap"]
            assert (table.verdicts["closed_set"] == 0) == (radius == 0)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_nothing_depends_on_workers(tables, workers):
    done = []
    assert same(count_strings(4, workers=workers, report=done.append), tables[4])
    assert sum(done) == len(StringEnumeration(4).prefixes)


def test_shards_add_up_in_any_order(tables):
    enumeration = StringEnumeration(4)
    again = StringEnumeration(4)
    assert np.array_equal(enumeration.prefixes, again.prefixes)
    P = len(enumeration.prefixes)
    shards = [enumeration.count(range(k * P // 5, (k + 1) * P // 5)) for k in range(5)]
    shards.append(enumeration.rest)
    total = shards[3] + shards[5] + shards[0] + shards[2] + shards[4] + shards[1]
    assert joint(total) == joint(tables[4])
    assert total.verdicts == tables[4].verdicts
    assert not (total + enumeration.rest).is_whole
    assert same(sum(shards[:5], enumeration.rest), tables[4])
    assert enumeration.count([]).n_machines == 0


def test_tables_of_different_sizes_do_not_add(tables):
    with pytest.raises(RunError, match="cannot be added"):
        tables[2] + tables[3]


def test_strings_wider_than_a_word():
    for text in ("0RB0LB_1RC0RE_1LD0LC_1RA0LC_1RD0-H", "0RB1RD_1RC0RC_1LD0RB_1RE0LC_1-H1RA"):
        machine = parse_machine(text)
        run = run_machine(machine, 5000)
        assert run.halted
        assert len(run.output) > 100
        # Without its halting entry the machine is a prefix, and both ways to halt there are counted.
        prefix = np.array([UNDEFINED if code >= 20 else code for code in machine.table])
        tallying = Tallying(5, 5000, 0)
        tallying.extend(prefix, 0)
        table = tallying.table()
        written = run.head - run.visited[0]
        outputs = {run.output[:written] + bit + run.output[written + 1 :] for bit in "01"}
        outputs |= {output[::-1] for output in outputs}
        assert table.counted_by_string == dict.fromkeys(sorted(outputs), 24)
        assert table.counted_by_steps == {run.steps: 96}
        assert table.most_steps.value == run.steps
        assert format_machine(table.most_ones.machine) == text.replace("0-H", "1-H")


def test_room_for_strings_is_made_as_they_come(tables):
    enumeration = StringEnumeration(4)
    tallying = Tallying(4, 107, 0)
    for rank, prefix in enumerate(enumeration.prefixes):
        tallying.extend(prefix, rank)
    assert joint(enumeration.rest + tallying.table()) == joint(tables[4])


def test_counting_can_be_stopped():
    enumeration = StringEnumeration(4)

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        enumeration.count(workers=2, report=stop)


@pytest.mark.parametrize(("states", "max_steps"), [(0, None), (7, 5), (2, 0), (2, 10**7)])
def test_sizes_out_of_range_are_refused(states, max_steps):
    with pytest.raises(UsageError, match="is out of range"):
        count_strings(states, max_steps)
