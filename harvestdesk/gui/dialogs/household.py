"""Household settings: name and people, the tax profile, and the accounts."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, RELIEF_NAMES, Account
from harvestdesk.domain.household import Household
from harvestdesk.domain.states import STATE_NAMES
from harvestdesk.gui.a11y import name
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.account import AccountDialog
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.dialogs.people import PeopleEditor
from harvestdesk.gui.dialogs.tax_fields import TaxFields
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.models.table_base import Column, ColumnTable
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.segments import Segments

_PEOPLE, _TAXES, _ACCOUNTS = range(3)
_ACCOUNTS_NOTE = "Each account is saved by itself, as one step that Edit, Undo takes back."
_COLUMNS = (
    Column("name", "Account", explain="Name of the account.", stretch=True),
    Column("type", "Type", explain="How its sales are taxed.", width=14),
    Column("owners", "Owned by", explain="People of the household who own it.", width=22),
    Column("custodian", "Broker", explain="Where the account is held.", width=17),
    Column("relief", "Relief method", explain="Which lots go when none are named.", width=20),
)


class HouseholdDialog(FormDialog):
    """Edits the household; what was planned before is out of date afterwards, and says so."""

    def __init__(
        self, theme: Theme, desk: Desk, loaded: Loaded, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, "Household settings", "", "Save", parent)
        self._desk = desk
        snapshot = loaded.data.snapshot
        self._household = snapshot.household
        self._people = snapshot.people
        self.title_field = QLineEdit(self._household.name)
        self.people_editor = PeopleEditor(theme, self._people)
        from harvestdesk.services.states import states_without_table

        # Its fields come first: that is where the dialog begins, and where its first problem is shown.
        self._people_page = self._people_section()
        self.tax = TaxFields(theme, self, self._household.tax, STATE_NAMES, states_without_table())
        self.sections = Segments(
            theme,
            "Section",
            (
                ("People", "Name and people of the household"),
                ("Taxes", "Filing status, income, state and losses carried forward"),
                ("Accounts", "The household's accounts, one by one"),
            ),
        )
        self.accounts = DataTable(ColumnTable(_COLUMNS, theme), theme, "Accounts", filters=False)
        self._lay_out_sections()
        self.setMinimumSize(theme.px(900), theme.px(680))
        self.buttons.accepted.connect(self._on_save)
        desk.refreshed.connect(self._on_refreshed)
        self._show_accounts(loaded)

    # --- layout ----------------------------------------------------------------------------------
    def _lay_out_sections(self) -> None:
        stack = QStackedWidget()
        stack.addWidget(self._people_page)
        stack.addWidget(self._tax_section())
        stack.addWidget(self._accounts_section())
        self.sections.chosen.connect(stack.setCurrentIndex)
        across = QHBoxLayout()
        across.addWidget(self.sections)
        across.addStretch(1)
        self.column.addLayout(across)
        self.column.addWidget(stack, 1)

    def _people_section(self) -> QWidget:
        form = self.new_form()
        self.add_field(form, "name", "&Name", self.title_field)
        self.add_field(form, "people", "People", self.people_editor)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addStretch(1)
        return inside

    def _tax_section(self) -> QWidget:
        area = name(QScrollArea(), "Taxes")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.tax)
        return area

    def _accounts_section(self) -> QWidget:
        section = QWidget()
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        self.add_button = QPushButton("&Add account…")
        self.edit_button = QPushButton("&Edit account…")
        across = QHBoxLayout()
        for button, act in ((self.add_button, self.add_account), (self.edit_button, self._on_edit)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, act=act: act())
            across.addWidget(button)
        across.addStretch(1)
        self.edit_button.setEnabled(False)
        self.accounts.selection_changed.connect(
            lambda keys: self.edit_button.setEnabled(bool(keys))
        )
        self.accounts.activated.connect(lambda _key: self._on_edit())
        column.addWidget(wrapped(_ACCOUNTS_NOTE))
        column.addWidget(self.accounts, 1)
        column.addLayout(across)
        return section

    # --- accounts --------------------------------------------------------------------------------
    def show_accounts(self) -> None:
        """Go to the accounts."""
        self._go_to(_ACCOUNTS)

    def show_taxes(self) -> None:
        """Go to the tax profile."""
        self._go_to(_TAXES)

    def _go_to(self, section: int) -> None:
        self.sections.choose(section)
        self.sections.chosen.emit(section)

    def add_account(self) -> None:
        """Ask for a new account."""
        self._open_account(None)

    def _on_edit(self) -> None:
        chosen = {str(key) for key in self.accounts.selected_keys()}
        loaded = self._desk.loaded
        accounts = loaded.data.snapshot.accounts if loaded else ()
        for account in [a for a in accounts if a.id in chosen][:1]:
            self._open_account(account)

    def _open_account(self, account: Account | None) -> None:
        dialog = AccountDialog(self.theme, self._desk, account, self._people, self)
        dialog.setModal(True)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_refreshed(self, loaded: Loaded) -> None:
        self._show_accounts(loaded)

    def _show_accounts(self, loaded: Loaded) -> None:
        from harvestdesk.services.household_settings import CUSTODIANS

        snapshot = loaded.data.snapshot
        names = {p.id: p.name for p in snapshot.people}
        accounts = snapshot.accounts
        self.accounts.model.set_rows(
            {
                "name": [a.name for a in accounts],
                "type": [ACCOUNT_TYPE_NAMES[a.type] for a in accounts],
                "owners": [", ".join(names.get(o, "") for o in a.owner_ids) for a in accounts],
                "custodian": [CUSTODIANS.get(a.custodian, a.custodian) for a in accounts],
                "relief": [RELIEF_NAMES[a.relief] for a in accounts],
            },
            [a.id for a in accounts],
        )

    # --- saving ----------------------------------------------------------------------------------
    def household(self) -> Household:
        """Return the household as typed."""
        title = self.title_field.text().strip()
        return replace(self._household, name=title, tax=self.tax.profile())

    def _found(self) -> dict[str, str]:
        from harvestdesk.services.household_settings import household_problems

        found = household_problems(self.household(), self.people_editor.people())
        found |= self.tax.half_typed()
        return found

    def _on_save(self) -> None:
        from harvestdesk.services.household_settings import save_household

        found = self._found()
        if found:
            # The section first: a field that is not on view can't take the focus.
            self._go_to(_PEOPLE if found.keys() & {"name", "people"} else _TAXES)
        if self.show_problems(found):
            return
        household, people = self.household(), self.people_editor.people()
        if (household, people) == (self._household, tuple(self._people)):
            self.accept()
            return
        self.accept_button.setEnabled(False)
        handle = self._desk.quiet_work(
            "Saving the household", lambda app: save_household(app, household, people)
        )
        handle.succeeded.connect(lambda _changes: self.accept())
        handle.succeeded.connect(self._desk.reload)
        handle.failed.connect(self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self.accept_button.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)
