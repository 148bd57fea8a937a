"""What all machines of a size print: lazy enumeration beside a plain loop over every machine, and larger sizes."""

import numpy as np
import pytest

from benchmarks.plain.machines import run_every_machine
from mesaprior.hypotheses.turing.halting import verdict_of
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.strings.counting import StringEnumeration, count_strings
from mesaprior.hypotheses.turing.strings.keeping import StringKeeper
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import find_strings
from mesaprior.hypotheses.turing.text import parse_machine
from mesaprior.inference.strings.blocks import string_complexities
from mesaprior.inference.strings.complexity import string_prior

HALTING = {3: 2147184, 4: 2985384480, 5: 6897263888672}
"""Machines that halt on a blank tape, of 5 states within 500 steps."""


def say_rate(benchmark, states, table):
    """Check a table, and note how many machines it accounts for in a second."""
    assert table.is_whole
    assert table.verdicts["halted"] == HALTING[states]
    benchmark.extra_info["machines"] = table.n_machines
    benchmark.extra_info["machines per second"] = round(table.n_machines / benchmark.stats["min"])


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """Compile both before anything is timed."""
    count_strings(2)
    run_every_machine(2, 6, np.zeros(1 << 8, dtype=np.int64))


@pytest.mark.benchmark(group="3 states, 21 steps, 1 worker")
def test_plain_loop(benchmark):
    halting = np.zeros(1 << 22, dtype=np.int64)

    def run():
        halting[:] = 0
        run_every_machine(3, 21, halting)

    benchmark.pedantic(run, rounds=5)
    assert halting.sum() == HALTING[3]
    found = {bin(text)[3:]: int(halting[text]) for text in np.flatnonzero(halting)}
    assert found == count_strings(3).counted_by_string
    benchmark.extra_info["machines"] = 14**6


@pytest.mark.benchmark(group="3 states, 21 steps, 1 worker")
def test_lazy_enumeration(benchmark):
    say_rate(benchmark, 3, benchmark.pedantic(lambda: count_strings(3, 21), rounds=5))


@pytest.mark.benchmark(group="4 states, 107 steps")
@pytest.mark.parametrize("workers", [1, 2])
def test_four_states(benchmark, workers):
    say_rate(benchmark, 4, benchmark.pedantic(lambda: count_strings(4, workers=workers), rounds=5))


@pytest.mark.benchmark(group="5 states, 500 steps")
@pytest.mark.parametrize("workers", [1, 2])
def test_five_states(benchmark, workers):
    table = benchmark.pedantic(lambda: StringEnumeration(5, 500).table(workers=workers), rounds=1)
    say_rate(benchmark, 5, table)
    # Soler-Toscano et al. 2014 list as many strings.
    assert len(table.output_counts()) == 99608


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a store that has the table of 5 states."""
    root = tmp_path_factory.mktemp("store")
    StringKeeper(Size.of(5), root=root).count(workers=2)
    return root


@pytest.mark.benchmark(group="5 states, kept in the store")
def test_an_answer_from_the_store(benchmark, kept):
    weighed = benchmark.pedantic(lambda: string_prior(find_strings(Size.of(5), kept)), rounds=5, warmup_rounds=1)
    shares = np.exp2(-weighed.bits)
    assert shares.sum() == pytest.approx(1)
    assert len(weighed.strings) == 99608


@pytest.mark.benchmark(group="5 states, kept in the store")
def test_a_million_cells_in_blocks(benchmark, kept):
    weighed = string_prior(find_strings(Size.of(5), kept))
    text = "".join(f"{k:011b}" for k in np.random.default_rng(1).integers(0, 1 << 11, 90_000))
    (one,) = benchmark.pedantic(lambda: string_complexities(weighed, [text], block=11), rounds=5)
    assert sum(block.times for block in one.blocks) == 90_000


@pytest.mark.benchmark(group="one machine")
def test_the_champion_of_five_states(benchmark):
    champion = parse_machine("1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA")
    run = benchmark.pedantic(lambda: run_machine(champion, 10**8), rounds=5, warmup_rounds=1)
    assert (run.steps, run.n_ones) == (47_176_870, 4098)
    benchmark.extra_info["steps per second"] = round(run.steps / benchmark.stats["min"])


@pytest.mark.benchmark(group="one machine")
def test_a_hundred_million_steps_and_the_search_for_a_proof(benchmark):
    machine = parse_machine("1RB---_0LC1RE_0LD1LC_1RA1LB_0RB0RA")

    def run():
        return verdict_of(run_machine(machine, 10**8), [0], 3)

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1) == "cap"
