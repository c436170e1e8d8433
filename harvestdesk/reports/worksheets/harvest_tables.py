"""Tables of the harvest worksheet."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.calendar import trading_day_from
from harvestdesk.domain.ids import LotId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import KeptLot, LotSale, Proposal, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalTerm
from harvestdesk.reports.brokers import BrokerGuide, broker_guide
from harvestdesk.reports.document import Align, Column, Row, RowKind, Table
from harvestdesk.reports.figures import count, day, joined, number, share_digits, usd
from harvestdesk.reports.tax_basis import basis_sentence
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets.lot_instructions import method_note
from harvestdesk.reports.worksheets.parts import (
    TERM_NAMES,
    account_label,
    account_name,
    by_account,
    by_symbol,
    loss_of,
    symbol_of,
    symbols_of,
)
from harvestdesk.tax.basis import tax_basis
from harvestdesk.tax.netting import deduction_limit
from harvestdesk.tax.situation import situation_of

_KEPT_GROUPS = {
    "gain": "not below their basis",
    "ira": "in tax-advantaged accounts, where losses do not count",
    "other_return": "in accounts of the spouse's own return",
    "account_not_trading": "in accounts that do not take part",
    "excluded": "excluded",
    "no_price": "without a price",
    "no_basis": "without a cost basis",
    "no_date": "without an acquisition date",
    "kind_not_planned": "of a kind that is not planned",
}
_RIGHT = Align.RIGHT
_SYMBOLS_SHOWN = 2
"""Beside a sale, more replacements than these are counted; the purchases name them all."""


_SALES_CAPTION = (
    "Tax saved: the lot's share of the tax this plan saves this year. Safe from: first day the security, or "
    "anything identical, may be bought again."
)
_WASHED_CAPTION = (
    " Disallowed: basis less proceeds beyond the loss, added to the basis of shares bought within 30 days "
    "(IRC §1091(d))."
)
_LADDER_CAPTION = (
    "Each line adds to those above it. Raise the limit only if the further loss is worth the drift."
)


def room_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return what losses can be used against this year: gains, carryforwards, the deduction."""
    profile = snapshot.household.tax
    situation = situation_of(snapshot)
    outside_short = situation.external_of(ExternalTerm.SHORT)
    outside_long = situation.external_of(ExternalTerm.LONG)
    before = proposal.before
    limit = deduction_limit(profile.filing_status)
    short = before.net_short + profile.carryforward_short - outside_short
    long = before.net_long + profile.carryforward_long - outside_long
    total = before.net_short + before.net_long
    outside = _pair(
        "Outside this file, known and expected (amount times probability)",
        outside_short,
        outside_long,
    )
    rows = (
        _pair("Realised in the accounts of this file", short - profile.realised_short, long - profile.realised_long),
        _pair("Realised elsewhere, as entered", profile.realised_short, profile.realised_long),
        *((outside,) if outside_short or outside_long else ()),
        _pair("Losses carried in from earlier years", -profile.carryforward_short, -profile.carryforward_long),
        _pair("Left before this plan (Schedule D, lines 7 and 15)", before.net_short, before.net_long, RowKind.SUM),
        _one("Deductible from other income this year (IRC §1211(b))", limit),
        _one("Room: further losses this year can use", max(ZERO, total + limit), RowKind.SUM),
        _pair("Losses of this plan", loss_of(proposal.sales, Term.SHORT), loss_of(proposal.sales, Term.LONG)),
    )  # fmt: skip
    columns = (
        Column(f"Year {proposal.as_of.year}, dollars", width_share=400),
        Column("Short-term", _RIGHT, 140),
        Column("Long-term", _RIGHT, 140),
        Column("Together", _RIGHT, 140),
    )
    return Table(columns, rows)


