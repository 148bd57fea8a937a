"""Runs of one machine, of any length."""
