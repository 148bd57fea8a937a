"""New priors from old ones: mixtures, tempering, and a random bound on time. Each is again a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from mesaprior.errors import UsageError
from mesaprior.priors.catalogue import find_entry
from mesaprior.priors.formula import LARGEST, SMALLEST, is_in_range, number_text
from mesaprior.priors.prior import FormulaPrior

_NAME_OR_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[A-Za-z_][A-Za-z0-9_]*")
"""Numbers are matched too, so that the e of one is not taken for a name."""


def mixture(priors: Sequence[FormulaPrior], weights: Sequence[float]) -> FormulaPrior:
    """Return the mixture of priors: a program's weight is the weighted sum of its weights under them.

    Parameters
    ----------
    priors : sequence of FormulaPrior
        At least one. Their weights are added as they are, not normalized first.
    weights : sequence of float
        One for each, above 0 and finite.

    Raises
    ------
    UsageError
        If there are no priors, or not a weight above 0 for each.

    Notes
    -----
    The mixture is never below any part times its weight, so its regret against the best part is at most -log2 of the
    weight, in bits (M. Li and P. Vitanyi, An Introduction to Kolmogorov Complexity and Its Applications, section 4.5).
    """
    if not priors or len(priors) != len(weights):
        raise UsageError(f"a mixture of {len(priors)} priors has {len(weights)} weights; give one or more of both.")
    for weight in weights:
        _check(weight, "weight")
    parts = [f"{_number(weight)}*({inline(prior)})" for prior, weight in zip(priors, weights, strict=True)]
    return _prior(" + ".join(parts))


def tempered(prior: FormulaPrior, temperature: float) -> FormulaPrior:
    """Return a prior flattened (temperature above 1) or sharpened (below): weights to the power 1/temperature.

    Parameters
    ----------
    prior : FormulaPrior
    temperature : float
        Above 0 and finite; 1 changes nothing.

    Raises
    ------
    UsageError
        If the temperature is out of range.
    """
    _check(temperature, "temperature")
    return _prior(f"({inline(prior)})**(1/{_number(temperature)})")


def capped(bounds: Mapping[float, float], prior: FormulaPrior | None = None) -> FormulaPrior:
    """Return a prior under a random hard bound on time, with a prior over bounds.

    Parameters
    ----------
    bounds : mapping of float to float
        The weight, above 0, of each bound T in steps, above 0.
    prior : FormulaPrior, optional
        What programs within the bound weigh; simplicity by default.

    Returns
    -------
    FormulaPrior
        The prior times the weight of all bounds that the time keeps: programs over the last bound have weight 0.

    Raises
    ------
    UsageError
        If there are no bounds, or a bound or a weight is out of range.
    """
    if not bounds:
        raise UsageError("there are no bounds to draw from; give one or more, each with its weight.")
    for bound, weight in bounds.items():
        _check(bound, "bound")
        _check(weight, "weight")
    ordered = sorted(bounds)
    # The bounds that a time keeps are those from itself on.
    kept = [math.fsum(bounds[other] for other in ordered if other >= bound) for bound in ordered]
    pairs = ", ".join(f"({_number(share)}, time <= {_number(T)})" for T, share in zip(ordered, kept, strict=True))
    return _prior(f"({inline(prior) if prior else 'simplicity'}) * Piecewise({pairs}, (0, True))")


def inline(prior: FormulaPrior) -> str:
    """Return the formula of a prior with the values of its parameters written into it."""

    def replacement(match: re.Match[str]) -> str:
        name = match.group()
        if name in prior.parameters:
            return f"({_number(prior.parameters[name])})"
        entry = find_entry(name)
        return f"({_NAME_OR_NUMBER.sub(replacement, entry.text)})" if entry else name

    return _NAME_OR_NUMBER.sub(replacement, prior.text)


def _check(value: float, name: str) -> None:
    """Refuse a number that no formula can have, or that is not above 0."""
    if not (value > 0 and is_in_range(value)):
        raise UsageError(f"{name} {number_text(value)} is out of range; give one from {SMALLEST} to {LARGEST}.")


def _number(value: float) -> str:
    """Return a number in formula syntax, so that it is read back exactly."""
    whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if whole else repr(float(value))


def _prior(text: str) -> FormulaPrior:
    return FormulaPrior(text, text)
