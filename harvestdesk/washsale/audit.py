"""The trail behind every disallowed dollar: which shares of which purchase took it, and by which rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.money import ZERO, decimal_text
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import TransactionType
from harvestdesk.domain.wash_policy import Tacking
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerSymbol,
    LotChange,
    SaleSlice,
    Sell,
    ShortClose,
    ShortOpen,
)
from harvestdesk.washsale.household_run import HouseholdRun, Run, run_household
from harvestdesk.washsale.readings import Readings, SaleReading, household_readings
from harvestdesk.washsale.rebuild import PART_MARK

# Rules a disallowed loss rests on; `reports/words.py` words them.
WINDOW = "wash_rule_window"
"""Bought within 30 days of the loss sale; facts: days, side (before or after)."""
ORDER = "wash_rule_order"
"""The earliest purchase of the window that was still free, Reg. 1.1091-1(c), (d)."""
CROSS_ACCOUNT = "wash_rule_cross_account"
"""Bought in another account of the household; facts: account."""
SPOUSE = "wash_rule_spouse"
"""Bought by the spouse alone, Pub. 550; facts: account."""
PERMANENT = "wash_rule_permanent"
"""Bought in an IRA: gone for good, Rev. Rul. 2008-5; facts: account."""
OTHER_PLAN = "wash_rule_other_plan"
"""Bought in a 401(k) or HSA: as in an IRA, by analogy; facts: account."""
SPOUSE_LOST = "wash_rule_spouse_lost"
"""Lost because the spouse's shares take no basis over, as the household reads it."""
BASIS = "wash_rule_basis"
"""The loss is added to the basis of the replacement shares, IRC §1091(d)."""
TACKED = "wash_rule_tacked"
"""The days held are added, IRC §1223(3); facts: days."""
TACKED_DATE = "wash_rule_tacked_date"
"""The date of the sold shares is taken over, IRC §1223(3), as the household reads it."""
OPTION = "wash_rule_option"
"""An option or warrant to acquire was bought, IRC §1091(a)."""
IDENTICAL = "wash_rule_identical"
"""Another security of the same identical set was bought; facts: symbol."""
ADJUSTED_LOSS = "wash_rule_adjusted_loss"
"""A loss only because an earlier disallowed loss is in the basis."""
REINVESTED = "wash_rule_reinvested"
"""The purchase was a dividend reinvested."""
VESTED = "wash_rule_vested"
"""The purchase was a vest of stock pay."""
SHORT = "wash_rule_short"
"""A short sale closed at a loss, another one opened within 30 days, IRC §1091(e)."""

AUDIT_RULES = (
    WINDOW, ORDER, CROSS_ACCOUNT, SPOUSE, PERMANENT, OTHER_PLAN, SPOUSE_LOST, BASIS, TACKED,
    TACKED_DATE, OPTION, IDENTICAL, ADJUSTED_LOSS, REINVESTED, VESTED, SHORT,
)  # fmt: skip
"""Every code a rule of an entry can have."""

