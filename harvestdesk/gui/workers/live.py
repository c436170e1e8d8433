"""A session of the worker as the window sees it: ask as often as the slider moves, hear only what is still wanted."""

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from harvestdesk.jobs.job import Session
from harvestdesk.jobs.session import ANSWERED, FAILED, OPENED, REFUSED, RunningSession
from harvestdesk.jobs.worker import WorkerPool


class LiveSession(QObject):
    """Lives on the GUI thread; `serve` runs on a lane's. Nothing here waits.

    Signals:
        opened: the problem is warm.
        answered: number of a step and its answer.
        refused: number of a step and the error that answers it; the session goes on.
        failed: the error that ended the session.
        ended: the lane has let go of it.
    """

    opened = Signal()
    answered = Signal(int, object)
    refused = Signal(int, object)
    failed = Signal(object)
    ended = Signal()
    _delivered = Signal(str, int, object)

    def __init__(
        self, pool: WorkerPool, session: Session[Any, Any, Any], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._closed = False
        self._delivered.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)
        self.talk = RunningSession(pool, session, self._delivered.emit)

    def ask(self, step: object) -> int:
        """Ask; an older question that still waits is dropped. Returns its number."""
        return self.talk.ask(step)

    def close(self) -> None:
        """End the session; what still comes is not told any more."""
        self._closed = True
        self.talk.close()

    @property
    def is_over(self) -> bool:
        """True once it was closed or has failed."""
        return self._closed or self.talk.is_over

    def serve(self) -> None:
        """Converse until the session is over; on a lane's thread."""
        try:
            self.talk.serve()
        finally:
            self._delivered.emit("", 0, None)

    def _on_delivered(self, kind: str, number: int, value: object) -> None:
        if not kind:
            self.ended.emit()
        elif self._closed:
            return
        elif kind == OPENED:
            self.opened.emit()
        elif kind == ANSWERED:
            self.answered.emit(number, value)
        elif kind == REFUSED:
            self.refused.emit(number, value)
        elif kind == FAILED:
            self.failed.emit(value)
