"""Terms, Turing machines and circuits over all inputs of one size, or of two, counted once for every log over them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.claims.claim import jitter_of
from mesaprior.inference.claims.completing import all_inputs
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.worlds import dearer

SPACES = ("terms", "machines", "circuits")

MOST_STATES, MAX_STEPS, MAX_GATES, GENERATOR_BITS = 3, 200, 6, 28

SMALLER, LARGER = 2, 3
"""Bits of the inputs of a uniform family."""


@dataclass(frozen=True, eq=False)
class BooleanSpaces:
    """The spaces and the censuses of one world.

    Attributes
    ----------
    censuses : dict of str to Census
        Of each of `SPACES`, over the same inputs in the same order.
    order : tuple of int
        Numbers of the inputs in the order in which logs show them.
    given : list of dict
        What the language of terms gives for free, as `Language.ledger` has it.
    """

    censuses: dict[str, Census]
    order: tuple[int, ...]
    given: list[dict[str, Any]]


def fixed_size(seed: int, n_inputs: int, max_bits: int) -> BooleanSpaces:
    """Return the spaces over all inputs of a number of bits, which are shown in random order."""
    terms, given = _priced(seed, all_inputs(n_inputs), max_bits, f"{n_inputs} inputs")
    order = Chance(seed, f"inputs of minimal circuits of {n_inputs} inputs").shuffled(range(2**n_inputs))
    return BooleanSpaces({"terms": terms} | _over_inputs(n_inputs), tuple(order), given)


def uniform_family(seed: int, max_bits: int) -> BooleanSpaces:
    """Return the spaces over all inputs of two sizes, with generators for circuits: terms that give one for each size.

    All inputs of the smaller size are shown first, then those of the larger one in an order that is drawn.
    """
    log = all_sizes((SMALLER, LARGER))
    terms, given = _priced(seed, log, max_bits, "two sizes")
    first = range(2**SMALLER)
    order = Chance(seed, "inputs of two sizes").shuffled(range(len(first), len(log.situations)))
    return BooleanSpaces({"terms": terms} | _over_sizes(), (*first, *order), given)


def all_sizes(sizes: tuple[int, ...]) -> ImitationLog:
    """Return a log with every input of some sizes once, size by size; its actions do not matter.

    Bits past the size of a row are 0, as `GeneratorSpace` asks for it.
    """
    most = max(sizes)
    rows = [(n, *bits, *(0,) * (most - n)) for n in sizes for bits in itertools.product((0, 1), repeat=n)]
    table = pd.DataFrame(rows, columns=["size", *(f"x{i + 1}" for i in range(most))])
    return log_from_frame(
        table.assign(action=table["x1"]), source=f"all inputs of {' or '.join(map(str, sizes))} bits", own_codes=True
    )


def _priced(seed: int, log: ImitationLog, max_bits: int, of: str) -> tuple[Census, list[dict[str, Any]]]:
    """Return the census of the terms of the default language, with tokens dearer in odd worlds, and its ledger."""
    language = default_language(log)
    if not jitter_of(seed):
        return _terms(log.source, max_bits), language.ledger()
    language = dearer(language, jitter_of(seed), Chance(seed, f"prices of minimal circuits of {of}"))
    return obtain(TermSpace(language, max_bits), log, workers=1), language.ledger()


@cache
def _terms(source: str, max_bits: int) -> Census:
    """Return the census of terms at default prices over one of the logs here, named by its source."""
    logs = [*(all_inputs(n) for n in (2, 3, 4)), all_sizes((SMALLER, LARGER))]
    log = next(log for log in logs if log.source == source)
    return obtain(TermSpace(default_language(log), max_bits), log, workers=1)


@cache
def _over_inputs(n_inputs: int) -> dict[str, Census]:
    """Return the censuses that are the same in every world."""
    log = all_inputs(n_inputs)
    machines = obtain(TuringSpace(1, MOST_STATES, MAX_STEPS), log, workers=1)
    return {"machines": machines, "circuits": obtain(CircuitSpace(MAX_GATES), log, workers=1)}


@cache
def _over_sizes() -> dict[str, Census]:
    log = all_sizes((SMALLER, LARGER))
    machines = obtain(TuringSpace(1, MOST_STATES, MAX_STEPS), log, workers=1)
    return {"machines": machines, "circuits": obtain(GeneratorSpace(GENERATOR_BITS), log, workers=1)}
