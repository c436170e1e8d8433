"""The sidebar: household, accounts with totals, pages."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPalette, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone

_KEY = int(Qt.ItemDataRole.UserRole)
_SMALL_TEXT = _KEY + 1
_FIGURE = _KEY + 2


@dataclass(frozen=True, slots=True)
class SidebarLine:
    """One account: name, kind of account, total, and how the total came about."""

    key: str
    text: str
    small_text: str
    figure: str
    explanation: str


class _TwoLines(QStyledItemDelegate):
    """Name above kind at the left, total at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Two lines of text and the room around them."""
        heights = [
            QFontMetrics(self._theme.font(size)).height()
            for size in (TextSize.BODY, TextSize.CAPTION)
        ]
        return QSize(option.rect.width(), sum(heights) + self._theme.px(Space.MEDIUM))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one account."""
        theme, state = self._theme, option.state
        painter.save()
        area = option.rect.adjusted(0, 1, 0, -1)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection" if selected else "window"))
            painter.drawRoundedRect(area, theme.px(4), theme.px(4))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.colour("focus"), theme.hairline))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, theme.px(4), theme.px(4))
        self._write(painter, area, index, selected)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        index: QModelIndex | QPersistentModelIndex,
        selected: bool,
    ) -> None:
        theme = self._theme
        side, top = theme.px(Space.SMALL), theme.px(Space.TINY)
        area = area.adjusted(side, top, -side, -top)
        body, caption = theme.font(), theme.font(TextSize.CAPTION)
        figure = str(index.data(_FIGURE))
        figure_width = QFontMetrics(body).horizontalAdvance(figure)
        words = area.adjusted(0, 0, -figure_width - side, 0)
        painter.setFont(body)
        painter.setPen(theme.colour("selection_text" if selected else "text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, figure)
        title = QFontMetrics(body).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(caption)
        painter.setPen(theme.colour("selection_text") if selected else theme.text(Tone.MUTED))
        painter.drawText(
            area,
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom,
            str(index.data(_SMALL_TEXT)),
        )


class _List(QListView):
    """A short list that is as high as its content."""

    chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__()
        name(self, title)
        self.setProperty("sidebar", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)

    def fill(self, items: list[QStandardItem]) -> None:
        """Replace the items."""
        self._items.clear()
        for item in items:
            self._items.appendRow(item)
        self.updateGeometry()

    def mark(self, key: str) -> None:
        """Show which one is current, without announcing it."""
        self.clearSelection()
        for row in range(self._items.rowCount()):
            if self._items.item(row).data(_KEY) == key:
                self.setCurrentIndex(self._items.index(row, 0))

    def sizeHint(self) -> QSize:
        """High enough for every item."""
        rows = self._items.rowCount()
        height = sum(max(0, self.sizeHintForRow(row)) for row in range(rows))
        return QSize(super().sizeHint().width(), height + 2 * self.frameWidth() + 2)

    def minimumSizeHint(self) -> QSize:
        """A few items; the rest scrolls."""
        hint = self.sizeHint()
        return QSize(hint.width() // 2, min(hint.height(), 3 * max(1, self.sizeHintForRow(0))))

    def _on_chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(str(index.data(_KEY)))


class Sidebar(QFrame):
    """Household, pages and accounts.

    Signals:
        page_chosen: key of a page.
        account_chosen: id of an account.
    """

    page_chosen = Signal(str)
    account_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("sidebar", True)
        self._name = QLabel()
        self._name.setWordWrap(True)
        self._name.setFont(theme.font(TextSize.SECTION, strong=True))
        self._total = QLabel()
        self._total.setFont(theme.font(TextSize.CAPTION))
        self.settings = QPushButton("Settings…")
        self.settings.setProperty("quiet", True)
        self.settings.setProperty("flush", True)
        self.settings.setToolTip("Name, people, tax profile and accounts")
        name(self.settings, "Household settings", self.settings.toolTip())
        self._pages = _List("Pages")
        self._accounts = _List("Accounts")
        self._accounts.setItemDelegate(_TwoLines(theme, self._accounts))
        self._heading = QLabel("Accounts")
        self._heading.setFont(theme.font(TextSize.CAPTION, strong=True))
        self._pages.chosen.connect(self.page_chosen)
        self._accounts.chosen.connect(self.account_chosen)
        layout = QVBoxLayout(self)
        side = theme.px(Space.MEDIUM)
        layout.setContentsMargins(side, theme.px(Space.LARGE), side, side)
        layout.setSpacing(theme.px(Space.TINY))
        for widget in (self._name, self._total):
            widget.setContentsMargins(theme.px(Space.SMALL), 0, 0, 0)
            layout.addWidget(widget)
        layout.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addSpacing(theme.px(Space.SMALL))
        layout.addWidget(self._pages)
        layout.addSpacing(theme.px(Space.LARGE))
        self._heading.setContentsMargins(theme.px(Space.SMALL), 0, 0, 0)
        layout.addWidget(self._heading)
        layout.addWidget(self._accounts, 1)
        self.setFixedWidth(theme.text_width(33))
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_pages(self, pages: list[tuple[str, str, str]]) -> None:
        """Show the pages as (key, title, shortcut)."""
        items = []
        for key, title, shortcut in pages:
            item = QStandardItem(title)
            item.setData(key, _KEY)
            item.setToolTip(f"{title} ({shortcut})")
            items.append(item)
        self._pages.fill(items)

    def show_household(self, title: str, total: str, lines: list[SidebarLine]) -> None:
        """Show the household's name, its total and its accounts."""
        self._name.setText(title)
        self._total.setText(total)
        items = []
        for line in lines:
            item = QStandardItem(line.text)
            item.setData(line.key, _KEY)
            item.setData(line.small_text, _SMALL_TEXT)
            item.setData(line.figure, _FIGURE)
            item.setToolTip(line.explanation)
            item.setData(
                f"{line.text}, {line.small_text}, {line.figure}",
                int(Qt.ItemDataRole.AccessibleTextRole),
            )
            items.append(item)
        self._accounts.fill(items)
        self._heading.setVisible(bool(items))

    def mark_page(self, key: str) -> None:
        """Show which page is open."""
        self._pages.mark(key)

    def focus_pages(self) -> None:
        """Put the keyboard on the list of pages."""
        self._pages.setFocus()

    def _on_theme_changed(self) -> None:
        for label in (self._total, self._heading):
            palette = label.palette()
            palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(Tone.MUTED))
            label.setPalette(palette)
        self._accounts.viewport().update()
