"""The report on the complexity of strings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import string_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.hypotheses.turing.strings.table import StringTable
from mesaprior.inference.provenance import prior_facts, prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.strings.blocks import DEFAULT_BLOCK, StringComplexity
from mesaprior.inference.summaries.formalisms import summarize_complexity
from mesaprior.priors.prior import FormulaPrior

COLUMNS = ("string", "count", "bits", "depth", "method", "blocks")
"""Header of the records."""

MOST_CELLS = 60
"""Cells of a string that a person sees, about; a longer one is shortened."""

MOST_SHOWN = 16
"""Blocks of a string that a person sees, at most."""


def report_complexity(
    found: Sequence[StringComplexity], table: StringTable, prior: FormulaPrior | None, block: int | None
) -> Report:
    """Return the report on the complexity of strings.

    Parameters
    ----------
    found : sequence of StringComplexity
    table : StringTable
        What they were looked up in.
    prior : FormulaPrior or None
        What weighs the machines; None where all count alike.
    block : int or None
        Cells of a block, as asked for.
    """
    size = DEFAULT_BLOCK if block is None else block
    return Report(
        facts=lambda: {
            "states": table.states,
            "max_steps": table.max_steps,
            "prior": prior_facts(prior),
            "block": size,
            "strings": [_facts(one) for one in found],
            "summary": summarize_complexity(found),
        },
        records=lambda: Records(COLUMNS, [_record(one) for one in found]),
        blocks=lambda: _blocks(found, table, prior, size),
    )


def _facts(one: StringComplexity) -> dict[str, Any]:
    return {
        "string": one.string,
        "count": one.count,
        "bits": one.bits,
        "depth": one.depth,
        "method": one.method,
        "blocks": [block._asdict() for block in one.blocks] if one.method == "blocks" else None,
    }


def _record(one: StringComplexity) -> tuple[Any, ...]:
    """Return a row of the records; blocks as in ``010101010101*3 0101*1``."""
    blocks = " ".join(f"{block.string}*{block.times}" for block in one.blocks)
    return one.string, one.count, one.bits, "" if one.depth is None else one.depth, one.method, blocks


def _blocks(
    found: Sequence[StringComplexity], table: StringTable, prior: FormulaPrior | None, size: int
) -> Iterator[Block]:
    weights = f"prior {prior_text(prior)}" if prior else "all machines alike"
    yield Line(summarize_complexity(found), "summary")
    yield Line(
        f"{table.n_machines:,} machines of {number_of(table.states, 'state')}, each on zeros and on ones · {weights}",
        "about",
    )
    is_cut = any(one.method == "blocks" for one in found)
    yield _strings_table(found, with_method=is_cut)
    for one in found:
        if one.method == "blocks":
            named = string_text(one.string, MOST_CELLS)
            yield Line(f"{named}, {len(one.string):,} cells, in blocks of {size}:")
            yield _blocks_table(one)
    if is_cut:
        yield from notes(
            "blocks: the bits are a sum over the distinct blocks, of their bits and log2 of how often they stand "
            "there; the last block may be shorter."
        )
    if is_cut and any(one.method == "table" and len(one.string) > size for one in found):
        yield from notes(
            "Strings that some machine prints were looked up whole, which is another scale than that of blocks: "
            f"--block {size} cuts all of more than {size} cells."
        )


def _strings_table(found: Sequence[StringComplexity], *, with_method: bool) -> Table:
    return Table(
        "",
        (
            *texts("string"),
            *numbers("cells", "runs"),
            *numbers("bits", term="bits of a string"),
            *numbers("depth", term="depth of a string"),
            *(words("method") if with_method else ()),
        ),
        [
            (
                string_text(one.string, MOST_CELLS),
                f"{len(one.string):,}",
                f"{one.count:,}",
                "∞" if math.isinf(one.bits) else f"{one.bits:.4f}",
                "-" if one.depth is None else f"{one.depth:,}",
                *((one.method,) if with_method else ()),
            )
            for one in found
        ],
    )


def _blocks_table(one: StringComplexity) -> Table:
    """Return the blocks of a string, those that stand there most often first, and of equal ones as they appear."""
    blocks = sorted(one.blocks, key=lambda block: -block.times)
    rows = [
        (string_text(block.string, MOST_CELLS), f"{block.times:,}", f"{block.bits:.4f}")
        for block in blocks[:MOST_SHOWN]
    ]
    if rest := blocks[MOST_SHOWN:]:
        rows.append((f"{len(rest):,} more blocks", f"{sum(block.times for block in rest):,}", ""))
    return Table("", (*texts("block"), *numbers("times"), *numbers("bits", term="bits of a string")), rows)
