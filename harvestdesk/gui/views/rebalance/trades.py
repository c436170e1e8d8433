"""What a household plan does in each account, as sections of tables."""

from dataclasses import replace

from harvestdesk.gui.plans.tables import BUYS
from harvestdesk.gui.plans.trades import Section, TradeTable
from harvestdesk.gui.views.rebalance.tables import (
    GIFTS,
    NOT_TAXED,
    SALES,
    buy_columns,
    gift_columns,
    sale_columns,
)
from harvestdesk.gui.views.rebalance.words import account_sums
from harvestdesk.services.views.rebalance import AccountPart, RebalanceView

_SALES_MAKE_WAY = ("price", "proceeds", "term", "acquired")
_BUYS_MAKE_WAY = ("price", "replaces")
_GIFTS_MAKE_WAY = ("price",)
_REASON = 19
"""Digits a short reason takes with its basis points."""


def sections(view: RebalanceView) -> tuple[Section, ...]:
    """Return what the plan sells, buys, gives and pays out, account by account, written for its tables."""
    return tuple(_section(part) for part in view.parts)


def _section(part: AccountPart) -> Section:
    sales = TradeTable(
        f"Sales in {part.account}",
        SALES,
        sale_columns,
        part.trades.sales,
        _SALES_MAKE_WAY,
        () if part.taxable else NOT_TAXED,
    )
    gifts = TradeTable(
        f"Gifts from {part.account}", GIFTS, gift_columns, part.gifts, _GIFTS_MAKE_WAY
    )
    buys = TradeTable(
        f"Purchases in {part.account}",
        BUYS,
        buy_columns,
        part.trades.buys,
        _BUYS_MAKE_WAY,
        () if any(b.replaces for b in part.trades.buys) else ("replaces",),
    )
    tables = (
        replace(t, written=t.write(t.rows), reason_digits=_REASON)
        for t in (sales, buys, gifts)
        if t.rows
    )
    return Section(part.account, account_sums(part), tuple(tables))
