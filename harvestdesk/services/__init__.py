"""Use cases: one module per user verb; the only callers of the store."""
