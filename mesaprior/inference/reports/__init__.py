"""Reports: one module for each kind of result, which makes a `Report` of it."""
