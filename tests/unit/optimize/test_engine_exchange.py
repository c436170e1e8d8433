"""Whole shares of two trades are exchanged where cash allows no single share more or less."""

from decimal import Decimal

from harvest_households import lot
from household_cases import IRA, household, plan

from harvestdesk.domain.ids import SecurityId
from harvestdesk.optimize.engine import whole_shares

PRICES = {"USA": 900, "USB": 50, "INT": 41, "BND": 83}


def objective() -> float:
    lots = [
        lot("u", "USA", 20, 18000, account="ira"),
        lot("i", "INT", 100, 1000, account="ira"),
        lot("b", "BND", 500, 5000, account="ira"),
    ]
    of = household(lots, prices=PRICES, only=(IRA,), fractional=False, cash={"ira": "10"})
    asked = {"min_trade": Decimal(0), "risk_aversion": Decimal(100)}
    return plan(of, never_buy=(SecurityId("USB"),), **asked).solver.objective


def test_exchange__is_better_than_single_shares_alone(monkeypatch) -> None:
    exchanged = objective()
    monkeypatch.setattr(whole_shares, "_exchange", lambda steps, ends: False)
    assert exchanged < objective() - 0.01