_WAYS = {TransactionType.DRIP: REINVESTED, TransactionType.VEST: VESTED}
_ARRIVALS = frozenset({"bought", "opened"})
_IRAS = frozenset({AccountType.TRADITIONAL_IRA, AccountType.ROTH_IRA})


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """One rule behind a disallowed loss: a code and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WashEntry:
    """A loss disallowed, all of it by shares of one lot.

    Attributes:
        shares: shares sold at a loss that were replaced.
        loss: dollars disallowed, positive, unrounded.
        replaced_by: lot of the replacement shares.
        purchase: key of their purchase order.
        days_between: days from the sale to the purchase; negative: bought before.
        permanent: gone for good; else in the basis of `replaced_by`.
        held_since: date the replacement shares count as held from; None where nothing passed on.
        sold_held_since: date the sold shares counted as held from.
        rules: what was applied, in the order it is explained.
        readings: choices under which the sale comes to something else.
    """

    sale: str
    sold_on: date
    account_id: AccountId
    security_id: SecurityId
    lot: str
    shares: Decimal
    loss: Decimal
    replaced_by: str
    purchase: str
    replacement_account_id: AccountId
    replacement_security_id: SecurityId
    bought_on: date
    days_between: int
    permanent: bool
    held_since: date | None
    sold_held_since: date
    rules: tuple[RuleApplied, ...]
    readings: tuple[SaleReading, ...] = ()


def wash_entries(snapshot: HouseholdSnapshot, year: int | None = None) -> tuple[WashEntry, ...]:
    """Return an entry for every disallowed loss of a year (None: of all years), in order of sale."""
    sold = {
        t.security_id
        for t in snapshot.transactions
        if t.security_id is not None and (year is None or t.on.year == year)
    }
    run = run_household(snapshot, sold)
    found = wash_entries_of(snapshot, run)
    return tuple(e for e in found if year is None or e.sold_on.year == year)


def wash_entries_of(
    snapshot: HouseholdSnapshot, run: HouseholdRun, readings: Readings | None = None
) -> tuple[WashEntry, ...]:
    """Return an entry for every disallowed loss of a run, in order of sale; `readings` if they are at hand."""
    washed = {s.sale for s in run.sales if s.replaced_by is not None}
    if readings is None:
        readings = household_readings(snapshot, run=run) if washed else Readings()
    found = [entry for each in run.runs for entry in _entries_of(snapshot, each, readings)]
    return tuple(sorted(found, key=lambda e: e.sold_on))


def lot_history(
    snapshot: HouseholdSnapshot, lot_id: LotId, run: HouseholdRun | None = None
) -> tuple[LotChange, ...]:
    """Return what happened to a lot: its purchase, or its broker's lot file, then everything after it.

    A loss can come in before the shares do: the purchase stands first all the same. Parts of a lot share
    its trail. Empty where the lot is not known.
    """
    lot = snapshot.lot_by_id.get(lot_id)
    if run is None:
        if lot is None:
            return ()
        run = run_household(snapshot, [lot.security_id])
    whole = lot_id.partition(PART_MARK)[0]
    changes = [c for c in run.current.history() if c.lot == whole]
    arrivals = [c for c in changes if c.kind in _ARRIVALS]
    if not arrivals:
        return tuple(changes)
    arrival = replace(
        arrivals[0],
        shares=sum((c.shares for c in arrivals), ZERO),
        amount=sum((c.amount for c in arrivals), ZERO),
    )
    origin = run.current.ledger.origins.get(whole)
    if origin is not None and origin.statement_on is not None:
        basis = origin.adjusted_basis or ZERO
        arrival = replace(arrival, kind="opened", on=origin.statement_on, amount=basis)
    return (arrival, *(c for c in changes if c.kind not in _ARRIVALS))


def _entries_of(snapshot: HouseholdSnapshot, run: Run, readings: Readings) -> list[WashEntry]:
    events = run.ledger.facts.events
    bought = {e.lot: e for e in events if isinstance(e, Acquire)}
    bought |= {e.id: _as_purchase(e) for e in events if isinstance(e, ShortOpen)}
    symbols = run.ledger.facts.symbols
    counted_from = _counted_from(events)
    delivered = {e.id for e in events if isinstance(e, ShortClose)}
    kinds = {str(t.lot_id or t.id): t.type for t in snapshot.transactions}
    made: list[WashEntry] = []
    for row in run.sales():
        purchase = bought.get(row.replaced_by or "")
        if purchase is None:
            continue
        day = counted_from.get(row.sale, row.sold)
        if row.kind == "short" or (row.sale in delivered and row.acquired > day):
            day = row.sold  # Reg. 1.1091-1(g): shares not yet owned then count from delivery
        facts = _Facts(snapshot, row, purchase, day, symbols, kinds.get(purchase.lot))
        made.append(facts.entry(readings.sales.get(row.sale, ())))
    return made


def _as_purchase(short: ShortOpen) -> Acquire:
    """Return the short sale that takes a loss over in the place a purchase has otherwise."""
    return Acquire(
        short.id, short.on, short.account, short.symbol, short.quantity, short.total, short.id
    )


def _counted_from(events: Iterable[Event]) -> dict[str, date]:
    """Return the day the window of a sale is counted from, where that isn't its own."""
    days: dict[str, date] = {}
    opened: dict[tuple[str, str, str], date] = {}
    for event in sorted(events, key=attrgetter("on")):
        if isinstance(event, Sell) and event.wash_on is not None:
            days[event.id] = event.wash_on
        elif isinstance(event, ShortOpen):
            opened[event.account, event.symbol, event.id] = event.on
            opened.setdefault((event.account, event.symbol, ""), event.on)
        elif isinstance(event, ShortClose):
            key = (event.account, event.symbol, event.opens)
            days[event.id] = opened.get(key, event.on)
    return days


