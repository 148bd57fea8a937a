"""Generators of circuits: one term that says, for every number of inputs, which gates the circuit has."""
