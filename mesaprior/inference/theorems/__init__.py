"""Theorems on Bayesian mixtures over a finite class, evaluated exactly on a census and a log."""

from mesaprior.inference.theorems.evaluation import Evaluation, evaluate
from mesaprior.inference.theorems.theorem import TOLERANCE, Theorem

__all__ = ["TOLERANCE", "Evaluation", "Theorem", "evaluate"]
