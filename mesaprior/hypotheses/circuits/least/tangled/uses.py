"""How often inputs and gates are used in least circuits that are not joined from smaller ones.

Take a least circuit with r gates of a function that depends on n inputs. Everything but the last gate is used, by gates
that are distinct. Below a gate are itself and all that is below its operands. The circuit is *joined* if

- no gate is below both operands of the last gate: it is two circuits and a last gate; or
- some input x is used once, by the gate h, and no gate below the other operand g of h is used elsewhere but there: the
  gates up to h are a circuit apart, and it is put in the place of x in the rest.

Otherwise it is *tangled*. Say that a gate *shares* if it is used more than once. Below both operands of the last gate
of a tangled circuit, and below the other operand of each input that is used once, there is a gate that shares. Count
the 2r operands of all gates: k inputs are used once and n - k at least twice, together 2n - k + m times, where m are
uses beyond that; the r - 1 gates that are not the last are used r - 1 + e times. So

    e + m = r + 1 - 2n + k,

and e is at least 1. This leaves few circuits: none of 5 inputs with less than 7 gates, and those of 9 gates have an
input that is used only once.

Of a function that no joined least circuit computes, take a least circuit with the smallest e. `kernels.add_gate` never
leaves it out: what is left out is not least, or another least circuit is joined, or another has a smaller e.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Uses:
    """How often the inputs are used, and how often gates beyond once.

    Attributes
    ----------
    inputs : tuple of int
        For each input that the function depends on: gates that use it, ascending.
    further : int
        e, at least 1.
    """

    inputs: tuple[int, ...]
    further: int


def tangled_uses(n: int, r: int) -> list[Uses]:
    """Return all ways in which a tangled circuit of r gates can use n inputs and its gates."""
    found: list[Uses] = []
    # The first gate of all has inputs as operands, and no input that is used once.
    for k in range(n - 1):
        beyond = r + 1 - 2 * n + k
        for further in range(1, beyond + 1):
            found += [
                Uses((1,) * k + tuple(2 + more for more in shares), further)
                for shares in _shares(beyond - further, n - k, 0)
            ]
    return found


def _shares(total: int, parts: int, least: int) -> Iterator[tuple[int, ...]]:
    """Yield all ascending ways to write a number as a sum of so many numbers, each at least the given one."""
    if parts == 1:
        if total >= least:
            yield (total,)
        return
    for first in range(least, total // parts + 1):
        for others in _shares(total - first, parts - 1, first):
            yield (first, *others)
