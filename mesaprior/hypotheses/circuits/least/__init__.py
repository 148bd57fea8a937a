"""The least gates, the least formula and the least depth of every Boolean function of a few inputs."""
