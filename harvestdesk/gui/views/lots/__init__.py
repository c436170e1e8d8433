"""The lots: what can be harvested, what is locked, and when it turns long-term."""

from harvestdesk.gui.views.lots.page import LotsPage

__all__ = ["LotsPage"]
