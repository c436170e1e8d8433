"""Lists a person keeps: a table with its buttons, and the dialog round it that saves each change at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.models.table_base import Column, ColumnTable
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.data_table import DataTable


@dataclass(frozen=True, slots=True)
class Acts:
    """What the buttons of a list do.

    Attributes:
        add: None where rows are given.
        remove_words: the third button, such as `&Remove`.
    """

    add: Callable[[], None] | None
    edit: Callable[[str], None]
    remove: Callable[[str], None]
    remove_words: str = "&Remove"


class RecordsDialog(FormDialog):
    """One or more lists, each with a dialog for a row; nothing is typed here itself."""

    def __init__(
        self,
        theme: Theme,
        desk: Desk,
        loaded: Loaded,
        title: str,
        words: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, title, words, "Close", parent)
        self._desk = desk
        self._snapshot = loaded.data.snapshot
        self.buttons.button(self.buttons.StandardButton.Cancel).hide()
        self.buttons.accepted.connect(self.accept)
        desk.refreshed.connect(self._on_refreshed)

    @property
    def is_changed(self) -> bool:
        """Every row is saved by its own dialog."""
        return False

    def _on_refreshed(self, loaded: Loaded) -> None:
        self._snapshot = loaded.data.snapshot
        self._show()

    def _show(self) -> None:
        """Show the rows of the household as it now is."""
        raise NotImplementedError

    def _open(self, dialog: FormDialog, save: Callable[[Any], None]) -> None:
        dialog.setModal(True)
        dialog.buttons.accepted.connect(lambda: save(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write(self, what: str, do: Callable[[Any], Any], dialog: FormDialog | None) -> None:
        if dialog is not None:
            dialog.accept_button.setEnabled(False)
        handle = self._desk.quiet_work(what, do)
        handle.succeeded.connect(self._desk.reload)
        if dialog is not None:
            handle.succeeded.connect(lambda _changes: dialog.accept())
        handle.failed.connect(lambda error: self._on_failed(error, dialog))

    def _on_failed(self, error: BaseException, dialog: FormDialog | None) -> None:
        where = dialog or self
        where.accept_button.setEnabled(True)
        where.notice.say(words_of(error), Tone.ERROR)


class RecordList(QWidget):
    """A table with Add, Edit and Remove; Add is left out where rows are given."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        one: str,
        columns: Sequence[Column],
        acts: Acts,
        words: str = "",
        empty: str = "",
    ) -> None:
        super().__init__()
        self._empty = wrapped(empty)
        self.table = DataTable(ColumnTable(tuple(columns), theme), theme, title, filters=False)
        self.add_button = name(QPushButton("&Add\u2026"), f"Add a {one}")
        self.edit_button = name(QPushButton("&Edit\u2026"), f"Edit the {one}")
        self.remove_button = name(
            QPushButton(acts.remove_words), f"{acts.remove_words.replace('&', '')} the {one}"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.SMALL))
        if words:
            column.addWidget(wrapped(words))
        column.addWidget(self._empty)
        column.addWidget(self.table, 1)
        self._room = QWidget()
        column.addWidget(self._room, 1)
        across = QHBoxLayout()
        for button in (self.add_button, self.edit_button, self.remove_button):
            button.setAutoDefault(False)
            across.addWidget(button)
        across.addStretch(1)
        column.addLayout(across)
        self.add_button.setVisible(acts.add is not None)
        if acts.add is not None:
            self.add_button.clicked.connect(lambda _checked=False, add=acts.add: add())
        self.edit_button.clicked.connect(lambda: self._each(acts.edit))
        self.remove_button.clicked.connect(lambda: self._each(acts.remove))
        self.table.activated.connect(lambda key: acts.edit(str(key)))
        self.table.selection_changed.connect(lambda keys: self._enable(bool(keys)))
        self._enable(on=False)

    def show_rows(self, columns: dict[str, list[Any]], keys: list[str]) -> None:
        """Show the rows anew; what is selected stays so while it is there."""
        self.table.model.set_rows(columns, keys)
        self.table.setVisible(bool(keys))
        self._empty.setVisible(not keys)
        self._room.setVisible(not keys)
        self._enable(bool(self.table.selected_keys()))

    def _enable(self, on: bool) -> None:
        self.edit_button.setEnabled(on)
        self.remove_button.setEnabled(on)

    def _each(self, act: Callable[[str], None]) -> None:
        for key in list(self.table.selected_keys())[:1]:
            act(str(key))


def with_record(records: Sequence[Any], record: Any) -> list[Any]:
    """Return the records with one changed, or a new one at the end."""
    if record.id:
        return [record if r.id == record.id else r for r in records]
    return [*records, record]
