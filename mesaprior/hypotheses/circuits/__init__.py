"""Boolean circuits of two-input gates: the least one of every function, and exact counts of all of them."""
