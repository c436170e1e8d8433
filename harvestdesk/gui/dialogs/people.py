"""The people of a household: names, who is the spouse, one row each."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import PersonId
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme
from harvestdesk.gui.widgets.fields import Tick


class PeopleEditor(QWidget):
    """One row per person; a row is taken away with its button, a further one added below."""

    def __init__(self, theme: Theme, people: Sequence[Person]) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[_PersonRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(Space.TINY))
        self.add_button = QPushButton("Add &person")
        self.add_button.setAutoDefault(False)
        self.add_button.setProperty("quiet", True)
        self.add_button.clicked.connect(self._on_add)
        under = QHBoxLayout()
        under.addWidget(self.add_button)
        under.addStretch(1)
        self._column.addLayout(under)
        for person in people or (Person(PersonId(""), ""),):
            self._add(person)
        self.setFocusProxy(self._rows[0].name_field)

    def people(self) -> tuple[Person, ...]:
        """Return the people as typed; a new one has an empty id."""
        return tuple(row.person() for row in self._rows)

    def _on_add(self) -> None:
        row = self._add(Person(PersonId(""), "", is_spouse=len(self._rows) == 1))
        row.name_field.setFocus()

    def _add(self, person: Person) -> "_PersonRow":
        row = _PersonRow(self._theme, person)
        row.remove_button.clicked.connect(lambda: self._take_away(row))
        self._column.insertWidget(len(self._rows), row)
        self._rows.append(row)
        self._count()
        return row

    def _take_away(self, row: "_PersonRow") -> None:
        self._rows.remove(row)
        self._column.removeWidget(row)
        row.setParent(None)
        row.deleteLater()
        self._count()
        self._rows[0].name_field.setFocus()

    def _count(self) -> None:
        for number, row in enumerate(self._rows, start=1):
            row.say_number(number)
            row.remove_button.setEnabled(len(self._rows) > 1)


class _PersonRow(QWidget):
    def __init__(self, theme: Theme, person: Person) -> None:
        super().__init__()
        self._person = person
        self.name_field = QLineEdit(person.name)
        self.name_field.setPlaceholderText("name")
        self.spouse_box = Tick(theme, "spouse")
        self.spouse_box.setChecked(person.is_spouse)
        self.remove_button = QPushButton("Remove")
        self.remove_button.setAutoDefault(False)
        self.remove_button.setProperty("quiet", True)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(theme.px(Space.SMALL))
        across.addWidget(self.name_field, 1)
        across.addWidget(self.spouse_box)
        across.addWidget(self.remove_button)

    def person(self) -> Person:
        """Return the person as typed."""
        typed = self.name_field.text().strip()
        return replace(self._person, name=typed, is_spouse=self.spouse_box.isChecked())

    def say_number(self, number: int) -> None:
        """Give the fields names that tell the rows apart."""
        name(self.name_field, f"Name of person {number}")
        name(self.spouse_box, f"Person {number} is the spouse")
        name(self.remove_button, f"Remove person {number}")
