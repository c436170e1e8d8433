"""The trades of a plan, account by account."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.plan.tables import (
    BUYS,
    SALES,
    PlanTable,
    buy_columns,
    sale_columns,
)
from harvestdesk.gui.views.plan.words import account_sums
from harvestdesk.gui.widgets.plain_table import PlainTable
from harvestdesk.services.views.plan import AccountTrades, PlanView

_SALES_MAKE_WAY = ("price", "proceeds", "tax_value")
_BUYS_MAKE_WAY = ("price", "replaces")
"""What is left out first where there is little room; the line below the table has it all."""


class TradeList(QScrollArea):
    """Sales and purchases in one section per account.

    Signals:
        lot_chosen: id of the lot of the sale the person picked.
        row_chosen: the SaleRow or BuyRow the person picked.
    """

    lot_chosen = Signal(str)
    row_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._view: PlanView | None = None
        self.tables: list[PlainTable] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Trades by account")
        theme.changed.connect(self._on_theme_changed)

    def show_plan(self, view: PlanView) -> None:
        """Show the trades of a plan."""
        self._view = view
        self.tables = []
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(Space.TINY))
        if not view.accounts:
            words = QLabel("Nothing to trade. The kept lots say why each of them stays.")
            words.setWordWrap(True)
            column.addWidget(words)
        for trades in view.accounts:
            self._add(column, trades)
        column.addStretch(1)
        self.setWidget(content)

    def _add(self, column: QVBoxLayout, trades: AccountTrades) -> None:
        if self.tables:
            column.addSpacing(self._theme.px(Space.MEDIUM))
        column.addWidget(self._label(trades.account, TextSize.SECTION, Tone.PLAIN, strong=True))
        column.addWidget(self._label(account_sums(trades), TextSize.BODY, Tone.MUTED))
        if trades.sales:
            sales = PlanTable(SALES, self._theme, sale_columns)
            sales.show(trades.sales)
            table = PlainTable(sales, self._theme, f"Sales in {trades.account}", _SALES_MAKE_WAY)
            table.chosen.connect(lambda key: self.lot_chosen.emit(str(key)))
            self._keep(column, table)
        if trades.buys:
            buys = PlanTable(BUYS, self._theme, buy_columns)
            buys.show(trades.buys)
            spoken = f"Purchases in {trades.account}"
            self._keep(column, PlainTable(buys, self._theme, spoken, _BUYS_MAKE_WAY))

    def _keep(self, column: QVBoxLayout, table: PlainTable) -> None:
        self.tables.append(table)
        table.chosen.connect(lambda key: self._tell(table, key))
        column.addWidget(table)

    def _tell(self, table: PlainTable, key: object) -> None:
        row = table.columns_model.row_of(str(key))
        if row is not None:
            self.row_chosen.emit(table.columns_model.values_at(row)["row"])

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
        for trades in self._view.accounts if self._view else ():
            parts.append(f"{trades.account}\n")
            for rows in (trades.sales, trades.buys):
                if rows:
                    model = next(tables).columns_model
                    parts.append(model.as_tsv(range(model.rowCount())))
        return "".join(parts)

    def copy(self) -> None:
        """Put every trade on the clipboard."""
        QApplication.clipboard().setText(self.as_text())

    def _on_theme_changed(self) -> None:
        if self._view is not None:
            self.show_plan(self._view)
