"""The claims of the debate, as computations; see `mesaprior.inference.claims.claim`."""
