"""Laws that priors obey, as Hypothesis properties for the test suites of this package and of its users.

Two lines in a test module check a prior against all of them::

    from mesaprior.priors.laws import law_tests
    TestMyPrior = law_tests("2**-length / time")

`check` gives the same findings as data, each broken law with its smallest falsifying example. Importing this package
imports Hypothesis.
"""

from mesaprior.priors.laws.checking import Finding, check, check_law, law_tests
from mesaprior.priors.laws.laws import LAWS, Law, find_law
from mesaprior.priors.laws.strategies import censuses, formulas, lengths, programs, times

__all__ = [
    "LAWS",
    "Finding",
    "Law",
    "censuses",
    "check",
    "check_law",
    "find_law",
    "formulas",
    "law_tests",
    "lengths",
    "programs",
    "times",
]
