"""Proofs by closed sets of local views, in machine words."""
