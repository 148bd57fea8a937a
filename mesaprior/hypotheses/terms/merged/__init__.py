"""The merged engine: terms are built from classes of equal terms, and counted by behaviour."""