@dataclass(frozen=True, slots=True)
class _Facts:
    """One replaced row with its replacement, before it is told."""

    snapshot: HouseholdSnapshot
    row: SaleSlice
    purchase: Acquire
    day: date
    symbols: Mapping[str, LedgerSymbol]
    kind: TransactionType | None

    def entry(self, readings: tuple[SaleReading, ...]) -> WashEntry:
        """Return the entry of the row."""
        row, purchase = self.row, self.purchase
        return WashEntry(
            row.sale, row.sold, AccountId(row.account), SecurityId(row.symbol), row.lot,
            row.quantity, row.disallowed, purchase.lot, purchase.purchase or purchase.lot,
            AccountId(purchase.account), SecurityId(purchase.symbol), purchase.on,
            (purchase.on - self.day).days, row.permanent, self._held_since(),
            row.adjusted_acquired, tuple(self._rules()), readings,
        )  # fmt: skip

    def _own(self) -> date:
        return self.purchase.acquired or self.purchase.on

    def _held_days(self) -> int:
        return (self.day - self.row.adjusted_acquired).days

    def _held_since(self) -> date | None:
        if self.row.permanent or self.row.kind == "short":
            return None
        if self.snapshot.household.wash.tacking is Tacking.ORIGINAL_DATE:
            return min(self._own(), self.row.adjusted_acquired)
        return date.fromordinal(self._own().toordinal() - self._held_days())

    def _rules(self) -> list[RuleApplied]:
        row, purchase = self.row, self.purchase
        days = (purchase.on - self.day).days
        side = "after" if days > 0 else "before"
        rules = [RuleApplied(WINDOW, {"days": str(abs(days)), "side": side}), RuleApplied(ORDER)]
        if purchase.symbol != row.symbol:
            rules.append(self._other_security())
        if self.kind in _WAYS:
            rules.append(RuleApplied(_WAYS[self.kind]))
        if row.proceeds >= row.original_basis:
            rules.append(RuleApplied(ADJUSTED_LOSS))
        if purchase.account != row.account:
            rules.append(RuleApplied(CROSS_ACCOUNT, {"account": self._account_name()}))
        if self._by_spouse():
            rules.append(RuleApplied(SPOUSE, {"account": self._account_name()}))
        return rules + self._what_became()

    def _what_became(self) -> list[RuleApplied]:
        if self.row.kind == "short":
            return [RuleApplied(SHORT)]
        if self.row.permanent:
            return [self._lost()]
        if self.snapshot.household.wash.tacking is Tacking.ORIGINAL_DATE:
            return [RuleApplied(BASIS), RuleApplied(TACKED_DATE)]
        return [RuleApplied(BASIS), RuleApplied(TACKED, {"days": str(self._held_days())})]

    def _lost(self) -> RuleApplied:
        account = self.snapshot.account_by_id.get(AccountId(self.purchase.account))
        facts = {"account": self._account_name()}
        if account is None or account.type.is_taxable:
            return RuleApplied(SPOUSE_LOST, facts)
        return RuleApplied(PERMANENT if account.type in _IRAS else OTHER_PLAN, facts)

    def _other_security(self) -> RuleApplied:
        known = self.symbols.get(self.purchase.symbol)
        security = self.snapshot.security_by_id.get(SecurityId(self.purchase.symbol))
        symbol = self.purchase.symbol if security is None else security.symbol
        facts = {"symbol": symbol, "shares": decimal_text(self.row.quantity)}
        return RuleApplied(OPTION if known is not None and known.contract else IDENTICAL, facts)

    def _account_name(self) -> str:
        account = self.snapshot.account_by_id.get(AccountId(self.purchase.account))
        return self.purchase.account if account is None else account.name

    def _by_spouse(self) -> bool:
        accounts = self.snapshot.account_by_id
        seller = accounts.get(AccountId(self.row.account))
        buyer = accounts.get(AccountId(self.purchase.account))
        if seller is None or buyer is None or not (seller.owner_ids and buyer.owner_ids):
            return False
        return not set(seller.owner_ids) & set(buyer.owner_ids)
