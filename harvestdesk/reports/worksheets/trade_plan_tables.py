"""Tables of the sheet of a household plan: trades, gifts and payouts, drift, and what rules cost."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import (
    KeptLot,
    LotGift,
    LotSale,
    PlanMeasures,
    Proposal,
    Purchase,
    WeightChange,
)
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.document import Align, Column, Row, RowKind, Table
from harvestdesk.reports.figures import count, day, joined, number, percent, share_digits, usd
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets.parts import (
    TERM_NAMES,
    account_label,
    account_name,
    by_account,
    symbol_of,
)

_RIGHT = Align.RIGHT
_KEPT_SHOWN = 25
"""Lots left alone that are listed one by one, those with the largest gain or loss."""
_RULED_OUT = frozenset(
    {
        "ira",
        "other_return",
        "account_not_trading",
        "never_trade_account",
        "not_a_payer",
        "kind_not_planned",
    }
)
"""Reasons of lots nobody weighed: those come last."""
_SECTORS_SHOWN = 15
NOTHING_MOVED = Decimal("0.0005")
"""A change of weight below which a sector stays off the paper."""

_SALES_CAPTION = (
    "Tax: what the sale adds to this year's tax, or saves where negative. Sales in accounts without tax on "
    "sales have neither term nor tax. Safe from: first day what was sold at a loss, or anything identical, may "
    "be bought again."
)
_WASHED_CAPTION = (
    " Disallowed: basis less proceeds beyond the loss, added to the basis of shares bought within 30 days "
    "(IRC §1091(d))."
)
_GIFT_CAPTION = (
    "A gift of shares held for more than a year is deducted at their value (IRC §170(e)(1); Reg. 1.170A-1(c)), and "
    "their gain is never taxed. Tax avoided: what selling them would have cost this year."
)
_PAYOUT_WORDS: dict[AccountType, str] = {
    AccountType.TRADITIONAL_IRA: "Taxed as income in full (IRC §408(d)); 10 % more before age 59½ (§72(t)).",
    AccountType.ROTH_IRA: "Free of tax if qualified; contributions come out first (IRC §408A(d)).",
    AccountType.PLAN_401K: "Taxed as income in full (IRC §402(a)); the plan says whether it pays out.",
    AccountType.HSA: "Free of tax for medical expenses only (IRC §223(f)).",
}


def sales_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the lots to sell, by account, with subtotals by term of those that are taxed."""
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
        Column("Gain or loss", _RIGHT, 145, total=True),
        *washed,
        Column("Tax", _RIGHT, 130, total=True),
        Column("Safe from", width_share=130),
    )
    digits = share_digits(s.shares for s in proposal.sales)
    rows: list[Row] = []
    for account_id, group in by_account(snapshot, proposal.sales):
        rows.append(Row((account_label(snapshot, account_id),), RowKind.GROUP))
        rows += [_sale_row(proposal, snapshot, sale, digits) for sale in group]
    counted = [s for s in proposal.sales if s.taxed]
    for term in TERM_NAMES:
        chosen = [s for s in counted if s.term is term]
        if chosen:
            name = f"{TERM_NAMES[term]}-term, {count(len(chosen), 'lot')}"
            rows.append(Row(_sums(name, chosen, chosen, bool(washed)), RowKind.SUM))
    total = f"Total, {count(len(proposal.sales), 'lot')}"
    return Table(
        columns,
        tuple(rows),
        _sums(total, proposal.sales, counted, bool(washed)) if proposal.sales else (),
        caption=_SALES_CAPTION + (_WASHED_CAPTION if washed else ""),
        empty_text="No lot is sold.",
    )


def purchases_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the purchases, by account, and why."""
    columns = (
        Column("Buy", width_share=90),
        Column("Shares", _RIGHT, 100),
        Column("Price", _RIGHT, 100),
        Column("Amount", _RIGHT, 130, total=True),
        Column("Why", width_share=600),
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
    totals = (f"Total, {count(len(bought), 'purchase')}", "", "", total, "")
    return Table(columns, tuple(rows), totals if bought else (), empty_text="Nothing is bought.")


def reasons_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return why each lot is sold, in the order of the sales."""
    columns = (
        Column("Sell", width_share=90),
        Column("Acquired", width_share=110),
        Column("Shares", _RIGHT, 90),
        Column("Why", width_share=700),
    )
    digits = share_digits(s.shares for s in proposal.sales)
    rows = tuple(
        Row(
            (
                symbol_of(snapshot, s.security_id),
                day(s.acquired_on),
                number(s.shares, digits),
                sentence(s.reason),
            )
        )
        for _, group in by_account(snapshot, proposal.sales)
        for s in group
    )
    return Table(columns, rows)


