"""The entries of a machine's table: their meaning, their bits, and how often they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mesaprior.hypotheses.tables import Column, Table
from mesaprior.hypotheses.turing.machine import UNDEFINED, Machine, length_of_machines
from mesaprior.hypotheses.turing.text import NAMES, Reading, format_entry


def entry_facts(machine: Machine, reads: Sequence[int]) -> list[dict[str, Any]]:
    """Return the meaning, the bits and the number of reads of each entry."""
    n = machine.n_states
    # All entries have as many choices, so each costs as much.
    bits = length_of_machines(n) / (2 * n)
    return [
        {"state": NAMES[e >> 1], "symbol": e & 1, "text": format_entry(code, n), "bits": bits, "reads": int(reads[e])}
        for e, code in enumerate(machine.table)
    ]


def reading_notes(reading: Reading, reads: Sequence[int]) -> list[str]:
    """Return notes on where the machine differs from its text, and on undefined entries that were read."""
    notes = list(reading.notes)
    for e, code in enumerate(reading.machine.table):
        if code == UNDEFINED and reads[e]:
            symbol = e & 1
            notes.append(
                f"--- in state {NAMES[e >> 1]} on {symbol} halts and leaves the cell as it is, as {symbol}-H does; "
                "that is counted as a step." + ("" if symbol else " A halt that writes 1 would leave one more 1.")
            )
    return notes


def entries_table(entries: Sequence[dict[str, Any]]) -> Table:
    """Return the entries as a table."""
    return Table(
        "Entries",
        tuple(Column(name, is_text=name == "does") for name in ("state", "reads", "does", "bits", "times")),
        [
            [
                entry["state"],
                str(entry["symbol"]),
                _does(entry["text"], is_read=entry["reads"] > 0),
                f"{entry['bits']:.2f}",
                f"{entry['reads']:,}",
            ]
            for entry in entries
        ],
    )


def _does(text: str, *, is_read: bool) -> str:
    """Return the meaning of an entry, in words."""
    if text == format_entry(UNDEFINED, 1):
        return "is not defined, and halts" if is_read else "is not defined"
    written, move, following = text
    if move == "-":
        return f"writes {written} and halts"
    return f"writes {written}, goes {'left' if move == 'L' else 'right'} to {following}"
