"""What a household plan amounts to beside its tax: weights before and after, cost, risk, what its rules cost."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import (
    LotSale,
    Payout,
    PlanFigures,
    PlanMeasures,
    Purchase,
    RulePrice,
    WeightChange,
)
from harvestdesk.domain.security import AssetClass
from harvestdesk.optimize.engine.evaluate import Figures
from harvestdesk.optimize.engine.problem import FloatArray
from harvestdesk.optimize.engine.trades import Trades
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.targets import class_members
from harvestdesk.risk.exposures import ExposureKind, exposures

DIGITS = Decimal("0.000001")
NOTHING = 1e-12
"""Of the household's value: what is left where all of it is paid out."""


def measures(
    built: BuiltHousehold,
    trades: Trades,
    booked: tuple[Sequence[LotSale], Sequence[Purchase]],
    figures: Figures,
    tax: tuple[PlanFigures, PlanFigures],
    rounding: float,
    prices: tuple[RulePrice, ...],
) -> PlanMeasures:
    """Return what a plan amounts to.

    Args:
        built: the household and its problem.
        trades: as the engine numbers and counts them.
        booked: the same to the cent.
        figures: of the engine.
        tax: the household before and after.
        rounding: objective lost by whole shares, a fraction of value.
        prices: what rules that bind cost.
    """
    sales, purchases = booked
    sold = sum((s.proceeds for s in sales), ZERO)
    counted = sum((s.proceeds * built.view.part(s.account_id) for s in sales), ZERO)
    traded = sold + sum((p.amount for p in purchases), ZERO)
    settings = built.settings
    before, after = tax
    return PlanMeasures(
        turnover=_digits(float(counted / built.total)),
        cost=cents(settings.cost_rate * traded + settings.ticket_cost * figures.orders),
        tax=after.tax - before.tax,
        risk_before=_dollars(built, float(settings.risk_aversion) * built.variance_today),
        risk_after=_dollars(built, float(settings.risk_aversion) * figures.tracking_error**2),
        location=_dollars(built, _location(built, trades)),
        rounding=_dollars(built, rounding),
        weights=weight_changes(built, trades),
        prices=tuple(built.view.real_price(p) for p in prices),
        payouts=tuple(
            Payout(account_id, cents(amount))
            for account_id, amount in zip(built.account_ids, figures.payouts, strict=True)
            if amount > 0
        ),
    )


def _digits(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(DIGITS)


def _dollars(built: BuiltHousehold, weight: float) -> Decimal:
    return cents(Decimal(repr(weight)) * built.total)


def _weight(built: BuiltHousehold, security: int, shares: Decimal) -> float:
    return float(shares * built.problem.exact.prices[security] / built.total)


def _location(built: BuiltHousehold, trades: Trades) -> float:
    """Return the yearly value, per value of the household, of where the plan moves its assets."""
    problem, gained = built.problem, 0.0
    for sale in trades.sales:
        account, security = int(problem.lot_account[sale.lot]), int(problem.lot_security[sale.lot])
        gained -= _weight(built, security, sale.shares) * float(built.location[account, security])
    for buy in trades.buys:
        gained += _weight(built, buy.security, buy.shares) * float(
            built.location[buy.account, buy.security]
        )
    return gained


def moved(built: BuiltHousehold, trades: Trades) -> FloatArray:
    """Return [security] the weight bought less the weight sold."""
    change = np.zeros(len(built.security_ids))
    for sale in trades.sales:
        security = int(built.problem.lot_security[sale.lot])
        change[security] -= _weight(built, security, sale.shares)
    for buy in trades.buys:
        change[buy.security] += _weight(built, buy.security, buy.shares)
    return change


def weight_changes(built: BuiltHousehold, trades: Trades) -> tuple[WeightChange, ...]:
    """Return bars of classes, sectors and factors: of all that is owned, holdings elsewhere included."""
    held = built.problem.active + built.yard.target
    after = held + moved(built, trades)
    return (
        *_classes(built, held, after),
        *_of_model(built, ExposureKind.SECTOR, held, after),
        *_of_model(built, ExposureKind.FACTOR, held - built.yard.target, after - built.yard.target),
    )


def _classes(built: BuiltHousehold, held: FloatArray, after: FloatArray) -> Iterator[WeightChange]:
    """Yield a bar for each class held or targeted; cash is what securities leave over."""
    members = class_members(built.snapshot)
    whole, then = 1.0 + float(built.yard.outside.sum()), built.yard.whole
    bands = {t.asset_class: t for t in built.snapshot.class_targets}
    risky = 1.0 - members[AssetClass.CASH]
    for kind in AssetClass:
        cash, inside = kind is AssetClass.CASH, members.get(kind, np.zeros(len(held)))
        if not cash and kind not in bands and not (inside @ held or inside @ after):
            continue
        before, then_after, aim = (
            _part_of(total, total - float(risky @ part) if cash else float(inside @ part))
            for part, total in ((held, whole), (after, then), (built.yard.target, then))
        )
        band = bands.get(kind)
        yield WeightChange(
            "asset_class",
            kind.value,
            _digits(before),
            _digits(then_after),
            _digits(aim),
            band.low if band else None,
            band.high if band else None,
        )


def _part_of(whole: float, part: float) -> float:
    """Return a part as a fraction; of nothing, where all is paid out, nothing."""
    return part / whole if whole > NOTHING else 0.0


def _of_model(
    built: BuiltHousehold, kind: ExposureKind, before: FloatArray, after: FloatArray
) -> Iterator[WeightChange]:
    """Yield a bar for each sector, or factor (active, as a movement a year)."""
    whole = 1.0 + float(built.yard.outside.sum())
    is_sector = kind is ExposureKind.SECTOR
    scales = (whole, built.yard.whole) if is_sector else (1.0, 1.0)
    rows = [
        {
            r.name: _part_of(scale, r.exposure)
            for r in exposures(built.model, part)
            if r.kind is kind
        }
        for part, scale in zip((before, after), scales, strict=True)
    ]
    aims = {}
    if is_sector:
        aims = {
            r.name: _part_of(built.yard.whole, r.exposure)
            for r in exposures(built.model, built.yard.target)
            if r.kind is kind
        }
    for name, value in rows[0].items():
        if is_sector and not name:
            continue
        aim = aims.get(name)
        yield WeightChange(
            kind.value,
            name,
            _digits(value),
            _digits(rows[1][name]),
            None if aim is None else _digits(aim),
        )
