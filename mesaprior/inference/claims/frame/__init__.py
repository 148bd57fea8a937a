"""What claims of the second edition share: fair laws, drawn languages, conduct, and targets that nobody planned."""
