"""Languages near a language: one token dropped, or one token's price doubled or halved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mesaprior.hypotheses.terms.interventions import Intervention
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.tokens import token_text, with_number_names
from mesaprior.priors import codes

DROPPED, DOUBLED, HALVED = "dropped", "doubled", "halved"
"""What is done to one token of a language."""


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A language that differs from another one in one token.

    Attributes
    ----------
    kind : str
        `DROPPED`, `DOUBLED` or `HALVED`.
    token : str
        Its text, see `token_text`; told from others of the same text by its number.
    bits : int or None
        Its new price in bits; None where it is dropped.
    language : Language or None
        The new language; None where there is none.
    reason : str
        Why there is none, in a few words; else empty.
    """

    kind: str
    token: str
    bits: int | None
    language: Language | None
    reason: str = ""

    @property
    def change(self) -> str:
        """The change in a few words."""
        if self.bits is None:
            return f"without {self.token}"
        return f"{self.token} at {self.bits} {'bit' if self.bits == 1 else 'bits'}"


def neighbours(language: Language) -> Iterator[Neighbour]:
    """Yield the languages in which one token is dropped, or has twice or half its price.

    Notes
    -----
    All other tokens keep their prices, defaults too. An intervention goes with the token that it is on. Half of an odd
    price is rounded up. A language without any token, a price that would not change, and prices that break Kraft's
    inequality are no neighbours: there the reason is given.
    """
    names = token_names(language)
    for kind in (DROPPED, DOUBLED, HALVED):
        for index, (token, name) in enumerate(zip(language.tokens, names, strict=True)):
            before, after = language.tokens[:index], language.tokens[index + 1 :]
            if kind == DROPPED:
                tokens, bits = with_number_names(before + after), None
                reason = "" if tokens else "no program is left"
            else:
                bits = 2 * token.bits if kind == DOUBLED else (token.bits + 1) // 2
                tokens = (*before, replace(token, bits=bits), *after)
                kraft = codes.kraft_sum(other.bits for other in tokens)
                reason = f"the sum of 2^-bits would be {float(kraft):.4g}, and a prefix code has at most 1"
                reason = reason if kraft > 1 else "it has the least price already" if bits == token.bits else ""
            source = f"{language.source} ({kind}: {name})"
            interventions = language.interventions if bits is not None else _without(language.interventions, index)
            changed = None if reason else replace(language, tokens=tokens, source=source, interventions=interventions)
            yield Neighbour(kind, name, bits, changed, reason)


def _without(interventions: Sequence[Intervention], index: int) -> tuple[Intervention, ...]:
    """Return the remaining interventions without a token; later tokens move up by one place."""
    left = (one for one in interventions if one.token != index)
    return tuple(replace(one, token=one.token - (one.token > index)) for one in left)


def token_names(language: Language) -> list[str]:
    """Return a readable name of each token; equal ones are numbered from 1."""
    texts = [token_text(token) for token in language.tokens]
    times = Counter(texts)
    return [text if times[text] == 1 else f"{text} (token {index + 1})" for index, text in enumerate(texts)]
