"""The claims of the debate, tested on random worlds; see `mesaprior.inference.claims.claim`."""
