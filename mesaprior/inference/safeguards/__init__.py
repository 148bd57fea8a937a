"""Safeguards: ways to act on a posterior, evaluated."""
