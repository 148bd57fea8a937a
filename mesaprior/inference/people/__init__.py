"""Many people in one log: each one's posterior, how frequent roles are, and which programs the people share."""
