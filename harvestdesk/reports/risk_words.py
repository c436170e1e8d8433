"""What risk rests on, in words: where a security's risk comes from, and prices that looked wrong."""

from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.reports.figures import count, day, percent
from harvestdesk.risk.returns import FaultKind, PriceFault
from harvestdesk.risk.sources import RiskSource

SOURCE_WORDS: dict[RiskSource, str] = {
    RiskSource.HISTORY: "its own prices",
    RiskSource.PART_HISTORY: "its own prices, on part of the days",
    RiskSource.TWIN: "a share class or fund of the same index",
    RiskSource.SECTOR: "its sector",
    RiskSource.ASSET_CLASS: "its asset class",
    RiskSource.TABLE: "the built-in table",
    RiskSource.CASH: "cash: no risk",
}


def fault_words(fault: PriceFault) -> str:
    """Return what looked wrong in a price, and how risk treats it."""
    on = day(fault.on)
    if fault.kind is FaultKind.CONSTANT:
        return "The price never moved: risk comes from sector and asset class."
    if fault.kind is FaultKind.STALE:
        days = "1 day" if fault.days == 1 else f"{fault.days} days"
        return f"The price stood still on {days}, last on {on}: left out of risk."
    moved = percent(Decimal(f"{fault.move:.4f}"))
    if fault.kind is FaultKind.SPLIT_LIKE:
        return f"The price moved by {moved} on {on}, like a split it was not adjusted for: left out of risk."
    return f"The price moved by {moved} on {on}, far beyond its usual day: counted in part in risk."


_ODD_WORDS = {
    FaultKind.SPLIT_LIKE: ("jump like a split", "jumps like splits"),
    FaultKind.JUMP: ("jump", "jumps"),
    FaultKind.STALE: ("day standing still", "days standing still"),
    FaultKind.CONSTANT: ("never moved", "never moved"),
}


def odd_words(faults: Sequence[PriceFault]) -> str:
    """Return what looked wrong in a price in a few words, such as `1 jump like a split, 12 days standing still`."""
    days: dict[FaultKind, int] = {}
    for fault in faults:
        days[fault.kind] = days.get(fault.kind, 0) + fault.days
    return ", ".join(
        _ODD_WORDS[kind][0] if kind is FaultKind.CONSTANT else count(number, *_ODD_WORDS[kind])
        for kind, number in days.items()
    )
