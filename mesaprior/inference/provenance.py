"""Provenance: everything that a result depends on, as plain data, so that it can be reproduced."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.versions import versions
from mesaprior.inference.request import Request

if TYPE_CHECKING:
    from mesaprior.inference.bayes.weights import Prior


def provenance_of(question: Request, **settings: Any) -> dict[str, Any]:
    """Return what a result depends on, as plain data: versions, language, log, bounds, and the settings given."""
    about = facts_of_space(question.space)
    return {
        "versions": versions(),
        "space": question.space.name,
        "language": about["language"],
        "log": facts_of_log(question.log),
        "bounds": about["bounds"],
    } | settings


def facts_of_log(log: ImitationLog) -> dict[str, str]:
    """Return the facts that identify a log."""
    return {"source": Path(log.source).name, "digest": log.digest}


def facts_of_space(space: Space) -> dict[str, Any]:
    """Return the language, if there is one, and the bounds of a space as plain data."""
    language, described = space.language, None
    if language is not None:
        described = {"source": Path(language.source).name, "digest": language.digest} | language.to_dict()
    return {"language": described, "bounds": space.bounds}


def prior_facts(prior: Prior | None, varied: Collection[str] = ()) -> dict[str, Any] | None:
    """Return what a result says of its prior, as plain data; one of your own need not have a formula or parameters.

    Parameters
    ----------
    prior : Prior or None
    varied : collection of str
        Parameters that have no value of their own, and are left out.
    """
    if prior is None:
        return None
    return {"name": prior.name, "formula": getattr(prior, "text", None), "parameters": _parameters(prior, varied)}


def prior_text(prior: Prior, varied: Collection[str] = ()) -> str:
    """Return a prior as headers tell it: its name, and in brackets its parameters but for those that vary."""
    parameters = ", ".join(f"{name}={value:g}" for name, value in _parameters(prior, varied).items())
    return f"{prior.name} ({parameters})" if parameters else prior.name


def _parameters(prior: Prior, varied: Collection[str]) -> dict[str, float]:
    parameters: Mapping[str, float] = getattr(prior, "parameters", {})
    return {name: value for name, value in parameters.items() if name not in varied}


def facts_of_codes(log: ImitationLog, n_actions: int) -> dict[str, dict[str, int]]:
    """Return the code of each label by column, for the action always, as plain data."""
    codes = {column: dict(labels) for column, labels in log.codes.items()}
    actions = codes.pop("action", {})
    known = set(actions.values())
    unknown = {log.label("action", code): code for code in range(n_actions) if code not in known}
    return {"action": actions | unknown} | codes
