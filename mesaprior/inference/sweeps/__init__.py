"""Posterior sweeps: the posterior over a grid of parameters of prior and noise, bounds and prefixes."""
