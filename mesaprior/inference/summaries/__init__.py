"""Summaries: the meaning of each result in one plain paragraph, computed from it; one module per result."""
