"""Figures of results: each is drawn by Matplotlib, and saved by whoever asked for it."""
