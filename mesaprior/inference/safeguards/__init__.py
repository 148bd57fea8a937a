"""Ways to act on a posterior, and what each of them does."""
