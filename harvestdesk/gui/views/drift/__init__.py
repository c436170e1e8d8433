"""Drift: what is held against what is meant to be held."""

from harvestdesk.gui.views.drift.page import DriftPage

__all__ = ["DriftPage"]
