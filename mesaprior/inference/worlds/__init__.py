"""Worlds: laws, teachers and logs drawn from a random seed, one module per world; `worlds` lists them all."""
