"""Wizards: one question a page, one file a page."""
