"""The session behind the slider: open while the page is on view, asked whenever a setting moves."""

from PySide6.QtCore import QObject, QTimer

from harvestdesk.domain.errors import HarvestError, NoPlanError
from harvestdesk.domain.frontier import LiveFigures
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.views.rebalance.live_line import LiveLine
from harvestdesk.gui.workers.live import LiveSession
from harvestdesk.gui.workers.runner import JobRunner
from harvestdesk.jobs.choices import live_session

OPEN_AFTER_MS = 400
"""Somebody who only passes through starts no process."""
WEIGHED = frozenset(
    {PlanKind.REBALANCE, PlanKind.INVEST, PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET}
)
"""Jobs whose trades are weighed against each other; the others pick lots by rule."""
_NO_PLAN = (
    "No plan keeps every limit asked for here. Plan trades says which ones contradict each other."
)
_TOO_HARD = "This cannot be worked out while you wait. Plan trades does it exactly."


class LiveControl(QObject):
    """Opens, asks, and closes when the page is left or the household changes.

    Attributes:
        talk: the session, or None while there is none.
        last: number of the newest question.
    """

    def __init__(self, runner: JobRunner | None, line: LiveLine, parent: QObject) -> None:
        super().__init__(parent)
        self._runner, self._line = runner, line
        self._snapshot: HouseholdSnapshot | None = None
        self._settings: PlanSettings | None = None
        self._visible = False
        self.talk: LiveSession | None = None
        self.last = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(OPEN_AFTER_MS)
        self._soon.timeout.connect(self._open)

    def show_household(self, snapshot: HouseholdSnapshot) -> None:
        """Answer for this household from now on."""
        if self._snapshot is not None and self._snapshot.fingerprint == snapshot.fingerprint:
            return
        self._snapshot = snapshot
        self._close()
        self._open_soon()

    def on_view(self, *, visible: bool) -> None:
        """The page came on view, or was left."""
        self._visible = visible
        if visible:
            self._open_soon()
        else:
            self._soon.stop()
            self._close()

    def ask(self, settings: PlanSettings) -> None:
        """The settings moved: work out what they come to."""
        self._settings = settings
        if self.talk is None:
            self._open_soon()
        else:
            self._send()

    def rest(self) -> None:
        """There is nothing to add: the plan on view says it, or a figure is missing."""
        self._settings = None
        self.last = self.last + 1  # what is still on its way is told no more
        self._line.show_words("")

    # --- the session -------------------------------------------------------------------------------
    def _open_soon(self) -> None:
        if self._visible and self.talk is None and self._runner is not None:
            self._soon.start()

    def _open(self) -> None:
        if self._runner is None or self._snapshot is None or not self._visible:
            return
        self.talk = self._runner.converse(live_session(self._snapshot))
        self.talk.answered.connect(self._on_answered)
        self.talk.refused.connect(self._on_refused)
        self.talk.failed.connect(self._on_failed)
        self._send()

    def _close(self) -> None:
        if self.talk is not None:
            self.talk.close()
            self.talk = None
        self._line.show_words("")

    def _send(self) -> None:
        if self.talk is None or self._settings is None:
            return
        if self._settings.kind not in WEIGHED:
            self._line.show_words("")
            self.last += 1  # what is still on its way is about another job
            return
        self._line.wait()
        self.last = self.talk.ask(self._settings)

    def _on_answered(self, number: int, figures: LiveFigures) -> None:
        if not self._is_current() or self._settings is None or self._settings.kind not in WEIGHED:
            return
        self._line.show_figures(figures)
        if number < self.last:
            self._line.wait()

    def _on_refused(self, number: int, error: HarvestError) -> None:
        if number != self.last or not self._is_current():
            return
        if isinstance(error, NoPlanError):
            self._line.show_words(_NO_PLAN if error.code == "infeasible" else _TOO_HARD)
        else:
            self._line.show_words(words_of(error))

    def _on_failed(self, error: HarvestError) -> None:
        if self._is_current():
            self.talk = None
            self._line.show_words(f"{words_of(error)} Figures come back with the next change.")

    def _is_current(self) -> bool:
        return self.talk is not None and self.sender() is self.talk
