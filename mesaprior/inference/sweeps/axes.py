"""The axes of a sweep: which quantities can be varied, and over which values.

Sizes: V values of an axis, N training rows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.cut import chance
from mesaprior.inference.bayes.noise import BetaNoise, Noise, NoiseModel
from mesaprior.inference.bayes.weights import Prior, prior_of

NOISE, MISSES, HITS, ROWS, MAX_BITS = "noise", "a", "b", "n", "max_bits"
"""Names of the axes that belong to no prior."""

AXES = {
    NOISE: "the known share of misses, from 0 to that of chance, (A - 1)/A",
    MISSES: "the pseudo-count of misses of a noise beta:a,b, above 0",
    HITS: "the pseudo-count of hits of a noise beta:a,b, above 0",
    ROWS: "the number of training rows used, a whole number from 0",
    MAX_BITS: "the length bound, in bits",
}
"""What these axes are."""

MOST_CELLS = 1_000_000
"""Largest number of cells of a sweep."""


@dataclass(frozen=True, eq=False)
class Axes:
    """Checked axes of a sweep, by what they vary.

    Attributes
    ----------
    values : dict of str to float64[V]
        Values of each axis in the order in which they were named, ascending.
    of_prior : tuple of str
        Those that are parameters of the prior, the one of most values last.
    of_noise : tuple of str
        Those of the noise.
    noises : tuple of NoiseModel
        The noise at each combination of the values of the axes of the noise, the last varying fastest.
    """

    values: dict[str, np.ndarray]
    of_prior: tuple[str, ...]
    of_noise: tuple[str, ...]
    noises: tuple[NoiseModel, ...] = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each axis."""
        return tuple(len(values) for values in self.values.values())

    def of(self, name: str, otherwise: float) -> list[float]:
        """Return the values of an axis, or its fixed value if it is not varied."""
        return self.values[name].tolist() if name in self.values else [otherwise]


def prior_over(
    prior: Prior | str, examples: Mapping[str, float], parameters: Mapping[str, float] | None = None
) -> Prior:
    """Return a prior, from a name or a formula too, in which some parameters vary and so have no fixed value.

    Parameters
    ----------
    prior : Prior or str
    examples : mapping of str to float
        A value of each thing that varies, whether it is a parameter of the prior or not.
    parameters : mapping of str to float, optional
        Values of those that do not vary.

    Raises
    ------
    UsageError
        As `prior_of`.
    """
    if not isinstance(prior, str):
        return prior_of(prior, parameters)
    from mesaprior.priors.prior import describe_prior

    known = describe_prior(prior).parameters
    varied = {name: value for name, value in examples.items() if name in known}
    return prior_of(prior, {**(parameters or {}), **varied})


def check_axes(
    over: Mapping[str, Sequence[float] | np.ndarray], census: Census, prior: Prior, noise: NoiseModel, n_training: int
) -> Axes:
    """Check the axes of a sweep and sort them by what they vary.

    Parameters
    ----------
    over : mapping of str to float64[V]
        Values by the name of an axis: a parameter of the prior, or one of `AXES`.
    census : Census
    prior : Prior
    noise : NoiseModel
        Where no axis varies it.
    n_training : int
        N.

    Raises
    ------
    UsageError
        If there is no axis or one that nothing here has, values are out of range or not ascending, axes exclude each
        other, or there are too many cells.
    """
    if not over:
        raise UsageError("a sweep needs something to vary; name an axis, such as alpha=0:8:0.1.")
    values = {name: np.asarray(given, dtype=np.float64).reshape(-1) for name, given in over.items()}
    parameters = tuple(getattr(prior, "parameters", {}))
    for name in values:
        _check_name(name, parameters, prior, noise, values)
    n_cells = math.prod(len(column) for column in values.values())
    if n_cells > MOST_CELLS:
        raise UsageError(
            f"the sweep has {n_cells:,} cells, and {MOST_CELLS:,} are allowed; take fewer values of an axis."
        )
    for name, column in values.items():
        _check_values(name, column, census, n_training)
    of_prior = sorted((name for name in values if name in parameters), key=lambda name: len(values[name]))
    of_noise = [name for name in values if name in (NOISE, MISSES, HITS)]
    return Axes(values, tuple(of_prior), tuple(of_noise), _noises(values, of_noise, noise))


def _check_name(
    name: str, parameters: Sequence[str], prior: Prior, noise: NoiseModel, others: Mapping[str, np.ndarray]
) -> None:
    """Refuse an unknown axis, or one that cannot be combined with the others."""
    if name in AXES and name in parameters:
        raise UsageError(
            f"the axis {name!r} is {AXES[name]}, and the prior {prior.name[:60]!r} has a parameter of the same name; "
            "give the parameter another name."
        )
    if name not in AXES and name not in parameters:
        has = ", ".join((*parameters, *AXES))
        raise UsageError(f"there is no {name[:40]!r} to vary with the prior {prior.name[:60]!r}; there are {has}.")
    if name in (MISSES, HITS):
        if NOISE in others:
            raise UsageError(
                f"the axes {NOISE!r} and {name!r} exclude each other, as {name!r} is {AXES[name]}; vary one."
            )
        if not isinstance(noise, BetaNoise):
            raise UsageError(
                f"the axis {name!r} is {AXES[name]}, and the noise is {noise}; give the noise as beta:a,b."
            )


def _check_values(name: str, values: np.ndarray, census: Census, n_training: int) -> None:
    """Refuse values that an axis cannot have. Those of a prior are checked where it is computed."""
    if not len(values):
        raise UsageError(f"the axis {name!r} has no values; give at least one.")
    for value in values[~np.isfinite(values)][:1]:
        raise UsageError(f"the axis {name!r} has the value {value}; values are finite numbers.")
    for place in np.flatnonzero(np.diff(values) <= 0)[:1]:
        raise UsageError(
            f"the axis {name!r} goes from {values[place]:g} to {values[place + 1]:g}; its values must be ascending."
        )
    least, most = float(values[0]), float(values[-1])
    if name == NOISE and not (least >= 0 and most <= chance(census.n_actions)):
        wrong = least if least < 0 else most
        raise UsageError(
            f"the axis {name!r} has the value {wrong:g}; it is {AXES[name]}, which is "
            f"{chance(census.n_actions):.6g} with {census.n_actions} actions."
        )
    if name in (MISSES, HITS) and least <= 0:
        raise UsageError(f"the axis {name!r} has the value {least:g}; it is {AXES[name]}.")
    if name == ROWS:
        wrong = values[(values != np.floor(values)) | (values < 0) | (values > n_training)]
        if len(wrong):
            raise UsageError(
                f"the axis {name!r} has the value {wrong[0]:g}; it is {AXES[name]} to {n_training} with this log."
            )
    bound = census.bounds.get("max_bits")
    if name == MAX_BITS and bound is not None and most > bound:
        raise UsageError(
            f"the axis {name!r} has the value {most:g}, and the census counted up to {bound} bits; stay below, or "
            "count a larger one."
        )


def _noises(values: Mapping[str, np.ndarray], names: Sequence[str], noise: NoiseModel) -> tuple[NoiseModel, ...]:
    if not names:
        return (noise,)
    if NOISE in names:
        return tuple(Noise(eps) for eps in values[NOISE].tolist())
    assert isinstance(noise, BetaNoise)
    models: list[NoiseModel] = []
    for combination in itertools.product(*(values[name].tolist() for name in names)):
        given = dict(zip(names, combination, strict=True))
        models.append(BetaNoise(given.get(MISSES, noise.a), given.get(HITS, noise.b)))
    return tuple(models)
