"""The pages of the window: where each one's class is. Imported late, so that the window paints first."""

import importlib
from dataclasses import dataclass

from harvestdesk.gui.actions import PAGE_TITLES
from harvestdesk.gui.view_base import DeskData, Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page: its key and the class that shows it."""

    key: str
    module: str
    class_name: str

    @property
    def title(self) -> str:
        """The page's name in the sidebar."""
        return PAGE_TITLES[self.key]

    def load(self) -> type[Page]:
        """Return the class, importing its module."""
        found = getattr(importlib.import_module(self.module), self.class_name)
        if not (isinstance(found, type) and issubclass(found, Page)):
            raise TypeError(f"{self.class_name} is no page")
        return found


PAGES = (
    PageSpec("overview", "harvestdesk.gui.views.overview", "OverviewPage"),
    PageSpec("lots", "harvestdesk.gui.views.lots", "LotsPage"),
    PageSpec("drift", "harvestdesk.gui.views.drift", "DriftPage"),
    PageSpec("wash_calendar", "harvestdesk.gui.views.wash_calendar", "WashCalendarPage"),
    PageSpec("plan", "harvestdesk.gui.views.plan", "PlanPage"),
    PageSpec("rebalance", "harvestdesk.gui.views.rebalance", "RebalancePage"),
    PageSpec("tax", "harvestdesk.gui.views.tax", "TaxPage"),
)


LATER = (
    "harvestdesk.gui.wizards.import_statements.wizard",
    "harvestdesk.gui.dialogs.household",
    "harvestdesk.gui.dialogs.prices",
    "harvestdesk.gui.dialogs.export_orders",
    "harvestdesk.orders.export",
    "harvestdesk.gui.printing.preview",
    "harvestdesk.gui.dialogs.outside_gains",
    "harvestdesk.gui.dialogs.wash_options",
    "harvestdesk.gui.dialogs.scenarios",
    "harvestdesk.services.tax_reports",
)
"""What the person may open next; imported before, so that it opens within a frame."""


def load_modules() -> None:
    """Import every page's module; done on a lane, because it takes longer than a frame."""
    for spec in PAGES:
        spec.load()
    for module in LATER:
        importlib.import_module(module)


def prepared(data: DeskData) -> dict[str, object]:
    """Return what the pages work out beforehand, by page key; called on a lane."""
    ready = ((spec.key, spec.load().prepare(data)) for spec in PAGES)
    return {key: found for key, found in ready if found is not None}
