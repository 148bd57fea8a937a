"""Lookup tables as hypotheses beside the programs counted."""
