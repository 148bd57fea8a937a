"""Inference: likelihoods, posteriors, roles, and what follows from them."""
