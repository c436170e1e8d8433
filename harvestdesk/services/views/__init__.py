"""Rows behind the pictures and the command line: a snapshot (and a plan) in, frozen rows out. No Qt."""
