"""How accounts take part in plans: one row for each account, and a dialog for the rule of one."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtWidgets import QWidget

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES, Account
from harvestdesk.domain.account_rule import ROLE_NAMES, AccountRole, AccountRule
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui import formatting
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.dialogs.form import FormDialog
from harvestdesk.gui.dialogs.menu_picker import MenuPicker
from harvestdesk.gui.dialogs.records import Acts, RecordList, RecordsDialog
from harvestdesk.gui.models.table_base import Column, Kind
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick
from harvestdesk.services.account_rules import account_rule_problems, save_account_rules

_TITLE = "How accounts take part"
_WORDS = (
    "Every plan looks at all accounts at once. Here you say where it trades, what an account offers, and how much "
    "cash stays. Each change is one step Edit, Undo takes back; plans made before it have to be worked out anew."
)
_COLUMNS = (
    Column("account", "Account", explain="Name of the account.", stretch=True),
    Column("type", "Type", explain="How it is taxed.", width=14),
    Column("role", "Takes part", explain="Where plans trade.", width=20),
    Column("menu", "Offers", explain="What may be bought here.", width=16),
    Column("least", "Least cash $", Kind.DOLLARS, "Below it a plan raises cash.", width=12),
    Column("reserve", "Reserve $", Kind.DOLLARS, "Neither invested nor raised.", width=11),
    Column("most", "Most cash $", Kind.DOLLARS, "Above it a plan must invest.", width=12),
)
_ROLE_WORDS: dict[AccountRole, str] = {
    AccountRole.NORMAL: "Plans trade here as anywhere.",
    AccountRole.FIRST: "Trades go here first: one elsewhere must be worth ten basis points more.",
    AccountRole.NEVER: "What is here stays as it is, but counts in risk and in the weights.",
}
_RULE_WORDS = (
    "Cash below the least is raised by selling; between least and reserve it is left alone; beyond the reserve it "
    "may be invested, and beyond the most it must be."
)
_MOST = Decimal(999_999_999)


class AccountRulesDialog(RecordsDialog):
    """One row for each account."""

    def __init__(
        self, theme: Theme, desk: Desk, loaded: Loaded, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, desk, loaded, _TITLE, _WORDS, parent)
        acts = Acts(None, self._edit, self._reset, "&Back to normal")
        self.rules = RecordList(theme, _TITLE, "rule", _COLUMNS, acts)
        self.column.addWidget(self.rules, 1)
        self.resize(theme.px(1060), theme.px(480))
        self._show()

    def _show(self) -> None:
        accounts = self._snapshot.accounts
        rules = [self._snapshot.rule_of[a.id] for a in accounts]
        self.rules.show_rows(
            {
                "account": [a.name for a in accounts],
                "type": [ACCOUNT_TYPE_NAMES[a.type] for a in accounts],
                "role": [ROLE_NAMES[r.role] for r in rules],
                "menu": [_offer_words(r) for r in rules],
                "least": [r.cash_min or None for r in rules],
                "reserve": [r.cash_reserve or None for r in rules],
                "most": [r.cash_max for r in rules],
            },
            [str(a.id) for a in accounts],
        )

    def _edit(self, key: str) -> None:
        for account in [a for a in self._snapshot.accounts if a.id == key]:
            self._open(AccountRuleDialog(self.theme, self._snapshot, account, self), self._save)

    def _reset(self, key: str) -> None:
        self._write_rules([r for r in self._snapshot.account_rules if r.account_id != key], None)

    def _save(self, dialog: "AccountRuleDialog") -> None:
        rule = dialog.record()
        others = [r for r in self._snapshot.account_rules if r.account_id != rule.account_id]
        if not dialog.show_problems(dialog.found()):
            self._write_rules([*others, rule], dialog)

    def _write_rules(self, rules: Sequence[AccountRule], dialog: FormDialog | None) -> None:
        self._write(_TITLE, lambda app: save_account_rules(app, rules), dialog)


class AccountRuleDialog(FormDialog):
    """The rule of one account; whoever opens it saves `record()`."""

    def __init__(
        self,
        theme: Theme,
        snapshot: HouseholdSnapshot,
        account: Account,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, f"How {account.name} takes part", _RULE_WORDS, "Save rule", parent)
        rule = snapshot.rule_of[account.id]
        self._snapshot, self._account = snapshot, account
        self.role_box = Choice(theme, "Takes part")
        self.role_box.offer([(r.value, words) for r, words in ROLE_NAMES.items()], rule.role)
        self.cash = {
            key: FigureField(theme, spoken, most=_MOST, step=500)
            for key, spoken in (
                ("cash_min", "Least cash $"),
                ("cash_reserve", "Reserve $"),
                ("cash_max", "Most cash $"),
            )
        }
        self.cash["cash_min"].show_value(rule.cash_min)
        self.cash["cash_reserve"].show_value(rule.cash_reserve)
        self.cash["cash_max"].show_value(rule.cash_max or rule.cash_reserve)
        self.limit_box = Tick(theme, "Cash above a &most must be invested")
        self.limit_box.setChecked(rule.cash_max is not None)
        self.menu_box = Tick(theme, "Only what is &ticked may be bought here")
        self.menu_box.setChecked(bool(rule.menu))
        self.picker = MenuPicker(theme, snapshot, rule.menu)
        self._lay_out_fields()
        self.limit_box.toggled.connect(self._enable)
        self.menu_box.toggled.connect(self._enable)
        self.role_box.currentIndexChanged.connect(self._enable)
        self._enable()

    def _lay_out_fields(self) -> None:
        theme, form = self.theme, self.new_form()
        for field in self.cash.values():
            field.setFixedWidth(theme.text_width(16))
        self.role_words = self.caption("")
        self.add_field(form, "role", "&Takes part", self.role_box)
        form.addRow("", self.role_words)
        self.add_field(form, "cash_min", "&Least cash $", self.cash["cash_min"])
        self.add_field(form, "cash_reserve", "&Reserve $", self.cash["cash_reserve"])
        form.addRow("", self.limit_box)
        self.add_field(form, "cash_max", "Most &cash $", self.cash["cash_max"])
        self._most_row = form.rowCount() - 1
        form.addRow("", self.menu_box)
        self.add_field(form, "menu", "&Offers", self.picker, self.picker.filter_field)
        self._form = form
        self.column.addLayout(form)
        self.column.addStretch(1)
        self.setMinimumWidth(theme.px(640))

    def _enable(self) -> None:
        role = AccountRole(self.role_box.currentData())
        trades = role is not AccountRole.NEVER
        self.role_words.setText(_ROLE_WORDS[role])
        for field in (self.cash["cash_min"], self.cash["cash_reserve"], self.limit_box):
            field.setEnabled(trades)
        self.menu_box.setEnabled(trades)
        self.cash["cash_max"].setEnabled(trades and self.limit_box.isChecked())
        self._form.setRowVisible(self._most_row, trades and self.limit_box.isChecked())
        self._form.setRowVisible(self._form.rowCount() - 1, trades and self.menu_box.isChecked())
        self._grow()

    def record(self) -> AccountRule:
        """Return the rule as typed."""
        limited, listed = self.limit_box.isChecked(), self.menu_box.isChecked()
        return AccountRule(
            self._account.id,
            AccountRole(self.role_box.currentData()),
            self.picker.chosen if listed else (),
            self.cash["cash_min"].value,
            self.cash["cash_reserve"].value,
            self.cash["cash_max"].value if limited else None,
        )

    def found(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        accounts = {a.id for a in self._snapshot.accounts}
        problems = account_rule_problems(
            [self.record()], accounts, self._snapshot.security_by_id.keys()
        )
        found = {field: words for (_row, field), words in problems.items()}
        if self.menu_box.isChecked() and not self.picker.chosen:
            found["menu"] = "Tick what may be bought here, or take the mark above away."
        half_typed = {
            key: f"{field.accessibleName()}: {field.range_words}."
            for key, field in self.cash.items()
            if field.isEnabled() and not field.hasAcceptableInput()
        }
        return found | half_typed


def _offer_words(rule: AccountRule) -> str:
    return formatting.plural(len(rule.menu), "security", "securities") if rule.menu else "anything"
