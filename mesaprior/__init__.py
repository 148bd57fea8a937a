"""mesaprior counts every small program that could explain a log of choices, and computes the posterior over them.

Examples
--------
>>> import mesaprior as mp, pandas as pd
>>> table = pd.DataFrame({"seen": [0, 1, 2, 1, 0], "action": [0, 1, 2, 1, 0]})
>>> analysis = mp.infer(table, max_bits=10)  # a table, or the path of one: one row per decision
>>> print(analysis.headline)
Imitators hold >99.99 % of the posterior after 5 training rows: imitators lead optimizers by 14.90 bits (30,589 to 1).
>>> print(analysis.with_prior("speed", alpha=2).top(1).program[0])  # nothing is counted again
seen

`infer` returns an `Analysis`: ``.top()``, ``.to_frame()``, ``.report()``, ``.plot()``, ``.sweep(...)``,
``.crossover(...)``, ``.safeguards()`` and whatever else follows from the question. Names are imported when they are
first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mesaprior.priors.columns import ask_for_columns

if TYPE_CHECKING:
    from mesaprior import data
    from mesaprior.data import demo
    from mesaprior.errors import MesapriorError
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.circuits.space import CircuitSpace
    from mesaprior.hypotheses.conformance import check_space
    from mesaprior.hypotheses.generators.space import GeneratorSpace
    from mesaprior.hypotheses.log import ImitationLog, Reading, log_from_frame, log_of_table, read_log, read_table
    from mesaprior.hypotheses.log.preparing import Preparation, prepare
    from mesaprior.hypotheses.networks.space import NetworkSpace
    from mesaprior.hypotheses.space import Space
    from mesaprior.hypotheses.store import open_census, save_census
    from mesaprior.hypotheses.terms.language import Language, default_language, read_language
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.hypotheses.turing.runs.run import run_machine
    from mesaprior.hypotheses.turing.space import TuringSpace
    from mesaprior.hypotheses.turing.strings.counting import count_strings
    from mesaprior.hypotheses.turing.text import parse_machine
    from mesaprior.inference.agency.agency import term_utility
    from mesaprior.inference.agency.utility_table import table_utility
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.bayes.noise import BetaNoise, Noise, parse_noise
    from mesaprior.inference.bayes.people.people import People, people
    from mesaprior.inference.bayes.posterior import Posterior, posterior
    from mesaprior.inference.crossovers.crossover import Crossovers, find_crossovers
    from mesaprior.inference.infer import infer
    from mesaprior.inference.robustness.comparison import compare
    from mesaprior.inference.robustness.reach import reach
    from mesaprior.inference.robustness.spaces import answer_of, compare_spaces
    from mesaprior.inference.strings.blocks import string_complexities
    from mesaprior.inference.strings.complexity import string_prior
    from mesaprior.inference.sweeps.sweep import SweptPosterior, sweep_posterior
    from mesaprior.priors.prior import FormulaPrior, make_prior
    from mesaprior.priors.sweeps import sweep

_HOME = {
    "Analysis": "mesaprior.inference.analysis",
    "BetaNoise": "mesaprior.inference.bayes.noise",
    "Census": "mesaprior.hypotheses.census",
    "CircuitSpace": "mesaprior.hypotheses.circuits.space",
    "Crossovers": "mesaprior.inference.crossovers.crossover",
    "FormulaPrior": "mesaprior.priors.prior",
    "GeneratorSpace": "mesaprior.hypotheses.generators.space",
    "ImitationLog": "mesaprior.hypotheses.log",
    "Language": "mesaprior.hypotheses.terms.language",
    "MesapriorError": "mesaprior.errors",
    "NetworkSpace": "mesaprior.hypotheses.networks.space",
    "Noise": "mesaprior.inference.bayes.noise",
    "People": "mesaprior.inference.bayes.people.people",
    "Posterior": "mesaprior.inference.bayes.posterior",
    "Preparation": "mesaprior.hypotheses.log.preparing",
    "Reading": "mesaprior.hypotheses.log",
    "Space": "mesaprior.hypotheses.space",
    "SweptPosterior": "mesaprior.inference.sweeps.sweep",
    "TermSpace": "mesaprior.hypotheses.terms.space",
    "TuringSpace": "mesaprior.hypotheses.turing.space",
    "answer_of": "mesaprior.inference.robustness.spaces",
    "check_space": "mesaprior.hypotheses.conformance",
    "compare": "mesaprior.inference.robustness.comparison",
    "compare_spaces": "mesaprior.inference.robustness.spaces",
    "count_strings": "mesaprior.hypotheses.turing.strings.counting",
    "data": "mesaprior.data",
    "default_language": "mesaprior.hypotheses.terms.language",
    "demo": "mesaprior.data",
    "find_crossovers": "mesaprior.inference.crossovers.crossover",
    "infer": "mesaprior.inference.infer",
    "log_from_frame": "mesaprior.hypotheses.log",
    "log_of_table": "mesaprior.hypotheses.log",
    "make_prior": "mesaprior.priors.prior",
    "open_census": "mesaprior.hypotheses.store",
    "parse_machine": "mesaprior.hypotheses.turing.text",
    "parse_noise": "mesaprior.inference.bayes.noise",
    "people": "mesaprior.inference.bayes.people.people",
    "posterior": "mesaprior.inference.bayes.posterior",
    "prepare": "mesaprior.hypotheses.log.preparing",
    "reach": "mesaprior.inference.robustness.reach",
    "read_language": "mesaprior.hypotheses.terms.language",
    "read_log": "mesaprior.hypotheses.log",
    "read_table": "mesaprior.hypotheses.log",
    "run_machine": "mesaprior.hypotheses.turing.runs.run",
    "save_census": "mesaprior.hypotheses.store",
    "string_complexities": "mesaprior.inference.strings.blocks",
    "string_prior": "mesaprior.inference.strings.complexity",
    "sweep": "mesaprior.priors.sweeps",
    "sweep_posterior": "mesaprior.inference.sweeps.sweep",
    "table_utility": "mesaprior.inference.agency.utility_table",
    "term_utility": "mesaprior.inference.agency.agency",
}

__all__ = [
    "Analysis",
    "BetaNoise",
    "Census",
    "CircuitSpace",
    "Crossovers",
    "FormulaPrior",
    "GeneratorSpace",
    "ImitationLog",
    "Language",
    "MesapriorError",
    "NetworkSpace",
    "Noise",
    "People",
    "Posterior",
    "Preparation",
    "Reading",
    "Space",
    "SweptPosterior",
    "TermSpace",
    "TuringSpace",
    "answer_of",
    "check_space",
    "compare",
    "compare_spaces",
    "count_strings",
    "data",
    "default_language",
    "demo",
    "find_crossovers",
    "infer",
    "log_from_frame",
    "log_of_table",
    "make_prior",
    "open_census",
    "parse_machine",
    "parse_noise",
    "people",
    "posterior",
    "prepare",
    "reach",
    "read_language",
    "read_log",
    "read_table",
    "run_machine",
    "save_census",
    "string_complexities",
    "string_prior",
    "sweep",
    "sweep_posterior",
    "table_utility",
    "term_utility",
]


def _columns() -> tuple[str, ...]:
    return import_module("mesaprior.hypotheses.registry").columns()


# Formulas may read the columns of every space, and the priors, which lie below the spaces, cannot ask for them.
ask_for_columns(_columns)


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name == "__version__":
        from importlib.metadata import version

        return version("mesaprior")
    if name not in _HOME:
        raise AttributeError(f"module 'mesaprior' has no attribute {name!r}")
    module = import_module(_HOME[name])
    # `data` is a module itself.
    return module if _HOME[name] == f"mesaprior.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
