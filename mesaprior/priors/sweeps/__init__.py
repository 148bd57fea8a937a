"""Sweeps: the mass of groups of programs under thousands of values of a prior's parameter."""

from mesaprior.priors.sweeps.sweep import sweep

__all__ = ["sweep"]
