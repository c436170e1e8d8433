"""Order files of a plan: only of one that passed, and only while the household is as it was."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.orders.export import FORMATS, order_files
from harvestdesk.orders.files import OrderFile, file_name, write_files
from harvestdesk.orders.terms import MARKET_DAY, OrderTerms
from harvestdesk.orders.ticket import Order, tickets
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.worksheets.lot_instructions import lot_instruction_sheet
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext

__all__ = ["FORMATS", "export_orders"]


def export_orders(
    ctx: AppContext,
    proposal_id: str | None,
    format: str,  # noqa: A002 - the word of the contract
    out_dir: Path,
    *,
    terms: OrderTerms = MARKET_DAY,
    allow_stale_prices: bool = False,
) -> tuple[Path, ...]:
    """Write a plan's order files and each selling account's lot instructions; return the paths.

    Without an id it is the year-end harvest made last.

    Raises:
        BadInputError: for an unknown format, or a plan that can't be traded; nothing is written.
    """
    if format not in FORMATS:
        raise BadInputError(
            f"There is no order format {format!r}. Expected one of: {', '.join(sorted(FORMATS))}.",
            code="orders.format",
        )
    proposal = plans.find(ctx, proposal_id, plans.YEAR_END)
    if proposal.gifts and not proposal.sales and not proposal.purchases:
        raise BadInputError(
            f"{proposal.id} gives shares away: there is nothing to order. Print its lot instructions and send "
            "the broker the transfer.",
            code="orders.gift",
        )
    snapshot = ctx.snapshot(proposal.as_of)
    orders = tickets(proposal, snapshot, allow_stale_prices=allow_stale_prices)
    files = (*order_files(orders, format, terms), *_instructions(proposal, snapshot, orders))
    return write_files(files, out_dir)


def _instructions(
    proposal: Proposal, snapshot: HouseholdSnapshot, orders: Sequence[Order]
) -> Iterator[OrderFile]:
    """Yield a sheet for each account that sells: few order files can say which lots are meant."""
    selling = {sale.account_id for sale in proposal.sales}
    for account in snapshot.accounts:
        if account.id in selling:
            sheet = lot_instruction_sheet(proposal, snapshot, account.id)
            stem = f"lot-instructions-{account.name}-{account.number_tail}"
            yield OrderFile(file_name(stem, orders), render_csv(sheet).encode())
