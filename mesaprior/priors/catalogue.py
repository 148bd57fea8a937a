"""The priors of the literature, as formulas."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_PARAMETERS = {"alpha": 1.0, "T": 1024.0, "c": 1.0, "lam": 1.0}
"""Values of declared parameters that nobody gave; every other parameter must be given."""


@dataclass(frozen=True)
class Entry:
    """One prior of the catalogue.

    Attributes
    ----------
    name : str
    text : str
        The formula.
    meaning : str
        In one line.
    source : str
        Where it is defined or argued for.
    normalizable : str
        When the weights of all programs, without a bound, have a finite sum.
    """

    name: str
    text: str
    meaning: str
    source: str
    normalizable: str


_CODE = "on every prefix code, by Kraft's inequality"
_FINITE = "over finitely many programs only, as in a census"

_ENTRIES = (
    Entry(
        "uniform",
        "1",
        "every program counts once (the counting argument)",
        "J. Carlsmith, Scheming AIs, 2023",
        _FINITE,
    ),
    Entry(
        "simplicity",
        "2**-length",
        "a program weighs what it is likely to be drawn as, by fair coin tosses",
        "R. J. Solomonoff, A formal theory of inductive inference, 1964",
        _CODE,
    ),
    Entry(
        "bounded",
        "Piecewise((2**-length, time <= T), (0, True))",
        "simplicity among the programs that take at most T steps",
        "M. Li and P. Vitanyi, An Introduction to Kolmogorov Complexity, chapter 7",
        _CODE,
    ),
    Entry(
        "bounded_soft",
        "2**-length * 2**(-time/T)",
        "simplicity, halved again for every T steps",
        "the soft form of a bound on time",
        f"{_CODE}, for T above 0",
    ),
    Entry(
        "levin",
        "2**-length / time",
        "Levin's Kt: a bit for every doubling of the time",
        "L. A. Levin, Universal sequential search problems, 1973; S_Kt of Filan, Leike and Hutter, 2016",
        f"{_CODE}, as time is at least 1",
    ),
    Entry(
        "speed",
        "2**-length * time**-alpha",
        "alpha bits for every doubling of the time: simplicity at alpha 0, levin at 1",
        "the family through S_Kt of D. Filan, J. Leike and M. Hutter, Loss bounds and time complexity for speed "
        "priors, 2016",
        f"{_CODE}, for alpha from 0, as time is at least 1",
    ),
    Entry(
        "s_fast",
        "2**(-2*length) / time",
        "the speed prior of the algorithm FAST, which charges length twice, up to a factor from 1 to 2",
        "J. Schmidhuber, The speed prior, 2002; S_Fast of Filan, Leike and Hutter, 2016",
        _CODE,
    ),
    Entry(
        "circuit",
        "2**(-c*gates)",
        "c bits for every gate",
        "P. Christiano, Are minimal circuits daemon-free?, 2018",
        f"{_FINITE}: circuits of many gates outnumber 2**(c*gates)",
    ),
    Entry(
        "regularized",
        "2**(-lam*weights)",
        "lam bits for every weight that is not zero",
        "G. E. Hinton and D. van Camp, Keeping neural networks simple, 1993",
        f"{_FINITE} of one network",
    ),
)


def catalogue() -> tuple[Entry, ...]:
    """Return the entries, in the order in which they are shown."""
    return _ENTRIES


def find_entry(name: str) -> Entry | None:
    """Return the entry of a name, or None."""
    return next((entry for entry in _ENTRIES if entry.name == name), None)
