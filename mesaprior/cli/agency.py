"""Agency at the command line: how much of the posterior serves a utility better than chance and its name explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.terms.describe import language_of
from mesaprior.inference.agency import AGENCIES, AGENT, UNDECIDED, Agency, Utility, term_utility
from mesaprior.inference.result import json_number
from mesaprior.inference.roles import ROLES, VERDICTS
from mesaprior.inference.utility_table import table_utility

if TYPE_CHECKING:
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.goals import Goals
    from mesaprior.inference.posterior import Posterior
    from mesaprior.inference.request import Question


def goals_of(
    question: Question,
    texts: Sequence[str],
    tables: Sequence[tuple[str, float]],
    language_file: str | None,
    analysis: Analysis,
) -> Goals | None:
    """Measure agency for each utility that is written as a term, then for each that is a table; None without any.

    Parameters
    ----------
    question : Question
    texts : sequence of str
    tables : sequence of (str, float)
        Paths, and the bits that each is charged.
    language_file : str or None
        Language of the terms; without it that of the space, or the default one of the log.
    analysis : Analysis
        What was asked.

    Raises
    ------
    UsageError
        If a text is no utility, or has another number of actions.
    ContentError
        If a table is none.
    """
    utilities: list[Utility] = []
    if texts:
        language = question.language if language_file is None else None
        language = language or language_of(language_file, question.log)
        utilities += [term_utility(text, language, question.log) for text in texts]
    utilities += [table_utility(path, bits, question.log, question.census.n_actions) for path, bits in tables]
    return analysis.goals(utilities) if utilities else None


def render_agencies(found: Sequence[Agency], posterior: Posterior) -> None:
    """Print how much of the posterior is like an agent for each utility."""
    table = Table(title="Who is like an agent for a utility", title_justify="left", title_style="bold")
    table.add_column("utility", overflow="fold")
    for name in ("K(U)", "most g", "agent-like", *(f"of {name}" for name in VERDICTS[:3])):
        table.add_column(name, justify="right")
    out = console()
    for one in found:
        masses = _masses(one, posterior)
        shares = [share_text(share) for share in (masses["agent_like"], *masses["of_verdicts"].values())]
        if one.verdict.size and one.verdict[0] == UNDECIDED:
            shares = ["-"] * 4
        table.add_row(one.utility.name, f"{one.utility.bits:g}", f"{one.g_uniform.max():.2f}", *shares[:4])
    out.print(table)
    out.print(
        "• g: bits of luck by which chance would serve the utility as well; agent-like: g exceeds K(U), the bits that "
        "name the utility. Shares are of the posterior after all training rows, and of each verdict's part.",
        markup=False,
        soft_wrap=True,
    )
    for one in found:
        if one.verdict.size and one.verdict[0] == UNDECIDED:
            out.print(
                f"• {one.utility.name}: situations that are judged: {len(one.utility.row)}, too few to tell anything "
                f"at {one.utility.bits:g} bits.",
                markup=False,
                soft_wrap=True,
            )


def agencies_to_json(found: Sequence[Agency], posterior: Posterior) -> list[dict[str, Any]]:
    """Return what ``infer --format json`` says of utilities."""
    return [
        {
            "utility": one.utility.name,
            "bits": one.utility.bits,
            "situations": len(one.utility.row),
            "most_g": json_number(float(one.g_uniform.max())),
            "behaviours": {name: int((one.verdict == code).sum()) for code, name in enumerate(AGENCIES)},
        }
        | _plain(_masses(one, posterior))
        for one in found
    ]


def _masses(one: Agency, posterior: Posterior) -> dict[str, Any]:
    """Return the posterior share of what is agent-like, and its share of each role's and each verdict's part."""
    mass = np.exp2(posterior.log2_mass)
    agent = one.verdict == AGENT

    def parts(codes: np.ndarray, names: Sequence[str]) -> dict[str, float]:
        whole = [float(mass[codes == code].sum()) for code in range(len(names))]
        held = [float(mass[agent & (codes == code)].sum()) for code in range(len(names))]
        return {name: part / of if of else float("nan") for name, part, of in zip(names, held, whole, strict=True)}

    return {
        "agent_like": float(mass[agent].sum()),
        "of_roles": parts(posterior.role, ROLES),
        "of_verdicts": parts(posterior.verdict, VERDICTS),
    }


def _plain(masses: dict[str, Any]) -> dict[str, Any]:
    """Return shares as JSON has them."""
    return {
        name: {key: json_number(share) for key, share in value.items()}
        if isinstance(value, dict)
        else json_number(value)
        for name, value in masses.items()
    }
