"""New household: its name, who belongs to it, and where the file goes."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from harvestdesk.gui.a11y import name as named
from harvestdesk.gui.dialogs.form import FormDialog, with_button
from harvestdesk.gui.theme import Theme

_WORDS = (
    "Wash-sale rules look at you and your spouse as one, so both belong to the household. "
    "Accounts come in with your brokers' files."
)
_FORBIDDEN = '<>:"/\\|?*'


def file_name(title: str) -> str:
    """Return a file name every system accepts."""
    safe = "".join("-" if c in _FORBIDDEN or not c.isprintable() else c for c in title.strip())
    return (safe.strip(" .") or "household")[:80] + ".harvest"


class NewHouseholdDialog(FormDialog):
    """Asks for a name and one or two people; accounts come with the first import."""

    def __init__(self, theme: Theme, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(theme, "New household", _WORDS, "Create household", parent)
        self._folder = folder
        self._own_path = False
        self.title_field = QLineEdit()
        self.title_field.setPlaceholderText("such as Rivera family")
        self.you = QLineEdit()
        self.spouse = QLineEdit()
        self.spouse.setPlaceholderText("leave empty if there is none")
        self.path_field = named(QLineEdit(), "File")
        path_row, choose = with_button(self.path_field, "Choose the file")
        form = self.new_form()
        self.add_field(form, "name", "&Name", self.title_field)
        self.add_field(form, "people", "&Your name", self.you)
        self.add_field(form, "spouse", "&Spouse", self.spouse)
        self.add_field(form, "path", "&File", path_row, self.path_field)
        self.column.addLayout(form)
        self.setMinimumWidth(theme.px(540))
        choose.clicked.connect(self._on_choose)
        self.title_field.textChanged.connect(self._on_title_changed)
        self.path_field.textEdited.connect(self._on_path_edited)
        self.buttons.accepted.connect(self._on_accept)
        self._on_title_changed("")

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
        if not self.show_problems(self._found()):
            self.accept()

    def _found(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if not self.name:
            found["name"] = "Give the household a name."
        if not self.you.text().strip():
            found["people"] = "Say who the household belongs to."
        if self.path.suffix != ".harvest":
            found["path"] = "The file name must end in .harvest."
        elif self.path.exists():
            found["path"] = f"{self.path.name} exists already; choose another name."
        return found
