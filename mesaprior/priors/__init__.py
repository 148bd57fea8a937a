"""Priors over programs: formulas over census columns, the catalogue, codes, and the laws that priors obey."""
