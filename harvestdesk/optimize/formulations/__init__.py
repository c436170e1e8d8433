"""Convex problems written down for cvxpy, one module each."""
