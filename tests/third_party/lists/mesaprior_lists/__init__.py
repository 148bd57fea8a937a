"""Decision lists as a hypothesis space of mesaprior."""
