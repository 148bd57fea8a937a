"""The page that `mesaprior report` writes: its frame, its style and its scripts, put into one file."""
