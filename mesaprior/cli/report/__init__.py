"""What is told of a result: figures and pages."""
