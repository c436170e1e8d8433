"""Page 3: which account of the household each account of a file is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, Account, AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.widgets.fields import Choice
from harvestdesk.gui.widgets.wizard_frame import WizardPage
from harvestdesk.gui.wizards.import_statements.draft import Decision, Draft
from harvestdesk.services.importing.mapping import AccountMapping

_NEW = ""
_ASK = "?"


class AccountRow(QFrame):
    """One account of a file: where its rows go, and name and type if it is new.

    Signals:
        edited: the person changed name or type of the new account.
    """

    edited = Signal()

    def __init__(
        self,
        theme: Theme,
        file: str,
        mapping: AccountMapping,
        accounts: Sequence[Account],
        proposed: Account | None,
    ) -> None:
        super().__init__()
        self.mapping = mapping
        self.setProperty("card", True)
        label = mapping.label
        self.target = Choice(theme, f"Account for {label} of {file}")
        self.name_field = name(QLineEdit(), f"Name of the new account for {label}")
        self.type_box = Choice(theme, f"Type of the new account for {label}")
        self._fill(accounts, proposed)
        title = QLabel(label)
        title.setFont(theme.font(TextSize.BODY, strong=True))
        source = QLabel(file)
        source.setFont(theme.font(TextSize.CAPTION))
        layout = QGridLayout(self)
        edge = theme.px(Space.MEDIUM)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setHorizontalSpacing(theme.px(Space.MEDIUM))
        layout.setVerticalSpacing(theme.px(Space.TINY))
        layout.addWidget(title, 0, 0)
        layout.addWidget(source, 1, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.target, 0, 1, 1, 2)
        layout.addWidget(self.name_field, 1, 1)
        layout.addWidget(self.type_box, 1, 2)
        for column, share in ((0, 2), (1, 2), (2, 1)):
            layout.setColumnStretch(column, share)
        self.target.currentIndexChanged.connect(self._on_target_changed)
        self.name_field.textChanged.connect(self._on_edited)
        self.type_box.currentIndexChanged.connect(self._on_edited)
        self._on_target_changed()

    def follow(self, other: "AccountRow") -> None:
        """Say the same as another row of the same new account."""
        if self.mapping.account_id is None:
            return
        self.name_field.setText(other.name_field.text())
        self.type_box.setCurrentIndex(other.type_box.currentIndex())

    def _on_edited(self) -> None:
        self.edited.emit()

    def _fill(self, accounts: Sequence[Account], proposed: Account | None) -> None:
        if self.mapping.account_id is None:
            self.target.addItem("Choose…", _ASK)
        for account in accounts:
            self.target.addItem(f"{account.name} ({ACCOUNT_TYPE_NAMES[account.type]})", account.id)
        self.target.addItem("New account", _NEW)
        for kind in AccountType:
            self.type_box.addItem(ACCOUNT_TYPE_NAMES[kind], kind.value)
        wanted: str = _ASK if self.mapping.account_id is None else self.mapping.account_id
        if proposed is not None:
            wanted = _NEW
            self.name_field.setText(proposed.name)
            self.type_box.setCurrentIndex(self.type_box.findData(proposed.type.value))
        self.name_field.setPlaceholderText("name of the new account")
        self.target.setCurrentIndex(max(0, self.target.findData(wanted)))

    @property
    def is_open(self) -> bool:
        """True while nothing has been chosen, or a new account has no name."""
        chosen = self.target.currentData()
        return chosen == _ASK or (chosen == _NEW and not self.name_field.text().strip())

    def decision(self) -> Decision:
        """Return what was chosen."""
        chosen = str(self.target.currentData())
        return Decision(
            self.mapping.file,
            self.mapping.key,
            AccountId(chosen) if chosen != _NEW else None,
            self.name_field.text().strip(),
            AccountType(self.type_box.currentData()),
        )

    def _on_target_changed(self) -> None:
        new = self.target.currentData() == _NEW
        self.name_field.setVisible(new)
        self.type_box.setVisible(new)


class AccountsPage(WizardPage):
    """One row per account of the files."""

    step = "Accounts"
    question = "Whose accounts are these?"

    def __init__(self, theme: Theme, draft: Draft, accounts: Sequence[Account]) -> None:
        super().__init__(theme)
        self._draft = draft
        self._accounts = tuple(accounts)
        self._shown: object = None
        self.rows: list[AccountRow] = []
        words = QLabel(
            "The type of an account decides how sales are taxed, and a purchase in an IRA can make "
            "a loss worthless for good. Look at it twice."
        )
        words.setWordWrap(True)
        self._area = name(QScrollArea(), "Accounts of the files")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self.body.addWidget(words)
        self.body.addWidget(self._area, 1)

    def entered(self) -> None:
        """Show the accounts; what was chosen stays while the files are the same."""
        preview = self._draft.preview
        if preview is None or preview is self._shown:
            return
        self._shown = preview
        proposed = {a.id: a for a in preview.new_accounts}
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        self.rows = []
        for file in preview.files:
            for mapping in file.mappings:
                new = proposed.get(mapping.account_id) if mapping.account_id else None
                row = AccountRow(self.theme, file.path.name, mapping, self._accounts, new)
                row.edited.connect(self._on_row_edited)
                self.rows.append(row)
                column.addWidget(row)
        if not self.rows:
            column.addWidget(QLabel("These files belong to no account in particular."))
        column.addStretch(1)
        self._area.setWidget(holder)

    def _on_row_edited(self) -> None:
        """One new account in several files is one account: its rows say the same."""
        edited = self.sender()
        if isinstance(edited, AccountRow):
            for row in self.rows:
                if row is not edited and row.mapping.account_id == edited.mapping.account_id:
                    row.follow(edited)

    def problem(self) -> str:
        """Every account must be decided."""
        if any(row.is_open for row in self.rows):
            return "Choose an account for every file, or name the new one."
        return ""

    def decisions(self) -> list[Decision]:
        """Return what was chosen."""
        return [row.decision() for row in self.rows]
