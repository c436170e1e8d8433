"""Tax: what the year costs as things stand and with the plan, and what the next dollar does."""

from harvestdesk.gui.views.tax.page import TaxPage

__all__ = ["TaxPage"]
