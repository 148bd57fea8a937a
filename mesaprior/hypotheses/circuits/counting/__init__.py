"""The exact number of straight-line circuits of each size, by the functions that they compute."""
