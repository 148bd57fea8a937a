"""Figures of results, drawn by Matplotlib: one module a figure."""
