"""Paths and policies over time (later issues)."""
