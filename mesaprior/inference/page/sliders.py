"""Where the sliders of a page stand when it is opened: the prior and the noise that were asked for."""

from __future__ import annotations

from typing import Any

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.noise import BetaNoise, Noise, NoiseModel
from mesaprior.priors.prior import FormulaPrior

_SHAPES: dict[str, dict[str, Any]] = {
    "uniform": {"weight": 0.0},
    "simplicity": {},
    "bounded": {"bound": "hard"},
    "bounded_soft": {"bound": "soft"},
    "levin": {"alpha": 1.0},
    "speed": {},
    "s_fast": {"weight": 2.0, "alpha": 1.0},
}
"""What each prior of the catalogue that the sliders reach sets, beside its own parameters."""


def is_reached(prior: FormulaPrior) -> bool:
    """Tell whether the sliders of a page reach a prior."""
    return prior.name in _SHAPES


def start_of_prior(prior: FormulaPrior) -> dict[str, Any]:
    """Return a prior as the sliders show it.

    Parameters
    ----------
    prior : FormulaPrior

    Returns
    -------
    dict of str to Any
        ``weight`` (bits for a bit of length), ``alpha`` (bits for a doubling of the time), ``bound`` (``none``,
        ``hard`` or ``soft``) with ``T`` (steps), and ``temperature``.

    Raises
    ------
    UsageError
        If the sliders do not reach it.
    """
    if not is_reached(prior):
        raise UsageError(
            f"prior {prior.name!r} is none that the sliders of a page reach; start from one of "
            f"{', '.join(_SHAPES)}, or ask `mesaprior infer`."
        )
    start = {"weight": 1.0, "alpha": 0.0, "bound": "none", "T": 1024.0, "temperature": 1.0} | _SHAPES[prior.name]
    return start | {name: float(value) for name, value in prior.parameters.items()}


def start_of_noise(noise: NoiseModel) -> dict[str, Any]:
    """Return a noise model as the sliders show it: ``kind`` (``fixed`` or ``beta``), ``eps``, ``a`` and ``b``.

    Raises
    ------
    UsageError
        If it is a model of one's own.
    """
    start: dict[str, Any] = {"kind": "beta", "eps": 0.05, "a": 1.0, "b": 9.0}
    if isinstance(noise, Noise):
        return start | {"kind": "fixed", "eps": noise.eps}
    if isinstance(noise, BetaNoise):
        return start | {"a": noise.a, "b": noise.b}
    raise UsageError(f"noise {noise} is none that the sliders of a page reach; give a share of misses or 'beta:a,b'.")
