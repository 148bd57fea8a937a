"""Counting: the imitation log, the census, every hypothesis space with its kernels, and the store."""
