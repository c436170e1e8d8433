"""The tables of the tax page: results so far, carried losses, with and without the plan, outside gains."""

from collections.abc import Callable, Sequence
from typing import Any

from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.views.tax.saying import say
from harvestdesk.reports.tax_words import (
    EXTERNAL_NAMES,
    MEASURE_NAMES,
    NEXT_NAMES,
    TERM_NAMES,
    TERM_WORDS,
)
from harvestdesk.services.views.tax_rows import (
    CarryRow,
    Certainty,
    Crossing,
    MeasureRow,
    NextDollar,
    OutsideRow,
    QuarterRow,
    TaxMeasure,
    TermRow,
)

CERTAINTY_NAMES = {
    Certainty.REALISED: "realised",
    Certainty.KNOWN: "known",
    Certainty.EXPECTED: "expected",
}
PARTS = ("gains", "losses", "disallowed", "distributions", "outside", "net")
"""Columns of the results so far, as TermRow.parts has them."""


def _part(place: int) -> Callable[[RowValues], str]:
    return lambda values: say(values["row"].parts[place].why)


def _sign_tone(key: str) -> Callable[[RowValues], Tone]:
    def tone(values: RowValues) -> Tone:
        value = values[key]
        if not value:
            return Tone.PLAIN
        return Tone.LOSS if value < 0 else Tone.GAIN

    return tone


SO_FAR: tuple[Column, ...] = (
    Column("term", "Term", explain="Short-term up to one year held, long-term beyond (IRC §1222)"),
    Column("gains", "Gains $", Kind.MONEY, "Sales with a gain", _part(0)),
    Column("losses", "Losses $", Kind.MONEY, "Sales with a loss, before any is disallowed", _part(1)),
    Column("disallowed", "Disallowed $", Kind.MONEY, "Losses the wash-sale rules put off", _part(2)),
    Column("distributions", "Fund gains $", Kind.MONEY, "Capital gain distributions", _part(3)),
    Column("outside", "Outside $", Kind.MONEY, "Realised outside the imported accounts", _part(4)),
    Column("net", "Net $", Kind.MONEY, "What counts so far", _part(5), _sign_tone("net")),
)  # fmt: skip


def so_far_columns(rows: Sequence[TermRow]) -> dict[str, Sequence[Any]]:
    """Return the results of the year so far by column."""
    parts = {name: [row.parts[place].value for row in rows] for place, name in enumerate(PARTS)}
    return {"term": [TERM_NAMES[r.term] for r in rows], **parts, "row": list(rows)}


def _carry_in(values: RowValues) -> str:
    return say(values["row"].carried_in.why)


def _carry_out(values: RowValues) -> str:
    return say(values["row"].carried_out.why)


CARRY: tuple[Column, ...] = (
    Column("term", "Carried", explain="Losses keep their term when carried (IRC §1212(b))"),
    Column("in", "Came in $", Kind.MONEY, "From last year's worksheet", _carry_in),
    Column("out", "Goes on $", Kind.MONEY, "By this year's worksheet", _carry_out),
    Column("planned", "With plan $", Kind.MONEY, "The same with the plan carried out"),
)  # fmt: skip


def carry_columns(rows: Sequence[CarryRow]) -> dict[str, Sequence[Any]]:
    """Return the carried losses by column."""
    return {
        "term": [TERM_NAMES[r.term] for r in rows],
        "in": [r.carried_in.value for r in rows],
        "out": [r.carried_out.value for r in rows],
        "planned": [r.planned_out for r in rows],
        "row": list(rows),
    }


def _measure_words(values: RowValues) -> str:
    return say(values["row"].why)


def _change_tone(values: RowValues) -> Tone:
    return Tone.PLAN if values["change"] else Tone.PLAIN


MEASURES: tuple[Column, ...] = (
    Column("measure", "Whole year", explain="Lines of the year's return, as projected",
           explain_cell=_measure_words),
    Column("now", "Now $", Kind.MONEY, "Without any further trade", _measure_words),
    Column("planned", "With plan $", Kind.MONEY, "With the latest plan carried out", _measure_words),
    Column("change", "Change $", Kind.MONEY, "With the plan less without it", _measure_words, _change_tone),
)  # fmt: skip


def measure_columns(rows: Sequence[MeasureRow]) -> dict[str, Sequence[Any]]:
    """Return the comparison by column; sums the reader looks for first stand where the forms have them."""
    return {
        "measure": [MEASURE_NAMES[r.measure.value] for r in rows],
        "now": [r.now for r in rows],
        "planned": [r.planned for r in rows],
        "change": [r.change for r in rows],
        "row": list(rows),
    }


def _counted(values: RowValues) -> str:
    return say(values["row"].counted.why)


OUTSIDE: tuple[Column, ...] = (
    Column("quarter", "Quarter", explain="Quarter it falls on"),
    Column("kind", "Source", explain="Where it comes from"),
    Column("term", "Term", explain="How it is taxed"),
    Column("amount", "Amount $", Kind.MONEY, "The whole amount; a loss with a minus"),
    Column("probability", "Probability", Kind.PERCENT, "How likely it is", _counted),
    Column("counted", "Counted $", Kind.MONEY, "Amount times probability", _counted),
    Column("state", "State", explain="Realised, known or expected"),
    Column("note", "Note", explain="Your own words", width=12),
)  # fmt: skip


