"""The speed prior of FAST and its closed form, program by program and in total."""

from __future__ import annotations

import math

import numpy as np

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import tally
from mesaprior.inference.theorems.hypothesis_class import log2_ratio
from mesaprior.inference.theorems.theorem import Theorem, failing

SATURATED = 2**62
"""Steps at which times stop to count."""

_SOURCE = "D. Filan, J. Leike and M. Hutter, Loss bounds and time complexity for speed priors, 2016"
_SCHMIDHUBER = "J. Schmidhuber, The speed prior, 2002; " + _SOURCE
_PHASES = "S_Fast, the sum over phases i >= k of 2^-i 2^-length, with k = length + ceil(log2 time)"
_STATEMENTS = (
    ("S_Fast, lower", "sum of 2^(-2 length)/time <= S_Fast", _SCHMIDHUBER),
    ("S_Fast, upper", "S_Fast <= 2 * sum of 2^(-2 length)/time", _SCHMIDHUBER),
    ("S_Fast, per program", "largest S_Fast / (2^(-2 length)/time) of a program <= 2, all above 1", _SCHMIDHUBER),
)
_KT = ("S_Fast and Kt", "log2 S_Fast(x) <= 1 - Kt(x), x the training actions", _SOURCE)


def speed_theorems(census: Census, log: ImitationLog) -> list[Theorem]:
    """Evaluate the identity of S_Fast and its bound by Kt, for any prior of the question.

    Parameters
    ----------
    census : Census
        Needs whole lengths, and times that did not saturate.
    log : ImitationLog

    Notes
    -----
    Terms are powers of two over times, exact integers; each ratio is rounded once. Phases beyond k add up to
    2^(1-k-length) exactly. Time is O(G log G) for G groups.
    """
    length, time = census.columns["length"], census.columns["time"]
    fails = _fails(length, time)
    if fails:
        return [failing(*statement, fails) for statement in (*_STATEMENTS, _KT)]
    pairs, group = np.unique(np.stack([length.astype(np.int64), time]), axis=1, return_inverse=True)
    group = group.reshape(-1)
    total = _counts(census, group, pairs.shape[1])
    least = int(pairs[0].min())
    fast, plain = _sums(pairs, total, least)
    # 2 t / 2^ceil(log2 t), of each time that occurs.
    ratios = [(2 * t) / 2 ** _ceil_log2(t) for t in np.unique(pairs[1]).tolist()]
    where = f"all {census.n_programs:,} programs counted"
    greatest = max(ratios) if min(ratios) > 1 else math.nan
    lower, upper, each = _STATEMENTS
    scale = f"{where}; both sides times 2^{2 * least}"
    return [
        Theorem(*lower, "<=", plain, fast, scale),
        Theorem(*upper, "<=", fast, 2 * plain, scale),
        Theorem(*each, "<=", greatest, 2.0, f"{where}; least {min(ratios):.6g}; {_PHASES}"),
        _kt(census, log, pairs, group),
    ]


def _fails(length: np.ndarray, time: np.ndarray) -> str | None:
    """Return the reason why phases cannot be counted, if there is one."""
    if (length != np.floor(length)).any():
        return "lengths are no whole numbers of bits here, and phases are"
    if (time < 1).any() or (time >= SATURATED).any():
        return "some times are beyond the 1 to 2^62 - 1 steps that are told apart"
    return None


def _kt(census: Census, log: ImitationLog, pairs: np.ndarray, group: np.ndarray) -> Theorem:
    """Return the bound on S_Fast of the training actions by the least Kt among the programs that give them."""
    total = _counts(census, group, pairs.shape[1])
    longest = int(pairs[0].max())
    kraft = sum(n << (longest - bits) for bits, n in zip(pairs[0].tolist(), total, strict=True))
    if kraft > 1 << longest:
        return failing(*_KT, f"lengths are of no prefix code: their Kraft sum is {kraft / (1 << longest):.6g}, above 1")
    hits = tally(census, log, np.arange(log.n_training)).hits
    giving = hits[census.behaviour_id] == log.n_training
    if not giving.any():
        return failing(*_KT, "no counted program gives all training actions")
    mine = _counts(census, group, pairs.shape[1], giving)
    live = [k for k, n in enumerate(mine) if n]
    least = min(int(pairs[0, k]) for k in live)
    fast, _ = _sums(pairs[:, live], [mine[k] for k in live], least)
    kt = min(bits + math.log2(steps) for bits, steps in pairs[:, live].T.tolist())
    left = math.log2(fast) - 2 * least
    where = f"{sum(mine):,} programs that give all {log.n_training} training actions; Kt = {kt:.6g} bits"
    return Theorem(*_KT, "<=", left, 1 - kt, where)


def _counts(census: Census, group: np.ndarray, size: int, keep: np.ndarray | None = None) -> list[int]:
    """Return exact numbers of programs by pair of length and time."""
    count = census.count if keep is None else np.where(keep, census.count, np.uint64(0))
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(size))
    low = np.add.reduceat((count & np.uint64(0xFFFFFFFF))[order], start).tolist()
    high = np.add.reduceat((count >> np.uint64(32))[order], start).tolist()
    return [lower + (upper << 32) for lower, upper in zip(low, high, strict=True)]


def _sums(pairs: np.ndarray, total: list[int], least: int) -> tuple[float, float]:
    """Return S_Fast and the sum of 2^(-2 length)/time, both times 2^(2 * least)."""
    fast: list[float] = []
    plain: list[float] = []
    for (bits, steps), n in zip(pairs.T.tolist(), total, strict=True):
        down = 2 * (bits - least)
        fast.append(2.0 ** (1 + log2_ratio(n, 1 << (down + _ceil_log2(steps)))))
        plain.append(2.0 ** log2_ratio(n, steps << down))
    return math.fsum(fast), math.fsum(plain)


def _ceil_log2(steps: int) -> int:
    """Return the least k with 2^k at least as large."""
    return (steps - 1).bit_length()
