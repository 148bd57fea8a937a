"""What machines print on a blank tape, counted exactly over all machines of a size."""
