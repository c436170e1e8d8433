"""Lot instructions: which shares to name at the broker, where it is clicked, and until when."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.calendar import trading_day_from
from harvestdesk.domain.ids import AccountId, LotId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import LotGift, LotSale, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.brokers import BrokerGuide, broker_guide
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    Report,
    Row,
    RowKind,
    Signatures,
    Table,
    Tone,
)
from harvestdesk.reports.figures import count, day, decimals_of, number, share_digits, usd
from harvestdesk.reports.relief_match import method_that_sells
from harvestdesk.reports.worksheets.parts import (
    DISCLAIMER,
    TERM_NAMES,
    account_label,
    account_name,
    broker_lot_refs,
    by_account,
    by_symbol,
    footer,
    head,
    loss_of,
    running_head,
    symbol_of,
)


def lot_instruction_sheet(
    proposal: Proposal, snapshot: HouseholdSnapshot, account_id: AccountId | None = None
) -> Report:
    """Return the sheet of every account that sells, or of one, each on a page of its own."""
    groups = [
        (found, sales)
        for found, sales in by_account(snapshot, proposal.sales)
        if account_id in {None, found}
    ]
    traded_on = trading_day_from(proposal.as_of)
    blocks: list[Block] = []
    if not proposal.passed:
        blocks.append(Paragraph(NOT_PASSED, Tone.WARNING))
    pages = [_account_page(snapshot, found, sales, traded_on) for found, sales in groups]
    pages += gift_pages(proposal, snapshot, account_id)
    for number_, page in enumerate(pages):
        blocks += [PageBreak(), *page] if number_ else page
    if not pages:
        blocks.append(Paragraph("The plan sells nothing here; no lots need be named.", Tone.LEAD))
    if groups or not pages:
        blocks.append(Paragraph(_SMALL_PRINT, Tone.SMALL))
    blocks.append(Paragraph(DISCLAIMER, Tone.SMALL))
    return Report(
        title="Lot instructions",
        subtitle="Which shares to give, by date and cost"
        if proposal.gifts and not groups
        else "Which shares to sell, by date and cost",
        header=head(proposal, snapshot),
        blocks=tuple(blocks),
        footer=footer(proposal),
        simulated=snapshot.household.simulated,
        running=running_head(snapshot),
        dated=snapshot.as_of,
    )


NOT_PASSED = (
    "This plan did not pass its checks. It is printed to be looked at and must not be traded."
)
_SMALL_PRINT = (
    "A sale without lot instructions takes the lots of the account's method, and the losses of this plan would "
    "be others. The choice must stand at the broker by settlement (Reg. 1.1012-1(c)); keep the confirmation. "
    "Brokers move their menus: where the path here is gone, look for cost basis method or tax lots."
)


_GIFT_DEADLINE = (
    "A gift of shares counts when they reach the charity's account (Reg. 1.170A-1(b)): send the transfer weeks "
    "before the end of the year, with the lots named."
)


def instruction_line(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> str:
    """Return one order with its lots as text: `SELL 30 ABC VSP 20 sh 01/15/2024 @ 150.00; ...`.

    Date and price are those of FIX tags 1753 and 1754: versus purchase date and versus purchase price
    (current cost basis over quantity).
    """
    shares = sum((s.shares for s in sales), ZERO)
    lots = "; ".join(
        f"{_shares([s.shares], s.shares)} sh {day(s.acquired_on)} @ {number(_unit_cost(s), _cost_digits(s))}"
        for s in sales
    )
    symbol = symbol_of(snapshot, sales[0].security_id)
    return f"SELL {_shares([shares], shares)} {symbol} VSP {lots}"


def method_note(snapshot: HouseholdSnapshot, sales: Sequence[LotSale], guide: BrokerGuide) -> str:
    """Return which named method of the broker sells the same shares, or that none does."""
    first = sales[0]
    chosen: dict[LotId, Decimal] = {}
    for sale in sales:
        chosen[sale.lot_id] = chosen.get(sale.lot_id, ZERO) + sale.shares
    held = [
        lot
        for lot in snapshot.lots
        if lot.account_id == first.account_id and lot.security_id == first.security_id
    ]
    if chosen == {lot.id: lot.shares for lot in held}:
        return "All shares held are sold: no lots need be named."
    on = trading_day_from(snapshot.as_of)
    account = snapshot.account_by_id.get(first.account_id)
    offered = sorted(guide.methods, key=lambda m: account is None or m is not account.relief)
    found = method_that_sells(chosen, held, offered, on, first.price)
    if found is None:
        return "No named method sells these shares: name the lots."
    return f"Same result with the method {guide.methods[found]}{_default_note(snapshot, first, found)}."


def _default_note(snapshot: HouseholdSnapshot, sale: LotSale, method: ReliefMethod) -> str:
    account = snapshot.account_by_id.get(sale.account_id)
    return ", this account's default" if account and account.relief is method else ""


def _account_page(
    snapshot: HouseholdSnapshot, account_id: AccountId, sales: Sequence[LotSale], traded_on: date
) -> list[Block]:
    account = snapshot.account_by_id.get(account_id)
    guide = broker_guide(account.custodian if account else "")
    orders = by_symbol(snapshot, sales)
    blocks: list[Block] = [
        Heading(account_label(snapshot, account_id)),
        Paragraph(_answer(snapshot, account_id, orders, sales, guide), Tone.LEAD),
        Paragraph(f"Deadline. {guide.deadline_for(traded_on)}", Tone.WARNING),
        _lot_table(snapshot, orders, guide),
        Heading(f"Where at {guide.name}", 2),
        Points(tuple((f"{n}.", step) for n, step in enumerate(guide.steps, 1))),
    ]
    cautions = tuple(("!", text) for text in _cautions(guide, orders))
    blocks += [Points(cautions)] if cautions else []
    blocks.append(Heading("As text, for a message to the broker", 2))
    blocks += [Paragraph(instruction_line(snapshot, order)) for order in orders]
    blocks.append(Signatures((_signer(account),)))
    return blocks


def _answer(
    snapshot: HouseholdSnapshot,
    account_id: AccountId,
    orders: Sequence[Sequence[LotSale]],
    sales: Sequence[LotSale],
    guide: BrokerGuide,
) -> str:
    return (
        f"In {account_name(snapshot, account_id)} at {guide.name}: {count(len(orders), 'sale')} with "
        f"{count(len(sales), 'lot')}. Use “{guide.specific}” except where a method is named."
    )


def _lot_table(
    snapshot: HouseholdSnapshot, orders: Sequence[Sequence[LotSale]], guide: BrokerGuide
) -> Table:
    every = [s for order in orders for s in order]
    shares = [s.shares for s in every]
    gains = any(s.gain > 0 for s in every)
    columns = (
        Column("Acquired", width_share=120),
        Column("Broker's lot", width_share=120),
        Column("Term", width_share=80),
        Column("Shares", Align.RIGHT, 110),
        Column("Cost per share", Align.RIGHT, 140),
        Column("Total cost", Align.RIGHT, 150, total=True),
        Column("Gain or loss" if gains else "Loss", Align.RIGHT, 140, total=True),
    )
    digits = max(_cost_digits(s) for order in orders for s in order)
    rows: list[Row] = []
    for order in orders:
        rows.append(Row((_order_title(snapshot, order, guide),), RowKind.GROUP))
        rows += [_lot_row(snapshot, sale, shares, digits, gains) for sale in order]
    basis = sum((s.basis for s in every), ZERO)
    loss = loss_of(every)
    totals = ("Total", "", "", "", "", usd(basis), usd(-loss if gains else loss))
    return Table(columns, tuple(rows), totals)


def _order_title(snapshot: HouseholdSnapshot, order: Sequence[LotSale], guide: BrokerGuide) -> str:
    total = sum((s.shares for s in order), ZERO)
    symbol = symbol_of(snapshot, order[0].security_id)
    return f"Sell {_shares([total], total)} {symbol}.  {method_note(snapshot, order, guide)}"


def _lot_row(
    snapshot: HouseholdSnapshot,
    sale: LotSale,
    shares: Sequence[Decimal],
    digits: int,
    gains: bool,
) -> Row:
    """`gains`: the column holds gains as well, so that losses stand below zero."""
    return Row(
        (
            day(sale.acquired_on),
            broker_lot_refs(snapshot, sale.lot_id),
            TERM_NAMES[sale.term],
            _shares(shares, sale.shares),
            usd(_unit_cost(sale), digits),
            usd(sale.basis),
            usd(sale.recognized if gains else -sale.recognized),
        )
    )


def gift_pages(
    proposal: Proposal, snapshot: HouseholdSnapshot, account_id: AccountId | None = None
) -> list[list[Block]]:
    """Return a page for each account that gives shares away, or of one."""
    return [
        _gift_page(snapshot, account, gifts, proposal.asked.recipient)
        for account in snapshot.accounts
        if account_id in {None, account.id}
        and (gifts := [g for g in proposal.gifts if g.account_id == account.id])
    ]


def _gift_page(
    snapshot: HouseholdSnapshot, account: Account, gifts: Sequence[LotGift], recipient: str
) -> list[Block]:
    guide = broker_guide(account.custodian)
    to = recipient or "the charity"
    columns = (
        Column("Give", width_share=100),
        Column("Acquired", width_share=120),
        Column("Broker's lot", width_share=120),
        Column("Shares", Align.RIGHT, 110),
        Column("Total cost", Align.RIGHT, 150, total=True),
        Column("Value", Align.RIGHT, 150, total=True),
    )
    shares = [g.shares for g in gifts]
    rows = tuple(
        Row(
            (
                symbol_of(snapshot, g.security_id),
                day(g.acquired_on),
                broker_lot_refs(snapshot, g.lot_id),
                _shares(shares, g.shares),
                usd(g.basis),
                usd(g.value),
            )
        )
        for g in gifts
    )
    basis, value = (sum(x, ZERO) for x in ([g.basis for g in gifts], [g.value for g in gifts]))
    return [
        Heading(account_label(snapshot, account.id)),
        Paragraph(
            f"From {account_name(snapshot, account.id)} at {guide.name}: transfer {count(len(gifts), 'lot')} in kind "
            f"to {to}. Nothing is sold.",
            Tone.LEAD,
        ),
        Paragraph(_GIFT_DEADLINE, Tone.WARNING),
        Table(columns, rows, ("Total", "", "", "", usd(basis), usd(value))),
        Signatures((_signer(account),)),
    ]


def _cautions(guide: BrokerGuide, orders: Sequence[Sequence[LotSale]]) -> list[str]:
    texts = list(guide.cautions)
    most = max((len(order) for order in orders), default=0)
    if guide.max_lots and most > guide.max_lots:
        texts.append(
            f"One order here names {most} lots; {guide.name} takes {guide.max_lots} in an order. Split it."
        )
    return texts


def _signer(account: Account | None) -> str:
    return f"Instructed by, for {account.name}" if account else "Instructed by"


def _unit_cost(sale: LotSale) -> Decimal:
    return sale.basis / sale.shares if sale.shares else ZERO


def _cost_digits(sale: LotSale) -> int:
    return max(2, decimals_of([_unit_cost(sale)], 4))


def _shares(column: Sequence[Decimal], value: Decimal) -> str:
    return number(value, share_digits(column))
