"""Circuits that no two smaller circuits make, listed by how often everything in them is used."""
