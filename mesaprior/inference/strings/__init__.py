"""The complexity of strings, from the outputs of machines."""
