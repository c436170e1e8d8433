"""A button below the reason of a lot: what if it were sold, or kept, instead? The answer is in dollars."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel, QPushButton

from harvestdesk.domain.errors import HarvestError
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.gui.a11y import name
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.theme import Theme
from harvestdesk.gui.views.rebalance.live_control import WEIGHED
from harvestdesk.gui.views.rebalance.panes import ReasonPanel
from harvestdesk.gui.workers.live import LiveSession
from harvestdesk.gui.workers.runner import JobRunner
from harvestdesk.jobs.choices import ChoiceInputs, LotQuestion, lot_session
from harvestdesk.reports.rule_words import what_if_words
from harvestdesk.services.views.plan import KeptRow, SaleRow
from harvestdesk.services.views.rebalance import RebalanceView

SHOW_AFTER_MS = 600
_SELL, _KEEP = "What if this lot were sold instead?", "What if this lot were kept instead?"
_WAITING = "Planning again with this lot otherwise…"
_TIP = "Plans again with this lot otherwise, and says what that would cost or bring"
_STALE = "The household has changed since this plan was made; plan again to ask."


class OtherLot(QObject):
    """Asks in a session that keeps the plan solved, so that only the first question takes long.

    Attributes:
        talk: the session, or None before the first question.
        answers: words already given, by lot.
    """

    def __init__(
        self, runner: JobRunner | None, theme: Theme, why: ReasonPanel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._runner, self._why = runner, why
        self._snapshot: HouseholdSnapshot | None = None
        self._view: RebalanceView | None = None
        self._asked: dict[int, LotQuestion] = {}
        self.talk: LiveSession | None = None
        self.answers: dict[LotId, str] = {}
        self.button = name(QPushButton(_SELL), _SELL, _TIP)
        self.button.setProperty("quiet", True)
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.answer.setMinimumWidth(theme.px(160))
        self.answer.setTextInteractionFlags(why.words.textInteractionFlags())
        why.add_action(self.button)
        why.add_answer(self.answer)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(SHOW_AFTER_MS)
        self._patience.timeout.connect(lambda: self._write(_WAITING))
        self.button.clicked.connect(self.ask)
        why.said.connect(self._on_row)
        self._on_row(None)

    def show_household(self, snapshot: HouseholdSnapshot, view: RebalanceView | None) -> None:
        """Ask about this plan from now on."""
        same = view is not None and self._view is not None and view.proposal is self._view.proposal
        if not same or self._snapshot is None or self._snapshot.fingerprint != snapshot.fingerprint:
            self.close()
            self.answers.clear()
        self._snapshot, self._view = snapshot, view
        self._on_row(self._why.row)

    def close(self) -> None:
        """The page was left, or there is another plan."""
        self._patience.stop()
        self._asked.clear()
        if self.talk is not None:
            self.talk.close()
            self.talk = None

    def ask(self) -> None:
        """Ask about the row on view."""
        row, view = self._why.row, self._view
        if not isinstance(row, SaleRow | KeptRow) or view is None or self._snapshot is None:
            return
        if self.talk is None and self._runner is not None:
            inputs = ChoiceInputs(self._snapshot, view.proposal.asked)
            self.talk = self._runner.converse(lot_session(inputs))
            self.talk.answered.connect(self._on_answered)
            self.talk.refused.connect(self._on_refused)
            self.talk.failed.connect(self._on_failed)
        if self.talk is not None:
            self.button.setEnabled(False)
            self._patience.start()
            question = LotQuestion(row.lot_id, sold=isinstance(row, KeptRow))
            self._asked[self.talk.ask(question)] = question

    # --- showing -----------------------------------------------------------------------------------
    def _on_row(self, row: object) -> None:
        view = self._view
        told = row if isinstance(row, SaleRow | KeptRow) else None
        weighed = view is not None and view.proposal.kind in WEIGHED
        usable = weighed and told is not None and not _may_not_be_sold(told)
        self._patience.stop()
        self.button.setVisible(usable)
        if told is None or view is None or not usable:
            self._write("")
            return
        words = _SELL if isinstance(told, KeptRow) else _KEEP
        self.button.setText(words)
        stale = view.plan.stale
        name(self.button, words, _STALE if stale else _TIP)
        self.button.setToolTip(_STALE if stale else _TIP)
        self.button.setEnabled(not stale and self._runner is not None)
        self._write(self.answers.get(told.lot_id, ""))

    def _question(self, number: int) -> LotQuestion | None:
        """Return the question of an answer; older ones were dropped."""
        question = self._asked.pop(number, None)
        self._asked = {n: asked for n, asked in self._asked.items() if n > number}
        return question

    def _on_answered(self, number: int, what_if: WhatIf) -> None:
        question = self._question(number)
        if question is not None:
            subject = "Selling this lot instead" if question.sold else "Keeping this lot instead"
            self._told(question, what_if_words(what_if, subject))

    def _on_refused(self, number: int, error: HarvestError) -> None:
        question = self._question(number)
        if question is not None:
            self._told(question, words_of(error))

    def _on_failed(self, error: HarvestError) -> None:
        self.talk = None
        self._asked.clear()
        self._patience.stop()
        self._on_row(self._why.row)
        self._write(words_of(error))

    def _told(self, question: LotQuestion, words: str) -> None:
        self.answers[question.lot_id] = words
        row = self._why.row
        if isinstance(row, SaleRow | KeptRow) and row.lot_id == question.lot_id:
            self._patience.stop()
            self.button.setEnabled(True)
            self._write(words)

    def _write(self, words: str) -> None:
        self.answer.setText(words)
        self.answer.setAccessibleName(words or "No answer asked for")
        self.answer.setVisible(bool(words))


def _may_not_be_sold(row: SaleRow | KeptRow) -> bool:
    """Return True for a lot that waits for a day; its reason says which."""
    return isinstance(row, KeptRow) and row.free_from is not None
