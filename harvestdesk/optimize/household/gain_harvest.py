"""Gain harvesting: long-term gains taken where the year taxes them at 0 %, their shares bought back at once.

There is no wash sale on a gain (IRC §1091(a) speaks of losses), so the household holds what it held, with a higher
basis and a holding period that begins anew (IRC §1012, §1223). A purchase may still wash a loss of the last 30 days:
what is locked against purchases is left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk import __version__
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, LotId, ProposalId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import KeptLot, LotSale, Proposal, Purchase, Reason
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, Report
from harvestdesk.optimize.engine.evaluate import evaluate
from harvestdesk.optimize.engine.trades import Buy, Sale, Trades
from harvestdesk.optimize.figures import figures
from harvestdesk.optimize.household.build import BuiltHousehold, build_household
from harvestdesk.optimize.household.gain_lots import (
    GainLimits,
    GainLot,
    best_gain,
    chosen,
    gain_lots,
)
from harvestdesk.optimize.household.gain_notices import gain_notices
from harvestdesk.optimize.household.gain_room import GainRoom, gain_room
from harvestdesk.optimize.household.measures import measures
from harvestdesk.optimize.household.records import certain, timed
from harvestdesk.optimize.household.trades import shared_by
from harvestdesk.optimize.household.verify import Planned
from harvestdesk.optimize.household.verify_gains import verify_gains
from harvestdesk.optimize.stages import Stages
from harvestdesk.optimize.trades import booked
from harvestdesk.optimize.unspent import share_step
from harvestdesk.tax.bracket_walk import bracket_walk
from harvestdesk.tax.holding_period import long_term_from

TWO_WAYS = 2


def plan_gain_harvest(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    *,
    proposal_id: ProposalId,
    created_at: str,
    token: Cancellation,
    report: Report,
    risk: RiskSettings | None = None,
) -> Proposal:
    """Return which long-term gains to take and buy back; without room, an empty plan that says why.

    Raises:
        BadInputError: the household's tax is not worked out from tables.
        CancelledError: the token was cancelled.
    """
    stages = Stages(token, report)
    with stages.of("build"):
        built = build_household(snapshot, settings, risk)
        if built.situation.figures is None:
            raise BadInputError(
                "Gain harvesting needs the year's tax tables: typed rates know no 0 % band. Set the tax rates to "
                "come from tables, with the household's income.",
                code="plan.tax_tables",
            )
    with stages.of("solve"):
        found = _Chooser(built).found()
    with stages.of("verify"):
        proposal = _finished(found, proposal_id, created_at)
    return replace(proposal, solver=timed(proposal.solver, stages))


@dataclass(frozen=True)
class _Found:
    """The gains to take.

    Attributes:
        lots: that could be taken, as they are wanted.
        taken: shares of each to sell; best: dollars of gain no choice exceeds.
        costly: lots whose trading would cost more than the gain is ever spared.
    """

    built: BuiltHousehold
    room: GainRoom
    lots: tuple[GainLot, ...]
    taken: Mapping[LotId, Decimal]
    best: Decimal
    costly: tuple[GainLot, ...]


class _Chooser:
    """Which gains fit into the year."""

    def __init__(self, built: BuiltHousehold) -> None:
        self._built, self._settings = built, built.settings
        so_far = built.so_far
        self._situation = so_far.situation(built.snapshot)
        self._room = gain_room(self._situation, so_far.short, so_far.long)

    def found(self) -> _Found:
        """Return the lots to sell."""
        lots = gain_lots(self._built.snapshot, self._built.left_alone)
        worth = [x for x in lots if self._pays(x)]
        costly = tuple(x for x in lots if not self._pays(x))
        limits = self._limits()
        taken = chosen(worth, limits) if limits.gain > 0 else {}
        best = best_gain(worth, limits)
        return _Found(self._built, self._room, tuple(worth), taken, best, costly)

    def _pays(self, x: GainLot) -> bool:
        """Return True where the tax a gain is spared later is more than selling and buying back costs."""
        cost = TWO_WAYS * self._settings.cost_rate * x.shares * x.price
        return self._room.rate * x.gain(x.shares) > cost or not self._room.rate

    def _limits(self) -> GainLimits:
        settings, built = self._settings, self._built
        asked = [x for x in (settings.amount, settings.gain_budget) if x is not None]
        most = min([self._room.dollars, *asked])
        if settings.tax_budget is not None:
            most = min(most, self._within_budget(settings.tax_budget))
        volume = None
        if settings.max_volume_share is not None:
            share = settings.max_volume_share
            volume = {s: share * n for s, n in built.snapshot.volumes.items()}
        orders = None if settings.max_trades is None else settings.max_trades // TWO_WAYS
        sold = None if settings.turnover is None else settings.turnover * built.total
        return GainLimits(most, sold, settings.min_trade, orders, volume)

    def _within_budget(self, budget: Decimal) -> Decimal:
        """Return the dollars of gain that cost no more tax than that, the state's included."""
        so_far, gain, tax = self._built.so_far, ZERO, ZERO
        for step in bracket_walk(self._situation, so_far.short, so_far.long, Term.LONG):
            if step.to_amount < 0 or (step.to_amount == 0 and step.from_amount < 0):
                continue
            if tax + step.tax > budget:
                left = (budget - tax) / step.rate if step.rate > 0 else ZERO
                return gain + max(ZERO, left)
            gain, tax = step.to_amount, tax + step.tax
        return gain


