"""One account: what it is, whose, where, and how the broker handles sales and dividends."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from harvestdesk.domain.account import (
    ACCOUNT_TYPE_NAMES,
    RELIEF_NAMES,
    Account,
    AccountType,
    ReliefMethod,
)
from harvestdesk.domain.household import Person
from harvestdesk.domain.ids import AccountId
from harvestdesk.gui.desk import Desk
from harvestdesk.gui.dialogs.form import FormDialog, wrapped
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.fields import Choice, Tick

_WORDS = (
    "The type decides how sales are taxed, and whether a purchase here makes a loss worthless for "
    "good. The relief method is the broker's own rule for sales that name no lots."
)
_LEAST_TAX = (
    "Sales that name no lots are taken as if you had told the broker the lots that cost least tax. "
    "Changing your tax profile works them out anew."
)


class AccountDialog(FormDialog):
    """Adds an account, or edits one; saving is one undo step."""

    def __init__(
        self,
        theme: Theme,
        desk: Desk,
        account: Account | None,
        people: Sequence[Person],
        parent: QWidget | None = None,
    ) -> None:
        title = "Edit account" if account else "Add account"
        super().__init__(theme, title, _WORDS, "Save account", parent)
        self._desk = desk
        self._account = account
        shown = account or Account(AccountId(""), "")
        self.name_field = QLineEdit(shown.name)
        self.type_box = Choice(theme, "Type")
        self.owner_boxes = {p.id: Tick(theme, p.name, f"Owned by {p.name}") for p in people}
        for person_id, box in self.owner_boxes.items():
            box.setChecked(person_id in shown.owner_ids)
        self.custodian_box = Choice(theme, "Broker")
        self.tail_field = QLineEdit(shown.number_tail)
        self.tail_field.setMaxLength(4)
        self.relief_box = Choice(theme, "Relief method")
        self.relief_words = wrapped(_LEAST_TAX)
        self.reinvests_box = Tick(theme, "&Dividends are reinvested (DRIP)")
        self.reinvests_box.setChecked(shown.reinvests)
        self.fractional_box = Tick(theme, "Orders may be for &fractions of a share")
        self.fractional_box.setChecked(shown.fractional)
        self._fill(shown)
        self._lay_out_fields()
        self._say_relief()
        self.relief_box.currentIndexChanged.connect(self._say_relief)
        self.buttons.accepted.connect(self._on_save)

    def _fill(self, shown: Account) -> None:
        from harvestdesk.services.household_settings import CUSTODIANS

        self.type_box.offer(ACCOUNT_TYPE_NAMES.items(), shown.type)
        self.relief_box.offer(RELIEF_NAMES.items(), shown.relief)
        brokers = {shown.custodian: shown.custodian, **CUSTODIANS}
        self.custodian_box.offer(brokers.items(), shown.custodian)

    def _lay_out_fields(self) -> None:
        form = self.new_form()
        owners = QWidget()
        column = QVBoxLayout(owners)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.TINY))
        for box in self.owner_boxes.values():
            column.addWidget(box)
        first = next(iter(self.owner_boxes.values()), None)
        self.add_field(form, "name", "&Name", self.name_field)
        self.add_field(form, "type", "&Type", self.type_box)
        self.add_field(form, "owner_ids", "&Owned by", owners, first)
        self.add_field(form, "custodian", "&Broker", self.custodian_box)
        self.add_field(form, "number_tail", "&Last four of the number", self.tail_field)
        self.add_field(form, "relief", "&Relief method", self.relief_box)
        form.addRow("", self.relief_words)
        for box in (self.reinvests_box, self.fractional_box):
            form.addRow("", box)
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.setMinimumWidth(self.theme.px(520))

    def _say_relief(self) -> None:
        """Say what least tax means, where it is chosen."""
        least_tax = self.relief_box.currentData() == ReliefMethod.MIN_TAX
        self.relief_words.setVisible(least_tax)
        self.relief_box.setAccessibleDescription(_LEAST_TAX if least_tax else "")
        self._grow()

    def account(self) -> Account:
        """Return the account as typed."""
        return Account(
            id=self._account.id if self._account else AccountId(""),
            name=self.name_field.text().strip(),
            type=AccountType(self.type_box.currentData()),
            owner_ids=tuple(p for p, box in self.owner_boxes.items() if box.isChecked()),
            custodian=str(self.custodian_box.currentData()),
            number_tail=self.tail_field.text().strip(),
            relief=ReliefMethod(self.relief_box.currentData()),
            reinvests=self.reinvests_box.isChecked(),
            fractional=self.fractional_box.isChecked(),
        )

    def _on_save(self) -> None:
        from harvestdesk.services import household_settings as settings

        account, loaded = self.account(), self._desk.loaded
        others = loaded.data.snapshot.accounts if loaded else ()
        if self.show_problems(settings.account_problems(account, others)):
            return
        if account == self._account:
            self.accept()
            return
        save = settings.save_account if self._account else settings.add_account
        self.accept_button.setEnabled(False)
        handle = self._desk.quiet_work(self.windowTitle(), lambda app: save(app, account))
        handle.succeeded.connect(lambda _changes: self.accept())
        handle.succeeded.connect(self._desk.reload)
        handle.failed.connect(self._on_failed)

    def _on_failed(self, error: BaseException) -> None:
        self.accept_button.setEnabled(True)
        self.notice.say(words_of(error), Tone.ERROR)
