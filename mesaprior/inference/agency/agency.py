"""Agency: how few policies serve a utility as well as a behaviour does, against the bits of the utility."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import TRAIN, ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.meaning import Meaning
from mesaprior.hypotheses.terms.program import Y, format_program, length_of, parse_program
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.inference.bayes.weights import Weighed

AGENT, NO_AGENT, UNDECIDED = 0, 1, 2
"""Codes of what a behaviour is with respect to a utility."""

MOST_TOTALS = 2**22
"""Sums that counting all maps by their totals may form in one situation."""

AGENCIES = ("agent-like", "not agent-like", "undecided")
"""Their names, by code."""


@dataclass(frozen=True, eq=False)
class Utility:
    """What each action is worth in each situation that is judged.

    Attributes
    ----------
    name : str
        Its term, or what the user calls it.
    bits : float
        K(U), what it takes to write it down.
    row : int64[S]
        Last row of the log in each distinct situation that is judged, ascending.
    value : int64[S, A]
    """

    name: str
    bits: float
    row: NDArray[np.int64]
    value: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Agency:
    """How well the behaviours of a census serve a utility.

    Attributes
    ----------
    utility : Utility
    total : int64[B]
        Utility of each behaviour, summed over the situations; where it abstains, that of the worst action.
    g_uniform : float64[B]
        -log2 of the share of all maps from these situations to actions that do at least as well; bits.
    g_prior : float64[B]
        The same share of the prior over the census; inf where no program of any weight does as well.
    verdict : int64[B]
        Code, see `AGENCIES`: agent-like where `g_uniform` exceeds K(U); undecided where no map could.
    """

    utility: Utility
    total: NDArray[np.int64]
    g_uniform: NDArray[np.float64]
    g_prior: NDArray[np.float64]
    verdict: NDArray[np.int64]


def judged_rows(log: ImitationLog) -> np.ndarray:
    """Return the last row in each distinct situation of the later rows, or of the log where there are none."""
    later = np.flatnonzero(log.split != TRAIN)
    rows = later if len(later) else np.arange(log.n_rows)
    last = {int(log.row_situation[row]): int(row) for row in rows}
    return np.array(sorted(last.values()), dtype=np.int64)


def term_utility(text: str, language: Language, log: ImitationLog) -> Utility:
    """Read a utility that is written as a term with ``y`` for the action, such as ``(eq y c)``.

    Parameters
    ----------
    text : str
    language : Language
        Its bits are those of K(U), and a value of its domain is what an action is worth.
    log : ImitationLog

    Raises
    ------
    UsageError
        If the text is no such term, or fits parameters to what was seen: a utility does not depend on that.
    ContentError
        If the log does not fit the language.
    """
    language.check_log(log)
    program = parse_program(text, language, log, scope=Y)
    if any(language.tokens[index].kind == "fit" for index in program.tokens):
        raise UsageError(f"utility {text!r} has a fit, and what an action is worth is not learned; write it without.")
    meaning = Meaning(program, language, log)
    row = judged_rows(log)
    value = np.column_stack([meaning.values_of(y)[meaning.row_cell[row]] for y in range(language.actions)])
    return Utility(format_program(program, language), float(length_of(program, language, log)), row, value)


def agency(weighed: Weighed, utility: Utility) -> Agency:
    """Measure how well behaviours serve a utility.

    Parameters
    ----------
    weighed : Weighed
        A census with B behaviours and A actions, and the prior that is the reference measure over its programs.
    utility : Utility
        Of the same log and as many actions.

    Raises
    ------
    UsageError
        If the utility has another number of actions, the maps have more than `MOST_TOTALS` different totals, or the
        prior does not fit the census.

    Notes
    -----
    g(h | U) is -log2 of the share of policies, under a reference measure, whose utility is at least that of h: a
    share of 2^-c of them at most has g >= c, whatever U is. Who serves a utility better than naming it explains
    (g > K(U)) is like an agent for it. Where S * log2(A) <= K(U), no policy could be, and nothing is said. Totals of
    all A^S maps are counted exactly, by convolution: time O(S * A * range of totals), and O(B * S) for the census.

    References
    ----------
    V. Kosoy, descriptions of agency by the share of policies that do as well (2020 and later).
    """
    census = weighed.census
    A = census.n_actions
    if utility.value.shape[1] != A:
        raise UsageError(
            f"utility {utility.name!r} has {utility.value.shape[1]} actions, and the census has {A}; use one language."
        )
    cell = census.row_cell[utility.row]
    total = _totals(census, cell, utility.value)
    S = len(cell)
    g_uniform = _g_among_maps(utility, total)
    g_prior = _g_among_programs(weighed, total)
    agent = np.where(g_uniform > utility.bits, AGENT, NO_AGENT)
    verdict = np.full_like(agent, UNDECIDED) if S * math.log2(A) <= utility.bits else agent
    return Agency(utility, total, g_uniform, g_prior, verdict)


def _totals(census: Census, cell: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return the utility of each behaviour."""
    total = np.zeros(census.n_behaviours, dtype=np.int64)
    for place, worth in zip(cell.tolist(), value, strict=True):
        action = census.predictions[:, place]
        least: np.int64 = worth.min()
        chosen: NDArray[np.int64] = worth[np.maximum(action, 0)]
        total += np.where(action == ABSTAIN, least, chosen)
    return total


def _g_among_maps(utility: Utility, total: np.ndarray) -> np.ndarray:
    """Return -log2 of the share of all maps from situations to actions with at least each total."""
    # Counts are integers of any size: A^S of them outgrow 64 bits soon.
    count = {0: 1}
    for worth in utility.value.tolist():
        if len(count) * len(worth) > MOST_TOTALS:
            raise UsageError(
                f"utility {utility.name!r} has more than {MOST_TOTALS // len(worth):,} different totals over "
                f"{len(utility.row)} situations, too many to count maps by; round its values to fewer different ones."
            )
        longer: dict[int, int] = {}
        for sum_so_far, n in count.items():
            for more in worth:
                longer[sum_so_far + more] = longer.get(sum_so_far + more, 0) + n
        count = longer
    at_least: dict[int, int] = {}
    n_maps = 0
    for sum_of_all in sorted(count, reverse=True):
        n_maps += count[sum_of_all]
        at_least[sum_of_all] = n_maps
    found, place = np.unique(total, return_inverse=True)
    g = [math.log2(n_maps) - math.log2(at_least[least]) for least in found.tolist()]
    return np.array(g, dtype=np.float64)[place]


def _g_among_programs(weighed: Weighed, total: np.ndarray) -> np.ndarray:
    """Return -log2 of the share of the prior with at least each total."""
    found, place = np.unique(total, return_inverse=True)
    by_total = log2_sum(weighed.log2_behaviour, place, len(found))
    whole = log2_total(by_total)
    share = np.array([log2_total(by_total[k:]) for k in range(len(found))]) - whole
    return -share[place] + 0.0
