"""Targets and bands: what the household means to hold."""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.security import AssetClass


@dataclass(frozen=True, slots=True)
class ClassTarget:
    """Target weight of an asset class in the household; weights are fractions of one.

    Attributes:
        low, high: ends of the tolerance band, as weights.
    """

    asset_class: AssetClass
    weight: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class SecurityTarget:
    """Target weight of a security inside one account's own model (a direct index, say)."""

    account_id: AccountId
    security_id: SecurityId
    weight: Decimal
