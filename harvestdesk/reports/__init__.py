"""Worksheets and lists as plain data (Report), and their CSV."""
