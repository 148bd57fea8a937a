"""The report on a plan: the number of programs of each length, and the time and memory to count them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bytes_text, duration_text
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.registry import description
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.tables import Table, numbers
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.plan import summarize_plan


def report_plan(space: Space, log: ImitationLog) -> Report:
    """Return the report on a plan: a census before it is counted.

    The numbers of programs are exact. Where the space knows, time and memory are estimated, which takes a second.
    """
    plan = space.plan(log)
    counts: dict[Any, int] = space.count_by_length(log) if plan is None else plan.count_by_length
    return Report(
        facts=lambda: _facts(space, counts) | ({} if plan is None else _estimates(plan)),
        records=lambda: Records(("length", "count"), counts.items()),
        blocks=lambda: _sizes(space, log, counts) if plan is None else _blocks(space, log, plan),
    )


def _facts(space: Space, counts: dict[Any, int]) -> dict[str, Any]:
    return {
        "bounds": space.bounds,
        "programs": sum(counts.values()),
        "programs_by_length": {str(length): n for length, n in counts.items()},
    }


def _estimates(plan: Plan) -> dict[str, Any]:
    workers = os.cpu_count() or 1
    return {
        "classes": plan.n_classes,
        "rows": plan.n_rows,
        "shards": plan.n_shards,
        "workers": workers,
        "seconds": plan.seconds(workers),
        "bytes": plan.n_bytes,
        "answer_seconds": plan.answer_seconds,
        "answer_bytes": plan.answer_bytes,
        "available_bytes": plan.available_bytes,
        "probe_bits": plan.probe_bits,
        "fitting_bits": plan.fitting_bits,
        "summary": summarize_plan(plan),
    }


def _blocks(space: Space, log: ImitationLog, plan: Plan) -> Iterator[Block]:
    if plan.n_bytes <= plan.available_bytes:
        fits = "fits"
    elif plan.fits:
        fits = "fits in several passes"
    else:
        fits = f"does not fit; {plan.fitting_bits} bits would" if plan.fitting_bits else "does not fit"
    workers = os.cpu_count() or 1
    yield Line(
        f"Up to {plan.max_bits} bits: {plan.n_programs:,} programs, {duration_text(plan.seconds(workers))}, "
        f"{bytes_text(plan.n_bytes)} of {bytes_text(plan.available_bytes)} free memory ({fits}).",
        "headline",
    )
    yield Line(summarize_plan(plan), "summary")
    yield Line(f"{description(space.name).title(space)} on {log.source}", "about")
    total = 0
    rows: list[tuple[str, str, str]] = []
    for length, n in plan.count_by_length.items():
        total += n
        rows.append((str(length), f"{n:,}", f"{total:,}"))
    yield Table("", numbers("bits", "programs", "up to here"), rows)
    yield from notes(
        f"About {plan.n_classes:,} programs that act differently, {plan.n_rows:,} rows in the census, "
        f"{number_of(plan.n_shards, 'shard')}.",
        f"The posterior alone takes {duration_text(plan.answer_seconds)} and {bytes_text(plan.answer_bytes)}; the rest "
        f"is counting, with {number_of(workers, 'worker')}.",
    )
    if plan.probe_bits < plan.max_bits:
        yield from notes(f"Time and memory are estimated from runs up to {plan.probe_bits} bits.")


def _sizes(space: Space, log: ImitationLog, counts: dict[Any, int]) -> Iterator[Block]:
    """Yield how many programs there are of each size; what they take is not estimated."""
    spoken = description(space.name)
    yield Line(f"{sum(counts.values()):,} {space.noun} within the bounds.", "headline")
    yield Line(spoken.title(space), "about")
    yield Table(
        "",
        (*numbers(spoken.size, term="size"), *numbers("bits"), *numbers(space.noun, term="programs")),
        [
            (size, f"{length:.2f}", f"{n:,}")
            for size, (length, n) in zip(spoken.sizes(space, log), counts.items(), strict=True)
        ],
    )
