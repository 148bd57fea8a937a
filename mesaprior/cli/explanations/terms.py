"""A term, taken apart: bits and steps by token, and what turning it upside down changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mesaprior.cli.explanations import Explained
from mesaprior.cli.options import SpaceOptions, language_of
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.meaning import Explanation
from mesaprior.hypotheses.terms.meaning import explain as explain_program
from mesaprior.hypotheses.terms.program import parse_program
from mesaprior.hypotheses.terms.space import TermSpace

if TYPE_CHECKING:
    from rich.table import Table

OPTIONS = ("--language",)
COLUMNS = TermSpace.columns

_COLUMNS_OF_TOKENS = ("text", "bits", "literal_bits", "steps")


def explain(program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
    """Take a program apart."""
    language = language_of(asked.get("--language"), log)
    language.check_log(log)
    found = explain_program(parse_program(program, language, log), language, log)
    raised = [
        name.replace("_", " on ").replace("train", "training rows").replace("later", "later rows")
        for name, on in found.flags.items()
        if on
    ]
    return Explained(
        program=found.text,
        n_actions=language.actions,
        columns={name: getattr(found, name) for name in COLUMNS},
        predictions=found.predictions,
        flags=found.flags,
        parts={"tokens": [dict(zip(_COLUMNS_OF_TOKENS, token, strict=True)) for token in found.tokens]},
        headline=lambda role, verdict: (
            f"{role}, {verdict} · {found.length} bits · {found.time:,} steps ({found.infer_time:,} once fitted)"
        ),
        lines=(f"Turning it upside down changes: {', '.join(raised) or 'nothing, so it imitates'}.",),
        tables=lambda: _tables(found),
    )


def _tables(found: Explanation) -> Iterable[Table]:
    from rich.table import Table

    table = Table(title="Tokens", title_justify="left")
    for name in ("token", "bits", "literal bits", "steps"):
        table.add_column(name, justify="left" if name == "token" else "right", overflow="fold")
    for text, bits, literal_bits, steps in found.tokens:
        table.add_row(text, str(bits), str(literal_bits or ""), str(steps))
    yield table