def gifts_table(gifts: Sequence[LotGift], snapshot: HouseholdSnapshot) -> Table:
    """Return the lots to give, by account."""
    columns = (
        Column("Give", width_share=90),
        Column("Acquired", width_share=120),
        Column("Shares", _RIGHT, 90),
        Column("Price", _RIGHT, 100),
        Column("Value", _RIGHT, 130, total=True),
        Column("Basis", _RIGHT, 130, total=True),
        Column("Gain", _RIGHT, 130, total=True),
        Column("Tax avoided", _RIGHT, 130, total=True),
        Column("Why", width_share=330),
    )
    digits = share_digits(g.shares for g in gifts)
    rows: list[Row] = []
    for account in snapshot.accounts:
        mine = [g for g in gifts if g.account_id == account.id]
        if mine:
            rows.append(Row((account_label(snapshot, account.id),), RowKind.GROUP))
            rows += [_gift_row(snapshot, g, digits) for g in mine]

    def total(field: str) -> str:
        return usd(sum((getattr(g, field) for g in gifts), ZERO))

    sums = (total("value"), total("basis"), total("gain"), total("tax_avoided"))
    totals = (f"Total, {count(len(gifts), 'lot')}", "", "", "", *sums, "")
    return Table(columns, tuple(rows), totals, caption=_GIFT_CAPTION)


def payouts_table(measures: PlanMeasures, snapshot: HouseholdSnapshot) -> Table:
    """Return which account pays how much, and what the payout itself means for tax."""
    columns = (
        Column("Pays", width_share=330),
        Column("Amount", _RIGHT, 130, total=True),
        Column("Tax on the payout itself", width_share=500),
    )
    rows = tuple(
        Row(
            (
                account_label(snapshot, p.account_id),
                usd(p.amount),
                _payout_words(snapshot, p.account_id),
            )
        )
        for p in measures.payouts
    )
    total = usd(sum((p.amount for p in measures.payouts), ZERO))
    return Table(columns, rows, ("Total", total, ""))


def drift_table(measures: PlanMeasures) -> Table:
    """Return the asset classes before and after the plan, against target and band."""
    columns = (
        Column("Asset class", width_share=260),
        Column("Target", _RIGHT, 110),
        Column("Band", _RIGHT, 160),
        Column("Before", _RIGHT, 110),
        Column("After", _RIGHT, 110),
        Column("Off target after", _RIGHT, 130),
        Column("", width_share=170),
    )
    classes = [w for w in measures.weights if w.kind == "asset_class"]
    return Table(
        columns,
        tuple(_drift_row(w) for w in classes),
        empty_text="The household has no targets of asset classes.",
    )


def sectors_table(measures: PlanMeasures) -> Table | None:
    """Return the sectors the plan moves, most moved first; None if it moves none."""
    moved = [
        w
        for w in measures.weights
        if w.kind == "sector" and abs(w.after - w.before) >= NOTHING_MOVED
    ]
    moved.sort(key=lambda w: (-abs(w.after - w.before), w.name))
    if not moved:
        return None
    columns = (
        Column("Sector", width_share=300),
        Column("Before", _RIGHT, 120),
        Column("After", _RIGHT, 120),
        Column("Change", _RIGHT, 120),
    )
    rows = tuple(
        Row((w.name, percent(w.before), percent(w.after), percent(w.after - w.before)))
        for w in moved[:_SECTORS_SHOWN]
    )
    more = len(moved) - len(rows)
    return Table(columns, rows, caption=f"{count(more, 'sector')} moved less." if more else "")


def kept_table(proposal: Proposal, snapshot: HouseholdSnapshot) -> Table:
    """Return the lots left alone with the largest gains and losses, and why."""
    columns = (
        Column("Security", width_share=90),
        Column("Account", width_share=170),
        Column("Acquired", width_share=110),
        Column("Shares", _RIGHT, 90),
        Column("Gain or loss", _RIGHT, 125),
        Column("Free from", width_share=110),
        Column("Why", width_share=420),
    )
    kept = sorted(
        proposal.kept,
        key=lambda k: (k.reason.code in _RULED_OUT, -abs(k.gain or ZERO), k.lot_id),
    )
    shown = kept[:_KEPT_SHOWN]
    digits = share_digits(k.shares for k in shown)
    return Table(
        columns,
        tuple(_kept_row(snapshot, k, digits) for k in shown),
        caption=_others(kept[_KEPT_SHOWN:]),
        empty_text="Every lot is sold or given away.",
    )


