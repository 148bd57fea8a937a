"""Programs by their place in a census: which program is number i of a group, without writing the others down."""
