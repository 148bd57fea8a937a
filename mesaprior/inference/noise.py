"""Noise models: how likely the teacher's actions are under a hypothesis that predicts some of them.

With h hits, m misses and k abstentions on the first n = h + m + k training rows, the likelihood is a product
of four factors, one in h, one in m, one in h + m and one in k. `log2_terms` tables the four, so that no
hypothesis costs more than four look-ups a row, and hypotheses with equal tallies have equal likelihoods to
the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mesaprior.errors import UsageError

HIT, MISS, SCORED, ABSTAINED = 0, 1, 2, 3
"""Rows of the tables that `log2_terms` returns: by h, by m, by h + m, by k."""


class NoiseModel(Protocol):
    """What a posterior asks of a noise model."""

    def log2_terms(self, n_rows: int, n_actions: int) -> np.ndarray:
        """Return the four tables of log2 factors, float64[4, n_rows + 1]."""
        ...

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of the predicted and of each other action on the next row."""
        ...


@dataclass(frozen=True)
class Noise:
    """The predicted action has probability 1 - eps, each other action eps/(A-1).

    Parameters
    ----------
    eps : float
        Probability of a miss, in [0, 1). With 0 a single miss rules a hypothesis out; 1 is refused, because
        it would rule out every hypothesis that is ever right.

    Raises
    ------
    UsageError
        If `eps` is outside [0, 1).
    """

    eps: float

    def __post_init__(self) -> None:
        if not 0 <= self.eps < 1:
            raise UsageError(
                f"noise {self.eps!r} is no share of misses; give a number from 0 up to but not including 1, "
                "such as 0.05."
            )

    def __str__(self) -> str:
        return _write(self.eps)

    def log2_terms(self, n_rows: int, n_actions: int) -> np.ndarray:
        """Return the tables of log2 factors by hits, misses, scored rows and abstentions.

        Parameters
        ----------
        n_rows : int
            The largest tally that is looked up.
        n_actions : int
            A, at least 2.

        Returns
        -------
        float64[4, n_rows + 1]
            Bits; -inf where a miss has probability 0.
        """
        count = np.arange(n_rows + 1)
        terms = np.zeros((4, n_rows + 1))
        terms[HIT] = count * math.log2(1 - self.eps)
        if self.eps > 0:
            terms[MISS] = count * (math.log2(self.eps) - math.log2(n_actions - 1))
        else:
            terms[MISS, 1:] = -np.inf
        terms[ABSTAINED] = -count * math.log2(n_actions)
        return terms

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of the predicted and of each other action on the next row.

        Parameters
        ----------
        hits, misses : int64[...]
            Tallies so far. They do not matter here: eps is known.
        n_actions : int
            A, at least 2.

        Returns
        -------
        predicted, other : float64[...]
            ``predicted + (A - 1) * other`` is 1.
        """
        shape = np.broadcast_shapes(np.shape(hits), np.shape(misses))
        return np.full(shape, 1 - self.eps), np.full(shape, self.eps / (n_actions - 1))


@dataclass(frozen=True)
class BetaNoise:
    """Like `Noise`, with eps integrated out for each hypothesis under a Beta(a, b) density.

    Parameters
    ----------
    a, b : float
        Pseudo-counts of misses and of hits, above 0 and finite.

    Raises
    ------
    UsageError
        If `a` or `b` is not a finite number above 0.

    Notes
    -----
    The likelihood of h hits and m misses is B(a + m, b + h) / B(a, b) * (A - 1)^-m. It is computed from
    rising factorials, (a)_m (b)_h / (a + b)_(m + h), summed with compensation: no large logarithms of the
    gamma function are subtracted from each other, so large pseudo-counts lose nothing.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        for name, value in (("a", self.a), ("b", self.b)):
            if not (value > 0 and math.isfinite(value)):
                raise UsageError(
                    f"noise beta:{self.a!r},{self.b!r} has {name}={value!r}; both pseudo-counts are finite "
                    "numbers above 0, such as beta:1,9."
                )

    def __str__(self) -> str:
        return f"beta:{_write(self.a)},{_write(self.b)}"

    def log2_terms(self, n_rows: int, n_actions: int) -> np.ndarray:
        """Return the tables of log2 factors by hits, misses, scored rows and abstentions.

        Parameters
        ----------
        n_rows : int
            The largest tally that is looked up.
        n_actions : int
            A, at least 2.

        Returns
        -------
        float64[4, n_rows + 1]
            Bits, all finite.
        """
        count = np.arange(n_rows + 1)
        terms = np.empty((4, n_rows + 1))
        terms[HIT] = _log2_rising(self.b, n_rows)
        terms[MISS] = _log2_rising(self.a, n_rows) - count * math.log2(n_actions - 1)
        terms[SCORED] = -_log2_rising(self.a + self.b, n_rows)
        terms[ABSTAINED] = -count * math.log2(n_actions)
        return terms

    def predictive(self, hits: np.ndarray, misses: np.ndarray, n_actions: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of the predicted and of each other action on the next row.

        Parameters
        ----------
        hits, misses : int64[...]
            Tallies so far; abstentions count in neither.
        n_actions : int
            A, at least 2.

        Returns
        -------
        predicted, other : float64[...]
            ``predicted + (A - 1) * other`` is 1.
        """
        scored = self.a + self.b + np.asarray(hits) + np.asarray(misses)
        return (self.b + hits) / scored, (self.a + misses) / (scored * (n_actions - 1))


def log2_likelihood(
    noise: NoiseModel,
    hits: np.ndarray,
    misses: np.ndarray,
    abstained: np.ndarray,
    n_actions: int,
) -> np.ndarray:
    """Return the log2 likelihood of tallies under a noise model.

    Parameters
    ----------
    noise : NoiseModel
        `Noise` or `BetaNoise`.
    hits, misses, abstained : int64[...]
        Tallies over training rows, of one shape.
    n_actions : int
        A, at least 2.

    Returns
    -------
    float64[...]
        Bits, -inf where the likelihood is 0.
    """
    hits, misses, abstained = np.broadcast_arrays(hits, misses, abstained)
    scored = hits + misses
    n_rows = int(max(scored.max(initial=0), abstained.max(initial=0)))
    terms = noise.log2_terms(n_rows, n_actions)
    return terms[HIT][hits] + terms[MISS][misses] + terms[SCORED][scored] + terms[ABSTAINED][abstained]


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


def _read(text: str) -> float:
    """Return a decimal number; underscores, which Python allows inside, are refused."""
    if "_" in text:
        raise ValueError(text)
    return float(text)


def _write(value: float) -> str:
    """Return a number that reads back as itself, whole numbers without a point."""
    return str(int(value)) if value == int(value) else repr(value)


def _log2_rising(start: float, n: int) -> np.ndarray:
    """Return log2 of start * (start + 1) * ... * (start + k - 1) for k = 0..n, by compensated summation."""
    table = np.zeros(n + 1)
    total = carry = 0.0
    for k in range(n):
        term = math.log2(start + k) - carry
        new_total = total + term
        carry = (new_total - total) - term
        total = new_total
        table[k + 1] = total
    return table
