"""A table that shows all of its rows at once: for short lists inside a page that scrolls."""

from collections.abc import Hashable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from harvestdesk.gui.a11y import name
from harvestdesk.gui.models.table_base import ColumnTable, Kind
from harvestdesk.gui.theme import Space, Theme


class PlainTable(QTableView):
    """The table; picks rows by key and copies them with Ctrl+C.

    Signals:
        chosen: key of the row the person picked.
    """

    chosen = Signal(object)

    def __init__(self, model: ColumnTable, theme: Theme, title: str) -> None:
        super().__init__()
        self.columns_model = model
        self._theme = theme
        model.setParent(self)
        self.setModel(model)
        name(self, title)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.row_height)
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setStretchLastSection(model.columns[-1].kind is Kind.TEXT)
        for number, column in enumerate(model.columns):
            wide = theme.text_width(max(column.width or 12, len(column.title) + 1))
            self.setColumnWidth(number, wide + 2 * theme.px(Space.SMALL))
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        model.modelReset.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())

    def sizeHint(self) -> QSize:
        """Return the height of all rows, and of a scroll bar where columns may not fit."""
        bar = self.horizontalScrollBar().sizeHint().height()
        head = max(self.horizontalHeader().sizeHint().height(), self._theme.row_height)
        rows = self.columns_model.rowCount() * self._theme.row_height
        return QSize(self._theme.px(480), head + rows + bar + self._theme.px(Space.TINY))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({i.row() for i in self.selectionModel().selectedRows()})
            QApplication.clipboard().setText(self.columns_model.as_tsv(rows))
            return
        super().keyPressEvent(event)

    def _on_current_changed(self) -> None:
        row = self.currentIndex().row()
        if row >= 0:
            key: Hashable = self.columns_model.key_at(row)
            self.chosen.emit(key)