def _finished(found: _Found, proposal_id: ProposalId, created_at: str) -> Proposal:
    built = found.built
    snapshot, so_far = built.snapshot, built.so_far
    sales = _sales(found)
    purchases = _bought_back(built, sales)
    trades = _numbered(built, sales, purchases)
    engine = evaluate(built.problem, trades)
    before = figures(snapshot, so_far, built.te_today)
    after = figures(snapshot, so_far, engine.tracking_error, sales, purchases)
    sales = _with_tax(sales, after.tax - before.tax)
    told = measures(built, trades, (sales, purchases), engine, (before, after), 0.0, ())
    plan = Planned(built, sales, purchases, engine, before, after, told)
    gain = sum((s.gain for s in sales), ZERO)
    record = certain(built, 0.0 - float(gain), 0.0 - float(found.best))
    return Proposal(
        id=proposal_id,
        kind=built.settings.kind,
        as_of=snapshot.as_of,
        created_at=created_at,
        fingerprint=built.fingerprint,
        settings=built.settings,
        sales=sales,
        purchases=purchases,
        kept=_kept(found),
        ladder=(),
        locks=(),
        before=before,
        after=after,
        solver=record,
        checks=verify_gains(plan),
        notices=gain_notices(plan, found.room, record.gap),
        engine_version=__version__,
        measures=told,
    )


# --- trades ---


def _sales(found: _Found) -> tuple[LotSale, ...]:
    sales = [_sale(found, x, found.taken[x.lot.id]) for x in found.lots if x.lot.id in found.taken]
    return tuple(sorted(sales, key=lambda s: (-s.proceeds, s.lot_id)))


def _sale(found: _Found, x: GainLot, shares: Decimal) -> LotSale:
    snapshot, lot = found.built.snapshot, x.lot
    price = snapshot.prices.prices[lot.security_id]
    proceeds, basis = booked(lot, shares, price.value)
    acquired = lot.acquired_on or snapshot.as_of
    facts = {
        "symbol": snapshot.security_by_id[lot.security_id].symbol,
        "account": snapshot.account_by_id[lot.account_id].name,
        "acquired_on": acquired.isoformat(),
        "gain": money_text(proceeds - basis),
        "basis": money_text(basis),
        "new_basis": money_text(proceeds),
        "long_on": long_term_from(snapshot.as_of).isoformat(),
        "tax": "",
        "of_shares": decimal_text(lot.shares) if shares < lot.shares else "",
    }
    return LotSale(
        lot.id,
        lot.account_id,
        lot.security_id,
        shares,
        price.value,
        price.on,
        proceeds,
        basis,
        proceeds - basis,
        Term.LONG,
        acquired,
        ZERO,
        Reason("gain_taken", facts),
        lot.shares,
    )


