"""Short runs on a blank tape, in machine words."""
