"""The priors of the literature, as formulas."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_PARAMETERS = {"alpha": 1.0, "T": 1024.0, "c": 1.0, "lam": 1.0}
"""Default values of declared parameters; every other parameter must be given."""


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
        "J. Carlsmith, Scheming AIs: will AIs fake alignment during training in order to get power?, 2023",
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
        "s_phases",
        "2**(1 - 2*length - ceil(log2(time)))",
        "the speed prior of FAST by its phases: phase i has the share 2^-i and runs a program for 2^(i-length) steps",
        "J. Schmidhuber, The speed prior, 2002",
        _CODE,
    ),
    Entry(
        "capped",
        "2**-length * 2**-ceil(log2(time))",
        "a hard bound that is itself drawn: 1, 2, 4, ... steps, each half as likely as the one before",
        "the mixture of bounded over T = 2^i with weights 2^-(i+1); levin up to a factor of 2",
        f"{_CODE}, as the weights of the bounds sum to 1",
    ),
    Entry(
        "capped_wide",
        "2**-length / (1 + ceil(log2(time)))",
        "the same with a wider prior over the bound, under which doubling the time costs few bits",
        "the mixture of bounded over T = 2^i with weights 1/((i+1)(i+2))",
        f"{_CODE}, as the weights of the bounds sum to 1",
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
        "G. E. Hinton and D. van Camp, Keeping the neural networks simple by minimizing the description length of the "
        "weights, 1993",
        f"{_FINITE} of one network",
    ),
    Entry(
        "tempered",
        "simplicity**(1/temperature)",
        "a prior flattened (temperature above 1) or sharpened (below); any name will do in place of simplicity",
        "the weights of Boltzmann; S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, Optimization by simulated "
        "annealing, 1983",
        f"{_CODE} for temperatures up to 1; above, up to the temperature that `mesaprior language --code` prints",
    ),
    Entry(
        "mixture",
        "w*simplicity + (1 - w)*levin",
        "two priors at once, with weight w for the first; any two names will do. Never below a part times its weight",
        "R. J. Solomonoff, A formal theory of inductive inference, 1964",
        "where each of its parts is",
    ),
)


def catalogue() -> tuple[Entry, ...]:
    """Return the entries, in the order in which they are shown."""
    return _ENTRIES


def find_entry(name: str) -> Entry | None:
    """Return the entry of a name, or None."""
    return next((entry for entry in _ENTRIES if entry.name == name), None)
