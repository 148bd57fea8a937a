"""What is told of each result: one module a result, each of which makes a `Report`."""
