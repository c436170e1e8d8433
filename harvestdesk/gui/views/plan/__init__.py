"""The harvest plan: what to ask for, what to trade and why, and what it changes."""

from harvestdesk.gui.views.plan.page import PlanPage

__all__ = ["PlanPage"]
