"""The household at a glance."""

from harvestdesk.gui.views.overview.page import OverviewPage

__all__ = ["OverviewPage"]
