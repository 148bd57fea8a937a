"""A term, taken apart: bits and steps by token, and what turning it upside down changes."""

from __future__ import annotations

from mesaprior.cli.explanations import Explained
from mesaprior.cli.explanations.tokens import token_facts, tokens_table
from mesaprior.cli.options import SpaceOptions, language_of
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.meaning import explain as explain_program
from mesaprior.hypotheses.terms.program import parse_program
from mesaprior.hypotheses.terms.space import TermSpace

OPTIONS = ("--language", "--constants")
COLUMNS = TermSpace.columns


def explain(program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
    """Take a program apart."""
    language = language_of(asked.get("--language"), log, asked.get("--constants"))
    language.check_log(log)
    found = explain_program(parse_program(program, language, log), language, log)
    raised = [
        name.replace("_", " on ").replace("train", "training rows").replace("later", "later rows")
        for name, on in found.flags.items()
        if on
    ]
    lines = [f"Turning it upside down changes: {', '.join(raised) or 'nothing, so it imitates'}."]
    if found.changes:
        n_rows = {"train": log.n_training, "later": log.n_rows - log.n_training}
        told = [
            f"{name}: {found.changes[f'{name}_train']} of {n_rows['train']} training rows and "
            f"{found.changes[f'{name}_later']} of {n_rows['later']} later rows"
            for name in language.intervention_names
        ]
        lines.append(f"Interventions change: {'; '.join(told)}.")
    return Explained(
        program=found.text,
        n_actions=language.actions,
        columns={name: getattr(found, name) for name in COLUMNS},
        predictions=found.predictions,
        flags=found.flags,
        parts={"tokens": token_facts(found)},
        headline=lambda role, verdict: (
            f"{role}, {verdict} · {found.length} bits · {found.time:,} steps ({found.infer_time:,} once fitted)"
        ),
        lines=tuple(lines),
        tables=lambda: (tokens_table(found),),
        changes=found.changes,
    )
