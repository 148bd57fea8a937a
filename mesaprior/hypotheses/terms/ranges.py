"""Between which numbers the value of each part of a program lies, whatever the situation."""

from __future__ import annotations

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import Program, arguments_of, subterm_ends
from mesaprior.hypotheses.terms.tokens import Y_BINDERS

Range = tuple[int, int]
"""The least and the largest value, both of which may lie beyond those that occur."""


def binders_of(program: Program, language: Language) -> list[str]:
    """Return for each place of a program the kind of token that binds y there; empty where nothing does."""
    ends, binders = subterm_ends(program, language), [""] * len(program.tokens)
    for place, index in enumerate(program.tokens):
        if (kind := language.tokens[index].kind) in Y_BINDERS:
            # What stands further inside comes later, and binds anew.
            binders[place + 1 : ends[place]] = [kind] * (ends[place] - place - 1)
    return binders


def ranges_of(program: Program, language: Language, log: ImitationLog) -> list[Range]:
    """Return the range of the subterm at each place of a program."""
    ends, binders = subterm_ends(program, language), binders_of(program, language)
    ranges: list[Range] = [(0, language.domain - 1)] * len(program.tokens)
    for place in reversed(range(len(program.tokens))):
        token = language.tokens[program.tokens[place]]
        below = [ranges[argument] for argument in arguments_of(place, token.arity, ends)]
        match token.kind:
            case "feature":
                ranges[place] = 0, log.feature_sizes[log.features.index(token.name)] - 1
            case "constant":
                ranges[place] = token.value, token.value
            case "number":
                (value,) = program.literals[place] or (0,)
                ranges[place] = value, value
            case "parameter":
                ranges[place] = 0, language.params - 1
            case "lookup" | "argmax" | "argmin":
                ranges[place] = 0, language.actions - 1
            case "candidate" if binders[place] != "iterate":
                ranges[place] = 0, language.actions - 1
            case "if":
                ranges[place] = min(low for low, _ in below[1:]), max(high for _, high in below[1:])
            case "fit":
                ranges[place] = below[0]
            case "unary" | "binary":
                assert token.table is not None
                reached = token.table[tuple(slice(low, high + 1) for low, high in below)]
                ranges[place] = int(reached.min()), int(reached.max())
            case _:
                pass
    return ranges
