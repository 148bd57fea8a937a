"""Prefix codes of term languages: Kraft sums, exact numbers of programs by length, and exact 2^-length masses.

With them come generating functions, optimal codes for symbols of given weights, and codes of the integers.
This is the only part of the priors that the hypotheses may import: it takes plain symbols only.
"""

from mesaprior.priors.codes.counting import INNERMOST_FIRST, Symbol, count_by_length, kraft_sum, shortest
from mesaprior.priors.codes.generating import GeneratingFunction, generating_function
from mesaprior.priors.codes.huffman import canonical_code, entropy_bits, huffman_bits, mean_bits
from mesaprior.priors.codes.integers import (
    delta_bits,
    elias_delta,
    elias_gamma,
    gamma_bits,
    read_elias_delta,
    read_elias_gamma,
)
from mesaprior.priors.codes.masses import Mass, mass_beyond, mass_of, scope_masses, total_mass

__all__ = [
    "INNERMOST_FIRST",
    "GeneratingFunction",
    "Mass",
    "Symbol",
    "canonical_code",
    "count_by_length",
    "delta_bits",
    "elias_delta",
    "elias_gamma",
    "entropy_bits",
    "gamma_bits",
    "generating_function",
    "huffman_bits",
    "kraft_sum",
    "mass_beyond",
    "mass_of",
    "mean_bits",
    "read_elias_delta",
    "read_elias_gamma",
    "scope_masses",
    "shortest",
    "total_mass",
]
