"""Posterior sweeps: what a census says over a grid of parameters of prior and noise, bounds and prefixes."""
