"""Agency: which programs serve a utility better than chance and its length can explain."""
