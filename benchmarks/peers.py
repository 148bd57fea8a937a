"""One small census in several ways, side by side: ours, NumPy, a loop compiled by Numba, and WebPPL.

`python benchmarks/peers.py` counts every program of the corridor up to 24, 28 and 32 bits and compares all of them, by
behaviour, length and time, with ours; it fails where they are not the same. See README.md, "Side by side".
"""

from __future__ import annotations

import math
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click
import psutil

from benchmarks.plain.question import read_question
from benchmarks.plain.side_by_side import LONG_BOUND, OURS, WAYS, DisagreementError, Taken, measure, prime
from benchmarks.plain.webppl_census import VERSION, NoWebPPLError, install
from mesaprior.cli.report import show
from mesaprior.hypotheses.tables import Table, numbers, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line

BOUNDS = {24: tuple(WAYS), 28: tuple(WAYS), 32: tuple(way for way in WAYS if way != "webppl")}
"""Who counts up to how many bits; what would take minutes is left out."""


COLUMNS = ("first run", "later run", "times ours", "count", "times ours", "by the clock", "programs a second")
"""What stands beside each way: whole processes, with nothing compiled and with everything, and the count by itself."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds of which medians are.")
@click.option("--max-bits", type=click.Choice([str(bits) for bits in BOUNDS]), default="32", help="Largest bound.")
@click.option(
    "--without", type=click.Choice([way for way in WAYS if way != OURS]), multiple=True, help="Leave one out."
)
@click.option("--webppl-folder", type=click.Path(file_okay=False, path_type=Path), help="Where WebPPL is or is put.")
@click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table", show_default=True)
def main(rounds: int, max_bits: str, without: tuple[str, ...], webppl_folder: Path | None, form: str) -> None:
    """Count the corridor's programs in several ways, compare all counts, and print what each way takes."""
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as temporary:
        folder, left_out = webppl_folder or Path(temporary), set(without)
        if folder.resolve().is_relative_to(Path(__file__).resolve().parent.parent):
            raise click.UsageError(f"--webppl-folder {folder}: this is in the repository; name a folder outside of it.")
        if "webppl" not in left_out:
            try:
                install(folder)
            except NoWebPPLError as error:
                _tell(f"Goes on without WebPPL: {error}.")
                left_out.add("webppl")
        bounds = {bits: [way for way in ways if way not in left_out] for bits, ways in BOUNDS.items()}
        taken: list[Taken] = []
        primed = Path(temporary) / "primed"
        try:
            _tell("compiling")
            compiling = prime([way for way in WAYS if way not in left_out], primed)
            for bits, ways in bounds.items():
                if bits <= int(max_bits):
                    n = rounds if bits < LONG_BOUND else 1
                    taken += measure(read_question(), bits, ways, primed, rounds=n, webppl=folder, tell=_tell)
        except (DisagreementError, RuntimeError) as error:
            raise click.ClickException(str(error)) from None
    loads = (load[0], os.getloadavg()[0])
    show(_report(taken, compiling, rounds, loads, has_node="webppl" not in left_out), form)


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _report(
    taken: Sequence[Taken],
    compiling: dict[str, float],
    rounds: int,
    load: tuple[float, float],
    *,
    has_node: bool,
) -> Report:
    ours = {one.bits: one for one in taken if one.way == OURS}
    rows = [one._asdict() | _ratios(one, ours[one.bits]) for one in taken]
    machine = _machine(has_node=has_node)

    def blocks() -> list[Block]:
        found: list[Block] = [Line(f"All {len(taken)} censuses agree, by behaviour, length and time.", "headline")]
        found += [_table(bits, [row for row in rows if row["bits"] == bits], one) for bits, one in ours.items()]
        found.append(Line("Seconds of processor time; ratios are to the first row of the same table.", "note"))
        compiled = ", ".join(f"{WAYS[way]} {seconds:.3g}" for way, seconds in compiling.items())
        found.append(Line(f"A process that compiles all it can use, once: {compiled}.", "note"))
        found.append(Line(f"Medians of rounds: {rounds}, and 1 from {LONG_BOUND} bits on.", "note"))
        found.append(
            Line(f"Load: {load[0]:.1f} before, {load[1]:.1f} after, on {psutil.cpu_count()} processors.", "note")
        )
        found.append(Line(", ".join(f"{name} {value}" for name, value in machine.items()) + ".", "note"))
        return found

    return Report(
        facts=lambda: {"rounds": rounds, "compiling": compiling, "load": list(load), "machine": machine, "rows": rows},
        records=lambda: Records.of_mappings(rows),
        blocks=blocks,
    )


def _ratios(one: Taken, ours: Taken) -> dict[str, float]:
    return {
        "programs_per_second": one.programs / one.count,
        "count_ratio": one.count / ours.count,
        "whole_ratio": one.whole / ours.whole,
    }


def _table(bits: int, rows: Sequence[dict[str, Any]], ours: Taken) -> Table:
    columns = (*words("way"), *numbers(*COLUMNS))
    shown: Sequence[Callable[[dict[str, Any]], str]] = (
        lambda row: WAYS[row["way"]],
        lambda row: "-" if math.isnan(row["cold"]) else f"{row['cold']:.3g}",
        lambda row: f"{row['whole']:.3g}",
        lambda row: f"{row['whole_ratio']:.2f}",
        lambda row: f"{row['count']:.3g}",
        lambda row: f"{row['count_ratio']:.2f}",
        lambda row: f"{row['count_clock']:.3g}",
        lambda row: _two_digits(row["programs_per_second"]),
    )
    title = f"{bits} bits: {ours.programs:,} programs in {ours.groups:,} groups"
    return Table(title, columns, [[cell(row) for cell in shown] for row in rows])


def _two_digits(value: float) -> str:
    return f"{float(f'{value:.2g}'):,.0f}"


def _machine(*, has_node: bool) -> dict[str, str]:
    told = {"Python": platform.python_version()} | {name: version(name.lower()) for name in ("NumPy", "Numba")}
    if has_node:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
        told |= {"WebPPL": VERSION, "Node": node}
    return told


if __name__ == "__main__":
    main()
