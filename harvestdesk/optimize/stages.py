"""The clock of a plan: every stage is reported and timed, and the work stops between two when cancelled."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from harvestdesk.optimize.cancel import Cancellation, Report


@dataclass
class Stages:
    """Reports each stage, times it, and stops between two when cancelled."""

    token: Cancellation
    report: Report
    seconds: dict[str, float] = field(default_factory=dict)
    _stage: str = ""
    _began: float = 0.0

    def of(self, stage: str) -> "Stages":
        """Return itself as the context of a stage."""
        self._stage = stage
        return self

    def __enter__(self) -> None:
        self.token.raise_if_cancelled()
        self.report(self._stage, None)
        self._began = time.perf_counter()

    def __exit__(self, *_error: object) -> None:
        self.seconds[self._stage] = time.perf_counter() - self._began


BRANCHING = "branch"
"""Stage of a search: its code is followed by the nodes solved and the gap left, in percent."""


def branching(report: Report) -> Callable[[int, float], None]:
    """Return what a search may call with its nodes and its relative gap, to be reported as a stage."""

    def tell(nodes: int, gap: float) -> None:
        report(f"{BRANCHING}/{nodes}/{gap * 100:.2f}", None)

    return tell
