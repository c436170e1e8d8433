"""A plan as the page and the worksheet tell it: trades by account, before and after, what comes next."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import (
    LotSale,
    PlanFigures,
    Proposal,
    Purchase,
    Reason,
    RiskLimit,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.codes import CAUTIONS
from harvestdesk.services.views.naming import Names
from harvestdesk.services.views.wash_calendar import LockRow, lock_row


@dataclass(frozen=True, slots=True)
class SaleRow:
    """Shares of one lot the plan sells; `disallowed` is the part of its loss that does not count."""

    lot_id: LotId
    account_id: AccountId
    symbol: str
    name: str
    shares: Decimal
    lot_shares: Decimal
    acquired_on: date
    term: Term
    price: Decimal
    price_on: date
    proceeds: Decimal
    basis: Decimal
    gain: Decimal
    tax_value: Decimal
    reason: Reason
    disallowed: Decimal = ZERO

    @property
    def loss(self) -> Decimal:
        """Loss that counts this year in dollars, positive."""
        return -self.gain - self.disallowed


@dataclass(frozen=True, slots=True)
class BuyRow:
    """Shares of one security the plan buys, and what they stand in for."""

    account_id: AccountId
    security_id: SecurityId
    symbol: str
    name: str
    shares: Decimal
    price: Decimal
    price_on: date
    amount: Decimal
    replaces: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class AccountTrades:
    """Everything the plan sells and buys in one account."""

    account_id: AccountId
    account: str
    sales: tuple[SaleRow, ...]
    buys: tuple[BuyRow, ...]

    @property
    def loss(self) -> Decimal:
        """Losses realised in the account in dollars, positive."""
        return sum((s.loss for s in self.sales), ZERO)

    @property
    def tax_value(self) -> Decimal:
        """Tax those losses save this year, in dollars."""
        return sum((s.tax_value for s in self.sales), ZERO)

    @property
    def cash_change(self) -> Decimal:
        """Proceeds less purchases in dollars."""
        return sum((s.proceeds for s in self.sales), ZERO) - sum(
            (b.amount for b in self.buys), ZERO
        )


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A lot the plan leaves alone, and why."""

    lot_id: LotId
    account_id: AccountId
    account: str
    symbol: str
    shares: Decimal
    acquired_on: date | None
    gain: Decimal | None
    free_from: date | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A further lot, what it would add and where tracking error would then stand."""

    lot_id: LotId
    account: str
    symbol: str
    shares: Decimal
    loss: Decimal
    tax_value: Decimal
    tracking_error_bp: Decimal
    over_limit_bp: Decimal


class Measure(StrEnum):
    """Lines of the before-and-after table."""

    NET_SHORT = "net_short"
    NET_LONG = "net_long"
    TAX = "tax"
    CARRIED_SHORT = "carried_short"
    CARRIED_LONG = "carried_long"
    UNREALISED_LOSSES = "unrealised_losses"
    TRACKING_ERROR = "tracking_error"
    CASH = "cash"
    CARRIED = "carried"
    """Short and long together."""
    WORST_DRIFT = "worst_drift"
    """Largest distance of an asset class from its target."""
    TURNOVER = "turnover"
    TRADING_COST = "trading_cost"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure before and after; dollars, basis points for tracking error, fractions for drift and turnover."""

    measure: Measure
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class PlanView:
    """A proposal ready to be shown.

    Attributes:
        stale: the household has changed since the plan was made; it can't be carried out.
        gap: distance from the best possible as a fraction; what the badge says.
        january: locks of the plan that run past December 31.
    """

    proposal: Proposal
    accounts: tuple[AccountTrades, ...]
    kept: tuple[KeptRow, ...]
    ladder: tuple[LadderRow, ...]
    comparison: tuple[Comparison, ...]
    locks: tuple[LockRow, ...]
    january: tuple[LockRow, ...]
    gap: Decimal
    stale: bool

    @property
    def sales(self) -> tuple[SaleRow, ...]:
        """All sales, in the order of accounts."""
        return tuple(s for a in self.accounts for s in a.sales)

    @property
    def loss_of(self) -> dict[Term, Decimal]:
        """Losses realised per term in dollars, positive."""
        return {t: sum((s.loss for s in self.sales if s.term is t), ZERO) for t in Term}

    @property
    def tax_value(self) -> Decimal:
        """Tax the losses save this year in dollars, as shared out among the sales."""
        return sum((a.tax_value for a in self.accounts), ZERO)

    @property
    def tax_saved(self) -> Decimal:
        """Less tax to pay this year, in dollars."""
        return self.proposal.before.tax - self.proposal.after.tax

    @property
    def can_export(self) -> bool:
        """True when the solver proved the plan, every check passed and nothing changed since."""
        return self.proposal.passed and not self.stale


def cautions(proposal: Proposal) -> tuple[Notice, ...]:
    """Return the notices that go with the orders of a plan: they forbid nothing, but must have been read."""
    return tuple(n for n in proposal.notices if n.code in CAUTIONS)


