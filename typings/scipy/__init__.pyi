"""What mesaprior uses of SciPy, which comes without types."""
