"""First run: what one can do, and the households opened last."""

from harvestdesk.gui.views.welcome.page import WelcomePage

__all__ = ["WelcomePage"]
