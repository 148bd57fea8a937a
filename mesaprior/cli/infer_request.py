"""The request of `infer`, about one log or about many people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.reading import ReadingOptions

if TYPE_CHECKING:
    from mesaprior.inference.bayes.checkpoints import Checkpoints
    from mesaprior.inference.bayes.noise import NoiseModel
    from mesaprior.priors.prior import FormulaPrior


@dataclass(frozen=True, kw_only=True)
class InferRequest:
    """The request of `infer`.

    Attributes
    ----------
    source : str
        A log, or a folder with a census.
    other_log : str or None
        Another log that the census in a folder is asked about.
    space : SpaceOptions
    reading : ReadingOptions
    prior : FormulaPrior
    noise : NoiseModel
    tolerance : float
    top : int
        Leading behaviours to list.
    plot_file : str or None
        Where the figure goes.
    checkpoints : int or "all" or None
        The number of training prefixes at which the posterior is reported; None for the default ones.
    max_bytes : int or None
        Memory to keep to, about; None for what is free.
    """

    source: str
    other_log: str | None
    space: SpaceOptions
    reading: ReadingOptions
    prior: FormulaPrior
    noise: NoiseModel
    tolerance: float
    top: int
    plot_file: str | None
    checkpoints: Checkpoints
    max_bytes: int | None
