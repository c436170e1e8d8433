"""Drift: what is held against what is meant, and which account can mend it at what tax."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.figures import YearToDate, year_to_date
from harvestdesk.risk.drift import DriftRow, class_drift
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.tax.liability import marginal_rates, year_tax
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.washsale.outlook import lot_standings


@dataclass(frozen=True, slots=True)
class DriftLine:
    """One asset class in one scope; weights are fractions of the scope's value.

    Attributes:
        target: None where the household set none for the class.
        breach: how far the weight is outside its band; zero inside.
        after_weight: weight once the plan is carried out, None without a plan.
        to_target: dollars to buy (positive) or sell (negative) to stand on the target.
        outside: dollars of `value` that are owned elsewhere.
    """

    asset_class: AssetClass
    name: str
    value: Decimal
    weight: Decimal
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    breach: Decimal
    after_weight: Decimal | None
    to_target: Decimal
    outside: Decimal = ZERO

    @property
    def drift(self) -> Decimal | None:
        """Actual weight less target weight."""
        return None if self.target is None else self.weight - self.target


@dataclass(frozen=True, slots=True)
class Holding:
    """What one account holds of an asset class."""

    account_id: AccountId
    account: str
    value: Decimal
    gain: Decimal
    symbols: tuple[str, ...]
    taxable: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What one account can do about a class that is off its target, cheapest lots first.

    Attributes:
        cash: dollars that need no sale (buying) or no tax (selling in a sheltered account).
        from_losses: dollars from lots at a loss that would stand.
        from_gains: dollars from lots at a gain.
        tax: tax of this year at the household's rates; negative: tax saved.
        covers: fraction of what is needed.
    """

    account_id: AccountId
    account: str
    sells: bool
    cash: Decimal
    from_losses: Decimal
    from_gains: Decimal
    tax: Decimal
    covers: Decimal

    @property
    def amount(self) -> Decimal:
        """Dollars this account can move."""
        return self.cash + self.from_losses + self.from_gains


@dataclass(frozen=True, slots=True)
class DriftView:
    """Asset classes of a scope, worst breach first."""

    account_id: AccountId | None
    scope: str
    total: Decimal
    lines: tuple[DriftLine, ...]

    @property
    def outside(self) -> Decimal:
        """Dollars of the total that are owned elsewhere."""
        return sum((x.outside for x in self.lines), ZERO)

    @property
    def breaches(self) -> tuple[DriftLine, ...]:
        """Classes outside their band."""
        return tuple(x for x in self.lines if x.breach > 0)

    @property
    def has_targets(self) -> bool:
        """True when any class has a target."""
        return any(x.target is not None for x in self.lines)


def drift_view(
    snapshot: HouseholdSnapshot,
    proposal: Proposal | None = None,
    account_id: AccountId | None = None,
    *,
    rows: Sequence[DriftRow] | None = None,
) -> DriftView:
    """Return the asset classes of the household, or of one account, worst breach first.

    Args:
        snapshot: the household on its day.
        proposal: a plan whose trades are shown as the weights after it.
        account_id: the account to look at, or None for the household.
        rows: what `class_drift` said, where the caller has it already.
    """
    if rows is None:
        trades = planned_trades(proposal, account_id) if proposal else None
        rows = class_drift(snapshot, account_id, trades)
    total = sum((_exact(r.value) for r in rows), ZERO)
    lines = [_line(row, total) for row in rows]
    lines.sort(key=lambda x: (-x.breach, -abs(x.drift or ZERO), -x.value, x.name))
    account = snapshot.account_by_id.get(account_id) if account_id else None
    return DriftView(account_id, account.name if account else "Household", total, tuple(lines))


def planned_trades(
    proposal: Proposal, account_id: AccountId | None = None
) -> dict[SecurityId, Decimal]:
    """Return the dollars a plan buys (positive) and sells (negative), per security."""
    trades: dict[SecurityId, Decimal] = {}
    for sale in proposal.sales:
        if account_id in (None, sale.account_id):
            trades[sale.security_id] = trades.get(sale.security_id, ZERO) - sale.proceeds
    for buy in proposal.purchases:
        if account_id in (None, buy.account_id):
            trades[buy.security_id] = trades.get(buy.security_id, ZERO) + buy.amount
    return trades


