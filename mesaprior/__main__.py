"""Run the command line with ``python -m mesaprior``."""

from mesaprior.cli import main

if __name__ == "__main__":
    main()