def before_after_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the household before and after the plan, and what its tax rests on."""
    before, after = proposal.before, proposal.after
    money = (
        (f"Tax on {proposal.as_of.year}'s gains", before.tax, after.tax),
        ("Short-term result", before.net_short, after.net_short),
        ("Long-term result", before.net_long, after.net_long),
        ("Carried into next year, short-term", before.carryforward_short, after.carryforward_short),
        ("Carried into next year, long-term", before.carryforward_long, after.carryforward_long),
        ("Cash in the accounts", before.cash, after.cash),
        ("Unrealised losses left", before.unrealised_losses, after.unrealised_losses),
    )
    rows = [Row((name, usd(a), usd(b), usd(b - a))) for name, a, b in money]
    te = (before.tracking_error_bp, after.tracking_error_bp)
    rows.append(
        Row(
            (
                "Tracking error, basis points a year",
                number(te[0], 1),
                number(te[1], 1),
                number(te[1] - te[0], 1),
            )
        )
    )
    columns = (
        Column("Household", width_share=400),
        Column("Before", _RIGHT, 140),
        Column("After", _RIGHT, 140),
        Column("Change", _RIGHT, 140),
    )
    return Table(columns, tuple(rows), caption=basis_sentence(tax_basis(situation_of(snapshot))))


def sales_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the lots to sell, by account, with subtotals by term; what is disallowed only if there is any."""
    washed = (Column("Disallowed", _RIGHT, 120, total=True),) if proposal.disallowed_loss else ()
    columns = (
        Column("Sell", width_share=105),
        Column("Acquired", width_share=130),
        Column("Term", width_share=75),
        Column("Shares", _RIGHT, 105),
        Column("Basis/share", _RIGHT, 120),
        Column("Price", _RIGHT, 110),
        Column("Basis", _RIGHT, 150, total=True),
        Column("Proceeds", _RIGHT, 150, total=True),
        Column("Loss", _RIGHT, 140, total=True),
        *washed,
        Column("Tax saved", _RIGHT, 135, total=True),
        Column("Replaced by", width_share=175),
        Column("Safe from", width_share=130),
    )
    sales = proposal.sales
    digits = share_digits(s.shares for s in sales)
    rows: list[Row] = []
    for account_id, group in by_account(snapshot, sales):
        rows.append(Row((account_label(snapshot, account_id),), RowKind.GROUP))
        rows += [_sale_row(proposal, snapshot, sale, digits) for sale in group]
    for term in Term:
        chosen = [s for s in sales if s.term is term]
        if chosen:
            name = f"{TERM_NAMES[term]}-term, {count(len(chosen), 'lot')}"
            rows.append(Row(_sale_sums(name, chosen, bool(washed)), RowKind.SUM))
    return Table(
        columns,
        tuple(rows),
        _sale_sums(f"Total, {count(len(sales), 'lot')}", sales, bool(washed)) if sales else (),
        caption=_SALES_CAPTION + (_WASHED_CAPTION if washed else ""),
        empty_text="No lot is sold.",
    )


