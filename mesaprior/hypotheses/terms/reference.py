"""The reference engine: enumerates programs one by one and evaluates each; the ground truth, and the baseline."""
