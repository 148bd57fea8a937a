"""The output of machines on a blank tape, counted exactly over all machines of a size."""
