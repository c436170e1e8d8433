"""A household plan as the page tells it: trades, gifts and payouts by account, drift, exposure, what rules cost."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import (
    LotGift,
    PlanMeasures,
    Proposal,
    Reason,
    RulePrice,
    WeightChange,
)
from harvestdesk.domain.security import ASSET_CLASS_NAMES
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.views.naming import Names
from harvestdesk.services.views.plan import (
    AccountTrades,
    Comparison,
    Measure,
    PlanView,
    SaleRow,
    plan_view,
)

CLASS, SECTOR, FACTOR = "asset_class", "sector", "factor"
"""Kinds of bars, as WeightChange names them."""

_NOTHING = PlanMeasures(ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO)
_CLASS_NAMES = {c.value: name for c, name in ASSET_CLASS_NAMES.items()}


@dataclass(frozen=True, slots=True)
class GiftRow:
    """Shares of one lot to give away."""

    lot_id: LotId
    account_id: AccountId
    symbol: str
    name: str
    shares: Decimal
    lot_shares: Decimal
    acquired_on: date
    price: Decimal
    price_on: date
    value: Decimal
    basis: Decimal
    gain: Decimal
    tax_avoided: Decimal
    reason: Reason


@dataclass(frozen=True, slots=True)
class AccountPart:
    """Everything the plan does in one account.

    Attributes:
        taxable: its sales count on the return; elsewhere gain, term and tax mean nothing.
        payout: dollars that leave the account for the household to spend.
    """

    trades: AccountTrades
    gifts: tuple[GiftRow, ...]
    payout: Decimal
    taxable: bool

    @property
    def account(self) -> str:
        """Name of the account."""
        return self.trades.account

    @property
    def sold(self) -> Decimal:
        """Proceeds of its sales in dollars."""
        return sum((s.proceeds for s in self.trades.sales), ZERO)

    @property
    def bought(self) -> Decimal:
        """Price of its purchases in dollars."""
        return sum((b.amount for b in self.trades.buys), ZERO)

    @property
    def gains(self) -> Decimal:
        """Gains it realises in dollars, losses apart; zero where sales are not taxed."""
        return sum((s.gain for s in self._counted if s.gain > 0), ZERO)

    @property
    def losses(self) -> Decimal:
        """Losses that count in dollars, positive."""
        return sum((s.loss for s in self._counted if s.gain < 0), ZERO)

    @property
    def tax(self) -> Decimal:
        """Tax of its sales this year in dollars; negative: saved."""
        return -sum((s.tax_value for s in self._counted), ZERO)

    @property
    def cash_change(self) -> Decimal:
        """Cash of the account after the plan less before, in dollars."""
        return self.sold - self.bought - self.payout

    @property
    def _counted(self) -> tuple[SaleRow, ...]:
        return self.trades.sales if self.taxable else ()


@dataclass(frozen=True, slots=True)
class WeightLine:
    """One bar of drift or exposure; fractions of value.

    Attributes:
        kind: CLASS, SECTOR or FACTOR.
        name: of a class as people know it, of a sector (empty: without one), of a factor as the risk model has it.
        target: None where nothing is meant, as for factors.
        low, high: ends of the band, None without one.
    """

    kind: str
    name: str
    before: Decimal
    after: Decimal
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None

    @property
    def change(self) -> Decimal:
        """After less before."""
        return self.after - self.before

    @property
    def off_before(self) -> Decimal:
        """Distance from the target before the plan; zero without a target."""
        return ZERO if self.target is None else self.before - self.target

    @property
    def off_after(self) -> Decimal:
        """Distance from the target after the plan; zero without a target."""
        return ZERO if self.target is None else self.after - self.target

    @property
    def breach_before(self) -> Decimal:
        """How far it is outside its band before the plan."""
        return self._breach(self.before)

    @property
    def breach_after(self) -> Decimal:
        """How far it is outside its band after the plan."""
        return self._breach(self.after)

    def _breach(self, weight: Decimal) -> Decimal:
        low = weight if self.low is None else self.low
        high = weight if self.high is None else self.high
        return max(low - weight, weight - high, ZERO)


@dataclass(frozen=True, slots=True)
class RebalanceView:
    """A household plan ready to be shown.

    Attributes:
        plan: what it has in common with the harvest: kept lots, locks, gap, checks, whether it is stale.
        parts: what it does, in the order of the household's accounts.
        rules: binding rules by the names people know, dearest first.
        weights: bars of classes (worst drift first), sectors and factors (largest first).
        comparison: before and after, in the order people read them.
        has_targets: the household says what it means to hold.
    """

    plan: PlanView
    parts: tuple[AccountPart, ...]
    rules: tuple[RulePrice, ...]
    weights: tuple[WeightLine, ...]
    comparison: tuple[Comparison, ...]
    has_targets: bool

    @property
    def proposal(self) -> Proposal:
        """The plan itself."""
        return self.plan.proposal

    @property
    def measures(self) -> PlanMeasures:
        """What the plan amounts to; zeros where it carries none."""
        return self.proposal.measures or _NOTHING

    @property
    def sales(self) -> tuple[SaleRow, ...]:
        """All sales, in the order of accounts."""
        return self.plan.sales

    @property
    def orders(self) -> int:
        """Sales and purchases; lots of one security in one account are one order."""
        sold = {(s.account_id, s.symbol) for s in self.sales}
        return len(sold) + sum(len(p.trades.buys) for p in self.parts)

    @property
    def sold(self) -> Decimal:
        """Proceeds of all sales in dollars."""
        return sum((p.sold for p in self.parts), ZERO)

    @property
    def bought(self) -> Decimal:
        """Price of all purchases in dollars."""
        return sum((p.bought for p in self.parts), ZERO)

    @property
    def gifts(self) -> tuple[GiftRow, ...]:
        """All gifts, in the order of accounts."""
        return tuple(g for p in self.parts for g in p.gifts)

    @property
    def paid_out(self) -> Decimal:
        """Dollars that leave the accounts."""
        return sum((p.payout for p in self.parts), ZERO)

    @property
    def gains(self) -> Decimal:
        """Gains realised in taxable accounts in dollars."""
        return sum((p.gains for p in self.parts), ZERO)

    @property
    def losses(self) -> Decimal:
        """Losses realised in taxable accounts that count, in dollars, positive."""
        return sum((p.losses for p in self.parts), ZERO)

    @property
    def tax_change(self) -> Decimal:
        """Tax of this year with the plan less without, in dollars."""
        return self.proposal.after.tax - self.proposal.before.tax

    @property
    def nothing(self) -> bool:
        """True when the plan does nothing at all."""
        return not self.parts

    def of_kind(self, kind: str) -> tuple[WeightLine, ...]:
        """Return the bars of one kind."""
        return tuple(w for w in self.weights if w.kind == kind)


def rebalance_view(snapshot: HouseholdSnapshot, proposal: Proposal) -> RebalanceView:
    """Return a household plan as rows, in the order of the household's accounts."""
    names = Names.of(snapshot)
    plan = plan_view(snapshot, proposal)
    measures = proposal.measures or _NOTHING
    weights = tuple(_ordered(_weight(w) for w in measures.weights))
    return RebalanceView(
        plan=plan,
        parts=_parts(snapshot, names, plan, measures),
        rules=_rules(names, measures),
        weights=weights,
        comparison=_compared(proposal, measures, weights),
        has_targets=bool(snapshot.class_targets or snapshot.security_targets),
    )


