"""The open household as the window sees it: every use of the file goes through one lane, in order.

A book's connection is used by one thread at a time because only the write lane touches it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind, PlanSettings
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.gui.undo import UndoState
from harvestdesk.gui.view_base import DeskData
from harvestdesk.gui.workers.runner import JobHandle, JobRunner, Lane

if TYPE_CHECKING:
    from harvestdesk.services.context import AppContext
    from harvestdesk.services.preferences import Preferences


@dataclass(frozen=True)
class Loaded:
    """A household and everything the pages show of it."""

    app: "AppContext"
    data: DeskData
    undo: UndoState


class Desk(QObject):
    """Opens, changes and plans; answers with signals.

    Signals:
        opened: a Loaded of a household that was not open before.
        refreshed: a Loaded of the open household after a change.
        not_opened: path of the file that was to be opened or made, and the exception.
        failed: title of any other work and the exception.
        planned: the new Proposal has been stored.
        not_planned: PlanSettings of a household plan that could not be made, and the exception.
        preferences_changed: the Preferences as they are now, to be kept.
    """

    opened = Signal(object)
    refreshed = Signal(object)
    not_opened = Signal(object, object)
    failed = Signal(str, object)
    planned = Signal(object)
    not_planned = Signal(object, object)
    preferences_changed = Signal(object)

    def __init__(
        self, runner: JobRunner, preferences: "Preferences", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.runner = runner
        self.preferences = preferences
        self.loaded: Loaded | None = None
        self.planning: JobHandle | None = None

    @property
    def app(self) -> "AppContext | None":
        """The open household's context, or None."""
        return self.loaded.app if self.loaded else None

    def remember(self, **changes: str) -> None:
        """Change preferences by field name, and have them kept when they differ."""
        self.prefer(replace(self.preferences, **changes))  # type: ignore[arg-type]

    def prefer(self, preferences: "Preferences") -> None:
        """Put preferences in the place of the present ones."""
        if preferences != self.preferences:
            self.preferences = preferences
            self.preferences_changed.emit(preferences)

    # --- opening ---------------------------------------------------------------------------------
    def open(self, path: Path) -> JobHandle:
        """Open a household file."""
        from harvestdesk.gui import desk_work

        preferences = self.preferences
        return self._opening(
            f"Opening {path.name}", path, lambda: desk_work.open_household(path, preferences)
        )

    def open_sample(self) -> JobHandle:
        """Open the sample household, making it first if need be."""
        from harvestdesk.gui import desk_work

        path, preferences = desk_work.sample_path(), self.preferences
        return self._opening(
            "Opening the sample household",
            path,
            lambda: desk_work.open_sample(path, preferences),
        )

    def create(self, path: Path, name: str, people: tuple[str, ...]) -> JobHandle:
        """Create a household file and open it."""
        from harvestdesk.gui import desk_work

        preferences = self.preferences
        return self._opening(
            f"Creating {name}",
            path,
            lambda: desk_work.create_household(path, name, people, preferences),
        )

    def _opening(self, title: str, path: Path, work: Callable[[], Loaded]) -> JobHandle:
        handle = self.runner.start(title, Lane.WRITE, lambda token, report: work())
        handle.succeeded.connect(self._on_opened)
        handle.failed.connect(lambda error: self.not_opened.emit(path, error))
        return handle

    def _on_opened(self, loaded: Loaded) -> None:
        old, self.loaded = self.loaded, loaded
        if self.planning is not None:
            self.planning.cancel()
        if old is not None:
            book = old.app.book
            self.runner.start("Closing", Lane.WRITE, lambda token, report: book.close())
        self.opened.emit(loaded)
        self.prefer(self.preferences.with_recent(loaded.app.book.path))

    # --- changes ----------------------------------------------------------------------------------
    def work(self, title: str, use: Callable[["AppContext"], Any]) -> JobHandle:
        """Do something with the open household, without loading it anew afterwards."""
        handle = self.quiet_work(title, use)
        self._report_failure(handle)
        return handle

    def quiet_work(self, title: str, use: Callable[["AppContext"], Any]) -> JobHandle:
        """Like `work`, for callers that tell the person themselves what failed."""
        app = self._required()
        return self.runner.start(title, Lane.WRITE, lambda token, report: use(app))

    def change(self, title: str, use: Callable[["AppContext"], Any]) -> JobHandle:
        """Change the open household and show it anew."""
        handle = self.work(title, use)
        handle.succeeded.connect(self.reload)
        return handle

    def reload(self) -> JobHandle:
        """Read the open household anew and work out what the pages show."""
        from harvestdesk.gui import desk_work

        app = self._required()
        handle = self.runner.start(
            "Reading the household", Lane.WRITE, lambda token, report: desk_work.load(app)
        )
        handle.succeeded.connect(self._on_reloaded)
        self._report_failure(handle)
        return handle

    def _on_reloaded(self, loaded: Loaded) -> None:
        if self.loaded is not None and loaded.app.book is self.loaded.app.book:
            self.loaded = loaded
            self.refreshed.emit(loaded)

    def undo(self) -> JobHandle:
        """Take the last step back."""
        return self.change("Undoing", lambda app: app.book.undo())

    def redo(self) -> JobHandle:
        """Make the step again."""
        return self.change("Redoing", lambda app: app.book.redo())

    # --- planning ---------------------------------------------------------------------------------
    def plan(self, settings: HarvestSettings | PlanSettings) -> None:
        """Prepare in the write lane, solve in the worker process, store in the write lane."""
        from harvestdesk.gui import desk_work

        if self.planning is not None:
            return
        prepared = self.quiet_work(
            "Preparing the plan", lambda app: desk_work.prepare_plan(app, settings)
        )
        self.planning = prepared
        self._report_plan_failure(prepared, settings)
        prepared.succeeded.connect(lambda job: self._on_prepared(job, settings))
        prepared.failed.connect(self._on_planning_over)
        prepared.cancelled.connect(self._on_planning_over)

    def cancel_plan(self) -> None:
        """Stop planning; the worker process is gone within 250 ms."""
        if self.planning is not None:
            self.planning.cancel()

    def _on_prepared(self, job: Any, settings: HarvestSettings | PlanSettings) -> None:
        if self.planning is not None and self.planning.token.cancelled:
            self.planning = None
            return
        kind = settings.kind if isinstance(settings, PlanSettings) else PlanKind.HARVEST
        handle = self.runner.start_job(f"{PLAN_NAMES[kind]} plan", job)
        self.planning = handle
        # Not at `finished`: by then the window has looked whether there may be another plan.
        for over in (handle.succeeded, handle.failed, handle.cancelled):
            over.connect(self._on_planning_over)
        handle.succeeded.connect(self._on_solved)
        self._report_plan_failure(handle, settings)

    def _on_solved(self, proposal: Any) -> None:
        from harvestdesk.services.plans import keep

        stored = self.change("Keeping the plan", lambda app: keep(app, proposal))
        stored.succeeded.connect(lambda _changes: self.planned.emit(proposal))

    def _report_plan_failure(
        self, handle: JobHandle, settings: HarvestSettings | PlanSettings
    ) -> None:
        """A household plan that cannot be made is told where it was asked for."""
        if isinstance(settings, PlanSettings):
            handle.failed.connect(lambda error: self.not_planned.emit(settings, error))
        else:
            self._report_failure(handle)

    def _on_planning_over(self, _error: object = None) -> None:
        self.planning = None

    # --- closing ----------------------------------------------------------------------------------
    def close(self) -> None:
        """Close the file; call after the runner is closed."""
        if self.loaded is not None:
            self.loaded.app.book.close()
            self.loaded = None

    def _required(self) -> "AppContext":
        if self.loaded is None:
            raise RuntimeError("no household is open")
        return self.loaded.app

    def _report_failure(self, handle: JobHandle) -> None:
        title = handle.title
        handle.failed.connect(lambda error: self.failed.emit(title, error))
