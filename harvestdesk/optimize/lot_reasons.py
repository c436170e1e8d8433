"""Why a lot can't be sold whatever a plan is for: what isn't known of it, and locks against its loss."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import LotId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import KeptLot, Reason
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.washsale.accepted import can_be_accepted, disallowed_of, washed_percent

NOT_PLANNED = frozenset({SecurityKind.OPTION, SecurityKind.MONEY_MARKET})
WORTH_A_HINT = Decimal(10)
"""Percent of a locked loss below which a person is told that it could be taken all the same."""
_AHEAD = frozenset({"scheduled", "drip_scheduled"})


def is_not_planned(security: Security) -> bool:
    """True for what a plan neither sells nor buys: options and cash."""
    return security.kind in NOT_PLANNED or security.asset_class is AssetClass.CASH


def unknown_reason(
    snapshot: HouseholdSnapshot, lot: TaxLot, *, taxed: bool = True
) -> Reason | None:
    """Return why no plan can reckon with a lot: its kind, its date, its price or, where taxed, its basis."""
    security = snapshot.security_by_id.get(lot.security_id)
    symbol = {"symbol": security.symbol if security else str(lot.security_id)}
    if security is None or is_not_planned(security):
        return Reason("kind_not_planned", {**symbol, "kind": security.kind if security else ""})
    if lot.acquired_on is None:
        return Reason("no_date", symbol)
    price = snapshot.prices.get(lot.security_id)
    if price is None or price.value <= 0:
        return Reason("no_price", symbol)
    if taxed and lot.cost_basis is None:
        return Reason("no_basis", symbol)
    return None


def gain_reason(symbol: str, gain: Decimal, basis: Decimal) -> Reason:
    """Return why a lot that is not below its basis isn't sold where only losses are."""
    percent = gain / basis * 100 if basis > 0 else ZERO
    facts = {"symbol": symbol, "gain": money_text(cents(gain))}
    return Reason("gain", {**facts, "gain_percent": decimal_text(cents(percent))})


def locked_lot(
    snapshot: HouseholdSnapshot,
    lot: TaxLot,
    gain: Decimal,
    standings: Mapping[LotId, LotStanding],
    accepted_percent: Decimal = ZERO,
) -> KeptLot:
    """Return a lot whose loss a purchase in the window would wash, with when it is free."""
    standing = standings.get(lot.id)
    free_from = standing.free_from if standing else None
    names = snapshot.account_by_id
    blocking = standing.blocking_account_ids if standing else ()
    security = snapshot.security_by_id.get(lot.security_id)
    facts = {
        "symbol": security.symbol if security else str(lot.security_id),
        "cause": standing.cause if standing else "unknown",
        "cause_on": standing.cause_on.isoformat() if standing and standing.cause_on else "",
        "accounts": ", ".join(names[a].name for a in blocking if a in names),
        "blocked_shares": decimal_text(standing.blocked_shares if standing else lot.shares),
        "shares": decimal_text(lot.shares),
        "loss": money_text(cents(-gain)),
        "free_from": free_from.isoformat() if free_from else "",
        **_if_accepted(lot, gain, standing, accepted_percent),
    }
    code = _lock_code(standing, snapshot.as_of)
    return KeptLot(lot.id, lot.shares, gain, Reason(code, facts), free_from)


def _if_accepted(
    lot: TaxLot, gain: Decimal, standing: LotStanding | None, accepted_percent: Decimal
) -> dict[str, str]:
    """Return what would be disallowed if the lot were sold all the same, where it is little."""
    facts = {"disallowed": "", "percent": ""}
    if standing is None or not can_be_accepted(standing):
        return facts
    percent = washed_percent(standing)
    if accepted_percent < percent < WORTH_A_HINT:
        disallowed = disallowed_of(-gain, standing.matching_shares, lot.shares)
        facts = {"disallowed": money_text(disallowed), "percent": decimal_text(percent)}
    return facts


def _lock_code(standing: LotStanding | None, as_of: date) -> str:
    if standing is not None and standing.permanent:
        return "permanent_loss_risk"
    if standing is not None and (
        standing.cause in _AHEAD or (standing.cause_on is not None and standing.cause_on > as_of)
    ):
        return "scheduled_purchase"
    return "locked_until"
