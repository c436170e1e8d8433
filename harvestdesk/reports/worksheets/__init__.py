"""Worksheets: functions from a plan and its household to a Report."""
