"""Asks which account a broker's file is of, where the file does not say so itself."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, Account
from harvestdesk.domain.ids import AccountId
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.fields import Choice


class WhichAccountDialog(FormDialog):
    """One choice; `account_id` holds it when accepted."""

    def __init__(
        self,
        theme: Theme,
        file: str,
        accounts: Sequence[Account],
        parent: QWidget | None = None,
    ) -> None:
        words = (
            f"{file} names no account of this household. Choose the one whose sales it lists; "
            "nothing is stored."
        )
        super().__init__(theme, "Which account is this?", words, "&Compare", parent)
        self.account_box = Choice(theme, "Account", "Account whose closed lots the file lists")
        self.account_box.offer(
            [(str(a.id), f"{a.name} ({ACCOUNT_TYPE_NAMES[a.type]})") for a in accounts],
            str(accounts[0].id) if accounts else "",
        )
        form = self.new_form()
        self.add_field(form, "account", "&Account", self.account_box)
        self.column.addLayout(form)
        self.setMinimumWidth(theme.px(520))
        self.accept_button.setEnabled(bool(accounts))
        self.buttons.accepted.connect(self.accept)

    @property
    def is_changed(self) -> bool:
        """A choice is nothing to lose."""
        return False

    @property
    def account_id(self) -> AccountId:
        """The account chosen."""
        return AccountId(str(self.account_box.currentData()))