def _with_tax(sales: Sequence[LotSale], tax: Decimal) -> tuple[LotSale, ...]:
    """Share out what the gains cost by their dollars: the state's tax, federal tax there is none."""
    parts = shared_by(-tax, [s.gain for s in sales])
    return tuple(
        replace(s, tax_value=p, reason=replace(s.reason, facts={**s.reason.facts, "tax": _cost(p)}))
        for s, p in zip(sales, parts, strict=True)
    )


def _cost(tax_value: Decimal) -> str:
    return money_text(-tax_value) if tax_value < 0 else ""


def _bought_back(built: BuiltHousehold, sales: Sequence[LotSale]) -> tuple[Purchase, ...]:
    """Return the purchase of every share sold, where it was sold; a step less where a cent is missing."""
    shares: dict[tuple[AccountId, SecurityId], Decimal] = {}
    left = dict(built.snapshot.cash)
    for sale in sales:
        key = (sale.account_id, sale.security_id)
        shares[key] = shares.get(key, ZERO) + sale.shares
        left[sale.account_id] = left.get(sale.account_id, ZERO) + sale.proceeds
    made = []
    for (account_id, security_id), wanted in shares.items():
        price = built.snapshot.prices.prices[security_id].value
        floor = min(ZERO, built.snapshot.cash.get(account_id, ZERO))
        number = wanted
        if left[account_id] - cents(number * price) < floor:
            number -= share_step(built.snapshot.account_by_id[account_id])
        if number > 0:
            left[account_id] -= cents(number * price)
            made.append(_purchase(built, account_id, security_id, number))
    return tuple(sorted(made, key=lambda p: (-p.amount, p.account_id, p.security_id)))


def _purchase(
    built: BuiltHousehold, account_id: AccountId, security_id: SecurityId, shares: Decimal
) -> Purchase:
    snapshot = built.snapshot
    price = snapshot.prices.prices[security_id]
    amount = cents(shares * price.value)
    facts = {
        "symbol": snapshot.security_by_id[security_id].symbol,
        "account": snapshot.account_by_id[account_id].name,
        "amount": money_text(amount),
        "long_on": long_term_from(snapshot.as_of).isoformat(),
    }
    reason = Reason("bought_back", facts)
    return Purchase(
        account_id, security_id, shares, price.value, price.on, amount, (security_id,), reason
    )


def _numbered(
    built: BuiltHousehold, sales: Sequence[LotSale], purchases: Sequence[Purchase]
) -> Trades:
    """Return the trades as the engine numbers them."""
    lots = {lot_id: n for n, lot_id in enumerate(built.lot_ids)}
    accounts = {a: n for n, a in enumerate(built.account_ids)}
    rows = {s: n for n, s in enumerate(built.security_ids)}
    return Trades(
        tuple(Sale(lots[s.lot_id], s.shares) for s in sales),
        tuple(Buy(accounts[p.account_id], rows[p.security_id], p.shares) for p in purchases),
    )


# --- lots that stay ---


def _kept(found: _Found) -> tuple[KeptLot, ...]:
    built = found.built
    costly = {x.lot.id for x in found.costly}
    kept = []
    for lot in built.snapshot.lots:
        left = lot.shares - found.taken.get(lot.id, ZERO)
        if left <= 0:
            continue
        if lot.id in built.left_alone:
            kept.append(built.left_alone[lot.id])
            continue
        gain = lot.gain_at(built.snapshot.prices.prices[lot.security_id].value) or ZERO
        part = cents(gain * left / lot.shares)
        facts = {
            "symbol": built.snapshot.security_by_id[lot.security_id].symbol,
            "gain": money_text(part),
        }
        code = "gain_not_worth" if lot.id in costly else "no_gain_room"
        kept.append(KeptLot(lot.id, left, part, Reason(code, facts)))
    return tuple(kept)
