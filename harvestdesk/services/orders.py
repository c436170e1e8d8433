"""Order files of a plan: only of one that passed, and only while the household is as it was."""

from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.orders.export import FORMATS, order_files
from harvestdesk.orders.files import write_files
from harvestdesk.orders.terms import MARKET_DAY, OrderTerms
from harvestdesk.orders.ticket import Order, tickets
from harvestdesk.services import plan_harvest
from harvestdesk.services.context import AppContext

__all__ = ["FORMATS", "export_orders", "plan_orders"]


def plan_orders(
    ctx: AppContext, proposal_id: str | None, *, allow_stale_prices: bool = False
) -> tuple[Order, ...]:
    """Return the orders of a plan.

    Raises:
        BadInputError: no such plan, it did not pass, the household changed, or its prices are stale.
    """
    proposal = plan_harvest.find(ctx, proposal_id)
    snapshot = ctx.snapshot(proposal.as_of)
    return tickets(proposal, snapshot, allow_stale_prices=allow_stale_prices)


def export_orders(
    ctx: AppContext,
    proposal_id: str | None,
    format: str,  # noqa: A002 - the word of the contract
    out_dir: Path,
    *,
    terms: OrderTerms = MARKET_DAY,
    allow_stale_prices: bool = False,
) -> tuple[Path, ...]:
    """Write the order files of a plan in a format into a folder and return their paths.

    Raises:
        BadInputError: for an unknown format, or a plan that can't be traded; nothing is written.
    """
    if format not in FORMATS:
        raise BadInputError(
            f"There is no order format {format!r}. Expected one of: {', '.join(sorted(FORMATS))}.",
            code="orders.format",
        )
    orders = plan_orders(ctx, proposal_id, allow_stale_prices=allow_stale_prices)
    return write_files(order_files(orders, format, terms), out_dir)
