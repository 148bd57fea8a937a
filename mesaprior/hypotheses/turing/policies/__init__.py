"""Machines as policies: a situation is written on the tape, the action is read at the halt."""
