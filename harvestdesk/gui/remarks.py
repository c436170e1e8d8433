"""Remarks that more than one page makes."""

from harvestdesk.gui import formatting
from harvestdesk.services.views.lots import LotsView


def missing_prices(view: LotsView) -> str:
    """Return a sentence about lots without a price, which no plan can use; nothing if all have one."""
    count = sum(1 for r in view.rows if r.price is None)
    if not count:
        return ""
    lots, verb = formatting.plural(count, "lot"), "has" if count == 1 else "have"
    return f"\u26a0 {lots} {verb} no price: import a position file or a price list. "
