"""Generators of circuits: one term that gives the gates of a circuit for every number of inputs."""
