"""What an account offers: every security the household knows with a box to tick, found by typing."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.security import ASSET_CLASS_NAMES, Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.formatting import plural
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.widgets.fields import TickState, draw_tick

_KEY = Qt.ItemDataRole.UserRole


class MenuPicker(QWidget):
    """A filter, and a list of boxes; what is ticked stays so while the filter hides it.

    Signals:
        changed: a box was ticked or cleared.
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, snapshot: HouseholdSnapshot, menu: Sequence[SecurityId]
    ) -> None:
        super().__init__()
        self.filter_field = name(
            QLineEdit(),
            "Find securities",
            "Shows those whose symbol, name or class has these words",
        )
        self.filter_field.setPlaceholderText("symbol, name or asset class")
        self.filter_field.setClearButtonEnabled(True)
        self.list = name(QListWidget(), "What may be bought here", "The space bar ticks a row")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(_Boxes(theme, self.list))
        self.list.setMinimumHeight(theme.px(180))
        self._order = {s: n for n, s in enumerate(menu)}
        for security in _sorted(snapshot, self._order):
            self.list.addItem(_item(security, ticked=security.id in self._order))
        self.count = QLabel()
        across = QHBoxLayout()
        across.addWidget(self.filter_field, 1)
        across.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.TINY))
        column.addLayout(across)
        column.addWidget(self.list, 1)
        self.filter_field.textChanged.connect(self._filter)
        self.list.itemChanged.connect(lambda _item: self._on_changed())
        self._on_changed()

    @property
    def chosen(self) -> tuple[SecurityId, ...]:
        """What is ticked: in the order it was, what is new behind it."""
        ticked = [item for item in self._items() if item.checkState() is Qt.CheckState.Checked]
        ids = [SecurityId(item.data(_KEY)) for item in ticked]
        return tuple(sorted(ids, key=lambda s: self._order.get(s, len(self._order))))

    def tick(self, security_id: SecurityId, *, on: bool = True) -> None:
        """Tick a security, or clear its box."""
        for item in [i for i in self._items() if i.data(_KEY) == security_id]:
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(n) for n in range(self.list.count())]

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for item in self._items():
            said = item.text().casefold()
            item.setHidden(not all(word in said for word in words))

    def _on_changed(self) -> None:
        self.count.setText(f"{plural(len(self.chosen), 'security', 'securities')} ticked")
        self.changed.emit()


class _Boxes(QStyledItemDelegate):
    """Draws the boxes of a list like every other box to tick."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the box anew over what Qt draws."""
        super().paint(painter, option, index)
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        style = shown.widget.style()
        place = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        box = QRectF(style.subElementRect(place, shown, shown.widget))
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        painter.save()
        ticked = TickState(Qt.CheckState(state) is Qt.CheckState.Checked)
        draw_tick(painter, self._theme, box.adjusted(0.5, 0.5, -0.5, -0.5), ticked)
        painter.restore()


def _sorted(snapshot: HouseholdSnapshot, menu: dict[SecurityId, int]) -> list[Security]:
    """Return the securities: those on the menu in its order, then by symbol."""
    return sorted(snapshot.securities, key=lambda s: (menu.get(s.id, len(menu)), s.symbol))


def _item(security: Security, *, ticked: bool) -> QListWidgetItem:
    parts = [security.symbol, security.name, ASSET_CLASS_NAMES[security.asset_class]]
    item = QListWidgetItem("  \u00b7  ".join(part for part in parts if part))
    item.setData(_KEY, str(security.id))
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
    return item
