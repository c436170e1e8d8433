"""Securities without enough history: what stands for them, and what is said about it."""

import numpy as np
import pytest
from harvest_households import etf, snapshot

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.factor_model import build_model, model_of
from harvestdesk.risk.returns import ReturnPanel
from harvestdesk.risk.sources import RiskSource
from harvestdesk.risk.tracking_error import tracking_error

DAYS = 504
YEAR = 252**0.5


def stock(name: str, sector: str = "Energy") -> Security:
    return Security(SecurityId(name), name, sector=sector)


def fund(name: str, asset_class: AssetClass = AssetClass.US_EQUITY, **more: str) -> Security:
    return Security(SecurityId(name), name, kind=SecurityKind.ETF, asset_class=asset_class, **more)


def panel(**returns: np.ndarray) -> ReturnPanel:
    return ReturnPanel(
        tuple(SecurityId(s) for s in returns), np.column_stack(list(returns.values()))
    )


def moves(seed: int, volatility: float) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, volatility / YEAR, DAYS)


def apart(model, a: str, b: str) -> float:
    active = np.zeros(len(model.security_ids))
    active[model.row_of[SecurityId(a)]], active[model.row_of[SecurityId(b)]] = 1.0, -1.0
    return tracking_error(model, active)


def test_the_only_fund_with_history__stands_for_its_class() -> None:
    market = moves(1, 0.16)
    model = model_of([fund("VTI"), fund("NEW")], panel(VTI=market))
    assert apart(model, "VTI", "NEW") == pytest.approx(0.03 * 2**0.5, rel=0.01)
    assert tracking_error(model, np.array([0.0, 1.0])) == pytest.approx(0.16, rel=0.1)


def test_one_fund_a_class__each_stands_for_its_own() -> None:
    stocks, bonds = moves(1, 0.16), moves(2, 0.05)
    us_bond = AssetClass.US_BOND
    model = model_of(
        [fund("VTI"), fund("BND", us_bond), fund("NEWS"), fund("NEWB", us_bond)],
        panel(VTI=stocks, BND=bonds),
    )
    assert apart(model, "VTI", "NEWS") < 0.06
    assert apart(model, "BND", "NEWB") < 0.06
    assert apart(model, "NEWS", "NEWB") == pytest.approx(apart(model, "VTI", "BND"), rel=0.15)


def test_the_only_stock_with_history__is_no_stranger_to_its_class() -> None:
    model = model_of([stock("AAA"), fund("VTI")], panel(AAA=moves(1, 0.30)))
    covariance = model.covariance()
    correlation = covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    assert 0.3 < correlation < 0.8
    assert np.sqrt(covariance[0, 0]) == pytest.approx(0.30, rel=0.1)


def test_funds_of_a_class_that_differ__make_an_unknown_one_differ_too() -> None:
    market = moves(0, 0.16)
    apart_each = {f"F{i}": market + moves(10 + i, 0.08) for i in range(8)}
    model = model_of([*(fund(f) for f in apart_each), fund("NEW")], panel(**apart_each))
    assert apart(model, "NEW", "F0") == pytest.approx(0.08 * 2**0.5, rel=0.25)


@pytest.mark.parametrize(("own", "days"), [(0.10, 100), (0.60, 100), (0.60, 30)])
def test_a_short_history__tells_of_its_own_movement(own: float, days: int) -> None:
    market = moves(0, 0.16)
    returns = {f"S{i}": market + moves(i + 1, 0.25) for i in range(12)}
    young = market + moves(99, own)
    young[:-days] = np.nan
    model = model_of([*(stock(s) for s in returns), stock("YOUNG")], panel(**returns, YOUNG=young))
    blind = model_of([*(stock(s) for s in returns), stock("YOUNG")], panel(**returns))
    row = model.row_of[SecurityId("YOUNG")]
    assert model.sources[row] is RiskSource.SECTOR
    assert model.loadings[row] == pytest.approx(blind.loadings[row])
    share = days / (days + 60)
    expected = share * own**2 + (1 - share) * blind.specific_variance[row]
    assert model.specific_variance[row] == pytest.approx(expected, rel=0.3)


