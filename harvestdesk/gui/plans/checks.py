"""The checks of a plan in one line, its warnings below, and every check on demand."""

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from harvestdesk.domain.errors import Severity
from harvestdesk.gui.a11y import name
from harvestdesk.gui.formatting import per_cents
from harvestdesk.gui.plans.words import brief_notice, checks_words
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.widgets.detail_pane import DetailPane, Line
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.plan import PlanView


class ChecksPane(QWidget):
    """How many exact checks passed; failed ones and warnings in words; all of them when asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._view: PlanView | None = None
        self.toggle = name(QPushButton(), "Checks of the plan", "Shows every check, or hides them")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(lambda _on: self._say())
        self.pane = DetailPane(theme, "Checks and warnings of the plan")
        self.pane.setMinimumWidth(theme.px(200))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.SMALL))
        column.addWidget(self.toggle)
        column.addWidget(self.pane, 1)
        theme.changed.connect(self._say)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines on view below the summary."""
        return self.pane.lines

    def show_plan(self, view: PlanView) -> None:
        """Show checks and warnings of a plan; every check where one failed."""
        new = self._view is None or self._view.proposal.id != view.proposal.id
        self._view = view
        if new:
            self.toggle.setChecked(False)
        self._say()

    def _say(self) -> None:
        view = self._view
        if view is None:
            return
        words = checks_words(view)
        shown = self.toggle.isChecked()
        self.toggle.setText(f"{words}  {_CLOSE if shown else _OPEN}")
        self.toggle.setToolTip("Hide the checks" if shown else "Show every check")
        self.toggle.setAccessibleName(f"{words[2:]}. {self.toggle.toolTip()}")
        ok = all(c.passed for c in view.proposal.checks)
        ink = self._theme.text(Tone.PLAN if ok else Tone.ERROR).name()
        self.toggle.setStyleSheet(f"color: {ink}; text-align: left; font-weight: 600;")
        lines = check_lines(view, every=shown)
        self.pane.say("Before you trade" if view.proposal.notices else "Checks", lines)
        self.pane.setVisible(bool(lines))


_OPEN, _CLOSE = "\u25b8", "\u25be"


def check_lines(view: PlanView, *, every: bool = True) -> list[Line]:
    """Return failed checks first, then warnings, and the passed checks where all are wanted."""
    proposal = view.proposal
    failed = [c for c in proposal.checks if not c.passed]
    lines = [Line(f"\u2716 failed: {per_cents(sentence(c))}", tone=Tone.ERROR) for c in failed]
    for notice in proposal.notices:
        warns = notice.severity is not Severity.INFO
        sign = "\u26a0 " if warns else ""
        tone = Tone.WARNING if warns else Tone.PLAIN
        lines.append(Line(f"{sign}{brief_notice(notice)}", tone=tone))
    passed = [c for c in proposal.checks if c.passed] if every else []
    if passed:
        lines.append(Line("CHECKED EXACTLY", head=True))
    lines += [Line(f"\u2713 passed: {per_cents(sentence(c))}") for c in passed]
    return lines
