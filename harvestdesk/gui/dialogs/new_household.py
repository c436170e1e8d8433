"""New household: its name, who belongs to it, and where the file goes."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.gui.a11y import name as named
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.notice_bar import NoticeBar

_FORBIDDEN = '<>:"/\\|?*'


def file_name(title: str) -> str:
    """Return a file name every system accepts."""
    safe = "".join("-" if c in _FORBIDDEN or not c.isprintable() else c for c in title.strip())
    return (safe.strip(" .") or "household")[:80] + ".harvest"


class NewHouseholdDialog(QDialog):
    """Asks for a name and one or two people; accounts come with the first import."""

    def __init__(self, theme: Theme, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._folder = folder
        self._own_path = False
        self.setWindowTitle("New household")
        self.title_field = QLineEdit()
        self.title_field.setPlaceholderText("such as Rivera family")
        self.you = QLineEdit()
        self.spouse = QLineEdit()
        self.spouse.setPlaceholderText("leave empty if there is none")
        self.path_field = QLineEdit()
        self.problem = NoticeBar(theme)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._lay_out()
        self.title_field.textChanged.connect(self._on_title_changed)
        self.path_field.textEdited.connect(self._on_path_edited)
        self.buttons.accepted.connect(self._on_accept)
        self.buttons.rejected.connect(self.reject)
        self._on_title_changed("")

    def _lay_out(self) -> None:
        theme = self._theme
        layout = QVBoxLayout(self)
        edge = theme.px(Space.HUGE)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(Space.LARGE))
        title = QLabel("New household")
        title.setFont(theme.font(TextSize.SECTION, strong=True))
        layout.addWidget(title)
        words = QLabel(
            "Wash-sale rules look at you and your spouse as one, so both belong to the household. "
            "Accounts come in with your brokers' files."
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        form = QFormLayout()
        form.setSpacing(theme.px(Space.MEDIUM))
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("&Name", self.title_field)
        form.addRow("&Your name", self.you)
        form.addRow("&Spouse", self.spouse)
        file_label = QLabel("&File")
        file_label.setBuddy(self.path_field)
        form.addRow(file_label, self._path_row())
        layout.addLayout(form)
        layout.addWidget(self.problem)
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText("Create household")
        ok.setProperty("primary", True)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(theme.px(540))

    def _path_row(self) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        named(self.path_field, "File")
        across.addWidget(self.path_field, 1)
        choose = named(QPushButton("Choose…"), "Choose the file")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._on_choose)
        across.addWidget(choose)
        return row

    @property
    def path(self) -> Path:
        """Where the file goes."""
        return Path(self.path_field.text()).expanduser()

    @property
    def name(self) -> str:
        """The household's name."""
        return self.title_field.text().strip()

    @property
    def people(self) -> tuple[str, ...]:
        """Names of the people, the spouse second."""
        return tuple(n for n in (self.you.text().strip(), self.spouse.text().strip()) if n)

    def _on_title_changed(self, title: str) -> None:
        if not self._own_path:
            self.path_field.setText(str(self._folder / file_name(title)))

    def _on_path_edited(self, _text: str) -> None:
        self._own_path = True

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Household file", self.path_field.text(), "HarvestDesk household (*.harvest)"
        )
        if chosen:
            self._own_path = True
            self.path_field.setText(chosen)

    def _on_accept(self) -> None:
        problem = self._problem()
        if problem is None:
            self.accept()
            return
        words, field = problem
        self.problem.say(words, Tone.ERROR)
        self.adjustSize()
        field.setFocus()

    def _problem(self) -> tuple[str, QLineEdit] | None:
        if not self.name:
            return "Give the household a name.", self.title_field
        if not self.people:
            return "Say who the household belongs to.", self.you
        if self.path.suffix != ".harvest":
            return "The file name must end in .harvest.", self.path_field
        if self.path.exists():
            return f"{self.path.name} exists already; choose another name.", self.path_field
        return None
