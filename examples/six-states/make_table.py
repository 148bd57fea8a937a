"""Make the files of this folder from the table of all machines with six states, run for up to 500 steps.

    python examples/six-states/make_table.py examples/six-states

counts the table if the store does not hold it yet, which takes hours; it may be stopped and started again. The files
depend on nothing but the table: the same bytes come out on every machine.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from mesaprior.hypotheses.turing.strings.obtain import obtain_strings
from mesaprior.hypotheses.turing.strings.sharding import StringShards
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.table import StringTable
from mesaprior.hypotheses.turing.text import format_machine

STATES, MAX_STEPS = 6, 500

MOST_STRINGS, MOST_JOINT = 2**16, 2**12
"""How many strings are kept, the most frequent ones, and of how many of them the counts by steps too."""

RECOUNTED = (3, 400, 777, 1000)
"""Shards whose digests are kept, so that a recount of each tells whether the table is what the code counts."""


def digest_of(table: StringTable) -> str:
    """Return the SHA-256 of the counts of a table: strings, steps and counts in their order, and the verdicts."""
    content = hashlib.sha256()
    for part in (table.strings.data, table.strings.offsets, table.string_id, table.steps, table.count):
        content.update(np.ascontiguousarray(part.astype("<u8")).tobytes())
    content.update(json.dumps(table.verdicts, sort_keys=True).encode())
    return content.hexdigest()


def shard_of(size: Size, k: int) -> StringTable:
    """Count one shard."""
    shards = StringShards(size)
    ((_, table),) = shards.shards(None, [k], shards.n_shards())
    return table


def write_csv(path: Path, header: str, rows: Iterable[Sequence[object]]) -> str:
    """Write a CSV file, packed and without a date, and return the SHA-256 of its text."""
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return hashlib.sha256(text.encode()).hexdigest()


def write_files(table: StringTable, folder: Path, digests: dict[int, str]) -> None:
    """Write the strings, the joint table, the steps to the halt, and what is known of the whole."""
    both = table.on_both_blanks()
    totals = np.zeros(len(both.strings), dtype=np.uint64)
    np.add.at(totals, both.string_id, both.count)
    # Strings are sorted by length, then lexicographically, and the sort keeps that order among equal counts.
    order = np.argsort(-totals.astype(np.int64), kind="stable")
    first = order[:MOST_STRINGS]
    kept = order[:MOST_JOINT]
    begins = np.searchsorted(both.string_id, kept)
    ends = np.searchsorted(both.string_id, kept, side="right")
    joint = (
        (both.strings[string], both.steps[group], both.count[group])
        for string, begin, end in zip(kept.tolist(), begins.tolist(), ends.tolist(), strict=True)
        for group in range(begin, end)
    )
    whole = hashlib.sha256(b"string,count\n")
    for string in order.tolist():
        whole.update(f"{both.strings[string]},{totals[string]}\n".encode())
    hashes = {
        "strings.csv": write_csv(
            folder / "strings.csv.gz", "string,count", ((both.strings[k], totals[k]) for k in first.tolist())
        ),
        "joint.csv": write_csv(folder / "joint.csv.gz", "string,steps,count", joint),
        "halting.csv": write_csv(folder / "halting.csv.gz", "steps,count", table.counted_by_steps.items()),
    }
    champions = {
        name: one and {"value": one.value, "machine": format_machine(one.machine)}
        for name, one in (("most_steps", table.most_steps), ("most_ones", table.most_ones))
    }
    facts = {
        "states": table.states,
        "max_steps": table.max_steps,
        "machines": table.n_machines,
        "verdicts": table.verdicts,
        "runs": 2 * table.verdicts["halted"],
        "strings": len(both.strings),
        "pairs_of_string_and_steps": len(both.count),
        "longest_string": max(len(both.strings[k]) for k in (0, len(both.strings) - 1)),
        **champions,
        "sha256_of_all_strings": whole.hexdigest(),
        "sha256": hashes,
        "shards": {str(k): digest for k, digest in digests.items()},
    }
    (folder / "table.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Count the table, or take it from the store, and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    size = Size.of(STATES, MAX_STEPS)
    table = obtain_strings(size, keep=True)
    write_files(table, folder, {k: digest_of(shard_of(size, k)) for k in RECOUNTED})


if __name__ == "__main__":
    main()