def plan_view(snapshot: HouseholdSnapshot, proposal: Proposal) -> PlanView:
    """Return a proposal as rows, in the order of the household's accounts."""
    names = Names.of(snapshot)
    locks = tuple(lock_row(names, lock, planned=True) for lock in proposal.locks)
    return PlanView(
        proposal=proposal,
        accounts=_accounts(snapshot, names, proposal),
        kept=_kept(snapshot, names, proposal),
        ladder=_ladder(snapshot, names, proposal),
        comparison=compared(proposal.before, proposal.after),
        locks=locks,
        january=tuple(x for x in locks if x.spills_over),
        gap=Decimal(str(proposal.solver.gap)),
        stale=proposal.fingerprint != snapshot.fingerprint,
    )


def _accounts(
    snapshot: HouseholdSnapshot, names: Names, proposal: Proposal
) -> tuple[AccountTrades, ...]:
    found = []
    for account in snapshot.accounts:
        sales = [_sale(names, s) for s in proposal.sales if s.account_id == account.id]
        buys = [_buy(names, b) for b in proposal.purchases if b.account_id == account.id]
        if sales or buys:
            sales.sort(key=lambda s: (s.gain, s.symbol))
            buys.sort(key=lambda b: (-b.amount, b.symbol))
            found.append(AccountTrades(account.id, account.name, tuple(sales), tuple(buys)))
    return tuple(found)


def _sale(names: Names, sale: LotSale) -> SaleRow:
    return SaleRow(
        lot_id=sale.lot_id,
        account_id=sale.account_id,
        symbol=names.symbol(sale.security_id),
        name=names.security(sale.security_id),
        shares=sale.shares,
        lot_shares=sale.lot_shares,
        acquired_on=sale.acquired_on,
        term=sale.term,
        price=sale.price,
        price_on=sale.price_on,
        proceeds=sale.proceeds,
        basis=sale.basis,
        gain=sale.gain,
        tax_value=sale.tax_value,
        reason=sale.reason,
        disallowed=sale.disallowed,
    )


def _buy(names: Names, buy: Purchase) -> BuyRow:
    return BuyRow(
        account_id=buy.account_id,
        security_id=buy.security_id,
        symbol=names.symbol(buy.security_id),
        name=names.security(buy.security_id),
        shares=buy.shares,
        price=buy.price,
        price_on=buy.price_on,
        amount=buy.amount,
        replaces=names.set_symbols(buy.replaces),
        reason=buy.reason,
    )


def _kept(snapshot: HouseholdSnapshot, names: Names, proposal: Proposal) -> tuple[KeptRow, ...]:
    """Lots left alone; losses of taxable accounts first: they are what a reader asks about."""
    rows = []
    for kept in proposal.kept:
        lot = snapshot.lot_by_id.get(kept.lot_id)
        if lot is None:
            continue
        rows.append(
            KeptRow(
                lot_id=kept.lot_id,
                account_id=lot.account_id,
                account=names.account(lot.account_id),
                symbol=names.symbol(lot.security_id),
                shares=kept.shares,
                acquired_on=lot.acquired_on,
                gain=kept.gain,
                free_from=kept.free_from,
                reason=kept.reason,
            )
        )
    rows.sort(
        key=lambda r: (not names.is_taxable(r.account_id), r.gain is None, r.gain or ZERO, r.symbol)
    )
    return tuple(rows)


def _ladder(snapshot: HouseholdSnapshot, names: Names, proposal: Proposal) -> tuple[LadderRow, ...]:
    """Lots beyond the limit: only the year-end harvest has them."""
    if not proposal.ladder:
        return ()
    limit = _limit_bp(proposal)
    rows = []
    for step in proposal.ladder:
        lot = snapshot.lot_by_id.get(step.lot_id)
        if lot is None:
            continue
        rows.append(
            LadderRow(
                lot_id=step.lot_id,
                account=names.account(lot.account_id),
                symbol=names.symbol(lot.security_id),
                shares=step.shares,
                loss=step.loss,
                tax_value=step.tax_value,
                tracking_error_bp=step.tracking_error_bp,
                over_limit_bp=max(ZERO, step.tracking_error_bp - limit),
            )
        )
    return tuple(rows)


def _limit_bp(proposal: Proposal) -> Decimal:
    settings = proposal.harvest
    if settings.risk_limit is RiskLimit.INCREASE:
        return proposal.before.tracking_error_bp + settings.tracking_error_bp
    return settings.tracking_error_bp


def compared(before: PlanFigures, after: PlanFigures) -> tuple[Comparison, ...]:
    """Return the measures of the before-and-after table in the order people read them."""
    pairs = (
        (Measure.NET_SHORT, before.net_short, after.net_short),
        (Measure.NET_LONG, before.net_long, after.net_long),
        (Measure.TAX, before.tax, after.tax),
        (Measure.CARRIED_SHORT, before.carryforward_short, after.carryforward_short),
        (Measure.CARRIED_LONG, before.carryforward_long, after.carryforward_long),
        (Measure.UNREALISED_LOSSES, before.unrealised_losses, after.unrealised_losses),
        (Measure.TRACKING_ERROR, before.tracking_error_bp, after.tracking_error_bp),
        (Measure.CASH, before.cash, after.cash),
    )
    return tuple(Comparison(*pair) for pair in pairs)
