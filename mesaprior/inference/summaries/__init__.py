"""What each result means, in one plain paragraph that is computed from it: one module a result."""
