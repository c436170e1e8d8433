"""Import of statements in at most five pages; nothing is written before Confirm."""
