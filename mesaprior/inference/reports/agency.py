"""The report on each utility: how much of the posterior serves it better than chance and its length can explain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Cell, Table, numbers, texts
from mesaprior.inference.agency.agency import AGENCIES, AGENT, UNDECIDED, Agency
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import ROLES, UNJUDGED, VERDICTS
from mesaprior.inference.report_blocks import Block, notes


def agency_facts(one: Agency, posterior: Posterior) -> dict[str, Any]:
    """Return the machine-readable facts about one utility."""
    return {
        "utility": one.utility.name,
        "bits": one.utility.bits,
        "situations": len(one.utility.row),
        "most_g": float(one.g_uniform.max()),
        "behaviours": {name: int((one.verdict == code).sum()) for code, name in enumerate(AGENCIES)},
    } | _masses(one, posterior)


def agency_blocks(found: Sequence[Agency], posterior: Posterior) -> Iterator[Block]:
    """Yield how much of the posterior is agent-like for each utility."""
    rows: list[list[Cell]] = []
    for one in found:
        masses = _masses(one, posterior)
        shares = [masses["agent_like"], *list(masses["of_verdicts"].values())[:UNJUDGED]]
        told = ["-"] * len(shares) if _is_undecided(one) else [share_text(share) for share in shares]
        rows.append([one.utility.name, f"{one.utility.bits:g}", f"{one.g_uniform.max():.2f}", *told])
    by_verdict = numbers(*(f"of {name}" for name in VERDICTS[:UNJUDGED]), term="agent-like by verdict")
    columns = (*texts("utility"), *numbers("K(U)", "most g", "agent-like"), *by_verdict)
    yield Table("Who is like an agent for a utility", columns, rows)
    yield from notes(
        "g: bits of luck by which chance would serve the utility as well; agent-like: g exceeds K(U), the bits that "
        "name the utility. Shares are of the posterior after all training rows, and of each verdict's part.",
        *(
            f"{one.utility.name}: situations that are judged: {len(one.utility.row)}, too few to tell anything at "
            f"{one.utility.bits:g} bits."
            for one in found
            if _is_undecided(one)
        ),
    )


def _is_undecided(one: Agency) -> bool:
    """Tell whether no map could serve a utility better than its name explains: so it is for all behaviours or none."""
    return bool(one.verdict.size) and one.verdict[0] == UNDECIDED


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
