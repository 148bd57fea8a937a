"""Running a claim: its worlds, several at a time, into one table and the findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mesaprior.errors import RunError, UsageError
from mesaprior.inference.claims.claim import BASE, SIZES, Cell, Claim, Findings, Size, WorldStudy
from mesaprior.inference.claims.findings import find
from mesaprior.inference.claims.pools import studies_of

if TYPE_CHECKING:
    import pandas as pd


def run_claim(
    claim: Claim,
    *,
    size: str = "default",
    workers: int = 1,
    in_processes: bool = False,
    report: Callable[[int], None] | None = None,
) -> Findings:
    """Measure a claim in all its worlds.

    Parameters
    ----------
    claim : Claim
    size : str
        One of `SIZES`.
    workers : int
        Worlds at a time; the findings do not depend on it.
    in_processes : bool
        Whether each worker is a process, see `studies_of`.
    report : callable or None
        Called with 1 for each world that is done.

    Raises
    ------
    UsageError
        If there is no such size.
    RunError
        If a world has not one cell at the base, or other columns than the first, or a process was ended from outside.
    """
    if size not in SIZES:
        raise UsageError(f"{size[:60]!r} is no size; there are {', '.join(SIZES)}.")
    chosen = claim.sizes[size]
    studies: list[WorldStudy] = []
    for study in studies_of(claim, chosen, workers=workers, in_processes=in_processes):
        studies.append(study)
        if report:
            report(1)
    return find(claim, size, table_of(studies, chosen), ledger_of(studies))


def table_of(studies: Sequence[WorldStudy], size: Size) -> pd.DataFrame:
    """Return the cells of all worlds as one table, with the base repeated at the base value of each parameter."""
    import pandas as pd

    names = list(studies[0].cells[0].facts)
    rows: list[list[Any]] = []
    for world, study in enumerate(studies):
        n_base = sum(cell.parameter == BASE for cell in study.cells)
        if n_base != 1:
            raise RunError(f"world {world} has {n_base} cells at the base, and a claim needs one of each world.")
        for cell in study.cells + _at_base_values(study, size):
            if list(cell.facts) != names:
                raise RunError(f"world {world} has the columns {list(cell.facts)}, and the first one has {names}.")
            rows.append([world, cell.parameter, float(cell.value), cell.margin, cell.predicted, *cell.facts.values()])
    return pd.DataFrame(rows, columns=["world", "parameter", "value", "margin", "predicted", *names])


def _at_base_values(study: WorldStudy, size: Size) -> list[Cell]:
    """Return the base cell again for each parameter without a cell at its base value."""
    base = next(cell for cell in study.cells if cell.parameter == BASE)
    known = {(cell.parameter, cell.value) for cell in study.cells}
    missing = [p for p in size.parameters if (p.name, p.base) not in known]
    return [replace(base, parameter=parameter.name, value=parameter.base) for parameter in missing]


def ledger_of(studies: Sequence[WorldStudy]) -> list[dict[str, Any]]:
    """Return the ledger of the worlds' languages, token by token, in the order of the first world."""
    entries: dict[str, list[dict[str, Any]]] = {}
    for study in studies:
        for entry in study.given:
            entries.setdefault(entry["name"], []).append(entry)
    return [
        {
            "name": name,
            "literal_bits": max(entry["literal_bits"] for entry in found),
            "least_charged_bits": min(entry["charged_bits"] for entry in found),
            "most_charged_bits": max(entry["charged_bits"] for entry in found),
        }
        | ({"effective_bits": max(entry["effective_bits"] for entry in found)} if "effective_bits" in found[0] else {})
        for name, found in entries.items()
    ]