def outside_columns(rows: Sequence[OutsideRow]) -> dict[str, Sequence[Any]]:
    """Return the outside gains by column."""
    return {
        "quarter": [quarter_name(r.quarter) for r in rows],
        "kind": [EXTERNAL_NAMES[r.kind] for r in rows],
        "term": [_outside_term(r) for r in rows],
        "amount": [r.amount for r in rows],
        "probability": [r.probability for r in rows],
        "counted": [r.counted.value for r in rows],
        "state": [CERTAINTY_NAMES[r.certainty] for r in rows],
        "note": [r.note or formatting.NOTHING for r in rows],
        "row": list(rows),
    }


def _outside_term(row: OutsideRow) -> str:
    if row.is_dividend:
        return "dividend"
    return TERM_WORDS[row.term]


def quarter_name(quarter: int | None, undated: str = "no date") -> str:
    """Return `Q3`."""
    return undated if quarter is None else f"Q{quarter}"


QUARTERS: tuple[Column, ...] = (
    Column("quarter", "Sums", explain="Quarter of the year"),
    Column("known", "Known $", Kind.MONEY, "Realised, or certain"),
    Column("expected", "Expected $", Kind.MONEY, "Amount times probability of what is not certain"),
    Column("short", "Short $", Kind.MONEY, "Counted as short-term"),
    Column("long", "Long $", Kind.MONEY, "Counted as long-term"),
    Column(
        "dividends",
        "Dividends $",
        Kind.MONEY,
        "Short-term distributions of funds: ordinary dividends, not netted with gains and losses",
    ),
    Column("counted", "Together $", Kind.MONEY, "What the year's tax reckons with"),
)


def quarter_columns(rows: Sequence[QuarterRow]) -> dict[str, Sequence[Any]]:
    """Return the sums of the quarters by column."""
    return {
        "quarter": [quarter_name(r.quarter, "No date" if r.undated else "Year") for r in rows],
        "known": [r.known for r in rows],
        "expected": [r.expected for r in rows],
        "short": [r.short for r in rows],
        "long": [r.long for r in rows],
        "dividends": [r.dividends for r in rows],
        "counted": [r.counted for r in rows],
        "row": list(rows),
    }


def _next_words(values: RowValues) -> str:
    return say(values["row"].now.why)


NEXT: tuple[Column, ...] = (
    Column("kind", "One more dollar of", explain="What the next dollar does, on top of the year",
           explain_cell=_next_words),
    Column("does", "Does", explain="Costs tax, or saves it", explain_cell=_next_words),
    Column("now", "This year", Kind.PERCENT, "Tax of this year per dollar", _next_words),
    Column("later", "Later", Kind.PERCENT, "Present value of what it does to carried losses", _next_words),
    Column("together", "Together", Kind.PERCENT, "This year and later", _next_words),
)  # fmt: skip


def next_columns(rows: Sequence[NextDollar]) -> dict[str, Sequence[Any]]:
    """Return what the next dollar does by column."""
    return {
        "kind": [NEXT_NAMES[r.kind.value] for r in rows],
        "does": ["saves" if r.kind.is_loss else "costs" for r in rows],
        "now": [r.now.value for r in rows],
        "later": [r.later for r in rows],
        "together": [r.together for r in rows],
        "row": list(rows),
    }


def _crossing_words(values: RowValues) -> str:
    return say(values["row"].why)


AHEAD: tuple[Column, ...] = (
    Column("kind", "Further", explain="A further gain or loss, on top of the year",
           explain_cell=_crossing_words),
    Column("amount", "Up to $", Kind.MONEY, "Dollars until the rate changes", _crossing_words),
    Column("rate", "Rate", Kind.PERCENT, "Tax per dollar up to there", _crossing_words),
    Column("next", "Then", Kind.PERCENT, "Tax per dollar beyond", _crossing_words),
    Column("why", "Because", explain="The line that is crossed", explain_cell=_crossing_words, width=40),
)  # fmt: skip


def ahead_columns(rows: Sequence[Crossing]) -> dict[str, Sequence[Any]]:
    """Return the lines ahead by column."""
    return {
        "kind": [NEXT_NAMES[r.kind.value].lower() for r in rows],
        "amount": [r.amount for r in rows],
        "rate": [r.rate for r in rows],
        "next": [r.next_rate for r in rows],
        "why": [_because(r) for r in rows],
        "row": list(rows),
    }


def _because(row: Crossing) -> str:
    """Return the middle of the sentence: what happens at the line."""
    words = say(row.why)
    middle = words.partition(" and ")[2].rpartition(": a dollar then")[0]
    return middle or words


def _is_sum(row: object) -> bool:
    """Return True for rows other rows add up to."""
    if isinstance(row, TermRow | CarryRow):
        return row.term is None
    if isinstance(row, QuarterRow):
        return row.quarter is None and not row.undated
    return isinstance(row, MeasureRow) and row.measure in {TaxMeasure.NET, TaxMeasure.TOTAL_TAX}


class TaxTable(ColumnTable):
    """Rows of one table of the page, keyed by their place."""

    def __init__(
        self,
        columns: Sequence[Column],
        theme: Theme,
        values: Callable[[Sequence[Any]], dict[str, Sequence[Any]]],
    ) -> None:
        super().__init__(columns, theme, is_sum=lambda values: _is_sum(values["row"]))
        self._columns_of = values

    def show(self, rows: Sequence[Any]) -> None:
        """Replace the rows."""
        self.set_rows(self._columns_of(rows), list(range(len(rows))))
