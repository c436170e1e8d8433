"""A two-account household for wash-sale tests: one taxable account, one IRA, a lot bought long ago."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource, TaxLot, Term
from harvestdesk.domain.prices import Price, PriceBook
from harvestdesk.domain.proposal import LotSale, Purchase, Reason
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction, TransactionType

AS_OF = date(2025, 12, 5)
TAXABLE = Account(AccountId("tax"), "Taxable")
OTHER = Account(AccountId("other"), "Second broker")
IRA = Account(AccountId("ira"), "IRA", AccountType.TRADITIONAL_IRA)
LONG_AGO = date(2023, 3, 15)


def held(
    lot_id: str,
    symbol: str = "XYZ",
    shares: str = "100",
    acquired: date | None = LONG_AGO,
    *,
    cost: str | None = "5000",
    account: Account = TAXABLE,
    source: LotSource = LotSource.BUY,
    wash_added: str = "0",
    purchase: str = "",
    statement_on: date | None = None,
) -> TaxLot:
    return TaxLot(
        LotId(lot_id),
        account.id,
        SecurityId(symbol),
        Decimal(shares),
        acquired,
        acquired,
        None if cost is None else Decimal(cost),
        Decimal(wash_added),
        source,
        purchase,
        statement_on=statement_on,
    )


def row(
    row_id: str,
    on: date,
    type_: TransactionType,
    shares: str,
    amount: str,
    symbol: str = "XYZ",
    account: Account = TAXABLE,
    **more: object,
) -> Transaction:
    return Transaction(
        TransactionId(row_id),
        on,
        type_,
        account.id,
        SecurityId(symbol),
        Decimal(shares),
        Decimal(amount),
        **more,  # type: ignore[arg-type]
    )


def household(
    lots: Sequence[TaxLot] = (),
    transactions: Sequence[Transaction] = (),
    scheduled: Sequence[ScheduledPurchase] = (),
    *,
    securities: Sequence[Security] = (),
    sets: Sequence[IdenticalSet] = (),
    accounts: Sequence[Account] = (TAXABLE, OTHER, IRA),
    price: str = "40",
    as_of: date = AS_OF,
) -> HouseholdSnapshot:
    known = {lot.security_id for lot in lots} | {p.security_id for p in scheduled}
    listed = {s.id: s for s in securities}
    stocks = tuple(listed.get(i) or Security(i, i) for i in sorted(known | listed.keys()))
    return HouseholdSnapshot(
        Household(HouseholdId("h"), "Test"),
        as_of,
        (),
        tuple(accounts),
        stocks,
        tuple(lots),
        tuple(transactions),
        tuple(scheduled),
        PriceBook(as_of, {s.id: Price(Decimal(price), as_of) for s in stocks}),
        identical_sets=tuple(sets),
    )


def planned_sale(snapshot: HouseholdSnapshot, lot_id: str, shares: str | None = None) -> LotSale:
    lot = snapshot.lot_by_id[LotId(lot_id)]
    count = lot.shares if shares is None else Decimal(shares)
    price = snapshot.prices.prices[lot.security_id]
    proceeds = count * price.value
    basis = (lot.basis_per_share or Decimal(0)) * count
    return LotSale(
        lot.id,
        lot.account_id,
        lot.security_id,
        count,
        price.value,
        price.on,
        proceeds,
        basis,
        proceeds - basis,
        Term.LONG,
        lot.acquired_on or LONG_AGO,
        Decimal(0),
        Reason("harvest_loss"),
        lot.shares,
    )


def planned_purchase(symbol: str, shares: str = "10", account: Account = TAXABLE) -> Purchase:
    count = Decimal(shares)
    return Purchase(
        account.id,
        SecurityId(symbol),
        count,
        Decimal(40),
        AS_OF,
        count * 40,
        (),
        Reason("replacement_listed"),
    )
