"""Loss sales of the last 30 days whose window is still open, from the imported ledger."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ADDS_SHARES, Transaction, TransactionType
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.tax.household_tax import least_tax_of_snapshot
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.rebuild import rebuild_lots
from harvestdesk.washsale.window import window

_Pair = tuple[AccountId, SecurityId]


@dataclass(frozen=True, slots=True)
class LossSale:
    """A sale that a purchase could still wash.

    Attributes:
        shares: shares sold at a loss that nothing has replaced yet.
        loss: their loss in dollars, positive; zero where the basis is unknown.
        evidence: "confirmed", or "unclear" where the imported history doesn't tell the result.
    """

    account_id: AccountId
    security_id: SecurityId
    on: date
    shares: Decimal
    loss: Decimal
    evidence: str = "confirmed"


def recent_loss_sales(
    snapshot: HouseholdSnapshot, index: SetIndex, policy: WashPolicy | None = None
) -> tuple[LossSale, ...]:
    """Return the loss sales of the last 30 days in taxable accounts, in date order.

    Where the history doesn't reach back to all of the lots, a sale above every known cost per share
    is a gain; any other is kept as "unclear", which locks like a loss.
    """
    policy = policy or snapshot.household.wash
    rows = _sells(snapshot, index)
    if not rows:
        return ()
    known = _histories(snapshot, rows.keys())
    complete = {pair for pair in rows if known[pair].is_complete()}
    unclear = [
        LossSale(row.account_id, pair[1], row.on, row.shares, ZERO, "unclear")
        for pair, sells in rows.items()
        if pair not in complete
        for row in sells
        if not known[pair].surely_gain(row)
    ]
    sure = _from_ledger(snapshot, index, policy, complete) if complete else []
    return tuple(sorted(unclear + sure, key=lambda s: (s.on, s.account_id, s.security_id)))


def _sells(snapshot: HouseholdSnapshot, index: SetIndex) -> dict[_Pair, list[Transaction]]:
    first, _ = window(snapshot.as_of)
    found: dict[_Pair, list[Transaction]] = defaultdict(list)
    for row in snapshot.transactions:
        account = snapshot.account_by_id.get(row.account_id)
        if (
            row.type is TransactionType.SELL
            and row.security_id is not None
            and first <= row.on <= snapshot.as_of
            and account is not None
            and account.type.is_taxable
            and not index.exempt(row.security_id)
        ):
            found[row.account_id, row.security_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _History:
    """What is known of one security in one account."""

    rows: Sequence[Transaction]
    lots: Sequence[TaxLot]

    def is_complete(self) -> bool:
        """True if shares bought less shares sold in the ledger are the shares held now."""
        return is_explained(self.rows, sum((lot.shares for lot in self.lots), ZERO))

    def surely_gain(self, sale: Transaction) -> bool:
        """True if the sale's price is not below any cost per share known for the security."""
        if sale.shares <= 0:
            return False
        price = sale.amount / sale.shares
        costs = [lot.basis_per_share for lot in self.lots]
        costs += [r.amount / r.shares for r in self.rows if r.type in ADDS_SHARES and r.shares > 0]
        return bool(costs) and all(c is not None and c <= price for c in costs)


def is_explained(rows: Iterable[Transaction], held: Decimal) -> bool:
    """True if the rows of a security in an account, in date order, account for every share held."""
    count = ZERO
    for row in rows:
        if row.type in ADDS_SHARES or row.type is TransactionType.SPLIT:
            count += row.shares
        elif row.type in {TransactionType.SELL, TransactionType.TRANSFER_OUT}:
            count -= row.shares
        if count < 0:
            return False
    return count == held


def _histories(snapshot: HouseholdSnapshot, pairs: Collection[_Pair]) -> dict[_Pair, _History]:
    rows: dict[_Pair, list[Transaction]] = {pair: [] for pair in pairs}
    lots: dict[_Pair, list[TaxLot]] = {pair: [] for pair in pairs}
    for row in snapshot.transactions:
        if row.security_id is not None and (row.account_id, row.security_id) in rows:
            rows[row.account_id, row.security_id].append(row)
    for lot in snapshot.lots:
        if (lot.account_id, lot.security_id) in lots:
            lots[lot.account_id, lot.security_id].append(lot)
    return {pair: _History(rows[pair], lots[pair]) for pair in pairs}


def _from_ledger(
    snapshot: HouseholdSnapshot, index: SetIndex, policy: WashPolicy, pairs: set[_Pair]
) -> list[LossSale]:
    """Return unreplaced losses by the exact ledger, run on the sets concerned only."""
    sets = {index.set_of(security_id) for _, security_id in pairs}
    tax_of = least_tax_of_snapshot(snapshot)
    result = rebuild_lots(
        snapshot.accounts,
        _rows_of(snapshot, index, sets) if tax_of is None else snapshot.transactions,
        (),
        snapshot.identical_sets,
        securities=snapshot.securities,
        policy=policy,
        tax_of=tax_of,
    )
    first, _ = window(snapshot.as_of)
    totals: dict[tuple[date, AccountId, SecurityId], tuple[Decimal, Decimal]] = {}
    for row in result.sales:
        pair = (AccountId(row.account), SecurityId(row.symbol))
        if row.sold < first or pair not in pairs or row.kind != "sale":
            continue
        if row.replaced_by is None and (row.gain < 0 or not row.basis_known):
            shares, loss = totals.get((row.sold, *pair), (ZERO, ZERO))
            lost = -row.gain if row.basis_known else ZERO
            totals[row.sold, *pair] = (shares + row.quantity, loss + lost)
    return [
        LossSale(account_id, security_id, on, shares, loss)
        for (on, account_id, security_id), (shares, loss) in totals.items()
    ]


def _rows_of(
    snapshot: HouseholdSnapshot, index: SetIndex, sets: set[IdenticalSetId]
) -> Sequence[Transaction]:
    return [
        row
        for row in snapshot.transactions
        if row.security_id is not None and index.set_of(row.security_id) in sets
    ]
