"""Which readings of wash-sale law would change a year's results, and to what."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.reading_words import other_answer, question, sale_change
from harvestdesk.washsale.readings import SaleFigures, SaleReading, household_readings
from harvestdesk.washsale.year import YearResults, year_results

_MOST = 3
"""So many readings are told in full; of more only the number."""


def reading_notes(snapshot: HouseholdSnapshot, year: int) -> tuple[Notice, ...]:
    """Return remarks on the readings that would change a year's results.

    Takes several times as long as the year's results, so windows ask for it off the GUI thread.
    """
    found = year_readings(snapshot, year_results(snapshot, year))
    told = [_note(year, reading) for reading in found[:_MOST]]
    more = len(found) - _MOST
    if more > 0:
        facts = {"readings": str(more)} | ({} if more == 1 else {"s": "s"})
        told.append(Notice("readings_more", facts, Severity.INFO))
    return tuple(told)


def _note(year: int, reading: SaleReading) -> Notice:
    facts = {
        "year": str(year),
        "question": question(reading),
        "answer": other_answer(reading),
        "change": sale_change(reading, parts=("permanent", "short", "long")),
    }
    return Notice("reading", facts, Severity.INFO)


def year_readings(snapshot: HouseholdSnapshot, results: YearResults) -> tuple[SaleReading, ...]:
    """Return each other reading under which the year's results differ, with the sums of the sales it reaches.

    The one that moves most comes first. Only sets with sales in the year are looked at.
    """
    sales = {s.sale for s in results.slices}
    if not any(s.gain < 0 for s in results.slices):
        return ()
    found = household_readings(snapshot, {SecurityId(s.symbol) for s in results.slices})
    by_choice: dict[tuple[str, str], list[SaleReading]] = defaultdict(list)
    for sale in sorted(sales & found.sales.keys()):
        for reading in found.sales[sale]:
            by_choice[reading.option, reading.choice].append(reading)
    summed = [
        SaleReading(option, choice, _sum([r.now for r in rows]), _sum([r.other for r in rows]))
        for (option, choice), rows in by_choice.items()
    ]
    return tuple(sorted((r for r in summed if _moved(r)), key=_moved, reverse=True))


def _sum(figures: Sequence[SaleFigures]) -> SaleFigures:
    return SaleFigures(
        sum((f.basis for f in figures), ZERO),
        sum((f.disallowed for f in figures), ZERO),
        sum((f.permanent for f in figures), ZERO),
        sum((f.short for f in figures), ZERO),
        sum((f.long for f in figures), ZERO),
    )


def _moved(reading: SaleReading) -> Decimal:
    """Return the dollars of the year that would stand elsewhere: in the other term, in another year, or nowhere."""
    now, other = reading.now, reading.other
    lost = abs(other.permanent - now.permanent)
    return abs(other.short - now.short) + abs(other.long - now.long) + lost
