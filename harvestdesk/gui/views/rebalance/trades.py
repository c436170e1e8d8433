"""What a household plan does in each account, as sections of tables."""

from harvestdesk.gui.views.plan.trades import Section, TradeTable, buys_table
from harvestdesk.gui.views.rebalance.tables import (
    GIFTS,
    NOT_TAXED,
    SALES,
    gift_columns,
    sale_columns,
)
from harvestdesk.gui.views.rebalance.words import account_sums
from harvestdesk.services.views.rebalance import AccountPart, RebalanceView

_SALES_MAKE_WAY = ("price", "term", "proceeds", "tax")
_GIFTS_MAKE_WAY = ("price", "acquired")


def sections(view: RebalanceView) -> tuple[Section, ...]:
    """Return what the plan sells, buys, gives and pays out, account by account."""
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
    return Section(part.account, account_sums(part), (sales, buys_table(part.trades), gifts))
