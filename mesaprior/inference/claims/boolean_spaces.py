"""What each function of a few bits costs: in gates, as a formula, in depth, as a term of a language, as a generator."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.code import length_of
from mesaprior.hypotheses.circuits.gates import FULL
from mesaprior.hypotheses.circuits.least.table import LeastTable
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.roles import IMITATOR, role_codes
from mesaprior.inference.claims.boolean_inputs import all_sizes
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, usual_words
from mesaprior.inference.claims.utilities import Utilities, functions_of
from mesaprior.inference.worlds.tokens import lookup

SIZES_OF_INPUTS = (2, 3)
"""Bits of the inputs of rules that are for inputs of any size."""

GENERATOR_BITS = 28
"""Bits up to which generators are counted."""

_DOMAIN = 16
"""Values of terms: the numbers of all inputs of four bits."""


@cache
def gates_of(n_bits: int) -> NDArray[np.float64]:
    """Return the least gates of every function of up to four bits, float64[2^S]."""
    return _table(n_bits).gates.astype(np.float64)


@cache
def formulas_of(n_bits: int) -> NDArray[np.float64]:
    """Return the operators of the least formula of every function, float64[2^S]."""
    return _table(n_bits).formula.astype(np.float64)


@cache
def depths_of(n_bits: int) -> NDArray[np.float64]:
    """Return the least depth of every function, float64[2^S]."""
    return _table(n_bits).depth.astype(np.float64)


@cache
def _table(n_bits: int) -> LeastTable:
    return LeastTable(n_bits)


@cache
def prior_of_circuits(n_bits: int) -> NDArray[np.float64]:
    """Return the share of every function under 2^-bits of its least circuit, float64[2^S]."""
    gates = gates_of(n_bits).astype(np.int64)
    bits = np.array([length_of(n_bits, 1, FULL, r) for r in range(int(gates.max()) + 1)])
    weight = np.exp2(-bits[gates])
    return weight / weight.sum()


@dataclass(frozen=True, eq=False)
class Terms:
    """What every function of four bits costs in a language that was drawn.

    Attributes
    ----------
    cost : float64[2^S]
        Bits of the shortest term or table.
    searches : float64[2^S]
        1 where the shortest terms are searches, a half where others and tables are as short, else 0.
    given : list of dict
        What the language gives for free: the family in one line.
    """

    cost: NDArray[np.float64]
    searches: NDArray[np.float64]
    given: list[dict[str, Any]]


def terms_of(seed: int, family: Utilities, law_bits: int, beyond: int) -> Terms:
    """Draw the language of a world, which has all utilities of its family, and find the shortest term of each function.

    Parameters
    ----------
    seed : int
    family : Utilities
        Over inputs of four bits.
    law_bits : int
    beyond : int
        Bits above the price of a table up to which terms are counted; none of these is the shortest of its function.
    """
    log = _numbered_inputs(4)
    words = [*usual_words(*log.features), Word(family.entries(_DOMAIN), law_bits), Word((lookup("s"),))]
    drawn = drawn_tokens(seed, words, purpose="words of minimal circuits")
    table_bits = next(entry["bits"] for entry in drawn if entry["kind"] == "lookup") + len(log.situations)
    data = {"domain": _DOMAIN, "actions": 2, "token": [entry for entry in drawn if entry["kind"] != "lookup"]}
    language = language_from_dict(data, source=f"minimal circuits-{seed}")
    census = obtain(TermSpace(language, table_bits + beyond), log, workers=1)
    shortest, functions = _shortest(census), functions_of(census.predictions[:, census.row_cell] == 1)
    is_search = role_codes(census.flags) != IMITATOR
    costs: list[NDArray[np.float64]] = []
    for which, most in ((is_search, np.inf), (~is_search, float(table_bits))):
        cost = np.full(1 << len(log.situations), most)
        np.minimum.at(cost, functions[which], shortest[which])
        costs.append(cost)
    by_search, by_others = costs
    searches = np.where(by_search < by_others, 1.0, np.where(by_search == by_others, 0.5, 0.0))
    given = language.ledger()[0] | {"name": "pay", "effective_bits": float(len(log.situations))}
    return Terms(np.minimum(by_search, by_others), searches, [given])


@cache
def generators() -> tuple[ImitationLog, NDArray[np.float64]]:
    """Return all inputs of two sizes, and the bits of the shortest generator of each function of them; infinite above.

    A generator is a term that writes a circuit for each size.
    """
    log = all_sizes(SIZES_OF_INPUTS)
    census = obtain(GeneratorSpace(GENERATOR_BITS), log, workers=1)
    cost = np.full(1 << len(log.situations), np.inf)
    # A generator that fails at some size has no function.
    is_whole = (census.predictions >= 0).all(axis=1)
    functions = functions_of(census.predictions[:, census.row_cell] == 1)
    np.minimum.at(cost, functions[is_whole], _shortest(census)[is_whole])
    return log, cost


def _shortest(census: Census) -> NDArray[np.float64]:
    """Return the bits of the shortest program of each behaviour, float64[B]."""
    found = np.full(census.n_behaviours, np.inf)
    np.minimum.at(found, census.behaviour_id, census.columns["length"].astype(np.float64))
    return found


@cache
def _numbered_inputs(n_bits: int) -> ImitationLog:
    """Return a log with every input once, its bits and its number s; its actions do not matter."""
    rows: list[Sequence[int]] = [
        (*bits, number, 0) for number, bits in enumerate(itertools.product((0, 1), repeat=n_bits))
    ]
    names = [*(f"x{i + 1}" for i in range(n_bits)), "s", "action"]
    return log_from_frame(pd.DataFrame(rows, columns=names), source=f"numbered inputs of {n_bits} bits", own_codes=True)
