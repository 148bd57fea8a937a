"""What the language of a claim's world gives for free: a family in one line, with what a law is worth at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesaprior.hypotheses.terms.language import Language
    from mesaprior.inference.claims.frame.payoffs import PayoffWorld


def ledger_of_family(world: PayoffWorld) -> list[dict[str, Any]]:
    """Return the ledger of a world of payoffs: its members have one price, and pin down as much.

    Returns
    -------
    list of dict
        `name`, `literal_bits` of one table, `charged_bits` that name it, and `effective_bits`, what it pins down of the
        actions.
    """
    return ledger_of_members(world.language, world.family.name, world.effective_bits)


def ledger_of_members(language: Language, name: str, effective_bits: float) -> list[dict[str, Any]]:
    """Return the ledger of a language whose only tables are members of one family, in one line under a name."""
    return [language.ledger()[0] | {"name": name, "effective_bits": effective_bits}]
