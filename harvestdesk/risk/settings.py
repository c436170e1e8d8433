"""Where the rooms above know the risk settings from: the household's own are part of its snapshot."""

from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings

__all__ = ["DEFAULT_RISK", "RiskSettings"]
