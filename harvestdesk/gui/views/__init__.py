"""Pages of the window; they do not know each other."""
