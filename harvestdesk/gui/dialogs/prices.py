"""Prices: the last price of every security, its day and source, stale ones first; and the way to newer ones."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui import formatting
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Theme, Tone
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.reports.risk_words import fault_words, odd_words
from harvestdesk.services.views.prices import PriceRow, price_rows


def _state_tone(row: RowValues) -> Tone:
    return Tone.WARNING if row["row"].stale else Tone.MUTED


def _odd_tone(_row: RowValues) -> Tone:
    return Tone.WARNING


def _explain_odd(row: RowValues) -> str:
    shown: PriceRow = row["row"]
    return "\n".join(fault_words(f) for f in shown.faults) or "Nothing looked wrong."


def _explain(row: RowValues) -> str:
    shown: PriceRow = row["row"]
    if shown.on is None:
        return f"No price of {shown.symbol} has been imported yet."
    age = formatting.plural(shown.days or 0, "day")
    return f"{shown.symbol}: price of {shown.on.isoformat()}, {age} old, from {shown.source or 'a file'}."


_COLUMNS = (
    Column("symbol", "Symbol", explain="Symbol of the security.", width=10),
    Column("name", "Name", explain="Name of the security.", stretch=True),
    Column("price", "Price $", Kind.PRICE, "Last price, dollars per share.", _explain, width=11),
    Column("on", "Of", Kind.DATE, "Day the price is of.", _explain),
    Column("days", "Days old", Kind.INTEGER, "Days to the day of view.", _explain, width=8),
    Column("state", "", explain="Older than four days, or missing.", tone=_state_tone, width=10),
    Column("held", "Held $", Kind.DOLLARS, "What the household holds of it.", width=12),
    Column(
        "odd",
        "History",
        Kind.TEXT,
        "What looked wrong in its prices, and how risk treats it.",
        _explain_odd,
        tone=_odd_tone,
        width=18,
    ),
    Column("source", "Source", explain="File the price came from.", width=20),
)


class PricesDialog(FormDialog):
    """A sortable list; its main button leads to the import.

    Signals:
        import_asked: the person wants newer prices.
    """

    import_asked = Signal()

    def __init__(
        self, theme: Theme, snapshot: HouseholdSnapshot, parent: QWidget | None = None
    ) -> None:
        rows = price_rows(snapshot)
        super().__init__(theme, "Prices", sentence(snapshot, rows), "&Import newer prices…", parent)
        self.buttons.button(self.buttons.StandardButton.Cancel).setText("Close")
        self.table = DataTable(ColumnTable(_COLUMNS, theme), theme, "Prices")
        self.table.model.set_rows(
            {
                **{
                    key: [getattr(r, key) for r in rows]
                    for key in ("symbol", "name", "price", "on", "days", "held", "source")
                },
                "state": [_state(r) for r in rows],
                "odd": [odd_words(r.faults) for r in rows],
                "row": rows,
            },
            [r.security_id for r in rows],
        )
        self.column.addWidget(self.table, 1)
        self.resize(theme.px(1240), theme.px(620))
        self.buttons.accepted.connect(self.accept)
        self.accepted.connect(self.import_asked)

    @property
    def is_changed(self) -> bool:
        """A filter is nothing to lose."""
        return False


def _state(row: PriceRow) -> str:
    if row.on is None and not row.stale:
        return "no price"
    if not row.stale:
        return "current"
    return "\u26a0 stale" if row.on else "\u26a0 missing"


def sentence(snapshot: HouseholdSnapshot, rows: tuple[PriceRow, ...]) -> str:
    """Return how many prices are too old, and the way out."""
    held = [r for r in rows if r.held or r.stale]
    old = [r for r in rows if r.stale]
    day = formatting.long_day(snapshot.as_of)
    odd = [r for r in rows if r.faults and r.held]
    looked = ""
    if odd:
        looked = (
            f" The history of {formatting.plural(len(odd), 'held security', 'held securities')} looked wrong on "
            "some days: the column History says how risk treats them."
        )
    if not old:
        return f"All prices are of the last four days before {day}.{looked}"
    return (
        f"{formatting.plural(len(old), 'price')} of {formatting.plural(len(held), 'held security', 'held securities')} "
        f"are missing or older than four days on {day}. Import a newer position file of your broker, or a price "
        f"history as CSV (date, symbol, close).{looked}"
    )
