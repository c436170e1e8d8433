"""Accounts to tick: which of them trade, where cash comes from or goes to."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId
from harvestdesk.gui.formatting import short_name
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.widgets.fields import Tick


class AccountTicks(QWidget):
    """One box per account; all ticked means "any", which is an empty choice.

    Signals:
        value_changed: a box changed.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme, words: str, explanation: str) -> None:
        super().__init__()
        self._theme = theme
        self._explanation = explanation
        self._boxes: dict[AccountId, Tick] = {}
        self._named: tuple[AccountId, ...] = ()
        self._label = QLabel(words)
        self._label.setToolTip(explanation)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(Space.TINY))
        self._column.addWidget(self._label)

    @property
    def boxes(self) -> list[Tick]:
        """The boxes, in the order of the accounts."""
        return list(self._boxes.values())

    def rename(self, words: str) -> None:
        """Say what the choice means now."""
        self._label.setText(words)
        for box in self._boxes.values():
            box.setAccessibleName(f"{words}: {box.text()}")

    def offer(self, accounts: Sequence[Account]) -> None:
        """Show a box for each account, ticked; boxes of the same accounts stay as they are."""
        if [a.id for a in accounts] == list(self._boxes):
            return
        for box in self._boxes.values():
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._boxes = {}
        for account in accounts:
            spoken = f"{self._label.text()}: {account.name}"
            box = Tick(self._theme, short_name(account.name), spoken)
            box.setToolTip(f"{account.name}. {self._explanation}")
            box.setChecked(True)
            box.toggled.connect(self.value_changed)
            self._boxes[account.id] = box
            self._column.addWidget(box)

    @property
    def value(self) -> tuple[AccountId, ...]:
        """The accounts ticked; empty when all of them are."""
        chosen = tuple(a for a, box in self._boxes.items() if box.isChecked())
        if self._named and set(chosen) == set(self._named):
            return self._named  # all of them by name stay named
        return () if len(chosen) == len(self._boxes) else chosen

    @property
    def none_chosen(self) -> bool:
        """True when there are boxes and none is ticked."""
        return bool(self._boxes) and not any(b.isChecked() for b in self._boxes.values())

    def show_value(self, account_ids: Collection[AccountId]) -> None:
        """Tick these accounts, or all where none is named."""
        self._named = tuple(account_ids)
        for account_id, box in self._boxes.items():
            box.setChecked(not account_ids or account_id in account_ids)
