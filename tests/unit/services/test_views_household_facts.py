"""What views tell of outside holdings and of prices that looked wrong."""

from array import array
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import view_samples as vs

from harvestdesk.domain.ids import OutsideHoldingId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.security import AssetClass, SecurityKind
from harvestdesk.reports.risk_words import SOURCE_WORDS, fault_words, odd_words
from harvestdesk.risk.returns import FaultKind, PriceFault
from harvestdesk.risk.sources import RiskSource
from harvestdesk.services.views.drift import drift_view
from harvestdesk.services.views.prices import price_rows


def with_outside(value: int):
    house = vs.household()
    stock = next(s for s in house.securities if s.asset_class is AssetClass.US_EQUITY)
    held = OutsideHolding(OutsideHoldingId("outside-1"), stock.id, Decimal(value))
    return replace(house, outside=(held,))


def test_drift_of_the_household__counts_what_is_owned_elsewhere() -> None:
    before, view = drift_view(vs.household()), drift_view(with_outside(50_000))
    assert (before.outside, view.outside) == (0, 50_000)
    assert view.total == before.total + 50_000
    (line,) = [x for x in view.lines if x.outside]
    assert (line.asset_class, line.outside) == (AssetClass.US_EQUITY, 50_000)
    account = with_outside(50_000).accounts[0].id
    assert drift_view(with_outside(50_000), account_id=account).outside == 0


def test_prices__that_looked_wrong_are_on_their_row_but_cash_may_stand_still() -> None:
    house = vs.household()
    odd, still = house.securities[0], house.securities[1]
    days = tuple((house.as_of - timedelta(days=n)).toordinal() for n in range(200, 0, -1))
    moves = 1 + np.random.default_rng(3).normal(0, 0.01, 200)
    moves[150] = 0.5
    closes = (array("d", np.cumprod(moves)), array("d", np.ones(200)))
    house = replace(house, history=PriceHistory((odd.id, still.id), days, closes))
    rows = {r.security_id: r for r in price_rows(house)}
    assert [f.kind for f in rows[odd.id].faults] == [FaultKind.SPLIT_LIKE]
    assert [f.kind for f in rows[still.id].faults] == [FaultKind.CONSTANT]
    money = replace(still, kind=SecurityKind.MONEY_MARKET, asset_class=AssetClass.CASH)
    securities = tuple(money if s.id == still.id else s for s in house.securities)
    rows = {r.security_id: r for r in price_rows(replace(house, securities=securities))}
    assert rows[still.id].faults == ()


def fault(kind: FaultKind, move: float = 0.0, days: int = 1) -> PriceFault:
    return PriceFault(vs.household().securities[0].id, kind, date(2025, 8, 4), move, days)


def test_words__say_what_looked_wrong_and_what_risk_makes_of_it() -> None:
    split, jump = fault(FaultKind.SPLIT_LIKE, -0.5), fault(FaultKind.JUMP, 0.31)
    stale, constant = fault(FaultKind.STALE, days=12), fault(FaultKind.CONSTANT, days=99)
    assert "-50.0%" in fault_words(split).replace("\u2212", "-")
    assert "left out of risk" in fault_words(split)
    assert "in part" in fault_words(jump)
    assert "12 days, last on" in fault_words(stale)
    assert "sector and asset class" in fault_words(constant)
    assert odd_words([split, jump, stale, jump]) == (
        "1 jump like a split, 2 jumps, 12 days standing still"
    )
    assert odd_words([constant]) == "never moved"
    assert set(SOURCE_WORDS) == set(RiskSource)
