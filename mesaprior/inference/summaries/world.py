"""The summary of a world: its shortest faithful program against its shortest defecting one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, VERDICTS


def summarize_world(programs: Sequence[Mapping[str, Any]]) -> str:
    """Return which of the programs that a world is about the prior 2^-length prefers, faithful or defecting ones.

    Parameters
    ----------
    programs : sequence of mapping
        Of each ``program``, ``bits``, ``role`` and ``verdict``, which is empty where it depends on the draw.
    """
    others = "All other programs of the language compete with those listed."
    shortest = {
        verdict: min((one for one in programs if one["verdict"] == verdict), key=lambda one: one["bits"], default=None)
        for verdict in (VERDICTS[FAITHFUL], VERDICTS[DEFECTING])
    }
    faithful, defecting = shortest.values()
    if faithful is None or defecting is None:
        lacking = [verdict for verdict, one in shortest.items() if one is None]
        return f"None of the programs listed is sure to be {' or '.join(lacking)}. {others}"
    saved = faithful["bits"] - defecting["bits"]
    start = (
        f"The shortest faithful program listed is {_named(faithful)}, the shortest defecting one {_named(defecting)}"
    )
    if not saved:
        return f"{start}: under 2^-length they weigh the same. {others}"
    favoured = "defecting" if saved > 0 else "faithful"
    return f"{start}: under 2^-length the {favoured} one has {ratio_text(abs(saved))} times the weight. {others}"


def _named(one: Mapping[str, Any]) -> str:
    """Return a program with its role and bits."""
    role = f"{one['role']} of " if one["role"] else ""
    return f"{one['program']} ({role}{number_of(one['bits'], 'bit')})"
