"""A guard against getting slower: ratios of our work to stable references, beside those in `ratios.json`.

`python benchmarks/guard.py check` measures them and fails where one is more than a quarter above what was kept;
`keep` writes what it measures; `list` says what each is. See README.md, "Guard".
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click

from benchmarks.ratios.comparing import ALLOWED, Finding, compare
from benchmarks.ratios.works import RATIOS
from mesaprior.cli.report import show
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line

ROOT = Path(__file__).resolve().parent.parent

KEPT = ROOT / "benchmarks" / "ratios.json"
"""The ratios as they were kept."""

ROUNDS = 5
"""Rounds of a first attempt; a ratio that looks slow is measured again with twice as many."""

_names = click.argument("names", nargs=-1, type=click.Choice(list(RATIOS)), metavar="[NAME]...")
_form = click.option("--format", "form", type=click.Choice(["table", "markdown", "json"]), default="table")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tell what got slower: ratios to stable references, not seconds. NAMES are ratios, by default all."""


@main.command()
@_names
@_form
def check(names: tuple[str, ...], form: str) -> None:
    """Measure, and fail where a ratio is more than a quarter above what was kept, each time it is measured."""
    if not KEPT.exists():
        raise click.ClickException(f"there is no {KEPT.name} yet; say `make bench-keep` first.")
    kept = {name: entry["ratio"] for name, entry in json.loads(KEPT.read_text(encoding="utf-8"))["ratios"].items()}
    load = os.getloadavg()[0]
    with _Measuring() as measuring:
        findings = compare(kept, measuring.ratios, names or list(RATIOS))
    show(_report(findings, (load, os.getloadavg()[0])), form)
    if any(finding.is_slower for finding in findings):
        sys.exit(1)


@main.command()
@_names
def keep(names: tuple[str, ...]) -> None:
    """Measure, and write the ratios that `check` compares with; those of other names stay as they are."""
    load = os.getloadavg()[0]
    with _Measuring() as measuring:
        measured = measuring.measure(names or list(RATIOS), 2 * ROUNDS)
    old = json.loads(KEPT.read_text(encoding="utf-8"))["ratios"] if KEPT.exists() and names else {}
    entries = old | {name: _entry(name, found, (load, os.getloadavg()[0])) for name, found in measured.items()}
    told = {
        "about": "Seconds of processor time of `ours` over those of `reference`, in turns in one process; the median "
        f"over rounds, the least and the greatest. `make bench-check` tells what is above {ALLOWED} times `ratio`.",
        "machine": _machine(),
        "ratios": {name: entries[name] for name in RATIOS if name in entries},
    }
    KEPT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    click.echo(f"Wrote {KEPT.relative_to(ROOT)}.", err=True)


@main.command("list")
@_form
def list_(form: str) -> None:
    """Say what each ratio is."""
    cells = [[name, ratio.ours.what, ratio.reference.what] for name, ratio in RATIOS.items()]
    table = Table("", (*words("ratio"), *texts("ours", "reference")), cells)
    facts = {name: {"ours": ours, "reference": reference} for name, ours, reference in cells}
    show(Report(facts=lambda: facts, records=None, blocks=lambda: [table]), form)


class _Measuring:
    """Measures in processes that share one fresh folder of machine code."""

    def __enter__(self) -> _Measuring:
        self._folder = tempfile.TemporaryDirectory()
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def ratios(self, names: Sequence[str], attempt: int) -> dict[str, float]:
        """Return the ratios of these names; from the second attempt on with twice as many rounds."""
        found = self.measure(names, ROUNDS if attempt == 0 else 2 * ROUNDS)
        return {name: entry["ratio"] for name, entry in found.items()}

    def measure(self, names: Sequence[str], rounds: int) -> dict[str, dict[str, float]]:
        """Return what `benchmarks.ratios.timing` measures."""
        places = dict.fromkeys(("NUMBA_CACHE_DIR", "TMPDIR", "MESAPRIOR_STORE"), self._folder.name)
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.ratios.timing", str(rounds), *names],
            env=os.environ | places | threads | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise click.ClickException("measuring failed; what went wrong stands above.")
        return json.loads(done.stdout)


def _entry(name: str, found: Mapping[str, float], load: tuple[float, float]) -> dict[str, Any]:
    what = {"ours": RATIOS[name].ours.what, "reference": RATIOS[name].reference.what}
    rounded = {key: value if isinstance(value, int) else float(f"{value:.4g}") for key, value in found.items()}
    return what | rounded | {"load": [round(value, 1) for value in load]}


def _machine() -> dict[str, str]:
    versions = {name: version(name.lower()) for name in ("NumPy", "Numba")}
    return {"Python": platform.python_version(), "processors": str(os.cpu_count())} | versions


def _report(findings: Sequence[Finding], load: tuple[float, float]) -> Report:
    slower = [finding for finding in findings if finding.is_slower]
    new = [finding.name for finding in findings if finding.kept is None]
    faster = [finding.name for finding in findings if finding.change is not None and finding.change * ALLOWED < 1]

    def blocks() -> list[Block]:
        told = f"{len(slower)} of {len(findings)} ratios are more than {ALLOWED} times what was kept"
        if slower:
            told += ": " + ", ".join(
                f"{one.name} ({one.change:.2f} times, {RATIOS[one.name].ours.what})" for one in slower
            )
        found: list[Block] = [Line(f"{told}.", "headline"), _table(findings)]
        if new:
            found.append(Line(f"Never kept: {', '.join(new)}; say `make bench-keep`.", "note"))
        if faster:
            found.append(Line(f"Faster by more than a fifth: {', '.join(faster)}; `make bench-keep` keeps it.", "note"))
        found.append(Line(f"Load: {load[0]:.1f} before, {load[1]:.1f} after, on {os.cpu_count()} processors.", "note"))
        return found

    rows = [finding.__dict__ | {"change": finding.change} for finding in findings]
    return Report(
        facts=lambda: {"allowed": ALLOWED, "load": list(load), "findings": rows},
        records=lambda: Records.of_mappings(rows),
        blocks=blocks,
    )


def _table(findings: Sequence[Finding]) -> Table:
    columns = (*words("ratio"), *numbers("kept", "now", "change", "attempts"))
    cells = [
        [
            finding.name,
            "-" if finding.kept is None else f"{finding.kept:.3g}",
            f"{finding.measured:.3g}",
            "-" if finding.change is None else f"{finding.change:.2f}",
            str(finding.attempts),
        ]
        for finding in findings
    ]
    return Table("", columns, cells, [finding.is_slower for finding in findings])


if __name__ == "__main__":
    main()
