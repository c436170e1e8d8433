"""The trades of a plan, account by account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from harvestdesk.gui.models.table_base import Column
from harvestdesk.gui.plans.tables import (
    BUYS,
    SALES,
    PlanTable,
    Writer,
    buy_columns,
    sale_columns,
)
from harvestdesk.gui.plans.words import account_sums
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.plain_table import PlainTable
from harvestdesk.services.views.plan import PlanView

_SALES_MAKE_WAY = ("price", "proceeds", "tax_value")
_BUYS_MAKE_WAY = ("price", "replaces")
"""What is left out first where there is little room; the line below the table has it all."""
NOTHING = "Nothing to trade. The kept lots say why each of them stays."


@dataclass(frozen=True, slots=True)
class TradeTable:
    """One table of a section.

    Attributes:
        make_way: columns left out where there is little room, first ones first.
        left_out: columns that have nothing to say here.
        written: what the columns say, where a lane wrote it beforehand.
        reason_digits: room the reasons keep before columns make way.
    """

    spoken: str
    columns: Sequence[Column]
    write: Writer
    rows: Sequence[Any]
    make_way: Sequence[str] = ()
    left_out: Sequence[str] = ()
    written: Mapping[str, Sequence[Any]] | None = None
    reason_digits: int = 12


@dataclass(frozen=True, slots=True)
class Section:
    """One account: its name, a line of sums, and its tables; those without rows are left out."""

    title: str
    sums: str
    tables: tuple[TradeTable, ...]


def sections(view: PlanView) -> tuple[Section, ...]:
    """Return what a harvest sells and buys, account by account."""
    return tuple(
        Section(
            trades.account,
            account_sums(trades),
            (
                TradeTable(
                    f"Sales in {trades.account}",
                    SALES,
                    sale_columns,
                    trades.sales,
                    _SALES_MAKE_WAY,
                ),
                TradeTable(
                    f"Purchases in {trades.account}",
                    BUYS,
                    buy_columns,
                    trades.buys,
                    _BUYS_MAKE_WAY,
                ),
            ),
        )
        for trades in view.accounts
    )


class TradeList(QScrollArea):
    """Sales and purchases in one section per account.

    Signals:
        lot_chosen: id of the lot of the sale the person picked.
        row_chosen: the row the person picked.
    """

    lot_chosen = Signal(str)
    row_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sections: tuple[Section, ...] = ()
        self._nothing = NOTHING
        self.tables: list[PlainTable] = []
        self._told: tuple[PlainTable, int] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Trades by account")
        theme.changed.connect(self._on_theme_changed)

    def show_sections(self, sections: Sequence[Section], nothing: str = NOTHING) -> None:
        """Show the trades of a plan, or say that there are none."""
        self._sections, self._nothing = tuple(sections), nothing
        self.tables = []
        self._told = None
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(Space.TINY))
        if not self._sections:
            words = QLabel(nothing)
            words.setWordWrap(True)
            column.addWidget(words)
        for section in self._sections:
            self._add(column, section)
        column.addStretch(1)
        self.setWidget(content)

    def _add(self, column: QVBoxLayout, section: Section) -> None:
        if self.tables:
            column.addSpacing(self._theme.px(Space.MEDIUM))
        column.addWidget(self._label(section.title, TextSize.SECTION, Tone.PLAIN, strong=True))
        column.addWidget(self._label(section.sums, TextSize.BODY, Tone.MUTED))
        for part in section.tables:
            if not part.rows:
                continue
            model = PlanTable(part.columns, self._theme, part.write)
            model.show(part.rows, part.written)
            table = PlainTable(
                model, self._theme, part.spoken, part.make_way, least_last=part.reason_digits
            )
            if part.left_out:
                table.leave_out(part.left_out)
            self._keep(column, table)

    def _keep(self, column: QVBoxLayout, table: PlainTable) -> None:
        self.tables.append(table)
        table.chosen.connect(lambda key: self._tell(table, key))
        column.addWidget(table)

    def _tell(self, table: PlainTable, key: object) -> None:
        place = table.columns_model.row_of(str(key))
        if place is None:
            return
        self._told = table, place
        row = table.columns_model.values_at(place)["row"]
        if hasattr(row, "lot_id"):
            self.lot_chosen.emit(str(row.lot_id))
        self.row_chosen.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the row the person picked on view: its reason takes room from the trades."""
        super().resizeEvent(event)
        content = self.widget()
        if self._told is not None and content is not None:
            table, place = self._told
            index = table.columns_model.index(place, 0)
            middle = table.viewport().mapTo(content, table.visualRect(index).center())
            self.ensureVisible(0, middle.y(), 0, self._theme.row_height)

    def _label(self, text: str, size: TextSize, tone: Tone, *, strong: bool = False) -> QLabel:
        label = QLabel(text)
        label.setFont(self._theme.font(size, strong=strong))
        label.setWordWrap(True)
        palette = label.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(tone))
        label.setPalette(palette)
        return label

    def as_text(self) -> str:
        """Return every trade as tab separated text, account by account."""
        parts = []
        tables = iter(self.tables)
        for section in self._sections:
            parts.append(f"{section.title}\n")
            for part in section.tables:
                if part.rows:
                    model = next(tables).columns_model
                    parts.append(model.as_tsv(range(model.rowCount())))
        return "".join(parts)

    def copy(self) -> None:
        """Put every trade on the clipboard."""
        QApplication.clipboard().setText(self.as_text())

    def _on_theme_changed(self) -> None:
        self.show_sections(self._sections, self._nothing)
