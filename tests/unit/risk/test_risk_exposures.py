"""Exposures by class, sector and factor: they add up, and say where the risk is."""

import numpy as np
import pytest

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.exposures import ExposureKind, exposures, group_weights
from harvestdesk.risk.factor_model import FactorModel, model_of
from harvestdesk.risk.returns import ReturnPanel
from harvestdesk.risk.tracking_error import tracking_error

SECTORS = ("Energy", "Health Care", "Utilities")


@pytest.fixture(scope="module")
def model() -> FactorModel:
    """Thirty stocks of three sectors, energy moving most by itself, a bond fund and cash."""
    rng = np.random.default_rng(2)
    market, energy = rng.normal(0, 0.01, (504, 1)), rng.normal(0, 0.012, (504, 1))
    returns = market + rng.normal(0, 0.012, (504, 30))
    returns[:, ::3] += energy
    ids = tuple(SecurityId(f"S{i:02}") for i in range(30))
    securities = [Security(s, s, sector=SECTORS[i % 3]) for i, s in enumerate(ids)]
    bond, cash = SecurityId("BND"), SecurityId("CASH")
    securities += [
        Security(bond, "BND", kind=SecurityKind.ETF, asset_class=AssetClass.US_BOND),
        Security(cash, "CASH", kind=SecurityKind.MONEY_MARKET),
    ]
    return model_of(securities, ReturnPanel(ids, returns))


def weights(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.02, 32)


def rows(model, active, kind):
    return {r.name: r for r in exposures(model, active) if r.kind is kind}


@pytest.mark.parametrize("seed", range(5))
def test_shares__add_up_in_every_view(model, seed: int) -> None:
    active = weights(seed)
    table = exposures(model, active)
    by_kind = {k: [r for r in table if r.kind is k] for k in ExposureKind}
    for kind in (ExposureKind.ASSET_CLASS, ExposureKind.SECTOR):
        assert sum(r.variance_share for r in by_kind[kind]) == pytest.approx(1)
        assert sum(r.exposure for r in by_kind[kind]) == pytest.approx(active.sum())
    moving = by_kind[ExposureKind.FACTOR] + by_kind[ExposureKind.SPECIFIC]
    assert sum(r.variance_share for r in moving) == pytest.approx(1)
    squares = sum(r.exposure**2 for r in moving)
    assert squares**0.5 == pytest.approx(tracking_error(model, active))


def test_names__classes_sectors_and_factors(model) -> None:
    table = exposures(model, weights())
    names = [r.name for r in table if r.kind is ExposureKind.ASSET_CLASS]
    assert names == ["us_equity", "us_bond", "cash"]
    assert [r.name for r in table if r.kind is ExposureKind.SECTOR] == ["", *SECTORS]
    factors = [r.name for r in table if r.kind is ExposureKind.FACTOR]
    assert factors[0] == "statistical:1"
    assert "assumed-class:us_bond" in factors
    assert len(factors) == model.loadings.shape[1] == len(model.factor_names)
    assert table[-1].kind is ExposureKind.SPECIFIC


def test_an_energy_tilt__shows_as_energy(model) -> None:
    active = np.array([0.01 if i % 3 == 0 else -0.005 for i in range(30)] + [0.0, 0.0])
    sectors = rows(model, active, ExposureKind.SECTOR)
    assert sectors["Energy"].exposure == pytest.approx(0.1)
    assert sectors["Utilities"].exposure == pytest.approx(-0.05)
    assert sectors["Energy"].variance_share > 0.8
    factors = rows(model, active, ExposureKind.FACTOR)
    largest = max(factors.values(), key=lambda r: abs(r.exposure))
    assert "Energy" in {largest.high, largest.low}


def test_a_hedge__has_a_negative_share(model) -> None:
    active = np.zeros(32)
    active[0], active[3] = 0.10, -0.03
    classes = rows(model, active, ExposureKind.ASSET_CLASS)
    assert classes["us_equity"].variance_share == pytest.approx(1)
    active = np.zeros(32)
    active[0], active[1] = 0.10, -0.02  # energy against health care
    assert rows(model, active, ExposureKind.SECTOR)["Health Care"].variance_share < 0


def test_no_weights__no_risk_and_no_division(model) -> None:
    table = exposures(model, np.zeros(32))
    assert all(r.exposure == 0 and r.variance_share == 0 for r in table)


def test_first_factor__is_the_market_and_rises_with_it(model) -> None:
    assert (model.loadings[:30, 0] > 0).all()


def test_group_weights__are_the_matrix_of_the_bars(model) -> None:
    active = weights()
    for kind in (ExposureKind.ASSET_CLASS, ExposureKind.SECTOR):
        names, matrix = group_weights(model, kind)
        bars = rows(model, active, kind)
        assert matrix @ active == pytest.approx([bars[n].exposure for n in names])
