"""The two-input gates, and the two bases of circuits."""

from __future__ import annotations

from dataclasses import dataclass

from mesaprior.errors import UsageError

FORMS = {
    8: "{}&{}", 4: "{}&~{}", 2: "~{}&{}", 1: "~{}&~{}", 14: "{}|{}", 13: "{}|~{}", 11: "~{}|{}", 7: "~{}|~{}",
    6: "{}^{}", 9: "{}^~{}",
}  # fmt: skip
"""The text of each gate by its table: bit 2 * a + b is the value at a on the left and b on the right."""

COMBINATIONS = (8, 4, 2, 14, 6)
"""Tables of the combinations of two normal functions, in the order of `kernels.combined`."""


@dataclass(frozen=True)
class Basis:
    """A set of two-input gates that holds the complement of each.

    Attributes
    ----------
    name : str
    n_combinations : int
        P: half as many as there are gates, since a gate and its complement come to the same normal function.
    """

    name: str
    n_combinations: int

    @property
    def n_gates(self) -> int:
        """Gates to choose from."""
        return 2 * self.n_combinations

    @property
    def tables(self) -> frozenset[int]:
        """Tables of the gates."""
        normal = COMBINATIONS[: self.n_combinations]
        return frozenset(normal) | {15 - table for table in normal}


FULL = Basis("full", 5)
"""All ten gates that depend on both of their inputs."""

AIG = Basis("aig", 4)
"""And and or of nodes or their complements, and the complements: all but the exclusive or and its complement."""

BASES = {basis.name: basis for basis in (FULL, AIG)}


def basis_of(name: str) -> Basis:
    """Return a basis by its name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in BASES:
        raise UsageError(f"basis={name!r} is none there is; take {' or '.join(BASES)}.")
    return BASES[name]
