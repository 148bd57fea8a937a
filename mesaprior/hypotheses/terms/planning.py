"""Before a census: how many programs there are, exactly, and what time and memory to expect."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

from mesaprior.errors import RunError, setting
from mesaprior.hypotheses.memory import available_memory
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.terms.costs import Costs, Sizes
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.totals import programs_by_length
from mesaprior.hypotheses.terms.merged.workspace import Work
from mesaprior.hypotheses.terms.probing import Growth, period_of, probe

MOST_PROGRAMS = 2**960
"""For more programs estimates would leave the range of floating point."""

LEAST_PROGRAMS = 1000
"""A run with fewer programs tells nothing of larger ones."""


def make_plan(
    grid: Grid,
    max_bits: int,
    max_time: int | None,
    *,
    n_shards: Callable[[int, float], int],
    limit: int | None = None,
    fits: Callable[[Plan], bool] = lambda plan: plan.fits,
) -> Plan:
    """Plan a census. Cost: the probe takes about a second.

    Parameters
    ----------
    grid : Grid
    max_bits : int
    max_time : int or None
    n_shards : callable
        Given numbers of programs and of classes, returns into how many shards their census is cut.
    limit : int or None
        Bytes of memory to keep to; what is free where None.
    fits : callable
        Tells of the plan of a shorter bound whether it fits, for `Plan.fitting_bits`.

    Raises
    ------
    RunError
        If there are so many programs that nothing can be estimated.
    """
    counts = programs_by_length(grid.language, grid.log, max_bits, max_time)
    totals = list(accumulate(counts))
    if totals[-1] > MOST_PROGRAMS:
        raise RunError(
            setting("max_bits", max_bits),
            f": there are more than 2^{MOST_PROGRAMS.bit_length() - 1} programs, too many to count or to estimate what "
            "that takes; take a smaller bound.",
        )
    lengths = [length for length, count in enumerate(counts) if count]
    samples = probe(
        grid, [length for length in lengths if totals[length] >= LEAST_PROGRAMS] or lengths[-1:], totals, max_time
    )
    growth, costs = Growth(samples, totals, period_of(grid.language)), Costs(grid)

    def sizes(bits: int) -> Sizes:
        return Sizes(
            kept_bytes=growth.at(bits, lambda sample: sample.kept_bytes),
            work=Work(
                n_bytes=round(growth.at(bits, lambda sample: sample.work.n_bytes)),
                n_records=round(growth.at(bits, lambda sample: sample.work.n_records)),
            ),
            n_classes=growth.at(bits, lambda sample: sample.n_classes),
            n_rows=growth.at(bits, lambda sample: sample.n_rows),
            n_behaviours=growth.at(bits, lambda sample: sample.n_behaviours),
            n_groups=growth.at(bits, lambda sample: sample.n_groups),
        )

    def plan_of(bits: int, fitting_bits: int) -> Plan:
        expected = sizes(bits)
        return Plan(
            max_bits=bits,
            count_by_length={length: counts[length] for length in lengths if length <= bits},
            n_programs=totals[bits],
            n_classes=round(expected.n_classes),
            n_rows=round(expected.n_rows),
            counting_seconds=costs.counting_seconds(expected),
            answer_seconds=costs.answer_seconds(expected),
            kept_bytes=int(costs.kept_bytes(expected)),
            arena_bytes=int(costs.arena_bytes(expected)),
            bin_bytes=int(costs.bin_bytes(expected)),
            handing_bytes=int(costs.handing_bytes(expected)),
            answer_bytes=int(costs.answer_bytes(expected)),
            available_bytes=available,
            probe_bits=samples[-1].bits if samples else 0,
            fitting_bits=fitting_bits,
            n_shards=n_shards(totals[bits], expected.n_classes),
        )

    available = available_memory() if limit is None else min(limit, available_memory())
    fitting = next((bits for bits in reversed(lengths) if fits(plan_of(bits, 0))), 0)
    return plan_of(max_bits, fitting)
