"""A table that shows all of its rows at once: for short lists inside a page that scrolls."""

from collections.abc import Collection, Hashable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

from harvestdesk.gui.a11y import name
from harvestdesk.gui.models.table_base import ColumnTable, Kind
from harvestdesk.gui.theme import Space, Theme

_LEAST_LAST = 12
"""Digits of room the last column gets before others make way for it."""
_SHORTEST_LAST = 8
"""Digits of room it keeps when nothing else can make way."""
_MEASURED_ROWS = 40
"""Rows whose words are measured, beside those with the most extreme values: the others are no wider."""
_WIDEST = 32
"""Digits a column that does not stretch may take."""


class PlainTable(QTableView):
    """The table; picks rows by key and copies them with Ctrl+C.

    Columns are as wide as their words; the last one takes the room that is left. Where that is too
    little, the columns named in `optional` make way, the first of them first; after them the cents of
    amounts, then the end of the first column's words. They all stay in the copy.
    With `most_rows` it is no higher than these and scrolls. With `spread` the room that is left is shared
    by all columns: for tables of figures, which should not stand far apart. `least_last` is the room, in
    digits, that the words of the last column keep before others make way.

    Signals:
        chosen: key of the row the person picked.
    """

    chosen = Signal(object)

    def __init__(
        self,
        model: ColumnTable,
        theme: Theme,
        title: str,
        optional: Sequence[str] = (),
        most_rows: int = 0,
        *,
        spread: bool = False,
        least_last: int = _LEAST_LAST,
    ) -> None:
        super().__init__()
        self.columns_model = model
        self._theme = theme
        known = {c.key for c in model.columns}
        self._optional = tuple(key for key in optional if key in known)
        self._left_out: frozenset[str] = frozenset()
        self._most_rows = most_rows
        self._spread = spread
        self._least = least_last
        self._widths: list[int] = []
        self._whole_widths: list[int] = []
        model.setParent(self)
        self.setModel(model)
        name(self, title)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        if not most_rows:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.row_height)
        heads = self.horizontalHeader()
        heads.setHighlightSections(False)
        heads.setMinimumSectionSize(theme.px(Space.LARGE))
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        model.modelReset.connect(self._fit)
        self._fit()

    @property
    def shown_columns(self) -> list[str]:
        """Keys of the columns there is room for."""
        columns = enumerate(self.columns_model.columns)
        return [c.key for number, c in columns if not self.isColumnHidden(number)]

    def leave_out(self, keys: Collection[str]) -> None:
        """Show the table without these columns, which have nothing to say now."""
        self._left_out = frozenset(keys)
        self._make_way()

    def _fit(self) -> None:
        self.columns_model.write_whole_dollars(whole=False)
        self._widths, self._whole_widths = self._measured(), []
        for number, wide in enumerate(self._widths):
            self.setColumnWidth(number, wide)
        self._make_way()
        self.setFixedHeight(self.sizeHint().height())
        self.updateGeometry()

    def _measured(self) -> list[int]:
        """Return the width each column's words need."""
        body, head = (QFontMetrics(self._theme.font(strong=strong)) for strong in (False, True))
        body = head if self.columns_model.has_sum() else body
        padding = 2 * (self._theme.px(Space.SMALL) + self._theme.px(3)) + 2
        rows = self.columns_model.telling_rows(_MEASURED_ROWS)
        widths = []
        for number, column in enumerate(self.columns_model.columns):
            texts = (str(self.columns_model.index(row, number).data()) for row in rows)
            wide = max((body.horizontalAdvance(t) for t in texts), default=0)
            wide = min(wide, self._theme.text_width(_WIDEST))
            widths.append(max(wide, head.horizontalAdvance(column.title)) + padding)
        return widths

    def _make_way(self) -> None:
        """Hide optional columns until the others have their room; then write without cents; then shorten words."""
        model = self.columns_model
        hidden, spare = self._hidden(self._widths)
        whole = spare < 0 and any(c.kind is Kind.MONEY for c in model.columns)
        model.write_whole_dollars(whole=whole)
        widths = list(self._widths)
        if whole:
            self._whole_widths = self._whole_widths or self._measured()
            widths = list(self._whole_widths)
            hidden, spare = self._hidden(widths)
        for number, column in enumerate(model.columns):
            self.setColumnHidden(number, column.key in hidden)
        shown = [n for n, column in enumerate(model.columns) if column.key not in hidden]
        if shown and spare < 0:
            least = self._theme.text_width(_LEAST_LAST)
            widths[shown[0]] = max(widths[shown[0]] + spare, min(least, widths[shown[0]]))
        if self._spread or (shown and shown[-1] != len(model.columns) - 1):
            self._share(shown, widths)
        elif widths:
            for number in shown[:-1]:
                self.setColumnWidth(number, widths[number])
            last = self._least_last(widths)
            least = min(last, self._theme.text_width(_SHORTEST_LAST))
            self.setColumnWidth(len(model.columns) - 1, max(last + spare, least))

    def _least_last(self, widths: Sequence[int]) -> int:
        """Return the room the last column must have."""
        least = widths[-1] if widths else 0
        return least if self._spread else min(least, self._theme.text_width(self._least))

    def _hidden(self, widths: Sequence[int]) -> tuple[set[str], int]:
        """Return the columns that make way, and the room that is left then; below zero: too little."""
        keys = (c.key for c in self.columns_model.columns)
        needed = dict(zip(keys, [*widths[:-1], self._least_last(widths)], strict=False))
        hidden = {key for key in needed if key in self._left_out}
        spare = self.viewport().width() - sum(w for k, w in needed.items() if k not in hidden)
        for key in self._optional:
            if spare >= 0:
                break
            if key not in hidden:
                hidden.add(key)
                spare += needed.get(key, 0)
        return hidden, spare

    def _share(self, shown: Sequence[int], widths: Sequence[int]) -> None:
        """Give each column its width and an equal part of what is left."""
        if not widths or not shown:
            return
        spare = self.viewport().width() - sum(widths[number] for number in shown)
        share, rest = divmod(max(spare, 0), len(shown))
        for number in shown:
            more = share + (rest if number == shown[-1] else 0)
            self.setColumnWidth(number, widths[number] + more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the columns there is room for."""
        self._make_way()
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        """Return the height of the rows."""
        head = max(self.horizontalHeader().sizeHint().height(), self._theme.row_height)
        count = self.columns_model.rowCount()
        rows = min(count, self._most_rows or count) * self._theme.row_height
        return QSize(self._theme.px(320), head + rows + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return little: columns make way."""
        return QSize(self._theme.px(160), self.sizeHint().height())

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
