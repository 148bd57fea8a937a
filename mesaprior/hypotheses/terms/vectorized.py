"""What a census tells apart, by NumPy: for work that is over before kernels would be compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.terms.kernels import Layout


def with_zeros(values: np.ndarray, width: int) -> np.ndarray:
    """Return rows with zeros behind them."""
    out = np.zeros((len(values), width), dtype=np.uint8)
    out[:, : values.shape[1]] = values
    return out


def signature_rows(
    values: np.ndarray, layout: Layout, size: int, with_flags: bool, is_later: np.ndarray
) -> NDArray[np.uint8]:
    """Return what a census tells apart, uint8[n, size], as `kernels.signature_rows`; `size` is padded."""
    V, Q = layout.V, layout.Q
    actions = layout.action_of[values[:, : V * Q]]
    if not with_flags:
        return with_zeros(actions, size)
    out = np.zeros((len(values), size), dtype=np.uint8)
    actions = actions.reshape(-1, V, Q)
    intact = actions[:, 0]
    later = is_later.astype(np.bool_)
    out[:, :Q] = intact[:, layout.order]
    for place, variant in ((Q, max(layout.search_variant, 0)), (Q + 2, layout.learning_variant)):
        differs = actions[:, variant] != intact
        out[:, place] = differs[:, ~later].any(axis=1)
        out[:, place + 1] = differs[:, later].any(axis=1)
    at = Q + 4
    for variant in range(layout.first_intervention, V):
        differs = actions[:, variant] != intact
        for rows, n_digits in ((~later, layout.train_digits), (later, layout.later_digits)):
            number = differs[:, rows] @ layout.n_rows[rows]
            for place in reversed(range(n_digits)):
                out[:, at + place] = number & ((1 << layout.digit_bits) - 1)
                number = number >> layout.digit_bits
            at += n_digits
    return out
