"""Odd prices: what looks like a split, other jumps, prices that stood still."""

from array import array
from datetime import date, timedelta

import numpy as np
import pytest

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.risk.returns import FaultKind, clean, return_panel, stale_days

AS_OF = date(2025, 12, 5)
DAYS = 300


def walk(seed: int = 0, volatility: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 100 * np.cumprod(1 + rng.normal(0, volatility, DAYS))


def history(**closes: np.ndarray) -> PriceHistory:
    first = AS_OF.toordinal() - DAYS + 1
    return PriceHistory(
        tuple(SecurityId(s) for s in closes),
        tuple(range(first, first + DAYS)),
        tuple(array("d", c.tolist()) for c in closes.values()),
    )


@pytest.mark.parametrize("ratio", [0.5, 1 / 3, 2 / 3, 0.05, 4.0, 10.0])
def test_a_jump_like_a_split__is_left_out_and_told(ratio: float) -> None:
    closes = walk()
    closes[200:] *= ratio
    panel = return_panel(history(AAA=closes), AS_OF)
    (fault,) = panel.faults
    assert (fault.kind, fault.security_id) == (FaultKind.SPLIT_LIKE, "AAA")
    assert fault.on == AS_OF - timedelta(days=DAYS - 1 - 200)
    assert fault.move == pytest.approx(ratio - 1, rel=0.1, abs=0.03)
    assert np.isnan(panel.returns[199, 0])
    assert np.isfinite(np.delete(panel.returns[:, 0], 199)).all()


@pytest.mark.parametrize("ratio", [0.42, 0.57, 1.75, 2.4])
def test_another_jump__is_cut_back_and_told(ratio: float) -> None:
    closes = walk()
    closes[200:] *= ratio
    panel = return_panel(history(AAA=closes), AS_OF)
    (fault,) = panel.faults
    assert fault.kind is FaultKind.JUMP
    assert fault.move == pytest.approx(ratio - 1, abs=0.06)
    assert 0.05 < abs(panel.returns[199, 0]) < 0.12  # eight robust standard deviations of 1 %
    assert np.sign(panel.returns[199, 0]) == np.sign(ratio - 1)


def test_a_quiet_market__has_no_faults() -> None:
    assert return_panel(history(AAA=walk(), BBB=walk(1, 0.03)), AS_OF).faults == ()


def test_settings__keep_jumps_as_they_are() -> None:
    closes = walk()
    closes[200:] *= 0.5
    raw = clean(closes[:, None], RiskSettings(outlier=None))
    assert raw.returns[199, 0] == pytest.approx(-0.5, abs=0.03)
    cut = clean(closes[:, None], RiskSettings(leave_out_splits=False))
    assert -0.12 < cut.returns[199, 0] < -0.05
    assert cut.jump[199, 0]


def test_prices_that_stood_still__are_told_with_their_days() -> None:
    stopped = walk()
    stopped[250:] = stopped[249]
    panel = return_panel(history(FLAT=np.full(DAYS, 10.0), ODD=stopped), AS_OF)
    flat, odd = panel.faults
    assert (flat.kind, flat.days, flat.security_id) == (FaultKind.CONSTANT, DAYS - 1, "FLAT")
    assert (odd.kind, odd.days, odd.on) == (FaultKind.STALE, 50, AS_OF)
    assert panel.observed().tolist() == [0, DAYS - 1 - 50]


@pytest.mark.parametrize("run", [2, 3, 5])
def test_stale_days__agree_with_a_plain_count(run: int) -> None:
    rng = np.random.default_rng(run)
    returns = np.where(rng.random((200, 6)) < 0.6, 0.0, rng.normal(0, 1, (200, 6)))
    returns[rng.random((200, 6)) < 0.05] = np.nan
    found = stale_days(returns, run)
    for column in range(6):
        day = 0
        while day < 200:
            end = day
            while end < 200 and returns[end, column] == 0:
                end += 1
            assert (found[day:end, column] == (end - day >= run)).all()
            if end < 200:
                assert not found[end, column]
            day = end + 1


def test_prices_that_are_no_prices__are_missing() -> None:
    closes = walk()
    closes[10], closes[20], closes[30] = 0.0, -5.0, np.inf
    panel = return_panel(history(AAA=closes), AS_OF)
    assert panel.observed()[0] == DAYS - 1 - 6
    assert panel.faults == ()