def purchases_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the purchases, by account, with what they stand in for and why."""
    columns = (
        Column("Buy", width_share=90),
        Column("Shares", _RIGHT, 90),
        Column("Price", _RIGHT, 100),
        Column("Amount", _RIGHT, 130, total=True),
        Column("In place of", width_share=160),
        Column("Why", width_share=500),
    )
    bought = sorted(proposal.purchases, key=lambda p: symbol_of(snapshot, p.security_id))
    digits = share_digits(p.shares for p in bought)
    rows: list[Row] = []
    for account in snapshot.accounts:
        mine = [p for p in bought if p.account_id == account.id]
        if mine:
            rows.append(Row((account_label(snapshot, account.id),), RowKind.GROUP))
            rows += [_purchase_row(snapshot, p, digits) for p in mine]
    total = usd(sum((p.amount for p in bought), ZERO))
    return Table(
        columns,
        tuple(rows),
        (f"Total, {count(len(bought), 'purchase')}", "", "", total, "", ""),
        empty_text="Nothing is bought; the proceeds stay in cash.",
    )


def _purchase_row(snapshot: HouseholdSnapshot, bought: Purchase, digits: int) -> Row:
    return Row(
        (
            symbol_of(snapshot, bought.security_id),
            number(bought.shares, digits),
            usd(bought.price),
            usd(bought.amount),
            symbols_of(snapshot, bought.replaces),
            sentence(bought.reason),
        )
    )


def kept_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the lots at a loss that are left alone, largest loss first, with the reason."""
    columns = (
        Column("Security", width_share=90),
        Column("Account", width_share=170),
        Column("Acquired", width_share=110),
        Column("Shares", _RIGHT, 90),
        Column("Loss", _RIGHT, 115, total=True),
        Column("Free from", width_share=110),
        Column("Why", width_share=390),
    )
    kept = [k for k in proposal.kept if _is_listed(k)]
    kept.sort(key=lambda k: (k.gain or ZERO, k.lot_id))
    digits = share_digits(k.shares for k in kept)
    total = usd(-sum((k.gain or ZERO for k in kept), ZERO))
    return Table(
        columns,
        tuple(_kept_row(snapshot, k, digits) for k in kept),
        (f"Total, {count(len(kept), 'lot')}", "", "", "", total, "", ""),
        caption=other_kept(proposal),
        empty_text="No lot at a loss is left in the accounts that trade.",
    )


def other_kept(proposal: Proposal) -> str:
    """Return one sentence on the lots that are left alone and not listed one by one."""
    groups = Counter(k.reason.code for k in proposal.kept if not _is_listed(k))
    if not groups:
        return "Every lot left alone is listed."
    parts = [
        f"{count(groups[code], 'lot')} {_KEPT_GROUPS.get(code, code.replace('_', ' '))}"
        for code in sorted(groups, key=lambda c: (-groups[c], c))
    ]
    return f"Also left alone: {joined(parts)}."


def ladder_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the next lots beyond the limit, in order, and what each would cost in tracking error."""
    columns = (
        Column("Next", width_share=60),
        Column("Security", width_share=110),
        Column("Account", width_share=220),
        Column("Acquired", width_share=120),
        Column("Shares", _RIGHT, 110),
        Column("Further loss", _RIGHT, 130),
        Column("Worth in tax", _RIGHT, 130),
        Column("Tracking error then", _RIGHT, 160),
    )
    digits = share_digits(step.shares for step in proposal.ladder)
    rows = []
    for place, step in enumerate(proposal.ladder, 1):
        symbol, account, acquired = _lot_cells(snapshot, step.lot_id)
        rows.append(
            Row(
                (
                    str(place),
                    symbol,
                    account,
                    acquired,
                    number(step.shares, digits),
                    usd(step.loss),
                    usd(step.tax_value),
                    f"{number(step.tracking_error_bp, 1)} bp",
                )
            )
        )
    return Table(
        columns,
        tuple(rows),
        caption=_LADDER_CAPTION if rows else "",
        empty_text="Every lot that may be sold is in the plan.",
    )


def instruction_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return each sale, by account, with what to choose at its broker."""
    columns = (
        Column("Sell", width_share=100),
        Column("Shares", _RIGHT, 1),
        Column("Lots", _RIGHT, 60),
        Column("At the broker choose", width_share=640),
    )
    rows: list[Row] = []
    digits = share_digits(s.shares for s in proposal.sales)
    for account_id, sales in by_account(snapshot, proposal.sales):
        account = snapshot.account_by_id.get(account_id)
        guide = broker_guide(account.custodian if account else "")
        title = f"{account_name(snapshot, account_id)} at {guide.name}"
        rows.append(Row((title,), RowKind.GROUP))
        rows += [
            _instruction_row(snapshot, order, guide, digits) for order in by_symbol(snapshot, sales)
        ]
    return Table(columns, tuple(rows))


def _instruction_row(
    snapshot: HouseholdSnapshot, order: Sequence[LotSale], guide: BrokerGuide, digits: int
) -> Row:
    note = method_note(snapshot, order, guide)
    if note.startswith("No named"):
        note = f"{guide.specific}: {_dates(order)}."
    shares = sum((s.shares for s in order), ZERO)
    symbol = symbol_of(snapshot, order[0].security_id)
    return Row((symbol, number(shares, digits), str(len(order)), note))


