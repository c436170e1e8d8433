"""Worker processes: spawned, warmed up, killed to cancel. The window's process stays light.

A process can be ended at any moment, a thread cannot: cancelling is terminate and join. One spare
that has already imported the solver waits, so that a plan doesn't pay for the import.
"""

import contextlib
import importlib
import multiprocessing
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Generic, cast

from harvestdesk.domain.errors import CancelledError, HarvestError
from harvestdesk.jobs.cancel import CancelToken
from harvestdesk.jobs.job import Inputs, Job, JobDefectError, Result, Session, WorkerLostError
from harvestdesk.jobs.progress import Report, Throttle, quiet

POLL_SECONDS = 0.02
TERMINATE_SECONDS = 0.15
"""After this long a process that ignores SIGTERM is killed; both together stay under 250 ms."""


def _serve(pipe: Connection, warm: Sequence[str]) -> None:
    """Run jobs until the pipe closes. The other end of the wire, in the child."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent to judge
    with contextlib.suppress(EOFError, OSError):
        for module in warm:
            importlib.import_module(module)
        pipe.send(("ready", None))
        while True:
            work = pipe.recv()
            if isinstance(work, Session):
                _converse(work, pipe)
            elif work is not None:  # the close of a session that had failed already
                pipe.send(_run(work, pipe))


def _run(job: Job[Any, Any], pipe: Connection) -> tuple[str, Any]:
    report = Throttle(lambda progress: pipe.send(("progress", progress)))
    return _outcome(lambda: job.function(job.inputs, CancelToken(), report))


def _converse(session: Session[Any, Any, Any], pipe: Connection) -> None:
    """Open a session and answer its steps; None closes it. What was opened lives only in here."""
    kind, answer = _outcome(lambda: session.function(session.inputs))
    if kind != "done":
        pipe.send((kind, answer))
        return
    pipe.send(("opened", None))
    while (step := pipe.recv()) is not None:
        pipe.send(_outcome(partial(answer, step)))


def _outcome(work: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return ("done", work())
    except HarvestError as error:
        return ("failed", error)
    except Exception as error:  # whatever it is, the window must hear of it
        trace = traceback.format_exc()
        message = "The calculation failed unexpectedly; nothing was changed."
        return ("failed", JobDefectError(message, kind=type(error).__name__, trace=trace))


class Worker:
    """One child process and this end of its pipe."""

    def __init__(self, warm: Sequence[str]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, tuple(warm)), name="harvestdesk-worker", daemon=True
        )
        self.process.start()
        theirs.close()

    def stop(self) -> None:
        """End the process now and wait for it: no zombie stays."""
        self.process.terminate()
        self.process.join(TERMINATE_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.pipe.close()
        self.process.close()


class RunningJob(Generic[Result]):
    """A job at work in a process; used by one thread, except `cancel`."""

    def __init__(self, pool: "WorkerPool", worker: Worker, report: Report) -> None:
        self._pool = pool
        self._worker = worker
        self._report = report
        self._outcome: tuple[str, Any] | None = None
        self._over = False
        self._lock = threading.Lock()

    def poll(self, seconds: float = 0.0) -> bool:
        """Wait at most `seconds` for news; True once there is an outcome."""
        if self._outcome is None:
            try:
                if self._worker.pipe.poll(seconds):
                    self._take(*self._worker.pipe.recv())
            except (EOFError, OSError):
                self._lost()
        return self._outcome is not None

    def result(self) -> Result:
        """Wait for the result.

        Raises:
            CancelledError: after `cancel`.
            WorkerLostError: the process died.
            HarvestError: what the job raised.
        """
        while not self.poll(POLL_SECONDS):
            pass
        kind, value = self._outcome or ("failed", None)
        if kind == "done":
            return cast("Result", value)
        raise cast("HarvestError", value)

    def cancel(self) -> None:
        """End the process; returns within 250 ms."""
        with self._lock:
            if self._over:
                return
            self._over = True
            self._outcome = ("failed", CancelledError("The work was stopped."))
            self._pool.discard(self._worker)

    def _take(self, kind: str, value: Any) -> None:
        if kind == "progress":
            self._report(value.stage, value.fraction)
        elif kind in {"done", "failed"}:
            with self._lock:
                if not self._over:
                    self._over = True
                    self._outcome = (kind, value)
                    self._pool.give_back(self._worker)

    def _lost(self) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
            message = "The calculation ended unexpectedly; nothing was changed. Try it again."
            self._outcome = ("failed", WorkerLostError(message))
            self._pool.discard(self._worker)


class WorkerPool:
    """Owns the worker processes. Starting one takes a moment: never on the GUI thread.

    Args:
        warm: modules a worker imports before it takes work.
        spare: keep one idle worker ready.
    """

    def __init__(self, warm: Sequence[str] = (), *, spare: bool = True) -> None:
        self._warm = tuple(warm)
        self._spare = spare
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._closed = False
        self._lock = threading.RLock()

    def warm_up(self) -> None:
        """Start the spare if there is none."""
        with self._lock:
            if self._spare and not self._idle and not self._closed:
                self._idle.append(self._start())

    def submit(self, job: Job[Inputs, Result], report: Report = quiet) -> RunningJob[Result]:
        """Hand a job to the spare, or to a new process.

        Raises:
            WorkerLostError: no process could take it.
        """
        for _attempt in range(2):
            worker = self.lend()
            try:
                worker.pipe.send(job)
            except OSError:  # the spare died while it waited
                self.discard(worker)
                continue
            return RunningJob(self, worker, report)
        raise WorkerLostError("The calculation could not be started.")

    def run(self, job: Job[Inputs, Result], token: CancelToken, report: Report = quiet) -> Result:
        """Run a job to its end, looking at the token all the while.

        Raises:
            CancelledError: when the token was set; the process is gone by then.
        """
        token.raise_if_cancelled()
        report("start", None)
        running = self.submit(job, report)
        while not running.poll(POLL_SECONDS):
            if token.cancelled:
                running.cancel()
                self.warm_up()
        return running.result()

    def close(self) -> None:
        """End all processes; none is left behind."""
        with self._lock:
            self._closed = True
            self._idle.clear()
            workers = list(self._all)
            self._all.clear()
        for worker in workers:
            worker.stop()

    def processes(self) -> int:
        """Return how many processes are alive."""
        with self._lock:
            return sum(w.process.is_alive() for w in self._all)

    # --- for jobs and sessions ----------------------------------------------------------------------
    def give_back(self, worker: Worker) -> None:
        """Keep a worker as the spare, or end it if there is one already."""
        with self._lock:
            if self._spare and not self._idle and not self._closed:
                self._idle.append(worker)
                return
        self.discard(worker)

    def discard(self, worker: Worker) -> None:
        """End a worker."""
        with self._lock:
            known = worker in self._all
            self._all.discard(worker)
        if known:
            worker.stop()

    def lend(self) -> Worker:
        """Return the spare, or a new process; `give_back` or `discard` it.

        Raises:
            WorkerLostError: the pool is closed.
        """
        with self._lock:
            if self._closed:
                raise WorkerLostError(
                    "The calculation could not be started: the window is closing."
                )
            return self._idle.pop() if self._idle else self._start()

    def _start(self) -> Worker:
        worker = Worker(self._warm)
        self._all.add(worker)
        return worker
