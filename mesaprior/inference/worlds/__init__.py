"""Worlds: laws, teachers and logs drawn from a seed, each in a module of its own; `worlds` knows them all."""
