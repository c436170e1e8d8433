"""The wash-sale calendar: what may not be bought or sold at a loss, and until when."""

from harvestdesk.gui.views.wash_calendar.page import WashCalendarPage

__all__ = ["WashCalendarPage"]
