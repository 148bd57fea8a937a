"""Summaries of tables of strings, circuits and networks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.networks.functions import FunctionCounts
from mesaprior.hypotheses.phrases import share_text, string_text
from mesaprior.hypotheses.turing.strings.table import StringTable
from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.strings.blocks import StringComplexity
from mesaprior.inference.strings.complexity import StringPrior

MOST_CELLS = 24
"""Cells of a string that a sentence shows, about."""


def summarize_strings(weighed: StringPrior, table: StringTable) -> str:
    """Return which string is simplest, how much simpler than the most complex one, and what is unknown."""
    strings, bits = weighed.strings, weighed.bits.tolist()
    finite = np.flatnonzero(np.isfinite(weighed.bits))
    if not len(finite):
        return "No machine of this size halts with any weight, so no string has a complexity."
    # The likeliest strings come first.
    first, last = int(finite[0]), int(finite[-1])
    simplest = f"The simplest string is {string_text(strings[first], MOST_CELLS)}, with {bits[first]:.2f} bits"
    spread = bits[last] - bits[first]
    most_complex = string_text(strings[last], MOST_CELLS)
    apart = f"; it has {ratio_text(spread)} times the share of {most_complex}, the most complex" if spread > 0 else ""
    return f"{simplest}{apart}. {_unknown(table)}"


def _unknown(table: StringTable) -> str:
    if table.is_final:
        return "How every run ends is known, so these bits are final."
    return (
        f"{number_of(table.verdicts['cap'], 'machine')} still ran at the step limit and count as printing nothing, so "
        "these bits are not final."
    )


def summarize_complexity(found: Sequence[StringComplexity]) -> str:
    """Return which string is simplest, and by how much."""
    known = [one for one in found if math.isfinite(one.bits)]
    unknown = len(found) - len(known)
    missing = f" No machine of this size prints {number_of(unknown, 'string')} of these." if unknown else ""
    if not known:
        return missing.strip()
    by_bits = sorted(known, key=lambda one: one.bits)
    first, last = by_bits[0], by_bits[-1]
    named = string_text(first.string, MOST_CELLS)
    how = "by a sum over its blocks" if first.method == "blocks" else "by how often machines print it"
    if len(known) == 1:
        return f"{named} has {first.bits:.2f} bits, {how}: fewer bits mean a simpler string.{missing}"
    if len({one.method for one in known}) > 1:
        return f"Bits of whole strings and sums over blocks are different scales, so these cannot be compared.{missing}"
    gap = last.bits - first.bits
    if gap < 0.005:
        return f"All of them have {first.bits:.2f} bits, {how}.{missing}"
    return (
        f"{named} is the simplest, with {first.bits:.2f} bits {how}; {string_text(last.string, MOST_CELLS)} has "
        f"{gap:.2f} bits more.{missing}"
    )


def summarize_costs(n_functions: Sequence[int], n_inputs: int) -> str:
    """Return how many gates Boolean functions need, given the number of functions by gates, those that are known."""
    total, every = sum(n_functions), 1 << (1 << n_inputs)
    most = max(r for r, n in enumerate(n_functions) if n)
    usual = max(range(len(n_functions)), key=n_functions.__getitem__)
    hardest = (
        f"No function of {number_of(n_inputs, 'input')} needs more than {number_of(most, 'gate')}"
        if total == every
        else f"{share_text(total / every)} of the functions of {number_of(n_inputs, 'input')} need at most "
        f"{number_of(most, 'gate')}"
    )
    share = share_text(n_functions[usual] / total)
    return (
        f"{hardest}; the most frequent number is {number_of(usual, 'gate')}, for {share} of those counted. "
        "These are minima: no circuit needs fewer."
    )


def summarize_function(costs: Mapping[str, int]) -> str:
    """Return what one function costs."""
    gates = costs["gates"]
    if not gates:
        return "It needs no gate: it is a constant, an input or the complement of one."
    formula = costs.get("formula")
    shared = (
        f" As a formula, where nothing is shared, it takes {formula}{' as well' if formula == gates else ''}."
        if formula is not None
        else ""
    )
    return f"No circuit computes it with fewer than {number_of(gates, 'gate')}.{shared}"


def summarize_networks(found: FunctionCounts) -> str:
    """Return how unevenly networks are spread over functions."""
    shape, counts, constant_share = found.shape, found.counted_by_function, found.constant_share
    every = 1 << (1 << shape.inputs)
    top = max(counts.values()) / shape.n_networks
    alike = 2 / every
    bias = "random weights favour constants" if constant_share > alike else "random weights do not favour constants"
    return (
        f"The most frequent function has {share_text(top)} of the networks, {top * every:.3g} times an even share, and "
        f"the two constants {share_text(constant_share)}, against {share_text(alike)} of the functions: {bias}. "
        f"{number_of(every - len(counts), 'function')} cannot be computed by a network of this size."
    )
