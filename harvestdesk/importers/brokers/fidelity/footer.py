"""What stands below Fidelity's tables: disclaimers and the day of the download."""

import re
from datetime import date

from harvestdesk.importers.collect import Collector
from harvestdesk.importers.tolerant import Row
from harvestdesk.importers.values import CellError, parse_date

_WHEN = re.compile(
    r"date (?:downloaded|exported)\s*:?\s*(?P<day>\d{1,4}[/-]\d{1,2}[/-]\d{1,4}|[A-Za-z]{3}-\d{1,2}-\d{4})",
    re.I,
)
_IN_NAME = re.compile(r"(?P<day>[A-Za-z]{3}-\d{2}-\d{4})")


class Footer:
    """Tells text lines from data, and remembers the day the file was downloaded."""

    def __init__(self, out: Collector) -> None:
        self._out = out
        self._last_noted = -10
        self.day: date | None = None

    def takes(self, row: Row) -> bool:
        """True if the row is a line of text; the first of a run of them is said."""
        text = row.text
        if row.filled > 1 or not row.cells[0].strip():
            return False
        if text[:1].isdigit() or (" " not in text and any(c.isdigit() for c in text)):
            return False  # a row cut short after its date or account number
        match = _WHEN.match(text)
        if match is not None:
            self.day = _day(match["day"])
        if row.line - self._last_noted > 3:
            self._out.info(
                row.line, "lines of text below the table, not data", code="row.text", text=text
            )
        self._last_noted = row.line
        return True


def day_in_name(name: str) -> date | None:
    """Return the day in `Portfolio_Positions_Dec-05-2025.csv`, or None."""
    match = _IN_NAME.search(name)
    return None if match is None else _day(match["day"])


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except CellError:
        return None
