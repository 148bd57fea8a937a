"""What a report page holds: a census reduced to what its sliders need, the log and the leading programs, as data."""
