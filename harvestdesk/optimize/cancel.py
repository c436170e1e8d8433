"""What the optimiser needs of a cancel token and a progress report; jobs supply the real ones."""

from collections.abc import Callable
from typing import Protocol


class Cancellation(Protocol):
    """Something that can tell the work to stop."""

    def raise_if_cancelled(self) -> None:
        """Raise CancelledError once the person has asked to stop."""


Report = Callable[[str, float | None], None]
"""Called with a stage code and, where known, the fraction done."""


class NeverCancelled:
    """A token nobody cancels, for tests, scripts and the command line."""

    def raise_if_cancelled(self) -> None:
        """Do nothing."""


def silent(_stage: str, _fraction: float | None) -> None:
    """Report nothing."""
