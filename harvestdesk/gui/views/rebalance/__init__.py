"""Rebalance: plans for the whole household, what they change, and what each rule costs."""

from harvestdesk.gui.views.rebalance.page import RebalancePage

__all__ = ["RebalancePage"]
