"""What is asked of a plan, as sentences with figures to change."""

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.proposal import HarvestGoal, HarvestSettings, RiskLimit
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.formatting import short_name
from harvestdesk.gui.plans.words import GOAL_WORDS, LIMIT_WORDS
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.widgets.fields import Choice, FigureField, Tick

_DISALLOWED = (
    "A lot locked by a purchase within 30 days is sold whole if no more of its loss is disallowed. Only the loss "
    "on as many shares as were bought is disallowed (Reg. 1.1091-1(c), (d)); it is added to the basis of "
    "those shares (IRC §1091(d)). A loss an IRA-type account would destroy is never accepted."
)


class SettingsPanel(QFrame):
    """The sentences and their fields.

    Signals:
        changed: the person changed a figure or a choice.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._base = HarvestSettings()
        self._symbols: dict[str, SecurityId] = {}
        self._accounts: dict[AccountId, Tick] = {}
        self._quiet = False
        self.setProperty("card", True)
        self.limit = Choice(theme, "Tracking error is limited")
        self.limit.addItems(list(LIMIT_WORDS.values()))
        self.tracking_error = FigureField(
            theme, "Limit of tracking error in basis points", most=Decimal(1000), decimals=1
        )
        self.goal = Choice(theme, "What the plan looks for")
        self.goal.addItems(list(GOAL_WORDS.values()))
        most = Decimal(1_000_000)
        self.min_loss = FigureField(
            theme, "Smallest loss worth a sale in dollars", most=most, step=5
        )
        self.min_trade = FigureField(theme, "Smallest order in dollars", most=most, step=50)
        self.disallowed = name(
            FigureField(
                theme, "Most of a lot's loss that may be disallowed in percent", most=Decimal(100)
            ),
            "Most of a lot's loss that may be disallowed, in percent",
            _DISALLOWED,
        )
        self.disallowed.setToolTip(_DISALLOWED)
        self.replace = Tick(theme, "Buy replacements too")
        self.replace.setToolTip("In the same plan; otherwise the proceeds stay in cash")
        self.excluded = name(
            QLineEdit(), "Never trade these symbols", "Symbols with commas between"
        )
        self.excluded.setPlaceholderText("symbols, with commas")
        self.unknown = QLabel()
        self.unknown.setWordWrap(True)
        self._boxes = QVBoxLayout()
        self._lay_out()
        self.limit.currentIndexChanged.connect(self._on_changed)
        self.goal.currentIndexChanged.connect(self._on_changed)
        for field in (self.tracking_error, self.min_loss, self.min_trade, self.disallowed):
            field.value_changed.connect(self._on_changed)
        self.replace.toggled.connect(self._on_changed)
        self.excluded.textChanged.connect(self._on_changed)
        self.show_settings(self._base)

    # --- what is asked -----------------------------------------------------------------------------
    def settings(self) -> HarvestSettings:
        """Return what the sentences say now."""
        chosen = tuple(a for a, box in self._accounts.items() if box.isChecked())
        every = len(chosen) == len(self._accounts)
        return HarvestSettings(
            tracking_error_bp=self.tracking_error.value,
            risk_limit=list(LIMIT_WORDS)[self.limit.currentIndex()],
            goal=list(GOAL_WORDS)[self.goal.currentIndex()],
            min_loss=self.min_loss.value,
            min_trade=self.min_trade.value,
            account_ids=() if every else chosen,
            excluded_security_ids=self._excluded_ids(),
            replace=self.replace.isChecked(),
            max_disallowed_percent=self.disallowed.value,
            ladder_length=self._base.ladder_length,
            time_limit_seconds=self._base.time_limit_seconds,
        )

    def show_settings(self, settings: HarvestSettings) -> None:
        """Write settings into the sentences, silently."""
        self._quiet = True
        self._base = settings
        self.limit.setCurrentIndex(list(RiskLimit).index(settings.risk_limit))
        self.goal.setCurrentIndex(list(HarvestGoal).index(settings.goal))
        self.tracking_error.show_value(settings.tracking_error_bp)
        self.min_loss.show_value(settings.min_loss)
        self.min_trade.show_value(settings.min_trade)
        self.disallowed.show_value(settings.max_disallowed_percent)
        self.replace.setChecked(settings.replace)
        by_id = {v: k for k, v in self._symbols.items()}
        self.excluded.setText(
            ", ".join(by_id[s] for s in settings.excluded_security_ids if s in by_id)
        )
        for account_id, box in self._accounts.items():
            box.setChecked(not settings.account_ids or account_id in settings.account_ids)
        self._quiet = False

    def show_household(self, snapshot: HouseholdSnapshot) -> None:
        """Offer the accounts that can be harvested and know the symbols of the household."""
        self._symbols = {s.symbol: s.id for s in snapshot.securities}
        taxable = [a for a in snapshot.accounts if a.type.is_taxable]
        if [a.id for a in taxable] != list(self._accounts):
            self._offer(taxable)

    def _offer(self, accounts: Sequence[Account]) -> None:
        for box in self._accounts.values():
            self._boxes.removeWidget(box)
            box.hide()
            box.deleteLater()
        self._accounts = {}
        for account in accounts:
            box = Tick(self._theme, short_name(account.name), account.name)
            box.setToolTip(f"Lots of {account.name} may be sold, and replacements bought there")
            box.setChecked(True)
            box.toggled.connect(self._on_changed)
            self._accounts[account.id] = box
            self._boxes.addWidget(box)

    @property
    def account_boxes(self) -> list[Tick]:
        """The boxes of the accounts."""
        return list(self._accounts.values())

    def _excluded_ids(self) -> tuple[SecurityId, ...]:
        return tuple(self._symbols[s] for s in self._typed() if s in self._symbols)

    def _typed(self) -> list[str]:
        words = self.excluded.text().replace(";", ",").split(",")
        return [w.strip().upper() for w in words if w.strip()]

    def _on_changed(self) -> None:
        unknown = [s for s in self._typed() if s not in self._symbols]
        self.unknown.setText(f"Not held here: {', '.join(unknown)}" if unknown else "")
        self.unknown.setVisible(bool(unknown))
        if not self._quiet:
            self.changed.emit()

    # --- parts -------------------------------------------------------------------------------------
    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        side = self._theme.px(Space.MEDIUM)
        column.setContentsMargins(side, self._theme.px(Space.MEDIUM), side, side)
        column.setSpacing(self._theme.px(Space.SMALL))
        head = QLabel("What is asked")
        head.setFont(self._theme.font(TextSize.SECTION, strong=True))
        column.addWidget(head)
        column.addWidget(QLabel("Keep tracking error"))
        column.addWidget(self.limit)
        column.addLayout(self._sentence("", self.tracking_error, "bp a year."))
        column.addWidget(QLabel("Look for"))
        column.addWidget(self.goal)
        column.addLayout(self._sentence("Skip losses below $", self.min_loss))
        column.addLayout(self._sentence("Skip orders below $", self.min_trade))
        column.addLayout(self._sentence("Accept up to", self.disallowed, "%"))
        rest = QLabel("of a lot's loss being disallowed")
        rest.setToolTip(_DISALLOWED)
        column.addWidget(rest)
        column.addWidget(self.replace)
        column.addSpacing(self._theme.px(Space.TINY))
        column.addWidget(QLabel("Trade in"))
        column.addLayout(self._boxes)
        column.addSpacing(self._theme.px(Space.TINY))
        column.addWidget(QLabel("Never trade"))
        column.addWidget(self.excluded)
        column.addWidget(self.unknown)
        self.unknown.hide()
        column.addStretch(1)

    def _sentence(self, before: str, field: QWidget, after: str = "") -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(Space.TINY))
        if before:
            row.addWidget(QLabel(before))
        field.setFixedWidth(self._theme.text_width(8))
        row.addWidget(field)
        if after:
            row.addWidget(QLabel(after))
        row.addStretch(1)
        return row
