"""Many people in one log: a posterior for each, and the frequencies of roles and of programs."""
