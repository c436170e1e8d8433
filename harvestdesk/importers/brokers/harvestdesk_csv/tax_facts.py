"""Rows of our own tables about gains outside the ledger and changes of law."""

from datetime import date

from harvestdesk.domain.money import ONE
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm, LawTarget
from harvestdesk.importers.batch import ParsedExternalGain, ParsedLawChange
from harvestdesk.importers.brokers.harvestdesk_csv.cells import fraction, whole, word, yes_no
from harvestdesk.importers.collect import Cells, Collector

_FIRST_YEAR = 1913
"""The income tax begins with it."""
_QUARTER_ENDS = {"1": (3, 31), "2": (6, 30), "3": (9, 30), "4": (12, 31)}


def read_external_gain(cells: Cells, out: Collector) -> None:
    """Read one gain outside the ledger."""
    term = word(cells, "term", ExternalTerm)
    if term is None:
        raise cells.wrong("term", "short or long")
    amount = cells.need_money("amount")
    if amount == 0:
        raise cells.wrong("amount", "an amount other than zero; a loss has a minus")
    probability = fraction(cells, "probability") if cells.text("probability") else ONE
    if not 0 <= probability <= 1:
        raise cells.wrong("probability", "a probability from 0 to 1, or from 0% to 100%")
    out.external_gains.append(
        ParsedExternalGain(
            line=cells.line,
            on=_quarter_end(cells),
            term=term,
            amount=amount,
            probability=probability,
            kind=word(cells, "kind", ExternalKind) or ExternalKind.OTHER,
            realised=bool(yes_no(cells, "realised")),
            note=cells.text("note"),
        )
    )


def read_law_change(cells: Cells, out: Collector) -> None:
    """Read one change of law."""
    target = word(cells, "target", LawTarget)
    if target is None:
        raise cells.wrong("target", "one of " + ", ".join(t.value for t in LawTarget))
    points = fraction(cells, "points")
    if not -1 <= points <= 1 or points == 0:
        raise cells.wrong("points", "points to add, such as 5% or 0.05, not zero")
    year = _year(cells, "from_year")
    out.law_changes.append(ParsedLawChange(cells.line, year, target, points, cells.text("note")))


def _quarter_end(cells: Cells) -> date:
    """Return the last day of the quarter a row names; `4` and `Q4` are the same."""
    found = _QUARTER_ENDS.get(cells.text("quarter").lower().removeprefix("q"))
    if found is None:
        raise cells.wrong("quarter", "a quarter from 1 to 4")
    return date(_year(cells, "year"), *found)


def _year(cells: Cells, name: str) -> int:
    year = whole(cells, name, 0)
    if year < _FIRST_YEAR:
        raise cells.wrong(name, f"a year from {_FIRST_YEAR} on")
    return year
