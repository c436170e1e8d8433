"""Draws the curve when its part is on view, keeps it to the settings at the left, and plans from it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from harvestdesk.domain.conflict import ConflictError
from harvestdesk.domain.frontier import Frontier
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.views.rebalance.frontier_part import ABOUT, FrontierPart
from harvestdesk.gui.views.rebalance.live_control import WEIGHED
from harvestdesk.gui.workers.runner import JobHandle, JobRunner
from harvestdesk.jobs.choices import ChoiceInputs, frontier_job
from harvestdesk.reports.rule_words import conflict_words, rule_names

if TYPE_CHECKING:
    from harvestdesk.services.views.rebalance import RebalanceView

_TITLE = "Curve of tracking error against tax"


class CurveControl(QObject):
    """One curve at a time; stopped when a plan is made, so that the plan doesn't wait.

    Signals:
        price_chosen: risk aversion of the point the handle was put on.
    """

    price_chosen = Signal(object)

    def __init__(self, runner: JobRunner | None, part: FrontierPart, parent: QObject) -> None:
        super().__init__(parent)
        self._runner, self._part = runner, part
        self._snapshot: HouseholdSnapshot | None = None
        self._settings = PlanSettings()
        self._proposal: Proposal | None = None
        self._visible = False
        self.handle: JobHandle | None = None
        part.wanted.connect(self.draw)
        part.stopped.connect(self.stop)
        part.chosen.connect(self.price_chosen)

    def show_household(self, snapshot: HouseholdSnapshot, view: "RebalanceView | None") -> None:
        """Draw for this household from now on, and mark its plan."""
        self._snapshot = snapshot
        current = view is not None and not view.plan.stale
        self._proposal = view.proposal if view is not None and current else None
        self._part.show_plan(self._plan())
        self._look()

    def follow(self, settings: PlanSettings) -> None:
        """The settings at the left moved."""
        self._settings = settings
        self._part.follow(settings.risk_aversion)
        self._part.show_plan(self._plan())
        self._look()

    def on_view(self, *, visible: bool) -> None:
        """The part came on view, or was left; a curve that is missing is drawn."""
        self._visible = visible
        if visible and self.handle is None and not self._part.has_curve and self._is_weighed():
            self.draw()

    def draw(self) -> None:
        """Work the curve out."""
        if self._runner is None or self._snapshot is None or not self._is_weighed():
            return
        self.stop()
        snapshot, settings = self._snapshot, self._settings
        self._part.work()
        self.handle = self._runner.start_job(_TITLE, frontier_job(ChoiceInputs(snapshot, settings)))
        self.handle.succeeded.connect(lambda curve: self._on_drawn(curve, snapshot, settings))
        self.handle.failed.connect(lambda error: self._on_failed(error, snapshot))
        self.handle.cancelled.connect(self._part.say_stopped)
        self.handle.finished.connect(self._on_over)

    def stop(self) -> None:
        """Stop working it out; the process is gone within 250 ms."""
        if self.handle is not None:
            self.handle.cancel()

    def _is_weighed(self) -> bool:
        return self._settings.kind in WEIGHED

    def _plan(self) -> Proposal | None:
        """Return the plan there is, where it does the job the curve is of."""
        plan = self._proposal
        return plan if plan is not None and plan.kind is self._settings.kind else None

    def _look(self) -> None:
        """See whether what is on view still holds."""
        if self.handle is not None:
            return
        if not self._is_weighed():
            kind = PLAN_NAMES[self._settings.kind].lower()
            self._part.say(f"A {kind} picks lots by rule: there is no curve to choose from.")
        elif self._part.has_curve and self._snapshot is not None:
            drawn = self._part.drawn_for(self._snapshot.fingerprint, self._settings)
            self._part.mark_old(old=not drawn)
        elif not self._part.start.isVisibleTo(self._part):
            self._part.say(ABOUT, "Draw the curve")

    def _on_drawn(
        self, curve: Frontier, snapshot: HouseholdSnapshot, settings: PlanSettings
    ) -> None:
        self.handle = None
        self._part.show_curve(curve, snapshot.fingerprint, settings, self._plan())
        self._part.follow(self._settings.risk_aversion)
        self._look()

    def _on_failed(self, error: BaseException, snapshot: HouseholdSnapshot) -> None:
        words = words_of(error)
        if isinstance(error, ConflictError) and error.conflict.together:
            words = "\n".join(conflict_words(error.conflict, rule_names(snapshot)))
        self._part.say(f"The curve could not be drawn. {words}", "Try again")

    def _on_over(self) -> None:
        self.handle = None
