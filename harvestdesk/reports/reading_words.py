"""What another reading of wash-sale law would make of a sale or a lot, in words."""

from collections.abc import Collection, Iterator
from datetime import date

from harvestdesk.reports.figures import long_day, usd
from harvestdesk.washsale.policy import option_of
from harvestdesk.washsale.readings import LotFigures, LotReading, SaleReading


def question(reading: SaleReading | LotReading) -> str:
    """Return the question the law leaves open."""
    return option_of(reading.option).title


def other_answer(reading: SaleReading | LotReading) -> str:
    """Return the answer the household did not choose."""
    return next(c.words for c in option_of(reading.option).choices if c.value == reading.choice)


_SALE_PARTS = {
    "disallowed": "disallowed",
    "permanent": "gone for good",
    "short": "short-term result",
    "long": "long-term result",
    "basis": "basis of the shares sold",
}
"""Figures of `SaleFigures` and what they are called."""


def sale_change(reading: SaleReading, parts: Collection[str] = tuple(_SALE_PARTS)) -> str:
    """Return what a sale would come to under the other reading; `parts`: the figures to tell."""
    return "; ".join(
        f"{name} {usd(getattr(reading.other, part))} instead of {usd(getattr(reading.now, part))}"
        for part, name in _SALE_PARTS.items()
        if part in parts and getattr(reading.now, part) != getattr(reading.other, part)
    )


def lot_change(reading: LotReading) -> str:
    """Return what a lot's basis and date would be under the other reading."""
    return "; ".join(_lot_parts(reading.now, reading.other))


def _lot_parts(now: LotFigures, other: LotFigures) -> Iterator[str]:
    if not other.held_since:
        yield "other shares would be left"
        return
    if not now.held_since:
        yield f"these shares would be left, with a basis of {usd(other.basis)}"
        return
    if now.basis != other.basis:
        yield f"basis {usd(other.basis)} instead of {usd(now.basis)}"
    if now.wash_added != other.wash_added:
        yield f"disallowed losses in it {usd(other.wash_added)} instead of {usd(now.wash_added)}"
    if now.held_since != other.held_since:
        yield f"held from {_days(other.held_since)} instead of {_days(now.held_since)}"


def _days(days: tuple[date, ...]) -> str:
    """Return the dates parts of a lot count as held from."""
    if len(days) > 2:
        return f"{long_day(days[0])} to {long_day(days[-1])}"
    return " and ".join(long_day(day) for day in days)
