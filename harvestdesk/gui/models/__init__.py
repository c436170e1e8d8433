"""Table models over columns."""
