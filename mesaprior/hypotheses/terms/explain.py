"""A term, taken apart: bits and steps by token, and what inverting its searches and fits changes."""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.explained_tokens import token_facts, tokens_table
from mesaprior.hypotheses.terms.gloss import gloss_of
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.meaning import explain
from mesaprior.hypotheses.terms.program import parse_program


def explain_term(text: str, log: ImitationLog, language: Language) -> Explained:
    """Take a program apart."""
    language.check_log(log)
    program = parse_program(text, language, log)
    found = explain(program, language, log)
    kinds = {language.tokens[index].kind for index in program.tokens}
    lines = [_lesions(found.flags)]
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
        columns={"length": found.length, "time": found.time, "infer_time": found.infer_time},
        predictions=found.predictions,
        flags=found.flags,
        parts={"tokens": token_facts(found)},
        headline=lambda role, verdict: (
            f"{role}, {verdict} · {found.length} bits · {found.time:,} steps ({found.infer_time:,} once fitted)"
        ),
        lines=tuple(lines),
        tables=(tokens_table(found),),
        changes=found.changes,
        gloss=gloss_of(program, language, log),
        lesions=(*["search"] * bool(kinds & {"argmax", "argmin"}), *["fit"] * ("fit" in kinds)),
    )


def _lesions(flags: Mapping[str, bool]) -> str:
    """Return on which rows inverting the searches or the fits of a program changes its action."""
    rows = {"train": "training rows", "later": "later rows"}
    changed = {
        part: [told for split, told in rows.items() if flags[f"{name}_{split}"]]
        for name, part in (("searching", "search"), ("learning", "fit"))
    }
    told = [f"inverting its {part} changes its action on {' and '.join(on)}" for part, on in changed.items() if on]
    return f"Lesions: {', and '.join(told) or 'inverting its searches and fits changes no action'}."
