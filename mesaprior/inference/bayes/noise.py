"""Noise models: how likely the teacher's actions are under a hypothesis that predicts some of them.

Only tallies count: h hits, m misses and k abstentions on the first n = h + m + k training rows. Hypotheses with equal
tallies have equal likelihoods. Sizes: A actions; c = (A - 1)/A is the miss rate of chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.cut import (
    SHORT,
    chance,
    flat,
    log2_of_tallies,
    mean_miss_rates,
    tables_of_beta,
    tables_of_factors,
    tables_of_short_logs,
)

if TYPE_CHECKING:
    from mesaprior.inference.bayes.kernels import Tables

LEAST_COUNT, MOST_COUNT = 1e-100, 1e15
"""Pseudo-counts of a `BetaNoise`: beyond these a row more or less is lost in rounding."""

FEW_ROWS = 256
"""With so many rows, columns cost less than the integrals of a few tallies."""


class NoiseModel(Protocol):
    """What a posterior asks of a noise model: how likely tallies are, and what they say of the next row.

    A model of your own whose likelihood is a product of factors returns `cut.tables_of_factors` of them.
    """

    def tables(self, n_rows: int, n_actions: int) -> Tables:
        """Return how likely all tallies of up to `n_rows` rows are.

        Raises
        ------
        UsageError
            If the model does not fit that number of actions.
        """
        ...

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of the predicted and of each other action on the next row, float64[...] each.

        ``predicted + (A - 1) * other`` is 1; abstentions count in neither tally.
        """
        ...


@dataclass(frozen=True)
class Noise:
    """The predicted action has probability 1 - eps, each other action eps/(A-1).

    Parameters
    ----------
    eps : float
        Probability of a miss, in [0, 1). With 0 a single miss rules a hypothesis out. Where it is used it is at most
        c = (A-1)/A: above that, the predicted action would be less likely than any other.

    Raises
    ------
    UsageError
        If `eps` is outside [0, 1); by `check` and all that needs A, if it is above c.
    """

    eps: float

    def __post_init__(self) -> None:
        if not 0 <= self.eps < 1:
            raise UsageError(
                f"noise {_write(self.eps)} is no miss rate; give a number from 0 up to but not including 1, "
                "such as 0.05."
            )

    def __str__(self) -> str:
        return _write(self.eps)

    def check(self, n_actions: int) -> None:
        """Refuse an error rate above that of guessing among A actions.

        Raises
        ------
        UsageError
            If `eps` is above (A-1)/A.
        """
        if self.eps > chance(n_actions):
            raise UsageError(
                f"noise {_write(self.eps)} is above {chance(n_actions):.6g}, the miss rate of chance with {n_actions} "
                "actions: what a program predicts would be the least likely action; give at most "
                f"{n_actions - 1}/{n_actions}."
            )

    def tables(self, n_rows: int, n_actions: int) -> Tables:
        """See `NoiseModel`. Factors are -inf where a miss has probability 0."""
        self.check(n_actions)
        count = np.arange(n_rows + 1)
        factors = np.zeros((4, n_rows + 1))
        factors[0] = count * math.log2(1 - self.eps)
        if self.eps > 0:
            factors[1] = count * (math.log2(self.eps) - math.log2(n_actions - 1))
        else:
            factors[1, 1:] = -np.inf
        factors[3] = -count * math.log2(n_actions)
        return tables_of_factors(factors)

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """See `NoiseModel`. Tallies do not matter here: eps is known."""
        self.check(n_actions)
        shape = np.broadcast_shapes(np.shape(hits), np.shape(misses))
        return np.full(shape, 1 - self.eps), np.full(shape, self.eps / (n_actions - 1))


