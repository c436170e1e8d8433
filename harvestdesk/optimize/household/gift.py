"""Charitable lot choice: long-term lots to give in kind, those whose sale would cost most tax, overweight ones first.

The value of shares held for more than a year is deducted and their gain never taxed (IRC §170(e)(1), Reg.
1.170A-1(c)); of a short-term lot only the basis is (§170(e)(1)(A)), and a loss given away is lost, so neither is
chosen. For the engine a gift is a sale whose tax is spared and whose proceeds leave the household.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from harvestdesk import __version__
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import LotId, ProposalId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ONE, ZERO, cents, decimal_text, money_text
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import KeptLot, LotGift, Proposal, Reason, SolverRecord
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, Report
from harvestdesk.optimize.engine.evaluate import Figures, evaluate
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import NO_LIMIT, EngineProblem
from harvestdesk.optimize.engine.trades import Sale, Trades
from harvestdesk.optimize.figures import figures
from harvestdesk.optimize.household.build import BuiltHousehold, build_household
from harvestdesk.optimize.household.gift_notices import gift_notices
from harvestdesk.optimize.household.lots import lots_left_alone
from harvestdesk.optimize.household.measures import measures
from harvestdesk.optimize.household.records import certain, effort_of, found_by, timed
from harvestdesk.optimize.household.solving import is_proven
from harvestdesk.optimize.household.trades import shared_by
from harvestdesk.optimize.household.verify_gifts import Given, verify_gifts
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.stages import Stages
from harvestdesk.optimize.trades import booked
from harvestdesk.tax.liability import year_tax
from harvestdesk.washsale.outlook import lot_standings

USUAL_LONG_RATE = Decimal("0.15")
"""What ranks lots in a year whose next long-term gain is not taxed: the rate most gains meet (IRC §1(h)(1)(C))."""
NEAR = Decimal("0.01")
"""Part of the amount by which a gift may always miss it: whole shares seldom come to it."""


def plan_gift(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    *,
    proposal_id: ProposalId,
    created_at: str,
    token: Cancellation,
    report: Report,
    risk: RiskSettings | None = None,
) -> Proposal:
    """Return which shares to give; all that can be given where less is there than asked for.

    Raises:
        BadInputError: no amount, or one not above zero.
        NoPlanError: no choice keeps every rule.
        CancelledError: the token was cancelled.
    """
    if settings.amount is None or settings.amount <= 0:
        raise BadInputError("This plan needs an amount above zero.", code="plan.amount")
    stages = Stages(token, report)
    with stages.of("build"):
        left = {*lots_left_alone(snapshot, settings, lot_standings(snapshot), {})}
        there = _there(snapshot, left | too_dear(snapshot, left, settings.amount))
        built = build_household(snapshot, _asked(settings, min(settings.amount, there)), risk)
        built = _without(built, too_dear(snapshot, left, settings.amount))
        built = replace(built, settings=settings, problem=_giving(built))
    with stages.of("solve"):
        chosen = _all(built) if there <= settings.amount else _chosen(built, token)
        built = _aiming_at(built, chosen.trades)
    with stages.of("verify"):
        proposal = _finished(built, chosen, proposal_id, created_at)
    return replace(proposal, solver=timed(proposal.solver, stages))


def _asked(settings: PlanSettings, amount: Decimal) -> PlanSettings:
    """Return what the engine is asked: a transfer in kind costs and realises nothing, and may be small."""
    return replace(
        settings,
        amount=amount,
        cost_rate=ZERO,
        ticket_cost=ZERO,
        min_trade=ZERO,
        turnover=None,
        tax_budget=None,
        gain_budget=None,
    )


def too_dear(
    snapshot: HouseholdSnapshot, left: Collection[LotId], amount: Decimal
) -> frozenset[LotId]:
    """Return the lots of which a single share is worth more than the amount; `left` are not given anyway."""
    prices, most = snapshot.prices.prices, amount * (1 + NEAR)
    return frozenset(
        x.id
        for x in snapshot.lots
        if x.id not in left and x.shares >= 1 and prices[x.security_id].value > most
    )


def _without(built: BuiltHousehold, lots: frozenset[LotId]) -> BuiltHousehold:
    """Return the problem in which these lots are not given either."""
    if not lots:
        return built
    problem, snapshot = built.problem, built.snapshot
    alone = np.array([x.id in lots for x in snapshot.lots], dtype=np.bool_)
    if problem.left_alone is not None:
        alone |= problem.left_alone
    kept = {
        x.id: _left(built, x, x.shares, "share_above_gift") for x in snapshot.lots if x.id in lots
    }
    return replace(
        built,
        problem=replace(problem, left_alone=alone),
        left_alone={**built.left_alone, **kept},
    )


def _there(snapshot: HouseholdSnapshot, left: Collection[LotId]) -> Decimal:
    """Return the dollars that could be given."""
    prices = snapshot.prices.prices
    held = (x for x in snapshot.lots if x.id not in left)
    return sum((_whole(x.shares) * prices[x.security_id].value for x in held), ZERO)


def _whole(shares: Decimal) -> Decimal:
    return shares.to_integral_value(ROUND_FLOOR)


def _giving(built: BuiltHousehold) -> EngineProblem:
    """Return the problem of giving: every dollar of gain given saves its tax; in weights, to be rounded after."""
    problem, rate = built.problem, float(built.rates.long or USUAL_LONG_RATE)
    spared = -rate * problem.lot_gain * problem.taxable[problem.lot_account]
    extra = spared if problem.lot_extra is None else problem.lot_extra + spared
    return replace(
        problem,
        lot_extra=extra,
        lot_rate=np.zeros(len(problem.lot_ids)),
        rates=(0.0, 0.0),
        situation=None,
        limits=replace(problem.limits, turnover=NO_LIMIT),
        fractional=True,
        account_fractional=None,
    )


@dataclass(frozen=True)
class _Chosen:
    trades: Trades
    record: SolverRecord


def _all(built: BuiltHousehold) -> _Chosen:
    """Return everything that can be given: there is nothing to choose."""
    lots = built.snapshot.lots
    sales = [
        Sale(n, _whole(x.shares))
        for n, x in enumerate(lots)
        if x.id not in built.left_alone and _whole(x.shares) > 0
    ]
    trades = Trades(tuple(sales))
    return _Chosen(trades, certain(built, evaluate(built.problem, trades).objective * built.value))


def _chosen(built: BuiltHousehold, token: Cancellation) -> _Chosen:
    plan = solve_problem(built.problem, effort_of(built.settings, token))
    trades = _trimmed(built, _in_whole_shares(built, plan.trades))
    if is_proven(plan.best.objective, plan.bound):
        # What its own parts of shares miss by a cent is no matter: whole ones are made of them here.
        plan = replace(plan, status=SolveStatus.OPTIMAL)
    trades = _nearest(built, trades)
    return _Chosen(trades, found_by(built, plan, _looked_at(_aiming_at(built, trades), trades)))


def _nearest(built: BuiltHousehold, trades: Trades) -> Trades:
    """Return the trades with a share less where that comes nearer to the amount, and one more is not within 1 %."""
    amount, shares = built.settings.amount or ZERO, {s.lot: s.shares for s in trades.sales}
    over = _dollars(built, shares) - amount
    if over <= amount * NEAR:
        return trades
    prices, of_lot = built.problem.exact.prices, built.problem.lot_security
    cheapest = min(shares, key=lambda n: (prices[int(of_lot[n])], built.problem.lot_gain[n], n))
    if prices[int(of_lot[cheapest])] - over >= over:
        return trades
    shares[cheapest] -= 1
    return Trades(tuple(Sale(lot, n) for lot, n in sorted(shares.items()) if n > 0))


def _aiming_at(built: BuiltHousehold, trades: Trades) -> BuiltHousehold:
    """Return the problem that asks for no more than whole shares come nearest to."""
    problem, payout = built.problem, built.problem.limits.payout
    worth = float(_dollars(built, {s.lot: s.shares for s in trades.sales}) / built.total)
    if payout is None or worth >= payout.amount:
        return built
    limits = replace(problem.limits, payout=replace(payout, amount=worth))
    return replace(built, problem=replace(problem, limits=limits))


def _in_whole_shares(built: BuiltHousehold, trades: Trades) -> Trades:
    """Return whole shares that reach the amount: the largest parts of a share go up, the largest gains first."""
    problem, lots = built.problem, built.snapshot.lots
    part = {s.lot: s.shares % 1 for s in trades.sales}
    shares = {s.lot: _whole(s.shares) for s in trades.sales}
    open_to = [n for n, x in enumerate(lots) if x.id not in built.left_alone and x.shares >= 1]
    open_to.sort(key=lambda n: (-part.get(n, ZERO), -float(problem.lot_gain[n]), lots[n].id))
    missing = (built.settings.amount or ZERO) - _dollars(built, shares)
    for n in open_to:
        if missing <= 0:
            break
        price = problem.exact.prices[int(problem.lot_security[n])]
        room = _whole(lots[n].shares) - shares.get(n, ZERO)
        wanted = (missing / price).to_integral_value(ROUND_CEILING)
        more = min(room, ONE if part.get(n) else wanted)
        shares[n] = shares.get(n, ZERO) + more
        missing -= more * price
    return Trades(tuple(Sale(n, count) for n, count in sorted(shares.items()) if count > 0))


def _dollars(built: BuiltHousehold, shares: Mapping[int, Decimal]) -> Decimal:
    prices, of_lot = built.problem.exact.prices, built.problem.lot_security
    return sum((n * prices[int(of_lot[lot])] for lot, n in shares.items()), ZERO)


def _looked_at(built: BuiltHousehold, trades: Trades) -> Figures:
    """Return what the engine makes of gifts that end less than a share above the amount."""
    problem = built.problem
    prices = [problem.exact.prices[int(problem.lot_security[s.lot])] for s in trades.sales]
    room = float(max(prices, default=ZERO) / built.total)
    limits = replace(problem.limits, cash=problem.limits.cash + room)
    whole = np.zeros(len(problem.account_ids), dtype=np.bool_)
    return evaluate(replace(problem, limits=limits, account_fractional=whole), trades)


def _trimmed(built: BuiltHousehold, trades: Trades) -> Trades:
    """Return the trades without shares beyond the amount: those whose gain is least go first."""
    problem, amount = built.problem, built.settings.amount or ZERO
    prices = problem.exact.prices
    shares = {s.lot: s.shares for s in trades.sales}
    given = _dollars(built, shares)
    for lot in sorted(shares, key=lambda n: (float(problem.lot_gain[n]), n)):
        price = prices[int(problem.lot_security[lot])]
        fewer = min(_whole((given - amount) / price), shares[lot])
        shares[lot] -= fewer
        given -= fewer * price
    return Trades(tuple(Sale(lot, n) for lot, n in sorted(shares.items()) if n > 0))


def _finished(
    built: BuiltHousehold, chosen: _Chosen, proposal_id: ProposalId, created_at: str
) -> Proposal:
    snapshot, so_far, trades = built.snapshot, built.so_far, chosen.trades
    engine = _looked_at(built, trades)
    before = figures(snapshot, so_far, built.te_today)
    after = figures(snapshot, so_far, engine.tracking_error)
    gifts = _gifts(built, trades)
    told = measures(built, trades, ((), ()), engine, (before, after), 0.0, ())
    told = replace(told, cost=ZERO, payouts=())
    return Proposal(
        id=proposal_id,
        kind=built.settings.kind,
        as_of=snapshot.as_of,
        created_at=created_at,
        fingerprint=built.fingerprint,
        settings=built.settings,
        sales=(),
        purchases=(),
        kept=_kept(built, gifts),
        ladder=(),
        locks=(),
        before=before,
        after=after,
        solver=chosen.record,
        checks=verify_gifts(Given(built, gifts, engine)),
        notices=gift_notices(built, gifts, chosen.record),
        engine_version=__version__,
        gifts=gifts,
        measures=told,
    )


# --- gifts ---


def _gifts(built: BuiltHousehold, trades: Trades) -> tuple[LotGift, ...]:
    gifts = [_gift(built, sale) for sale in trades.sales]
    gifts.sort(key=lambda g: (-g.value, g.lot_id))
    avoided = shared_by(_avoided(built, gifts), [g.gain for g in gifts])
    return tuple(
        replace(g, tax_avoided=part, reason=_with_tax(g.reason, part))
        for g, part in zip(gifts, avoided, strict=True)
    )


def _gift(built: BuiltHousehold, sale: Sale) -> LotGift:
    snapshot = built.snapshot
    lot = snapshot.lots[sale.lot]
    price = snapshot.prices.prices[lot.security_id]
    value, basis = booked(lot, sale.shares, price.value)
    active = float(built.active_today[int(built.problem.lot_security[sale.lot])])
    facts = {
        "symbol": snapshot.security_by_id[lot.security_id].symbol,
        "gain": money_text(value - basis),
        "gain_percent": decimal_text(((value - basis) / value * 100).quantize(Decimal("0.1"))),
        "overweight_percent": f"{active * 100:.2f}" if active > 0 else "",
        "of_shares": decimal_text(lot.shares) if sale.shares < lot.shares else "",
        "tax": "",
    }
    return LotGift(
        lot.id,
        lot.account_id,
        lot.security_id,
        sale.shares,
        price.value,
        price.on,
        value,
        basis,
        value - basis,
        lot.acquired_on or snapshot.as_of,
        ZERO,
        Reason("gift_gain", facts),
        lot.shares,
    )


def _with_tax(reason: Reason, part: Decimal) -> Reason:
    return Reason(reason.code, {**reason.facts, "tax": money_text(part) if part > 0 else ""})


def _avoided(built: BuiltHousehold, gifts: Sequence[LotGift]) -> Decimal:
    """Return the tax of this year on the gains, had the shares been sold instead."""
    so_far = built.so_far
    situation = so_far.situation(built.snapshot)
    gain = sum((g.gain for g in gifts), ZERO)
    sold = year_tax(situation, so_far.short, so_far.long + gain)
    return cents(sold.tax - year_tax(situation, so_far.short, so_far.long).tax)


def _kept(built: BuiltHousehold, gifts: Sequence[LotGift]) -> tuple[KeptLot, ...]:
    given: dict[LotId, Decimal] = {g.lot_id: g.shares for g in gifts}
    kept = []
    for lot in built.snapshot.lots:
        left = lot.shares - given.get(lot.id, ZERO)
        if left <= 0:
            continue
        if lot.id in built.left_alone:
            kept.append(built.left_alone[lot.id])
            continue
        # Brokers transfer whole shares.
        kept.append(_left(built, lot, left, "part_not_given" if left < ONE else "not_given"))
    return tuple(kept)


def _left(built: BuiltHousehold, lot: TaxLot, shares: Decimal, code: str) -> KeptLot:
    gain = lot.gain_at(built.snapshot.prices.prices[lot.security_id].value) or ZERO
    part = cents(gain * shares / lot.shares)
    symbol = built.snapshot.security_by_id[lot.security_id].symbol
    return KeptLot(lot.id, shares, part, Reason(code, {"symbol": symbol, "gain": money_text(part)}))