def _exact(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _maybe(value: object) -> Decimal | None:
    return None if value is None else _exact(value)


def _line(row: DriftRow, total: Decimal) -> DriftLine:
    weight, target = _exact(row.weight), _maybe(row.target)
    low, high = _maybe(row.low), _maybe(row.high)
    if target is None or low is None or high is None:
        breach, to_target = ZERO, ZERO
    else:
        breach = max(low - weight, weight - high, ZERO)
        to_target = cents((target - weight) * total)
    return DriftLine(
        asset_class=row.asset_class,
        name=ASSET_CLASS_NAMES[row.asset_class],
        value=cents(_exact(row.value)),
        weight=weight,
        target=target,
        low=low,
        high=high,
        breach=breach,
        after_weight=_maybe(row.after_weight),
        to_target=to_target,
        outside=cents(_exact(row.outside)),
    )


# --- who holds it, who can mend it ---------------------------------------------------------------
def holdings(snapshot: HouseholdSnapshot, asset_class: AssetClass) -> tuple[Holding, ...]:
    """Return what each account holds of a class, largest first; cash includes cash balances."""
    found = []
    for account in snapshot.accounts:
        lots = [x for x in _lots_of(snapshot, asset_class) if x.account_id == account.id]
        value = sum((snapshot.value_of(x) for x in lots), ZERO)
        if asset_class is AssetClass.CASH:
            value += snapshot.cash.get(account.id, ZERO)
        if value <= 0:
            continue
        symbols = sorted({snapshot.security_by_id[x.security_id].symbol for x in lots})
        gain = sum((_gain(snapshot, x) for x in lots), ZERO)
        found.append(
            Holding(account.id, account.name, value, gain, tuple(symbols), account.type.is_taxable)
        )
    return tuple(sorted(found, key=lambda h: -h.value))


def remedies(
    snapshot: HouseholdSnapshot,
    line: DriftLine,
    view: DriftView,
    *,
    standings: Mapping[LotId, LotStanding] | None = None,
) -> tuple[Remedy, ...]:
    """Return what each account can do to bring a class to its target, least tax per dollar first.

    Selling starts with sheltered lots and losses that stand, then gains by tax per dollar. Buying
    starts with cash, then with sales of classes that stand above their own target.
    """
    need = abs(line.to_target)
    if need <= 0 or line.asset_class is AssetClass.CASH:
        return ()
    known = lot_standings(snapshot) if standings is None else standings
    sells = line.to_target < 0
    year = _Year.of(snapshot)
    over = {x.asset_class for x in view.lines if x.to_target < 0}
    sources = {line.asset_class} if sells else over - {line.asset_class, AssetClass.CASH}
    found = []
    for account in snapshot.accounts:
        if view.account_id not in (None, account.id):
            continue
        cash = ZERO if sells else max(ZERO, min(need, snapshot.cash.get(account.id, ZERO)))
        lots = [x for c in sources for x in _lots_of(snapshot, c) if x.account_id == account.id]
        remedy = _remedy(
            snapshot, account, year.cheapest_first(account, lots, known), (cash, need), year
        )
        if remedy.amount > 0:
            found.append(
                Remedy(
                    account.id,
                    account.name,
                    sells,
                    remedy.cash,
                    remedy.from_losses,
                    remedy.from_gains,
                    remedy.tax,
                    remedy.amount / need,
                )
            )
    return tuple(sorted(found, key=lambda r: (r.tax / r.amount, -r.amount)))


def _remedy(
    snapshot: HouseholdSnapshot,
    account: Account,
    lots: Iterable[TaxLot],
    cash_and_need: tuple[Decimal, Decimal],
    year: "_Year",
) -> Remedy:
    cash, need = cash_and_need
    free, losses, gains, short, long = cash, ZERO, ZERO, ZERO, ZERO
    for lot in lots:
        wanted = need - free - losses - gains
        if wanted <= 0:
            break
        value = snapshot.value_of(lot)
        taken = min(wanted, value)
        gain = _gain(snapshot, lot) * taken / value
        if not account.type.is_taxable:
            free += taken
            continue
        losses, gains = (losses + taken, gains) if gain < 0 else (losses, gains + taken)
        if _term(snapshot, lot) is Term.LONG:
            long += gain
        else:
            short += gain
    tax = year.tax(short, long)
    return Remedy(
        account.id, account.name, False, cents(free), cents(losses), cents(gains), tax, ZERO
    )


@dataclass(frozen=True)
class _Year:
    """The household's tax year so far, for what further sales would cost."""

    snapshot: HouseholdSnapshot
    situation: TaxSituation
    so_far: YearToDate

    @classmethod
    def of(cls, snapshot: HouseholdSnapshot) -> "_Year":
        so_far = year_to_date(snapshot)
        return cls(snapshot, so_far.situation(snapshot), so_far)

    def tax(self, short: Decimal, long: Decimal) -> Decimal:
        """Tax this year of further gains, by the year's netting; negative: saved."""
        if not short and not long:
            return ZERO
        base_short, base_long = self.so_far.short, self.so_far.long
        before = year_tax(self.situation, base_short, base_long).tax
        return cents(year_tax(self.situation, base_short + short, base_long + long).tax - before)

    def cheapest_first(
        self, account: Account, lots: Iterable[TaxLot], standings: Mapping[LotId, LotStanding]
    ) -> Sequence[TaxLot]:
        """Lots that may be sold, least tax per dollar first; a loss that would be washed is left out."""
        rates = marginal_rates(self.situation, self.so_far.short, self.so_far.long)
        keyed = []
        for lot in lots:
            value = self.snapshot.value_of(lot)
            if value <= 0 or (account.type.is_taxable and lot.cost_basis is None):
                continue
            gain = _gain(self.snapshot, lot) if account.type.is_taxable else ZERO
            standing = standings.get(lot.id)
            if gain < 0 and standing is not None and standing.blocked_shares > 0:
                continue
            keyed.append((gain * rates.of(_term(self.snapshot, lot)) / value, lot.id, lot))
        return [lot for _, _, lot in sorted(keyed)]


def _lots_of(snapshot: HouseholdSnapshot, asset_class: AssetClass) -> list[TaxLot]:
    classes = snapshot.security_by_id
    return [x for x in snapshot.lots if classes[x.security_id].asset_class is asset_class]


def _gain(snapshot: HouseholdSnapshot, lot: TaxLot) -> Decimal:
    price = snapshot.prices.get(lot.security_id)
    account = snapshot.account_by_id.get(lot.account_id)
    if price is None or account is None or not account.type.is_taxable:
        return ZERO
    return lot.gain_at(price.value) or ZERO


def _term(snapshot: HouseholdSnapshot, lot: TaxLot) -> Term:
    return lot_term(lot, snapshot.as_of) or Term.SHORT
