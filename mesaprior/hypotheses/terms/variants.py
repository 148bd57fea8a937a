"""The variants of a language: the ways in which every term is evaluated side by side.

The first is intact. In a lesion every search, or every fit, is inverted; under an intervention one token
takes another meaning. Each holds everywhere in the term, also while fits are scored.
"""

from __future__ import annotations

from dataclasses import dataclass

from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.tokens import Token

INTACT, SEARCH_INVERTED, LEARNING_INVERTED = "intact", "search_inverted", "learning_inverted"
"""Names of the variants that every language has; interventions have names of their own."""


@dataclass(frozen=True)
class Variants:
    """The variants of a language that can differ from each other, in their order.

    Attributes
    ----------
    names : tuple of str
        By variant.
    meanings : tuple of tuple of Token
        For each variant, what each token of the language stands for.
    n_interventions : int
        How many of them are interventions; they are the last ones.
    """

    names: tuple[str, ...]
    meanings: tuple[tuple[Token, ...], ...]
    n_interventions: int

    @property
    def n(self) -> int:
        """V, how many there are."""
        return len(self.names)

    @property
    def first_intervention(self) -> int:
        """Number of the first intervention, or V where there is none."""
        return self.n - self.n_interventions

    def place(self, name: str) -> int:
        """Return the number of a variant; -1 for a lesion of what the language lacks."""
        return self.names.index(name) if name in self.names else -1

    def tables_of(self, index: int) -> tuple[bytes, ...]:
        """Return the tables of an operator in each variant; empty for tokens of other kinds."""
        tables = [tokens[index].table for tokens in self.meanings]
        return tuple(table.tobytes() for table in tables if table is not None)

    def replaced(self, index: int) -> list[tuple[int, Token]]:
        """Return the variants in which a token has another meaning, and that meaning."""
        intact = self.meanings[0][index]
        return [(v, tokens[index]) for v, tokens in enumerate(self.meanings) if tokens[index] is not intact]


def variants_of(language: Language, *, with_all_lesions: bool = False) -> Variants:
    """Return the variants of a language.

    Parameters
    ----------
    language : Language
    with_all_lesions : bool
        Whether lesions of what the language lacks are listed too; nothing differs there from the intact variant.
    """
    lesions = {SEARCH_INVERTED: ("argmax", "argmin"), LEARNING_INVERTED: ("fit",)}
    names = [INTACT, *(name for name, kinds in lesions.items() if with_all_lesions or language.has(*kinds))]
    meanings = [language.tokens] * len(names)
    for other in language.interventions:
        names.append(other.name)
        meanings.append((*language.tokens[: other.token], other.meaning, *language.tokens[other.token + 1 :]))
    return Variants(tuple(names), tuple(meanings), len(language.interventions))
