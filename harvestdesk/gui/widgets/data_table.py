"""A table with a filter row above it: keyboard first, selection by key, Ctrl+C as text with heads."""

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from harvestdesk.gui.a11y import name
from harvestdesk.gui.formatting import plural
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind
from harvestdesk.gui.theme import Space, TextSize, Theme

_WIDTHS = {
    Kind.TEXT: 13,
    Kind.MONEY: 12,
    Kind.DOLLARS: 10,
    Kind.PRICE: 9,
    Kind.SHARES: 11,
    Kind.PERCENT: 8,
    Kind.BASIS_POINTS: 7,
    Kind.INTEGER: 6,
    Kind.DATE: 11,
}


class _Grid(QTableView):
    """The table itself; copies what is selected."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the selected rows with Ctrl+C."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
            return
        super().keyPressEvent(event)

    def selected_rows(self) -> list[int]:
        """Return the selected rows from the ranges, which stays quick for 100,000 of them."""
        ranges = self.selectionModel().selection().toList()
        rows = {row for part in ranges for row in range(part.top(), part.bottom() + 1)}
        return sorted(rows)

    def copy_selection(self) -> None:
        """Put the selected rows on the clipboard as tab separated text."""
        model = self.model()
        if isinstance(model, ColumnTable):
            QApplication.clipboard().setText(model.as_tsv(self.selected_rows()))


class _FilterRow(QWidget):
    """One field per column, kept above its column."""

    def __init__(self, columns: Sequence[Column], header: QHeaderView) -> None:
        super().__init__()
        self._header = header
        self.fields: dict[str, QLineEdit] = {}
        for column in columns:
            field = QLineEdit(self)
            how = "like >100 or 10..20" if column.kind.is_number else "part of the text"
            field.setPlaceholderText("filter")
            field.setToolTip(f"Filter {column.title}: {how}")
            name(field, f"Filter {column.title}", how)
            self.fields[column.key] = field
        self.setFixedHeight(next(iter(self.fields.values())).sizeHint().height())
        header.sectionResized.connect(self.place)
        header.geometriesChanged.connect(self.place)

    def place(self) -> None:
        """Move the fields above their columns."""
        if not isValid(self._header):  # the table is being taken down
            return
        for number, field in enumerate(self.fields.values()):
            left = self._header.sectionViewportPosition(number) + self._header.x()
            field.setGeometry(left, 0, self._header.sectionSize(number) - 2, self.height())


class DataTable(QWidget):
    """A ColumnTable on view.

    Signals:
        selection_changed: keys of the selected rows, as a list.
        activated: key of a row on Enter or double click.
        shown_changed: rows on view after filtering.
    """

    selection_changed = Signal(list)
    activated = Signal(object)
    shown_changed = Signal(int)

    def __init__(
        self,
        model: ColumnTable,
        theme: Theme,
        title: str,
        *,
        filters: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = model
        model.setParent(self)
        self._theme = theme
        self._quiet = False
        self._kept: list[Hashable] = []
        self.grid = self._make_grid(title)
        self._count = QLabel()
        self._count.setFont(theme.font(TextSize.CAPTION))
        self.filter_row = _FilterRow(model.columns, self.grid.horizontalHeader())
        self.filter_row.setVisible(filters)
        self._count.setVisible(filters)
        self._lay_out()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(80)
        self._typing.timeout.connect(self.apply_filters)
        for field in self.filter_row.fields.values():
            field.textChanged.connect(self._typing.start)
            field.installEventFilter(self)
        model.modelAboutToBeReset.connect(self._on_about_to_reset)
        model.modelReset.connect(self._on_reset)
        self._on_reset()

    def _make_grid(self, title: str) -> _Grid:
        grid = name(_Grid(), title)
        grid.setModel(self.model)
        grid.setAlternatingRowColors(True)
        grid.setShowGrid(False)
        grid.setWordWrap(False)
        grid.setTabKeyNavigation(False)
        grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        grid.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        grid.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        grid.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        rows = grid.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._theme.row_height)
        heads = grid.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setResizeContentsPrecision(0)
        last = self.model.columns[-1]
        some_stretch = any(c.stretch for c in self.model.columns)
        heads.setStretchLastSection(last.kind is Kind.TEXT and not some_stretch)
        for number, column in enumerate(self.model.columns):
            wanted = max(column.width or _WIDTHS[column.kind], len(column.title) + 2)
            padding = 2 * self._theme.px(Space.SMALL)
            grid.setColumnWidth(number, self._theme.text_width(wanted) + padding)
            if column.stretch:
                heads.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        heads.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        grid.setSortingEnabled(True)
        grid.selectionModel().selectionChanged.connect(self._on_selection_changed)
        grid.activated.connect(lambda index: self.activated.emit(self.model.key_at(index.row())))
        return grid

    def fit_rows(self, most: int) -> None:
        """Be no higher than the rows need, or `most` of them."""
        rows = min(most, max(1, self.model.rowCount()))
        heads = self.grid.horizontalHeader().sizeHint().height()
        edge = 2 * self.grid.frameWidth() + self._theme.px(Space.TINY)
        high = heads + rows * self._theme.row_height + edge
        self.grid.setMaximumHeight(high)
        if self.filter_row.isHidden():
            self.setMaximumHeight(high)  # or its holder would be given room that stays empty

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(self._theme.px(Space.TINY))
        layout.addWidget(self.filter_row)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self._count)
        self.grid.horizontalScrollBar().valueChanged.connect(self.filter_row.place)

    # --- filtering -------------------------------------------------------------------------------
    def set_filter(self, key: str, text: str) -> None:
        """Type a filter for the person."""
        self.filter_row.fields[key].setText(text)
        self.apply_filters()

    def apply_filters(self) -> None:
        """Apply what is typed above the columns."""
        self._typing.stop()
        for key, field in self.filter_row.fields.items():
            self.model.set_filter(key, field.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape empties a filter; Down goes into the table."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and isinstance(watched, QLineEdit):
                if watched.text():
                    watched.clear()
                    return True
            elif event.key() == Qt.Key.Key_Down:
                self.grid.setFocus()
                return True
        return super().eventFilter(watched, event)

    # --- selection ---------------------------------------------------------------------------------
    def selected_keys(self) -> list[Hashable]:
        """Return the keys of the selected rows."""
        return [self.model.key_at(row) for row in self.grid.selected_rows()]

    def select_keys(self, keys: Sequence[Hashable], *, announce: bool = False) -> None:
        """Select rows by key; those filtered away are left out. Silent unless told to announce."""
        wanted = set(keys)
        rows = [r for r, k in enumerate(self.model.visible_keys()) if k in wanted] if wanted else []
        selection = QItemSelection()
        last = self.model.columnCount() - 1
        for first, end in _runs(rows):
            selection.select(self.model.index(first, 0), self.model.index(end, last))
        self._quiet = not announce
        chooser = self.grid.selectionModel()
        chooser.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            first_index = self.model.index(rows[0], 0)
            chooser.setCurrentIndex(first_index, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.grid.scrollTo(first_index)
        self._quiet = False

    def _on_selection_changed(self) -> None:
        if not self._quiet:
            self.selection_changed.emit(self.selected_keys())

    def _on_about_to_reset(self) -> None:
        self._kept = self.selected_keys()

    def _on_reset(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._count.setText(
            plural(shown, "row") if shown == total else f"{shown:,} of {plural(total, 'row')}"
        )
        if self._kept:
            self.select_keys(self._kept)
        self.shown_changed.emit(shown)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Return consecutive rows as (first, last) pairs."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
