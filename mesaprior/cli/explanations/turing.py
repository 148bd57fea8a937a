"""A machine, taken apart: bits by entry of its table, and its run in every situation: how long, where, how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.cli.explanations import Explained
from mesaprior.cli.options import SpaceOptions
from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.turing.halting import IN_WORDS
from mesaprior.hypotheses.turing.machine import NAMES, UNDEFINED, format_entry, format_machine, parse_machine
from mesaprior.hypotheses.turing.policies.policy import Policy
from mesaprior.hypotheses.turing.policies.sizes import DEFAULT_MAX_STEPS
from mesaprior.hypotheses.turing.policies.space import TuringSpace

if TYPE_CHECKING:
    from rich.table import Table

OPTIONS = ("--max-time",)
COLUMNS = TuringSpace.columns


def explain(program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
    """Take a machine apart; entries that no situation reads may be undefined."""
    machine = parse_machine(program)
    max_steps = asked.get("--max-time") or DEFAULT_MAX_STEPS
    space = TuringSpace(machine.n_states, max_steps)
    policy = space.predict(machine, log)
    entries, situations = _entries(policy), _situations(policy, log)
    states = "1 state" if machine.n_states == 1 else f"{machine.n_states} states"
    n_running = sum(not run.halted for run in policy.runs)
    return Explained(
        program=format_machine(machine),
        n_actions=policy.n_actions,
        columns={"length": space.length, "time": policy.time, "infer_time": policy.time, "space": policy.space},
        predictions=policy.predictions,
        flags=policy.flags,
        parts={"max_steps": max_steps, "entries": entries, "situations": situations},
        headline=lambda role, verdict: (
            f"{verdict}, {states} · {space.length:.2f} bits · at most {policy.time:,} steps and {policy.space:,} cells "
            "in a situation"
        ),
        lines=(
            f"It halts in {len(policy.runs) - n_running} of {len(policy.runs)} situations within {max_steps:,} steps"
            + (", and abstains in the others." if n_running else "."),
        ),
        tables=lambda: _tables(entries, situations, log),
    )


def _entries(policy: Policy) -> list[dict[str, Any]]:
    """Return what the table does, what it costs, and how often all runs together read it."""
    machine = policy.machine
    n, reads = machine.n_states, np.sum([run.reads for run in policy.runs], axis=0)
    # All entries have as many choices, so each costs as much.
    bits = TuringSpace(n, 1).length / (2 * n)
    return [
        {
            "state": NAMES[e >> 1],
            "symbol": e & 1,
            "text": format_entry(code, n),
            "bits": bits,
            "reads": int(reads[e]),
        }
        for e, code in enumerate(machine.table)
    ]


def _situations(policy: Policy, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the run in each situation; of one that does not halt, where it stands then says little."""
    found: list[dict[str, Any]] = []
    rows = zip(log.situations.tolist(), policy.tapes, policy.runs, policy.verdicts, strict=True)
    for values, tape, run, verdict in rows:
        action = policy.action(run)
        found.append(
            {
                "situation": dict(zip(log.features, values, strict=True)),
                "input": "".join(map(str, tape)),
                "verdict": verdict,
                "steps": run.steps if run.halted else None,
                "cells": run.n_cells,
                "tape": run.output if run.halted else None,
                "head": run.head - run.visited[0] if run.halted else None,
                "halts_in": NAMES[run.last_entry >> 1] if run.halted else None,
                "halts_on": run.last_entry & 1 if run.halted else None,
                "action": None if action == ABSTAIN else action,
            }
        )
    return found


def _tables(entries: list[dict[str, Any]], situations: list[dict[str, Any]], log: ImitationLog) -> Iterable[Table]:
    from rich.table import Table

    table = Table(title="Entries", title_justify="left")
    for name in ("state", "reads", "does", "bits", "times"):
        table.add_column(name, justify="left" if name == "does" else "right")
    for entry in entries:
        does = _does(entry["text"])
        table.add_row(entry["state"], str(entry["symbol"]), does, f"{entry['bits']:.2f}", f"{entry['reads']:,}")
    yield table

    table = Table(title="Runs, by situation", title_justify="left")
    for name in (*log.features, "input", "steps", "cells", "action"):
        table.add_column(name, justify="right")
    for name in ("tape, head", "how it ends"):
        table.add_column(name, overflow="fold")
    for run in situations:
        halts = run["verdict"] == "halted"
        table.add_row(
            *(str(value) for value in run["situation"].values()),
            run["input"],
            f"{run['steps']:,}" if halts else "-",
            f"{run['cells']:,}",
            "-" if run["action"] is None else str(run["action"]),
            f"{run['tape']}, {run['head']}" if halts else "-",
            f"it halts in {run['halts_in']} on {run['halts_on']}" if halts else IN_WORDS[run["verdict"]],
        )
    yield table


def _does(text: str) -> str:
    """Return what an entry does, in words."""
    if text == format_entry(UNDEFINED, 1):
        return "is not defined"
    written, move, following = text
    if move == "-":
        return f"writes {written} and halts"
    return f"writes {written}, goes {'left' if move == 'L' else 'right'} to {following}"
