"""The complexity of strings from what machines print."""