@dataclass(frozen=True)
class BetaNoise:
    """Like `Noise`, with eps integrated out for each hypothesis under a Beta(a, b) density truncated at c.

    Parameters
    ----------
    a, b : float
        Pseudo-counts of misses and of hits, `LEAST_COUNT` to `MOST_COUNT`.

    Raises
    ------
    UsageError
        If `a` or `b` is out of range.

    Notes
    -----
    The likelihood of h hits and m misses is B(c; a + m, b + h) / B(c; a, b) * (A - 1)^-m, B the incomplete beta
    function; see `cut.tables_of_beta`. Within one call, equal tallies have equal likelihoods to the bit; those of logs
    of more than `FEW_ROWS` rows may differ from the ones that masses by prefix are made of by some 1e-12.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        for name, value in (("a", self.a), ("b", self.b)):
            if not LEAST_COUNT <= value <= MOST_COUNT:
                raise UsageError(
                    f"noise {self} has {name}={_write(value)}; both pseudo-counts are numbers above 0 "
                    f"({LEAST_COUNT:g} to {MOST_COUNT:g}), such as beta:1,9."
                )

    def __str__(self) -> str:
        return f"beta:{_write(self.a)},{_write(self.b)}"

    def tables(self, n_rows: int, n_actions: int) -> Tables:
        """See `NoiseModel`. Every likelihood is above 0."""
        made = tables_of_short_logs if n_rows <= SHORT else tables_of_beta
        return made(self.a, self.b, n_rows, n_actions)

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """See `NoiseModel`. The predicted action has 1 - B(c; a + m + 1, b + h) / B(c; a + m, b + h), at least 1/A."""
        shape, (hits, misses) = flat(hits, misses)
        miss = mean_miss_rates(self.a, self.b, hits, misses, n_actions).reshape(shape)
        return 1 - miss, miss / (n_actions - 1)


DEFAULT_NOISE = BetaNoise(1, 9)
"""The noise where none is given, in Python and at the command line: eps integrated out, near 0.1."""


def log2_likelihood(
    noise: NoiseModel,
    hits: NDArray[np.int64],
    misses: NDArray[np.int64],
    abstained: NDArray[np.int64],
    n_actions: int,
) -> NDArray[np.float64]:
    """Return the log2 likelihood of tallies under a noise model.

    Parameters
    ----------
    noise : NoiseModel
        `Noise`, `BetaNoise`, or one of your own.
    hits, misses, abstained : int64[...]
        Tallies over training rows, of one shape.
    n_actions : int
        A, at least 2.

    Returns
    -------
    float64[...]
        Bits, -inf where the likelihood is 0.

    Raises
    ------
    UsageError
        If the noise model does not fit that number of actions.
    """
    n_rows = max(int(np.max(counts, initial=0)) for counts in (np.add(hits, misses), abstained))
    tables = noise.tables(n_rows, n_actions)
    return log2_of_tallies(tables, hits, misses, abstained, has_columns=n_rows <= FEW_ROWS)


def parse_noise(text: str) -> Noise | BetaNoise:
    """Read a noise model as written on the command line: ``0.05`` or ``beta:1,9``.

    Parameters
    ----------
    text : str
        A number in [0, 1), or ``beta:`` and two numbers above 0 with a comma between them.

    Raises
    ------
    UsageError
        If the text is anything else; the message quotes it.
    """
    kind, colon, rest = text.strip().partition(":")
    try:
        numbers = [_read(part) for part in (rest if colon else kind).split(",")]
    except ValueError:
        numbers = []
    if colon and kind.strip() == "beta" and len(numbers) == 2:
        return BetaNoise(*numbers)
    if not colon and len(numbers) == 1:
        return Noise(*numbers)
    raise UsageError(
        f"noise {text!r} is not understood; write the share of misses, such as 0.05, or beta:a,b, such as beta:1,9."
    )


def noise_of(noise: NoiseModel | str | float) -> NoiseModel:
    """Return a noise model as it is, or the one that a number or a text stands for; see `parse_noise`.

    Raises
    ------
    UsageError
        If it stands for none.
    """
    if isinstance(noise, str):
        return parse_noise(noise)
    if isinstance(noise, int | float | np.number):
        return Noise(float(noise))
    if not hasattr(noise, "predictive"):
        raise UsageError(f"noise={noise!r} is no noise; give a share of misses, such as 0.05, or 'beta:1,9'.")
    return noise


def _read(text: str) -> float:
    """Return a decimal number; underscores, which Python allows inside, are refused."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _write(value: float) -> str:
    """Return a number that reads back as itself, whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else repr(value)