def test_ten_days_of_history__tell_nothing() -> None:
    returns = {f"S{i}": moves(i, 0.25) for i in range(5)}
    young = moves(9, 2.0)
    young[:-10] = np.nan
    securities = [*(stock(s) for s in returns), stock("YOUNG")]
    a = model_of(securities, panel(**returns, YOUNG=young))
    b = model_of(securities, panel(**returns))
    assert (a.specific_variance == b.specific_variance).all()


def test_sources_and_description__say_what_was_used_for_how_many() -> None:
    market = moves(0, 0.16)
    returns = {f"S{i}": market + moves(i + 1, 0.25) for i in range(6)}
    returns["S5"] = np.where(np.arange(DAYS) < 200, np.nan, returns["S5"])
    securities = [
        *(stock(s) for s in returns),
        stock("NEW"),
        stock("BANK", "Financials"),
        fund("FUND"),
        fund("GOLD", AssetClass.COMMODITY),
        Security(SecurityId("MM"), "MM", kind=SecurityKind.MONEY_MARKET),
    ]
    model = model_of(securities, panel(**returns))
    by_id = dict(zip(model.security_ids, model.sources, strict=True))
    assert by_id["S0"] is RiskSource.HISTORY
    assert by_id["S5"] is RiskSource.PART_HISTORY
    assert by_id["NEW"] is RiskSource.SECTOR
    assert by_id["BANK"] is by_id["FUND"] is RiskSource.ASSET_CLASS
    assert by_id["GOLD"] is RiskSource.TABLE
    assert by_id["MM"] is RiskSource.CASH
    assert model.proxied == ("NEW", "BANK", "FUND", "GOLD")
    assert "504 trading days of 6 securities (1 on part of the days)" in model.description
    assert "proxies: 1 by sector, 2 by asset class, 1 by the built-in table" in model.description


def test_history_not_used__is_the_built_in_table() -> None:
    model = build_model(snapshot([etf("VTI")], [], {}), RiskSettings(use_history=False))
    assert model.builtin_only
    assert model.description == (
        "built-in asset-class and sector table for 1 security (price history not used)"
    )


def test_least_own_movement__holds_for_all_but_cash() -> None:
    market = moves(0, 0.16)
    securities = [
        fund("A"),
        fund("B"),
        Security(SecurityId("C"), "C", kind=SecurityKind.MONEY_MARKET),
    ]
    model = model_of(
        securities, panel(A=market, B=market + 1e-9), RiskSettings(least_own_volatility=0.02)
    )
    assert (model.specific_variance[:2] >= 0.02**2).all()
    assert model.specific_variance[2] == 0
    assert apart(model, "A", "B") >= 0.02 * 2**0.5


def test_a_fund_of_the_same_index__stands_for_one_without_history() -> None:
    market = moves(0, 0.16)
    index = "S&P 500"
    known = {f"S{i}": market + moves(i + 1, 0.25) for i in range(8)}
    known["OLD"] = market + moves(50, 0.06)
    securities = [
        *(stock(f"S{i}") for i in range(8)),
        fund("OLD", tracked_index=index),
        fund("NEW", tracked_index=index),
        fund("OTHER", tracked_index="CRSP"),
    ]
    model = model_of(securities, panel(**known))
    assert apart(model, "OLD", "NEW") == pytest.approx(0.005 * 2**0.5, rel=0.01)
    assert apart(model, "OLD", "OTHER") > 0.03
    assert model.sources[model.row_of[SecurityId("NEW")]] is RiskSource.TWIN
    assert "1 by a share class or fund of the same index" in model.description


def test_an_identical_set__stands_for_its_members_but_not_for_options() -> None:
    market = moves(0, 0.16)
    known = {f"S{i}": market + moves(i + 1, 0.25) for i in range(8)}
    securities = [
        *(stock(f"S{i}") for i in range(8)),
        stock("S0.B"),
        Security(SecurityId("S0 call"), "S0 call", kind=SecurityKind.OPTION),
    ]
    same = IdenticalSet(
        IdenticalSetId("set"), "S0", tuple(SecurityId(s) for s in ("S0", "S0.B", "S0 call"))
    )
    model = model_of(securities, panel(**known), identical_sets=(same,))
    assert apart(model, "S0", "S0.B") < 0.01
    assert apart(model, "S0", "S0 call") > 0.3
