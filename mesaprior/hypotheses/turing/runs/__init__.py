"""Runs of one machine, as long as one likes."""
