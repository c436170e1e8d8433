"""Covariance, tracking error and drift. Floating point lives here and above."""