def _parts(
    snapshot: HouseholdSnapshot, names: Names, plan: PlanView, measures: PlanMeasures
) -> tuple[AccountPart, ...]:
    trades = {a.account_id: a for a in plan.accounts}
    paid = {p.account_id: p.amount for p in measures.payouts}
    found = []
    for account in snapshot.accounts:
        gifts = tuple(_gift(names, g) for g in plan.proposal.gifts if g.account_id == account.id)
        payout = paid.get(account.id, ZERO)
        if account.id in trades or gifts or payout:
            own = trades.get(account.id) or AccountTrades(account.id, account.name, (), ())
            found.append(AccountPart(own, gifts, payout, account.type.is_taxable))
    return tuple(found)


def _gift(names: Names, gift: LotGift) -> GiftRow:
    return GiftRow(
        lot_id=gift.lot_id,
        account_id=gift.account_id,
        symbol=names.symbol(gift.security_id),
        name=names.security(gift.security_id),
        shares=gift.shares,
        lot_shares=gift.lot_shares,
        acquired_on=gift.acquired_on,
        price=gift.price,
        price_on=gift.price_on,
        value=gift.value,
        basis=gift.basis,
        gain=gift.gain,
        tax_avoided=gift.tax_avoided,
        reason=gift.reason,
    )


def _rules(names: Names, measures: PlanMeasures) -> tuple[RulePrice, ...]:
    """Rules with the names people know in place of ids, dearest first."""
    snapshot = names.snapshot

    def known(name: str) -> str:
        if SecurityId(name) in snapshot.security_by_id:
            return names.symbol(SecurityId(name))
        if AccountId(name) in snapshot.account_by_id:
            return names.account(AccountId(name))
        return _CLASS_NAMES.get(name, name)

    dearest = sorted(measures.prices, key=lambda p: (-abs(p.dollars), p.code, p.name))
    return tuple(replace(p, name=known(p.name)) for p in dearest)


def _weight(change: WeightChange) -> WeightLine:
    name = _CLASS_NAMES.get(change.name, change.name) if change.kind == CLASS else change.name
    return WeightLine(
        change.kind, name, change.before, change.after, change.target, change.low, change.high
    )


def _ordered(lines: Iterable[WeightLine]) -> list[WeightLine]:
    """Worst drift of the classes first; sectors and factors by size."""
    order = {CLASS: 0, SECTOR: 1, FACTOR: 2}

    def rank(line: WeightLine) -> tuple[int, Decimal, Decimal, str]:
        size = max(abs(line.before), abs(line.after))
        off = abs(line.off_before) if line.kind == CLASS else ZERO
        return (order.get(line.kind, len(order)), -off, -size, line.name)

    return sorted(lines, key=rank)


def _compared(
    proposal: Proposal, measures: PlanMeasures, weights: Iterable[WeightLine]
) -> tuple[Comparison, ...]:
    before, after = proposal.before, proposal.after
    found = [
        Comparison(Measure.TAX, before.tax, after.tax),
        Comparison(Measure.NET_SHORT, before.net_short, after.net_short),
        Comparison(Measure.NET_LONG, before.net_long, after.net_long),
        Comparison(
            Measure.CARRIED,
            before.carryforward_short + before.carryforward_long,
            after.carryforward_short + after.carryforward_long,
        ),
        Comparison(Measure.TRACKING_ERROR, before.tracking_error_bp, after.tracking_error_bp),
    ]
    meant = [w for w in weights if w.kind == CLASS and w.target is not None]
    if meant:
        found.append(
            Comparison(
                Measure.WORST_DRIFT,
                max(abs(w.off_before) for w in meant),
                max(abs(w.off_after) for w in meant),
            )
        )
    found += [
        Comparison(Measure.TURNOVER, ZERO, measures.turnover),
        Comparison(Measure.TRADING_COST, ZERO, measures.cost),
        Comparison(Measure.CASH, before.cash, after.cash),
    ]
    return tuple(found)