def deadlines(proposal: Proposal, snapshot: HouseholdSnapshot) -> tuple[str, ...]:
    """Return until when each broker takes the choice, one sentence for each."""
    traded_on = trading_day_from(proposal.as_of)
    keys = [
        snapshot.account_by_id[a].custodian
        for a, _ in by_account(snapshot, proposal.sales)
        if a in snapshot.account_by_id
    ]
    return tuple(broker_guide(key).deadline_for(traded_on) for key in dict.fromkeys(keys))


def _dates(order: Sequence[LotSale]) -> str:
    return ", ".join(
        f"{number(s.shares, share_digits([s.shares]))} of {day(s.acquired_on)}" for s in order
    )


def _sale_row(proposal: Proposal, snapshot: HouseholdSnapshot, sale: LotSale, digits: int) -> Row:
    per_share = sale.basis / sale.shares if sale.shares else ZERO
    return Row(
        (
            symbol_of(snapshot, sale.security_id),
            day(sale.acquired_on),
            TERM_NAMES[sale.term],
            number(sale.shares, digits),
            usd(per_share),
            usd(sale.price),
            usd(sale.basis),
            usd(sale.proceeds),
            usd(-sale.recognized),
            *((usd(sale.disallowed),) if proposal.disallowed_loss else ()),
            usd(sale.tax_value),
            _replacements(proposal, snapshot, sale),
            _safe_from(proposal, sale.security_id),
        )
    )


def _replacements(proposal: Proposal, snapshot: HouseholdSnapshot, sale: LotSale) -> str:
    found = [
        p.security_id
        for p in proposal.purchases
        if sale.security_id in p.replaces and p.account_id == sale.account_id
    ]
    if len(found) > _SYMBOLS_SHOWN:
        return f"{symbol_of(snapshot, found[0])} +{len(found) - 1}"
    return symbols_of(snapshot, found) or "cash"


def _safe_from(proposal: Proposal, security_id: SecurityId) -> str:
    days = [k.first_safe_day for k in proposal.locks if security_id in k.security_ids]
    return day(max(days, default=None))


def _sale_sums(name: str, sales: Sequence[LotSale], washed: bool) -> tuple[str, ...]:
    def total(field: str) -> str:
        return usd(sum((getattr(s, field) for s in sales), ZERO))

    return (
        name, "", "", "", "", "", total("basis"), total("proceeds"),
        usd(loss_of(sales)), *((total("disallowed"),) if washed else ()), total("tax_value"), "", "",
    )  # fmt: skip


def _is_listed(kept: KeptLot) -> bool:
    return kept.gain is not None and kept.gain < 0 and kept.reason.code not in _KEPT_GROUPS


def _kept_row(snapshot: HouseholdSnapshot, kept: KeptLot, digits: int) -> Row:
    symbol, account, acquired = _lot_cells(snapshot, kept.lot_id)
    return Row(
        (
            symbol,
            account,
            acquired,
            number(kept.shares, digits),
            usd(-(kept.gain or ZERO)),
            day(kept.free_from),
            sentence(kept.reason),
        )
    )


def _lot_cells(snapshot: HouseholdSnapshot, lot_id: LotId) -> tuple[str, str, str]:
    lot = snapshot.lot_by_id.get(lot_id)
    if lot is None:
        return (lot_id, "", "—")
    return (
        symbol_of(snapshot, lot.security_id),
        account_name(snapshot, lot.account_id),
        day(lot.acquired_on),
    )


def _pair(name: str, short: Decimal, long: Decimal, kind: RowKind = RowKind.BODY) -> Row:
    return Row((name, usd(short), usd(long), usd(short + long)), kind)


def _one(name: str, amount: Decimal, kind: RowKind = RowKind.BODY) -> Row:
    return Row((name, "", "", usd(amount)), kind)
