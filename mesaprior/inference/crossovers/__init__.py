"""Crossovers: the parameter values at which the odds are 0, numerically and in closed form."""
