"""Who serves a utility better than chance and its name explain."""
