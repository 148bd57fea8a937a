"""Turing machines with a halting transition: their output on a blank tape, and machines as policies."""
