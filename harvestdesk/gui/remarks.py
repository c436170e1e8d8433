"""Remarks that more than one page makes."""

from harvestdesk.domain.plan_settings import PLAN_NAMES
from harvestdesk.domain.proposal import Proposal
from harvestdesk.gui import formatting
from harvestdesk.services.views.lots import LotsView


def missing_prices(view: LotsView) -> str:
    """Return a sentence about lots without a price, which no plan can use; nothing if all have one."""
    count = sum(1 for r in view.rows if r.price is None)
    if not count:
        return ""
    lots, verb = formatting.plural(count, "lot"), "has" if count == 1 else "have"
    return f"\u26a0 {lots} {verb} no price: import a position file or a price list. "


def coverage_words(lots: LotsView) -> str:
    """Return for how many lots called harvestable the data don't reach, ready to stand after a sentence."""
    if not lots.unsure_lots:
        return ""
    some = "all" if lots.unsure_lots == lots.harvestable_lots else f"{lots.unsure_lots:,}"
    return f" For {some} of these lots the imported data do not cover every account and day that counts."


def plan_meant(proposal: Proposal | None) -> str:
    """Return which plan a page speaks of: `Rebalance of Dec 5, 2025`; nothing without one."""
    if proposal is None:
        return ""
    return f"{PLAN_NAMES[proposal.kind]} of {formatting.long_day(proposal.as_of)}"
