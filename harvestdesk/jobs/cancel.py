"""A flag one side sets and the other looks at between steps."""

import threading

from harvestdesk.domain.errors import CancelledError


class CancelToken:
    """Set from any thread; work looks at it between its stages."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """True once somebody asked to stop."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Stop here if asked to.

        Raises:
            CancelledError: when `cancel` was called.
        """
        if self.cancelled:
            raise CancelledError("The work was stopped.")
