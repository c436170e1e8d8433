"""Where the risk of a security comes from, and how that is told in one line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum

from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.risk.returns import FaultKind, PriceFault


class RiskSource(StrEnum):
    """What the risk of one security rests on, best first."""

    HISTORY = "history"
    PART_HISTORY = "part_history"
    TWIN = "twin"
    SECTOR = "sector"
    ASSET_CLASS = "asset_class"
    TABLE = "table"
    CASH = "cash"


MEASURED = frozenset({RiskSource.HISTORY, RiskSource.PART_HISTORY})
PROXIES = frozenset({RiskSource.TWIN, RiskSource.SECTOR, RiskSource.ASSET_CLASS, RiskSource.TABLE})


def describe(
    sources: Sequence[RiskSource],
    factors: int,
    days: int,
    faults: Sequence[PriceFault] = (),
    settings: RiskSettings = DEFAULT_RISK,
) -> str:
    """Return one line saying what was used for how many securities."""
    count = Counter(sources)
    measured = sum(count[s] for s in MEASURED)
    if not measured:
        why = "no price history" if settings.use_history else "price history not used"
        proxied = sum(count[s] for s in PROXIES)
        return f"built-in asset-class and sector table for {proxied} {_securities(proxied)} ({why})"
    text = f"{factors} statistical factors from {days} trading days of {measured} {_securities(measured)}"
    if count[RiskSource.PART_HISTORY]:
        text += f" ({count[RiskSource.PART_HISTORY]} on part of the days)"
    return "; ".join([text, *_proxied(count), *_odd(faults), *_chosen(settings)])


def _securities(count: int) -> str:
    return "security" if count == 1 else "securities"


def _proxied(count: Counter[RiskSource]) -> Iterator[str]:
    words = (
        (RiskSource.TWIN, "by a share class or fund of the same index"),
        (RiskSource.SECTOR, "by sector"),
        (RiskSource.ASSET_CLASS, "by asset class"),
        (RiskSource.TABLE, "by the built-in table"),
    )
    parts = [f"{count[source]} {word}" for source, word in words if count[source]]
    if parts:
        yield "proxies: " + ", ".join(parts)


def _odd(faults: Sequence[PriceFault]) -> Iterator[str]:
    count = Counter(f.kind for f in faults)
    if count[FaultKind.SPLIT_LIKE]:
        yield f"jumps like splits left out: {count[FaultKind.SPLIT_LIKE]}"
    if count[FaultKind.JUMP]:
        yield f"other jumps cut back: {count[FaultKind.JUMP]}"
    stopped = count[FaultKind.STALE] + count[FaultKind.CONSTANT]
    if stopped:
        yield f"prices that stood still: {stopped}"


def _chosen(settings: RiskSettings) -> Iterator[str]:
    if settings.half_life_days is None:
        yield "all days alike"
    elif settings.half_life_days != DEFAULT_RISK.half_life_days:
        yield f"half-life {settings.half_life_days:g} days"
    if settings.volatility_half_life_days is not None:
        yield f"volatilities with half-life {settings.volatility_half_life_days:g} days"
    if settings.group_factors:
        yield "factors of indices, classes and sectors"
    if settings.least_own_volatility:
        yield f"own movement at least {settings.least_own_volatility:.2%} a year"
