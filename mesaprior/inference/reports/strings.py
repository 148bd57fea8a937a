"""The report on the strings that all machines of a size print, and of how their runs end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable
from mesaprior.hypotheses.turing.text import format_machine
from mesaprior.inference.provenance import prior_facts, prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.strings.complexity import StringPrior
from mesaprior.inference.summaries.formalisms import summarize_strings
from mesaprior.priors.prior import FormulaPrior

FIRST_SHOWN, LAST_SHOWN = 20, 3
"""Of many numbers of steps a person sees so many."""


def report_strings(table: StringTable, weighed: StringPrior, prior: FormulaPrior | None, top: int) -> Report:
    """Return the report on the strings.

    Parameters
    ----------
    table : StringTable
    weighed : StringPrior
        Of the table.
    prior : FormulaPrior or None
        What weighs the machines; None where all count alike.
    top : int
        How many strings a person sees.
    """
    columns = {"string": weighed.strings, "count": weighed.count.tolist()}
    if prior is not None:
        columns["bits"] = weighed.bits.tolist()
    return Report(
        facts=lambda: (
            _facts_of_size(table)
            | {"prior": prior_facts(prior), "strings": _facts_of_strings(weighed)}
            | {"summary": summarize_strings(weighed, table)}
        ),
        records=lambda: Records(tuple(columns), zip(*columns.values(), strict=True)),
        blocks=lambda: _string_blocks(table, weighed, prior, top),
    )


def report_joint(table: StringTable, top: int) -> Report:
    """Return the counts by string and steps, over both blank tapes.

    Parameters
    ----------
    table : StringTable
    top : int
        How many strings a person sees, with all their steps.
    """
    both = table.on_both_blanks()
    names, header = list(both.strings), ("string", "steps", "count")
    n_shown = int(np.searchsorted(both.string_id, top))
    ids: list[int] = both.string_id.tolist()
    rows = [
        (names[string], steps, count)
        for string, steps, count in zip(ids, both.steps.tolist(), both.count.tolist(), strict=True)
    ]
    return Report(
        facts=lambda: _facts_of_size(table) | {"strings": [dict(zip(header, row, strict=True)) for row in rows]},
        records=lambda: Records(header, rows),
        blocks=lambda: [
            *_heading(table, len(names), "counted by string and steps"),
            Table(
                "",
                (*texts("string"), *numbers("steps", term="steps to halt"), *numbers("runs")),
                [(string, f"{steps:,}", f"{count:,}") for string, steps, count in rows[:n_shown]],
            ),
            *notes(*_notes(table)),
        ],
    )


def report_halting(table: StringTable) -> Report:
    """Return how runs on zeros end, how long they take, and which machines take longest and write most."""
    champions = {"most_steps": table.most_steps, "most_ones": table.most_ones}
    return Report(
        facts=lambda: (
            _facts_of_size(table)
            | {
                "busy_beavers": {name: _facts_of_champion(champion) for name, champion in champions.items()},
                "steps": [{"steps": steps, "count": count} for steps, count in table.counted_by_steps.items()],
            }
        ),
        records=lambda: Records(("steps", "count"), list(table.counted_by_steps.items())),
        blocks=lambda: _halting_blocks(table),
    )


def _facts_of_size(table: StringTable) -> dict[str, Any]:
    return {
        "states": table.states,
        "max_steps": table.max_steps,
        "machines": table.n_machines,
        "halting": table.verdicts["halted"],
        "verdicts": table.verdicts,
        "is_final": table.is_final,
    }


def _facts_of_strings(weighed: StringPrior) -> list[dict[str, Any]]:
    columns = (weighed.strings, weighed.count.tolist(), weighed.bits.tolist(), weighed.depth.tolist())
    return [
        {"string": string, "count": count, "bits": bits, "depth": depth}
        for string, count, bits, depth in zip(*columns, strict=True)
    ]


def _facts_of_champion(champion: Champion | None) -> dict[str, Any] | None:
    return champion and {"value": champion.value, "machine": format_machine(champion.machine)}


def _heading(table: StringTable, n_strings: int, counted: str, *meanings: Block) -> list[Block]:
    return [
        Line(f"{2 * table.verdicts['halted']:,} halting runs print {n_strings:,} strings.", "headline"),
        *meanings,
        Line(
            f"{table.n_machines:,} machines of {number_of(table.states, 'state')}, each on zeros and on ones · "
            f"{counted}",
            "about",
        ),
    ]


def _string_blocks(table: StringTable, weighed: StringPrior, prior: FormulaPrior | None, top: int) -> Iterator[Block]:
    weights = f"prior {prior_text(prior)}" if prior else "all machines alike"
    yield from _heading(table, len(weighed.strings), weights, Line(summarize_strings(weighed, table), "summary"))
    columns = (weighed.strings[:top], weighed.count[:top], weighed.bits[:top], weighed.depth[:top])
    yield Table(
        "",
        (
            *texts("string"),
            *numbers("runs"),
            *numbers("bits", term="bits of a string"),
            *numbers("depth", term="depth of a string"),
        ),
        [
            (string, f"{count:,}", f"{bits:.4f}", f"{depth:,}")
            for string, count, bits, depth in zip(*columns, strict=True)
        ],
    )
    yield from notes(*_notes(table))


def _halting_blocks(table: StringTable) -> Iterator[Block]:
    halting = table.verdicts["halted"]
    yield Line(f"{halting:,} of {table.n_machines:,} machines halt on a blank tape.", "headline")
    yield Table(
        "How runs end",
        (
            *words("verdict", term="how runs end"),
            *numbers("machines", term="machines that end so"),
            *numbers("share", term="share of machines"),
        ),
        [
            (name.replace("_", " "), f"{count:,}", share_text(count / table.n_machines))
            for name, count in table.verdicts.items()
        ],
    )
    columns = (
        *numbers("steps", term="steps to halt"),
        *numbers("machines", term="machines that end so"),
        *numbers("share", term="share of machines"),
    )
    yield Table("Steps to halt", columns, list(_steps_rows(table)))
    for title, champion, unit in (("Longest run", table.most_steps, "steps"), ("Most ones", table.most_ones, "ones")):
        if champion is not None:
            yield Line(f"{title}: {champion.value:,} {unit}, {format_machine(champion.machine)}")
    yield from notes(*_notes(table))


def _steps_rows(table: StringTable) -> Iterator[tuple[str, str, str]]:
    """Yield how many machines halt after how many steps; of many rows those in the middle as one."""
    counts, halting = table.counted_by_steps, table.verdicts["halted"]
    n_hidden = len(counts) - FIRST_SHOWN - LAST_SHOWN
    hidden = range(FIRST_SHOWN, FIRST_SHOWN + n_hidden) if n_hidden > 1 else range(0)
    for place, (steps, count) in enumerate(counts.items()):
        if place not in hidden:
            yield f"{steps:,}", f"{count:,}", share_text(count / halting)
        elif place == hidden.start:
            rest = sum(islice(counts.values(), hidden.start, hidden.stop))
            yield f"{len(hidden):,} more", f"{rest:,}", share_text(rest / halting)


def _notes(table: StringTable) -> list[str]:
    """Return what one should know of a table."""
    if table.is_final:
        return []
    return [
        f"{table.verdicts['cap']:,} machines were still running after {table.max_steps:,} steps and count as printing "
        "nothing; --max-steps follows them longer."
    ]
