"""A session: a worker process that keeps a problem warm and answers one step after the other.

The newest step wins. One step is in the process at a time; of those that come meanwhile only the last one waits, the
others are dropped. So the pipe never fills, and nobody who asks ever waits for it. What is warm is a local of the
worker's loop (worker.py) and ends with the session.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic

from harvestdesk.domain.errors import HarvestError
from harvestdesk.jobs.job import Answer, Inputs, Session, Step, WorkerLostError
from harvestdesk.jobs.worker import POLL_SECONDS, Worker, WorkerPool

PATIENCE_SECONDS = 2.0
"""A step that takes longer while a newer one waits is given up with its process; a new one is opened."""
OPENED, ANSWERED, REFUSED, FAILED = "opened", "answered", "refused", "failed"
Deliver = Callable[[str, int, object], None]
"""Called on the session's thread: what happened, number of the step (0: none), answer or error."""


class RunningSession(Generic[Inputs, Step, Answer]):
    """A session at work. `serve` is called by one thread; `ask` and `close` by any, and neither ever waits.

    Attributes:
        asked, answered, dropped: steps so far; an error is an answer too.
    """

    def __init__(
        self,
        pool: WorkerPool,
        session: Session[Inputs, Step, Answer],
        deliver: Deliver,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._pool, self._session, self._deliver = pool, session, deliver
        self._patience = patience
        self._news = threading.Condition()
        self._waiting: tuple[int, Step] | None = None
        self._over = False
        self._sent: int | None = None
        self._sent_at = 0.0
        self.asked = self.answered = self.dropped = 0

    def ask(self, step: Step) -> int:
        """Put a step in the place of the one that waits; returns its number."""
        with self._news:
            self.asked += 1
            if self._waiting is not None:
                self.dropped += 1
            self._waiting = (self.asked, step)
            self._news.notify_all()
            return self.asked

    def close(self) -> None:
        """End the session; a step in the process is ended with the process."""
        with self._news:
            self._over = True
            self._waiting = None
            self._news.notify_all()

    @property
    def is_over(self) -> bool:
        """True once it was closed or has failed."""
        return self._over

    # --- the session's thread -------------------------------------------------------------------------
    def serve(self) -> None:
        """Converse until the session is closed or its process is lost."""
        worker: Worker | None = None
        try:
            worker = self._open()
            while not self._over:
                if self._sent is None:
                    self._send(worker)
                elif worker.pipe.poll(POLL_SECONDS):
                    self._take(*worker.pipe.recv())
                elif self._out_of_patience():
                    worker = self._again(worker)
        except (EOFError, OSError):
            self._fail(WorkerLostError("The calculation ended unexpectedly; nothing was changed."))
        except HarvestError as error:
            self._fail(error)
        finally:
            self._leave(worker)

    def _open(self) -> Worker:
        worker = self._pool.lend()
        try:
            worker.pipe.send(self._session)
        except OSError:  # the spare died while it waited
            self._pool.discard(worker)
            worker = self._pool.lend()
            worker.pipe.send(self._session)
        self._sent, self._sent_at = 0, time.monotonic()
        self._pool.warm_up()  # the next plan must not pay for the spare that was taken
        return worker

    def _send(self, worker: Worker) -> None:
        """Send the step that waits, or wait for one."""
        with self._news:
            self._news.wait_for(lambda: self._over or self._waiting is not None)
            step, self._waiting = self._waiting, None
        if step is not None:
            worker.pipe.send(step[1])
            self._sent, self._sent_at = step[0], time.monotonic()

    def _take(self, kind: str, value: Any) -> None:
        number, self._sent = self._sent or 0, None
        if kind == "ready":  # a process just started says so before it is opened
            self._sent = number
        elif kind == OPENED:
            self._tell(OPENED, 0, None)
        elif number == 0:
            self._fail(value)
        else:
            self.answered += 1
            self._tell(ANSWERED if kind == "done" else REFUSED, number, value)

    def _out_of_patience(self) -> bool:
        """Return True where a newer step waits for one that takes too long."""
        late = time.monotonic() - self._sent_at > self._patience
        return bool(self._sent) and self._waiting is not None and late

    def _again(self, worker: Worker) -> Worker:
        self.dropped += 1
        self._pool.discard(worker)
        return self._open()

    def _fail(self, error: HarvestError) -> None:
        if not self._over:
            self._tell(FAILED, 0, error)
        self.close()

    def _tell(self, kind: str, number: int, value: object) -> None:
        if not self._over:
            self._deliver(kind, number, value)

    def _leave(self, worker: Worker | None) -> None:
        """Hand back a process that waits; end one that works."""
        if worker is None:
            return
        if self._sent is None:
            try:
                worker.pipe.send(None)
            except OSError:
                self._pool.discard(worker)
            else:
                self._pool.give_back(worker)
        else:
            self._pool.discard(worker)
