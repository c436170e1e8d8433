"""Background lanes of the window: one for solving, one for writing, two for reading, three for live sessions.

The handle lives on the GUI thread and owns the signals; the runnable only holds the work and the
handle and delivers by one queued signal. Nothing here ever waits on the GUI thread, except for at
most two seconds when the window closes.
"""

import logging
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, Qt, QThreadPool, Signal

from harvestdesk.domain.errors import CancelledError, HarvestError
from harvestdesk.gui.errors import trace_without_values
from harvestdesk.gui.workers.live import LiveSession
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Job, Session
from harvestdesk.jobs.progress import Progress, Report, Throttle
from harvestdesk.jobs.worker import WorkerPool

_log = logging.getLogger(__name__)
CLOSE_SECONDS = 2.0
BUSY_SWITCH_SECONDS = 0.0005
"""While a lane works the GUI thread gets its turn after this long instead of Python's 5 ms: painting
asks for a turn many times over, and each one is waited for."""
Work = Callable[[CancelToken, Report], Any]


class Lane(StrEnum):
    """Where work runs; named at each call."""

    SOLVE = "solve"
    WRITE = "write"
    READ = "read"
    LIVE = "live"
    """Sessions that stay open; a thread each, which only waits."""


_THREADS = {Lane.SOLVE: 1, Lane.WRITE: 1, Lane.READ: 2, Lane.LIVE: 3}


class JobHandle(QObject):
    """One piece of work as the window sees it.

    Signals:
        progressed: a Progress.
        succeeded: the result.
        failed: the exception.
        cancelled: stopped by the person.
        finished: last of all, whatever the outcome.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()
    ended = Signal()
    """The lane has let go of the work; comes after `finished`, or long after for dropped work."""
    _delivered = Signal(str, object)

    def __init__(self, title: str, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.lane = lane
        self.token = CancelToken()
        self.progress = Progress("start")
        self.is_over = False
        self._delivered.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Stop the work. A write that has begun is left to end; anything else is dropped at once."""
        if self.is_over:
            return
        self.token.cancel()
        if self.lane is not Lane.WRITE:
            self._end("cancelled", None)

    def deliver(self, kind: str, value: object) -> None:
        """Hand something over from any thread."""
        self._delivered.emit(kind, value)

    def _on_delivered(self, kind: str, value: object) -> None:
        late = self.is_over  # the person has moved on
        if kind != "progress":
            if not late:
                self._end(kind, value)
            self.ended.emit()
        elif isinstance(value, Progress) and not late:
            self.progress = value
            self.progressed.emit(value)

    def _end(self, kind: str, value: object) -> None:
        self.is_over = True
        if kind == "done":
            self.succeeded.emit(value)
        elif kind == "cancelled":
            self.cancelled.emit()
        else:
            self.failed.emit(value)
        self.finished.emit()


class _Run(QRunnable):
    def __init__(self, work: Work, handle: JobHandle) -> None:
        super().__init__()
        self._work = work
        self._handle = handle

    def run(self) -> None:
        """Do the work on a thread of the lane."""
        handle = self._handle
        report = Throttle(lambda progress: handle.deliver("progress", progress))
        try:
            handle.token.raise_if_cancelled()
            handle.deliver("done", self._work(handle.token, report))
        except CancelledError:
            handle.deliver("cancelled", None)
        except HarvestError as error:
            handle.deliver("failed", error)
        except Exception as error:
            _log.error("A background job failed: %s", trace_without_values(error))
            handle.deliver("failed", error)


class JobRunner(QObject):
    """The lanes and the worker processes.

    Signals:
        job_started: a JobHandle.
        job_finished: the same handle.
    """

    job_started = Signal(object)
    job_finished = Signal(object)

    def __init__(self, workers: WorkerPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workers = workers
        self._lanes: dict[Lane, QThreadPool] = {}
        for lane, threads in _THREADS.items():
            pool = QThreadPool(self)
            pool.setMaxThreadCount(threads)
            self._lanes[lane] = pool
        self._running: list[JobHandle] = []
        self._talks: list[LiveSession] = []
        self._switch_before = 0.0

    @property
    def running(self) -> tuple[JobHandle, ...]:
        """Work that is not over, oldest first."""
        return tuple(self._running)

    def start(self, title: str, lane: Lane, work: Work) -> JobHandle:
        """Run a function of (token, report) in a lane; `title` is shown to the person."""
        handle = JobHandle(title, lane, self)
        self._running.append(handle)
        self._hurry()
        handle.finished.connect(self._on_finished)
        # Deleting it earlier would take the signals away from under the thread that still works.
        handle.ended.connect(handle.deleteLater)
        self._lanes[lane].start(_Run(work, handle))
        self.job_started.emit(handle)
        return handle

    def start_job(self, title: str, job: Job[Any, Any]) -> JobHandle:
        """Run a job in a worker process, supervised by the solve lane."""
        workers = self._workers
        return self.start(title, Lane.SOLVE, lambda token, report: workers.run(job, token, report))

    def converse(self, session: Session[Any, Any, Any]) -> LiveSession:
        """Open a session in a worker process of its own; it is no work anybody waits for."""
        talk = LiveSession(self._workers, session, self)
        self._talks.append(talk)
        talk.ended.connect(self._on_talk_ended)
        self._lanes[Lane.LIVE].start(_Quiet(talk.serve))
        return talk

    def warm_up(self) -> None:
        """Start the spare worker without making anybody wait."""
        workers = self._workers
        self._lanes[Lane.SOLVE].start(_Quiet(workers.warm_up))

    def close(self) -> bool:
        """Stop everything; wait at most two seconds. True when nothing is left running."""
        for handle in self.running:
            handle.cancel()
        for talk in self._talks:
            talk.close()
        for pool in self._lanes.values():
            pool.clear()
        done = self._drain(CLOSE_SECONDS)
        self._workers.close()
        self._relax()
        return done

    def _drain(self, seconds: float) -> bool:
        """Wait by polling: waiting inside Qt while holding the interpreter could deadlock."""
        end = time.monotonic() + seconds
        while any(pool.activeThreadCount() for pool in self._lanes.values()):
            if time.monotonic() > end:
                return False
            QCoreApplication.sendPostedEvents()
            time.sleep(0.005)
        QCoreApplication.sendPostedEvents()
        return True

    def _hurry(self) -> None:
        if not self._switch_before:
            self._switch_before = sys.getswitchinterval()
            sys.setswitchinterval(BUSY_SWITCH_SECONDS)

    def _relax(self) -> None:
        if self._switch_before:
            sys.setswitchinterval(self._switch_before)
            self._switch_before = 0.0

    def _on_talk_ended(self) -> None:
        talk = self.sender()
        if isinstance(talk, LiveSession) and talk in self._talks:
            self._talks.remove(talk)
            talk.deleteLater()

    def _on_finished(self) -> None:
        handle = self.sender()
        if isinstance(handle, JobHandle) and handle in self._running:
            self._running.remove(handle)
            if not self._running:
                self._relax()
            self.job_finished.emit(handle)


class _Quiet(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        """Do it; a failure only means the next plan starts a little later, or there are no live figures."""
        try:
            self._work()
        except (HarvestError, OSError):
            _log.warning("The spare worker did not start.")
