"""Bayes' rule on a census: noise, weights, roles, likelihood, posterior, odds, many people."""
