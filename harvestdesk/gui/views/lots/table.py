"""The table of lots: columns, what each figure means, and the values by column."""

from collections.abc import Callable, Sequence
from typing import Any

from harvestdesk.domain.lot import Term
from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.views.lots.words import LOOKS, TERM_WORDS, status_words, why
from harvestdesk.services.views.lots import LotRow

_YEAR = 365
"""Days held, at most, that are short-term by their date alone."""


def _of_row(write: Callable[[LotRow], str]) -> Callable[[RowValues], str]:
    return lambda values: write(values["row"])


def _gain_tone(values: RowValues) -> Tone:
    gain = values["row"].gain
    if gain is None or gain == 0:
        return Tone.PLAIN
    return Tone.LOSS if gain < 0 else Tone.GAIN


def _status_tone(values: RowValues) -> Tone:
    return LOOKS[values["row"].status].tone


def _price_tone(values: RowValues) -> Tone:
    return Tone.WARNING if values["row"].price_stale else Tone.PLAIN


def _term_words(row: LotRow) -> str:
    if row.term is None:
        return "Sales here are not taxed, so the term does not matter."
    held = f"Held {formatting.plural(row.days_held or 0, 'day')}"
    if row.term is Term.LONG and (row.days_held or 0) <= _YEAR:
        return f"{held}: inherited, so long-term whatever the date (IRC \u00a71223(9))."
    if not row.days_to_long_term:
        return f"{held}: more than one year, so long-term (IRC \u00a71222)."
    return (
        f"{held}: long-term in {formatting.plural(row.days_to_long_term, 'day')} (IRC \u00a71222)."
    )


def _adjusted_words(row: LotRow) -> str:
    if row.adjusted_acquired_on == row.acquired_on:
        return "Counts for the term; the same as the trade date."
    return "Counts for the term: moved back by the days of a washed lot (IRC \u00a71223(3))."


def _basis_words(row: LotRow) -> str:
    cost, added = (
        formatting.dollars(row.cost_basis, cents=True),
        formatting.dollars(row.wash_added, cents=True),
    )
    return f"Cost {cost} plus disallowed losses {added} (IRC \u00a71091(d))."


def _price_words(row: LotRow) -> str:
    if row.price is None:
        return "No price on or before the as-of date."
    old = " It is stale: import newer prices." if row.price_stale else ""
    return f"Last price, of {formatting.day(row.price_on)}.{old}"


def _gain_words(row: LotRow) -> str:
    value = formatting.dollars(row.value, cents=True)
    return (
        f"Value {value} less adjusted basis {formatting.dollars(row.adjusted_basis, cents=True)}."
    )


COLUMNS: tuple[Column, ...] = (
    Column("symbol", "Symbol", explain="Ticker of the security", width=9,
           explain_cell=_of_row(lambda r: f"{r.symbol}: {r.name or 'no name known'}")),
    Column("account", "Account", explain="Where the lot is held", width=17),
    Column("status", "Status", explain="What may be done with the lot today", width=22,
           tone=_status_tone, explain_cell=_of_row(why)),
    Column("lock_until", "Locked until", Kind.DATE, width=13, explain_cell=_of_row(why),
           explain="Last day on which selling at a loss would be washed"),
    Column("gain", "Gain $", Kind.MONEY, "Value less adjusted basis", _of_row(_gain_words), _gain_tone, 14),
    Column("gain_fraction", "Gain %", Kind.PERCENT, "Gain as a share of the adjusted basis",
           _of_row(_gain_words), _gain_tone, 10),
    Column("term", "Term", explain="Long-term from one year and a day", width=7,
           explain_cell=_of_row(_term_words)),
    Column("to_long", "Days to long", Kind.INTEGER, "Days until the lot turns long-term; 0 when it has",
           _of_row(_term_words), width=13),
    Column("value", "Value $", Kind.MONEY, "Shares times the last price", _of_row(_price_words)),
    Column("shares", "Shares", Kind.SHARES, "Shares left in the lot"),
    Column("acquired", "Acquired", Kind.DATE, "Trade date of the purchase"),
    Column("adjusted", "Adjusted date", Kind.DATE, "Date that counts for the term",
           _of_row(_adjusted_words), width=14),
    Column("basis", "Basis $", Kind.MONEY, "Cost plus disallowed losses", _of_row(_basis_words)),
    Column("wash_added", "Wash added $", Kind.MONEY, "Disallowed losses inside the basis",
           _of_row(_basis_words)),
    Column("price", "Price $", Kind.PRICE, "Last price on or before the as-of date",
           _of_row(_price_words), _price_tone),
    Column("price_on", "Price of", Kind.DATE, "Day of that price", _of_row(_price_words), _price_tone),
    Column("why", "Why", explain="Why the lot may or may not be sold", width=70,
           explain_cell=_of_row(why)),
)  # fmt: skip


def columns_of(rows: Sequence[LotRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the table by column."""
    return {
        "symbol": [r.symbol for r in rows],
        "account": [r.account for r in rows],
        "status": [status_words(r) for r in rows],
        "lock_until": [r.lock_until if r.is_loss else None for r in rows],
        "gain": [r.gain for r in rows],
        "gain_fraction": [r.gain_fraction for r in rows],
        "term": [TERM_WORDS[r.term] if r.term else formatting.NOTHING for r in rows],
        "to_long": [r.days_to_long_term if r.term else None for r in rows],
        "value": [r.value for r in rows],
        "shares": [r.shares for r in rows],
        "acquired": [r.acquired_on for r in rows],
        "adjusted": [r.adjusted_acquired_on for r in rows],
        "basis": [r.adjusted_basis for r in rows],
        "wash_added": [r.wash_added for r in rows],
        "price": [r.price for r in rows],
        "price_on": [r.price_on for r in rows],
        "why": [why(r) for r in rows],
        "row": list(rows),
    }


class LotTable(ColumnTable):
    """The lots as rows, keyed by lot id."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(COLUMNS, theme)
