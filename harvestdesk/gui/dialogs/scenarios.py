"""Scenarios beside each other: what was asked, what each comes to; kept, renamed and dropped here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from harvestdesk.domain.proposal import Proposal
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.formatting import per_cents
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind, RowValues
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.gui.widgets.plain_table import PlainTable
from harvestdesk.services.scenario_lines import (
    BEST,
    ScenarioLine,
    scenario_answer,
    scenario_lines,
    scenario_report,
)
from harvestdesk.services.scenarios import (
    ScenarioTable,
    compare,
    drop,
    keep_next,
    next_name,
    rename,
)

if TYPE_CHECKING:
    from harvestdesk.services.context import AppContext

_WORDS = "Plans kept under a name, beside each other. A tick marks the best figure of a line."
_MOST_ROWS = 18


@dataclass(frozen=True, slots=True)
class _Read:
    """What the dialog shows, read in the lane of the file."""

    table: ScenarioTable
    lines: tuple[ScenarioLine, ...]
    next: str


def _read(app: "AppContext") -> _Read:
    table = compare(app)
    return _Read(table, scenario_lines(table), next_name(app))


class ScenariosDialog(FormDialog):
    """A column a scenario; its main button keeps the plan on view as the next one.

    Signals:
        print_asked: the comparison as a Report.
    """

    print_asked = Signal(object)

    def __init__(
        self, theme: Theme, desk: Desk, shown: Proposal | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Scenarios", _WORDS, "&Keep the plan on view", parent)
        self._desk, self._shown = desk, shown
        self.read: _Read | None = None
        self.table: PlainTable | None = None
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.answer.setFont(theme.font(strong=True))
        self._place = QVBoxLayout()
        self.which = Choice(theme, "Scenario")
        self.new_name = name(QLineEdit(), "New name of the scenario")
        self.new_name.setMaximumWidth(theme.text_width(24))
        self.rename_button = name(QPushButton("&Rename"), "Rename the scenario")
        self.drop_button = name(
            QPushButton("&Drop"), "Drop the scenario", "Its plan stays stored; undo brings it back"
        )
        self.print_button = name(QPushButton("&Print…"), "Print the comparison")
        for button in (self.rename_button, self.drop_button, self.print_button):
            button.setAutoDefault(False)
        self.buttons.button(self.buttons.StandardButton.Cancel).setText("Close")
        self._lay_out_parts()
        self._connect()
        self.resize(theme.px(940), theme.px(560))
        self._look()

    def _lay_out_parts(self) -> None:
        self.column.addWidget(self.answer)
        self.column.addLayout(self._place)
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(Space.SMALL))
        for widget in (self.which, self.new_name, self.rename_button, self.drop_button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.print_button)
        self.column.addLayout(row)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.buttons.accepted.connect(self._on_keep)
        self.which.currentIndexChanged.connect(lambda _place: self._on_chosen())
        self.new_name.textChanged.connect(lambda _text: self._enable())
        self.rename_button.clicked.connect(self._on_rename)
        self.new_name.returnPressed.connect(self._on_rename)
        self.drop_button.clicked.connect(self._on_drop)
        self.print_button.clicked.connect(self._on_print)

    # --- showing ---------------------------------------------------------------------------------
    def _look(self) -> None:
        """Read the scenarios in the background."""
        self._enable()
        handle = self._desk.quiet_work("Scenarios", _read)
        handle.succeeded.connect(self._show)
        handle.failed.connect(self._on_failed)

    def _show(self, read: _Read) -> None:
        chosen = self.chosen
        self.read = read
        self.answer.setText(per_cents(scenario_answer(read.table)))
        self.answer.setAccessibleName(self.answer.text())
        self._show_table(read)
        names = [row.name for row in read.table.rows]
        with QSignalBlocker(self.which):
            self.which.clear()
            self.which.offer(((n, n) for n in names), chosen)
        self.accept_button.setText(f"&Keep the plan on view as {read.next}")
        self._on_chosen()
        self._first_state = self._state()  # what is typed here is saved by its own button

    def _show_table(self, read: _Read) -> None:
        if self.table is not None:
            self._place.removeWidget(self.table)
            self.table.hide()
            self.table.deleteLater()
            self.table = None
        if not read.lines:
            return
        names = [row.name for row in read.table.rows]
        columns = [Column("label", "", explain="What the line is about", explain_cell=_explain)]
        columns += [
            Column(str(n), title, Kind.WRITTEN, title, _explain, _toned(str(n)))
            for n, title in enumerate(names)
        ]
        model = ColumnTable(columns, self.theme)
        lines = read.lines
        values: dict[str, list[Any]] = {"label": [x.label for x in lines], "row": list(lines)}
        values |= {str(n): [per_cents(x.texts[n]) for x in lines] for n in range(len(names))}
        model.set_rows(values, list(range(len(lines))))
        self.table = PlainTable(
            model, self.theme, "Scenarios beside each other", most_rows=_MOST_ROWS, spread=True
        )
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._place.addWidget(self.table)

    @property
    def chosen(self) -> str:
        """Name of the scenario that is renamed or dropped."""
        return self.which.currentText()

    def _on_chosen(self) -> None:
        self.new_name.setText(self.chosen)
        self._enable()

    def _enable(self) -> None:
        some = self.read is not None and bool(self.read.table.rows)
        writable = self._desk.app is not None and not self._desk.app.book.view_only
        typed = " ".join(self.new_name.text().split())
        self.which.setVisible(some)
        for widget in (self.new_name, self.rename_button, self.drop_button):
            widget.setVisible(some and writable)
        self.rename_button.setEnabled(bool(typed) and typed != self.chosen)
        self.print_button.setEnabled(some)
        self.accept_button.setEnabled(
            self._shown is not None and writable and self.read is not None
        )

    # --- changing ----------------------------------------------------------------------------------
    def _on_keep(self) -> None:
        if self._shown is not None:
            proposal_id = self._shown.id
            self._change("Keeping the scenario", lambda app: keep_next(app, proposal_id))

    def _on_rename(self) -> None:
        old, new = self.chosen, self.new_name.text()
        if self.rename_button.isEnabled():
            self._change("Renaming the scenario", lambda app: rename(app, old, new))

    def _on_drop(self) -> None:
        gone = self.chosen
        self._change("Dropping the scenario", lambda app: drop(app, gone))

    def _change(self, title: str, use: Callable[["AppContext"], Any]) -> None:
        self.notice.say("")
        self.accept_button.setEnabled(False)
        handle = self._desk.quiet_work(title, use)
        handle.succeeded.connect(lambda _result: self._look())
        handle.succeeded.connect(self._desk.reload)
        handle.failed.connect(self._on_failed)

    def _on_print(self) -> None:
        handle = self._desk.quiet_work("Preparing the paper", scenario_report)
        handle.succeeded.connect(self.print_asked)
        handle.failed.connect(self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self.notice.say(words_of(error), Tone.ERROR)
        self._enable()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return in the name rename, and press no button of the dialog besides."""
        is_return = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if not (is_return and self.new_name.hasFocus()):
            super().keyPressEvent(event)


def _explain(values: RowValues) -> str:
    line: ScenarioLine = values["row"]
    return line.explanation


def _toned(key: str) -> Callable[[RowValues], Tone]:
    """Return the tone of a scenario's figures: the best ones, which have a tick too."""

    def tone(values: RowValues) -> Tone:
        return Tone.PLAN if str(values[key]).startswith(BEST) else Tone.PLAIN

    return tone
