"""The summary of one program: what it does, why it has its role, how it fits the log."""

from __future__ import annotations

from collections.abc import Sequence

from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of, shown
from mesaprior.inference.bayes.assessment import Assessment
from mesaprior.inference.bayes.fit import always_of
from mesaprior.inference.bayes.roles import IMITATOR, ROLES
from mesaprior.inference.glossing import by_situation, gloss_of_policy
from mesaprior.inference.summaries.posterior import LATER

BY_ROLE = {
    "planner": "Inverting its search changes what it does, so it is a planner",
    "learner": "Inverting its fit changes what it does, so it is a learner",
    "planner+learner": "Inverting its search changes what it does and so does inverting its fit, so it is both",
}
"""Why optimizers have their role."""


def gloss_of_explained(explained: Explained, log: ImitationLog) -> str:
    """Return what a program does in a phrase, from its syntax or else from its actions; empty where there is none."""
    if (action := always_of(explained.predictions["intact"])) is not None:
        return f"always {shown(log.label('action', action))}"
    if explained.gloss or explained.lesions is not None:
        return explained.gloss
    return gloss_of_policy(by_situation(explained.predictions["intact"], log).tolist(), log)


def summarize_program(assessed: Assessment) -> str:
    """Return what a program does, why it has its role, and how it does on the log."""
    explained = assessed.explained
    words = gloss_of_explained(explained, assessed.log)
    does = [f"What it does: {words}."] if words else []
    n = assessed.log.n_training
    hits = "right on every training row"
    if assessed.hits < n:
        hits = f"right on {assessed.hits:,} of {number_of(n, 'training row')}"
    later = f" and {LATER[assessed.verdict]}" if assessed.verdict in LATER else "; no later row judges it"
    if explained.lesions is None:
        return " ".join([*does, f"It is {hits}{later}."])
    return " ".join([*does, f"{_role(assessed.role, explained.lesions)}; it is {hits}{later}."])


def _role(role: str, lesions: Sequence[str]) -> str:
    """Return why a program has its role."""
    if role != ROLES[IMITATOR]:
        return BY_ROLE[role]
    if not lesions:
        return "It has neither a search nor a fit, so it only imitates"
    return f"Inverting its {' or its '.join(lesions)} changes nothing on this log, so it counts as an imitator"
