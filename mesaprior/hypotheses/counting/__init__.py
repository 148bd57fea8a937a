"""Exact counting by merging: distinct rows, and counts by class, time and infer_time, whatever is counted."""
