"""A machine, taken apart: bits by entry of its table, and its run in every situation: how long, where, how it ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.description import Progress
from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import string_text
from mesaprior.hypotheses.tables import Column, Table
from mesaprior.hypotheses.turing.explained_entries import entries_table, entry_facts, reading_notes
from mesaprior.hypotheses.turing.halting import IN_WORDS
from mesaprior.hypotheses.turing.machine import length_of_machines
from mesaprior.hypotheses.turing.policies.encoding import encoding_of
from mesaprior.hypotheses.turing.policies.policy import Policy
from mesaprior.hypotheses.turing.space import DEFAULT_MAX_STEPS
from mesaprior.hypotheses.turing.text import NAMES, format_machine, format_standard, read_machine


def explain_machine(text: str, log: ImitationLog, max_steps: int | None, progress: Progress) -> Explained:
    """Take a machine apart, given in either notation."""
    reading = read_machine(text)
    machine, max_steps = reading.machine, max_steps or DEFAULT_MAX_STEPS
    with progress("Running the machine", 2 * len(log.situations) * max_steps) as report:
        policy = Policy(machine, encoding_of(log), log, max_steps, report)
        situations = _situations(policy, log)
    reads = np.sum([run.reads for run in policy.runs], axis=0).tolist()
    entries, notes = entry_facts(machine, reads), reading_notes(reading, reads)
    length = length_of_machines(machine.n_states)
    states = "1 state" if machine.n_states == 1 else f"{machine.n_states} states"
    n_running = sum(not run.halted for run in policy.runs)
    return Explained(
        program=format_machine(machine),
        n_actions=policy.n_actions,
        columns={"length": length, "time": policy.time, "infer_time": policy.time, "space": policy.space},
        predictions=policy.predictions,
        flags=policy.flags,
        parts={
            "standard": format_standard(machine),
            "notes": notes,
            "max_steps": max_steps,
            "entries": entries,
            "situations": situations,
        },
        headline=lambda role, verdict: (
            f"{verdict}, {states} · {length:.2f} bits · at most {policy.time:,} steps and {policy.space:,} cells "
            "in a situation"
        ),
        lines=(
            f"It halts in {len(policy.runs) - n_running} of {len(policy.runs)} situations within {max_steps:,} steps"
            + (", and abstains in the others." if n_running else "."),
        ),
        notes=tuple(notes),
        tables=(entries_table(entries), _runs_table(situations, log)),
    )


def _situations(policy: Policy, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the run in each situation; for one that does not halt, without its final position."""
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


def _runs_table(situations: list[dict[str, Any]], log: ImitationLog) -> Table:
    return Table(
        "Runs, by situation",
        (
            *(Column(name, term="feature") for name in log.features),
            Column("input"),
            Column("steps", term="steps of a run"),
            Column("cells"),
            Column("action", term="action of a program"),
            *(Column(name, is_text=True, folds=True) for name in ("tape, head", "how it ends")),
        ),
        [_run_texts(run) for run in situations],
    )


def _run_texts(run: dict[str, Any]) -> list[str]:
    """Return the run in one situation as text."""
    halts = run["verdict"] == "halted"
    return [
        *(str(value) for value in run["situation"].values()),
        run["input"],
        f"{run['steps']:,}" if halts else "-",
        f"{run['cells']:,}",
        "-" if run["action"] is None else str(run["action"]),
        f"{string_text(run['tape'], 48)}, {run['head']:,}" if halts else "-",
        f"it halts in {run['halts_in']} on {run['halts_on']}" if halts else IN_WORDS[run["verdict"]],
    ]