def _others(kept: Sequence[KeptLot]) -> str:
    """Return one sentence on the lots left alone that are not listed."""
    if not kept:
        return ""
    gains = sum((k.gain or ZERO) > 0 for k in kept)
    losses = sum((k.gain or ZERO) < 0 for k in kept)
    signs = Counter({"at a gain": gains, "at a loss": losses})
    parts = joined(f"{n:,} {words}" for words, n in signs.items() if n)
    return f"{count(len(kept), 'lot')} more left alone" + (f", {parts}." if parts else ".")


def _sale_row(proposal: Proposal, snapshot: HouseholdSnapshot, sale: LotSale, digits: int) -> Row:
    per_share = sale.basis / sale.shares if sale.shares else ZERO
    counts = sale.taxed
    washed = (usd(sale.disallowed) if counts else "—",) if proposal.disallowed_loss else ()
    return Row(
        (
            symbol_of(snapshot, sale.security_id),
            day(sale.acquired_on),
            TERM_NAMES[sale.term] if counts else "—",
            number(sale.shares, digits),
            usd(per_share),
            usd(sale.price),
            usd(sale.basis),
            usd(sale.proceeds),
            usd(sale.recognized) if counts else "—",
            *washed,
            usd(-sale.tax_value) if counts else "—",
            _safe_from(proposal, sale.security_id),
        )
    )


def _sums(
    name: str, sales: Sequence[LotSale], counted: Sequence[LotSale], washed: bool
) -> tuple[str, ...]:
    """Sums of all sales, those of tax over the ones that count."""
    basis = sum((s.basis for s in sales), ZERO)
    proceeds = sum((s.proceeds for s in sales), ZERO)
    result = sum((s.recognized for s in counted), ZERO)
    disallowed = sum((s.disallowed for s in counted), ZERO)
    tax = -sum((s.tax_value for s in counted), ZERO)
    return (
        name, "", "", "", "", "", usd(basis), usd(proceeds), usd(result),
        *((usd(disallowed),) if washed else ()), usd(tax), "",
    )  # fmt: skip


def _safe_from(proposal: Proposal, security_id: SecurityId) -> str:
    days = [k.first_safe_day for k in proposal.locks if security_id in k.security_ids]
    return day(max(days, default=None))


def _purchase_row(snapshot: HouseholdSnapshot, bought: Purchase, digits: int) -> Row:
    return Row(
        (
            symbol_of(snapshot, bought.security_id),
            number(bought.shares, digits),
            usd(bought.price),
            usd(bought.amount),
            sentence(bought.reason),
        )
    )


def _gift_row(snapshot: HouseholdSnapshot, gift: LotGift, digits: int) -> Row:
    return Row(
        (
            symbol_of(snapshot, gift.security_id),
            day(gift.acquired_on),
            number(gift.shares, digits),
            usd(gift.price),
            usd(gift.value),
            usd(gift.basis),
            usd(gift.gain),
            usd(gift.tax_avoided),
            sentence(gift.reason),
        )
    )


def _payout_words(snapshot: HouseholdSnapshot, account_id: AccountId) -> str:
    account = snapshot.account_by_id.get(account_id)
    if account is None:
        return ""
    return _PAYOUT_WORDS.get(account.type, "None: the sales above carry it.")


def class_name(name: str) -> str:
    """Return an asset class as people name it."""
    return ASSET_CLASS_NAMES[AssetClass(name)] if name in set(AssetClass) else name


def _drift_row(weight: WeightChange) -> Row:
    low, high, target = weight.low, weight.high, weight.target
    has_band = low is not None and high is not None
    return Row(
        (
            class_name(weight.name),
            "—" if target is None else percent(target),
            f"{percent(low)} to {percent(high)}" if low is not None and high is not None else "—",
            percent(weight.before),
            percent(weight.after),
            "—" if target is None else percent(weight.after - target),
            "" if not has_band else _standing(weight),
        )
    )


def _standing(weight: WeightChange) -> str:
    if is_outside(weight, weight.after):
        return "outside its band"
    return "back in its band" if is_outside(weight, weight.before) else "in its band"


def is_outside(weight: WeightChange, value: Decimal) -> bool:
    """Return whether a weight lies outside its class's band."""
    low, high = weight.low, weight.high
    return (low is not None and value < low) or (high is not None and value > high)


def _kept_row(snapshot: HouseholdSnapshot, kept: KeptLot, digits: int) -> Row:
    lot = snapshot.lot_by_id.get(kept.lot_id)
    return Row(
        (
            symbol_of(snapshot, lot.security_id) if lot else str(kept.lot_id),
            account_name(snapshot, lot.account_id) if lot else "",
            day(lot.acquired_on) if lot else "—",
            number(kept.shares, digits),
            "—" if kept.gain is None else usd(kept.gain),
            day(kept.free_from),
            sentence(kept.reason),
        )
    )
