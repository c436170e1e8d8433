"""How the household has its risk estimated, and what its model rests on; a save is one undo step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.factor_model import model_of
from harvestdesk.risk.returns import PriceFault, return_panel
from harvestdesk.risk.sources import RiskSource
from harvestdesk.services.context import AppContext


def risk_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong by field of `RiskSettings`; empty if nothing.

    Args:
        values: by field; fields left out have the program's default.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        try:
            RiskSettings(**{name: value})
        except BadInputError as error:
            found[name] = f"From {error.facts['least']} to {error.facts['most']}."
    if found:
        return found
    settings = RiskSettings(**values)
    if settings.needed_days > settings.lookback_days:
        found["needed_days"] = "No security can have more days than are looked at."
    return found


def save_risk_settings(ctx: AppContext, settings: RiskSettings) -> Changes:
    """Write how risk is estimated; plans made before rest on what was chosen then.

    Raises:
        BadInputError: no security could have enough days.
    """
    if settings.needed_days > settings.lookback_days:
        raise BadInputError(
            "No security can have more days than are looked at.",
            code="input.settings",
            field="needed_days",
        )
    with ctx.book.write("Risk model") as w:
        w.put_risk_settings(settings)
    return w.changes


@dataclass(frozen=True, slots=True)
class SecurityRisk:
    """What the risk of one security rests on.

    Attributes:
        volatility: yearly standard deviation, a fraction.
        days: days with a return.
        held: it is owned, here or elsewhere.
    """

    symbol: str
    name: str
    source: RiskSource
    volatility: float
    days: int
    held: bool
    faults: tuple[PriceFault, ...]


@dataclass(frozen=True, slots=True)
class RiskGround:
    """What the model of a household rests on.

    Attributes:
        description: the one line plans carry.
        rows: what is owned first, then by symbol.
    """

    description: str
    factors: int
    rows: tuple[SecurityRisk, ...]


def risk_ground(snapshot: HouseholdSnapshot, settings: RiskSettings | None = None) -> RiskGround:
    """Return what the risk model rests on.

    Args:
        snapshot: the household.
        settings: None: as the household chose; others to look at before they are saved.
    """
    chosen = snapshot.risk if settings is None else settings
    history = snapshot.history if chosen.use_history else PriceHistory()
    panel = return_panel(history, snapshot.as_of, chosen)
    days = dict(zip(panel.security_ids, panel.observed().tolist(), strict=True))
    model = model_of(snapshot.securities, panel, chosen, snapshot.identical_sets)
    owned = {lot.security_id for lot in snapshot.lots} | {h.security_id for h in snapshot.outside}
    faults: dict[str, list[PriceFault]] = {}
    for fault in model.faults:
        faults.setdefault(fault.security_id, []).append(fault)
    variance = (model.loadings**2).sum(axis=1) + model.specific_variance
    rows = [
        SecurityRisk(
            symbol=security.symbol,
            name=security.name,
            source=model.sources[i],
            volatility=float(variance[i]) ** 0.5,
            days=days.get(security.id, 0),
            held=security.id in owned,
            faults=tuple(faults.get(security.id, ())),
        )
        for i, security in enumerate(snapshot.securities)
    ]
    rows.sort(key=lambda r: (not r.held, r.symbol))
    return RiskGround(model.description, len(model.factor_names), tuple(rows))
