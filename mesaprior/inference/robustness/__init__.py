"""Robustness: the same question under another prior, language, bound or space; and the price of each kind."""
