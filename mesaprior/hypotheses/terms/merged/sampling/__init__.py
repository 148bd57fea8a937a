"""Programs by their number in a census: program number i of a group, without enumerating the others."""
