"""Limits on weights after the plan: a security, a sector or an asset class, from and to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.plan_settings import GroupKind, GroupLimit
from harvestdesk.domain.security import ASSET_CLASS_NAMES
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.widgets.fields import FigureField

_PERCENT = Decimal(100)
_EXPLANATION = (
    "A weight after the plan, as a share of the household: a symbol, a sector or an asset class. A weight that is "
    "outside today must be brought inside, or the plan says why it cannot be."
)


@dataclass(frozen=True, slots=True)
class _Name:
    """Something a limit can be about, as the person knows it."""

    kind: GroupKind
    name: str
    words: str


class _Row(QWidget):
    """One limit: name, from, to, and a way to take it off."""

    changed = Signal()
    removed = Signal()

    def __init__(self, theme: Theme, names: Sequence[_Name]) -> None:
        super().__init__()
        self._names = {n.words.casefold(): n for n in names}
        self.what = name(QLineEdit(), "Limit on", "A symbol, a sector or an asset class")
        self.what.setPlaceholderText("symbol, sector or class")
        completer = QCompleter([n.words for n in names], self.what)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        popup = completer.popup()
        if popup is not None:
            name(popup, "Names that fit")
        self.what.setCompleter(completer)
        self.low = FigureField(theme, "Least weight in percent", most=_PERCENT)
        self.high = FigureField(theme, "Most weight in percent", most=_PERCENT)
        self.high.show_value(_PERCENT)
        for field in (self.low, self.high):
            field.setFixedWidth(theme.text_width(6))
            field.value_changed.connect(self.changed)
        self.off = name(QPushButton("\u00d7"), "Take this limit off")
        self.off.setToolTip("Take this limit off")
        self.off.setProperty("quiet", True)
        self.off.setFixedWidth(theme.px(28))
        self.what.textChanged.connect(self.changed)
        self.off.clicked.connect(self.removed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        first, second = QHBoxLayout(), QHBoxLayout()
        for layout in (first, second):
            layout.setSpacing(theme.px(Space.TINY))
        first.addWidget(self.what, 1)
        first.addWidget(self.off)
        for part in ("from", self.low, "% to", self.high, "%"):
            second.addWidget(QLabel(part) if isinstance(part, str) else part)
        second.addStretch(1)
        column.addLayout(first)
        column.addLayout(second)

    @property
    def value(self) -> GroupLimit | None:
        """The limit, or None while its name means nothing."""
        found = self._names.get(self.what.text().strip().casefold())
        if found is None or self.low.value > self.high.value:
            return None
        return GroupLimit(
            found.kind, found.name, self.low.value / _PERCENT, self.high.value / _PERCENT
        )

    def show_value(self, limit: GroupLimit) -> None:
        """Write a limit."""
        words = (
            n.words for n in self._names.values() if (n.kind, n.name) == (limit.kind, limit.name)
        )
        self.what.setText(next(words, limit.name))
        self.low.show_value(limit.low * _PERCENT)
        self.high.show_value(limit.high * _PERCENT)


class GroupLimits(QWidget):
    """The limits, one below the other, and a button for one more.

    Signals:
        value_changed: a limit changed, came or went.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names: tuple[_Name, ...] = ()
        self.rows: list[_Row] = []
        label = QLabel("Weights after the plan")
        label.setToolTip(_EXPLANATION)
        self.add_button = name(QPushButton("Add a limit"), "Add a limit on a weight", _EXPLANATION)
        self.add_button.setProperty("quiet", True)
        self.add_button.setProperty("flush", True)
        self.add_button.setToolTip(_EXPLANATION)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(Space.TINY))
        self._column.addWidget(label)
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_button.clicked.connect(self._on_add)

    def know(self, snapshot: HouseholdSnapshot) -> None:
        """Tell what a limit can be about."""
        sectors = sorted({s.sector for s in snapshot.securities if s.sector})
        self._names = (
            *(_Name(GroupKind.ASSET_CLASS, c.value, w) for c, w in ASSET_CLASS_NAMES.items()),
            *(_Name(GroupKind.SECTOR, s, s) for s in sectors),
            *(_Name(GroupKind.SECURITY, str(s.id), s.symbol) for s in snapshot.securities),
        )

    @property
    def value(self) -> tuple[GroupLimit, ...]:
        """The limits whose names mean something."""
        return tuple(v for row in self.rows if (v := row.value) is not None)

    def show_value(self, limits: Iterable[GroupLimit]) -> None:
        """Write limits in place of the present ones."""
        wanted = tuple(limits)
        if wanted == self.value and len(wanted) == len(self.rows):
            return
        for row in list(self.rows):
            self._remove(row)
        for limit in wanted:
            self._add().show_value(limit)

    def _on_add(self) -> None:
        self._add().what.setFocus()

    def _add(self) -> _Row:
        row = _Row(self._theme, self._names)
        row.changed.connect(self.value_changed)
        row.removed.connect(lambda: self._on_removed(row))
        self.rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _on_removed(self, row: _Row) -> None:
        self._remove(row)
        self.value_changed.emit()

    def _remove(self, row: _Row) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
