"""Threshold networks as policies: one hidden layer, and weights from a small set of integers."""
