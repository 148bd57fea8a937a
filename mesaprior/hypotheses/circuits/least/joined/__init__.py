"""Circuits that two smaller circuits make, which share no gate."""
