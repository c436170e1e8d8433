"""What the household may choose about its risk model; what it never chose follows the program's defaults."""

import math
from dataclasses import dataclass

from harvestdesk.domain.errors import BadInputError


@dataclass(frozen=True, slots=True)
class RiskSettings:
    """How risk is estimated.

    Attributes:
        use_history: False: only the built-in table of classes, sectors and kinds.
        lookback_days: trading days looked at; 504 are two years.
        half_life_days: weights of the days halve so far into the past; None: every day counts alike.
        volatility_half_life_days: the same for the variances alone, where they should follow the market
            faster than the correlations; None: as `half_life_days`.
        needed_days: a security with fewer returns gets a proxy.
        most_factors: at most so many statistical factors.
        group_factors: add a factor to each index, asset class and sector whose members still move
            together when the statistical factors are taken out, and draw a variance to others of
            its own size only. For books of hundreds of stocks beside a few funds.
        shrink_days: weight of the variance of like securities, in days of evidence.
        least_own_share: least share of a security's variance that is its own.
        least_own_volatility: least own movement a year, 0.01 for 1 %; cash has none.
        outlier: returns beyond so many robust standard deviations are cut back; None: never.
        stale_run: so many days without any change are a price that stopped.
        leave_out_splits: a jump that looks like an unadjusted split is no return at all.
    """

    use_history: bool = True
    lookback_days: int = 504
    half_life_days: float | None = 252.0
    volatility_half_life_days: float | None = None
    needed_days: int = 120
    most_factors: int = 15
    group_factors: bool = True
    shrink_days: float = 30.0
    least_own_share: float = 0.001
    least_own_volatility: float = 0.0
    outlier: float | None = 8.0
    stale_run: int = 5
    leave_out_splits: bool = True

    def __post_init__(self) -> None:
        """Refuse settings no model can be built from, naming the field."""
        for name, low, high in RISK_RANGES:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and low <= value <= high):
                raise BadInputError(
                    f"The risk setting {name} is {value}; it must be from {low:g} to {high:g}.",
                    code="input.settings",
                    field=name,
                    least=low,
                    most=high,
                )


RISK_RANGES = (
    ("lookback_days", 20, 10_000),
    ("half_life_days", 10, 100_000),
    ("volatility_half_life_days", 10, 100_000),
    ("needed_days", 10, 10_000),
    ("most_factors", 1, 200),
    ("shrink_days", 0, 10_000),
    ("least_own_share", 1e-6, 1),
    ("least_own_volatility", 0, 1),
    ("outlier", 2, 1_000),
    ("stale_run", 2, 1_000),
)
"""Names with the least and the greatest value allowed."""

DEFAULT_RISK = RiskSettings()
