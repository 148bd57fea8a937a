"""Figures: what results draw, as figures of Matplotlib that whoever asks shows or saves."""
