"""How far a job is: a stage code and, where it is known, a fraction."""

import time
from collections.abc import Callable
from dataclasses import dataclass

Report = Callable[[str, float | None], None]
"""What a job calls: stage code, with any figures after a slash, and fraction of one or None."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One state of a job."""

    stage: str
    fraction: float | None = None


def quiet(stage: str, fraction: float | None) -> None:
    """Report to nobody."""


class Throttle:
    """Lets at most `per_second` reports through; a new stage always passes, other figures of one don't."""

    def __init__(
        self,
        receive: Callable[[Progress], None],
        per_second: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._receive = receive
        self._gap = 1.0 / per_second
        self._clock = clock
        self._stage = ""
        self._last = float("-inf")

    def __call__(self, stage: str, fraction: float | None) -> None:
        """Pass a report on, or drop it."""
        now, code = self._clock(), stage.partition("/")[0]
        if code == self._stage and now - self._last < self._gap:
            return
        self._stage, self._last = code, now
        self._receive(Progress(stage, fraction))
