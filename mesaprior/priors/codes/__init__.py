"""Prefix codes of term languages: Kraft sums, exact numbers of programs by length, and exact 2^-length masses.

This is the one part of the priors that the hypotheses may import: it takes plain symbols and knows nothing else.
"""

from mesaprior.priors.codes.counting import Symbol, count_by_length, kraft_sum, shortest
from mesaprior.priors.codes.masses import Mass, mass_beyond, mass_of, scope_masses, total_mass

__all__ = [
    "Mass",
    "Symbol",
    "count_by_length",
    "kraft_sum",
    "mass_beyond",
    "mass_of",
    "scope_masses",
    "shortest",
    "total_mass",
]
