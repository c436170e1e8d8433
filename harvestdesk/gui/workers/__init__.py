"""Background lanes of the window."""
