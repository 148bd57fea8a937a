"""Turing machines with a halting transition: what they print on a blank tape, and machines as policies."""
