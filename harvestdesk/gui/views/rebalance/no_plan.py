"""Said in place of trades where no plan keeps every rule: which rules are in conflict, and which one to let give."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from harvestdesk.domain.conflict import Conflict, ConflictError, RuleGive
from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.relaxed import relaxed
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.formatting import per_cents
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.reports.asked_words import asked_rows
from harvestdesk.reports.rule_words import conflict_words, give_words


class NoPlanPanel(QFrame):
    """The conflict in words, and a button for each way out.

    Signals:
        allowed: PlanSettings with one rule, or all that must give together, loosened by enough.
    """

    allowed = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.asked: PlanSettings | None = None
        self.buttons: list[QPushButton] = []
        self.setProperty("card", True)
        head = QLabel("No plan keeps every rule")
        head.setFont(theme.font(TextSize.SECTION, strong=True))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._ways = QVBoxLayout()
        self._ways.setSpacing(theme.px(Space.SMALL))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*([theme.px(Space.HUGE)] * 4))
        self._column.setSpacing(theme.px(Space.MEDIUM))
        self._column.addWidget(head)
        self._column.addWidget(self.words)
        self._column.addLayout(self._ways)
        self._column.addStretch(1)

    def say(self, asked: PlanSettings, error: NoPlanError, snapshot: HouseholdSnapshot) -> None:
        """Say what was asked for in vain, why, and what one could allow."""
        self.asked = asked
        names = _names(snapshot)
        self._clear()
        said: tuple[str, ...] = (words_of(error),)
        if isinstance(error, ConflictError) and error.conflict.together:
            said = conflict_words(error.conflict, names)
            for way in _ways(error.conflict):
                self._offer(
                    asked, way, snapshot, per_cents(" ".join(give_words(g, names) for g in way))
                )
        said = tuple(per_cents(x) for x in said)
        self.words.setText("\n".join(said))
        self.setAccessibleName(f"No plan keeps every rule. {' '.join(said)}")

    def place(self, widget: QWidget) -> None:
        """Put a widget below the words and the buttons."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def _offer(
        self, asked: PlanSettings, way: Sequence[RuleGive], snapshot: HouseholdSnapshot, why: str
    ) -> None:
        """Offer what lets rules give enough, in the figures that will be asked for then."""
        loosened = asked
        for give in way:
            step = relaxed(loosened, give)
            if step is None:  # with one of them left as it is, the others help nobody
                return
            loosened = step
        was = {row.field: row.value for row in asked_rows(asked, snapshot)}
        changed = [r for r in asked_rows(loosened, snapshot) if r.value != was.get(r.field)]
        words = per_cents(
            "; ".join(f"{r.label} {r.value} instead of {was.get(r.field)}" for r in changed)
        )
        button = name(QPushButton(f"Allow: {words}"), f"Allow: {words}", why)
        button.setToolTip(f"{why} Writes it at the left and plans again.")
        button.clicked.connect(lambda: self.allowed.emit(loosened))
        self.buttons.append(button)
        self._ways.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _clear(self) -> None:
        for button in self.buttons:
            self._ways.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []


def _ways(conflict: Conflict) -> list[tuple[RuleGive, ...]]:
    """Return the ways out: each rule of which one alone is enough, then the least that gives all together."""
    alone = {(g.kind, g.name, g.least): g for g in conflict.alone}
    ways: list[tuple[RuleGive, ...]] = [(give,) for give in alone.values()]
    together = tuple(conflict.together)
    known = len(together) == 1 and (together[0].kind, together[0].name, together[0].least) in alone
    return ways if known else [*ways, together]


def _names(snapshot: HouseholdSnapshot) -> dict[str, str]:
    """Return what people call accounts and securities, by id."""
    accounts = {str(a.id): a.name for a in snapshot.accounts}
    return {**accounts, **{str(s.id): s.symbol for s in snapshot.securities}}
