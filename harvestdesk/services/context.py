"""What every use case is handed: the open book, the clock and the preferences. Passed, never global."""

from dataclasses import dataclass, field
from datetime import date

from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.clock import Clock, SystemClock
from harvestdesk.services.preferences import Preferences
from harvestdesk.store.database import HouseholdBook

__all__ = ["AppContext", "Preferences"]


@dataclass(frozen=True)
class AppContext:
    """An open household and what is needed to work on it.

    Attributes:
        settings: preferences at the time the context was made.
    """

    book: HouseholdBook
    clock: Clock = field(default_factory=SystemClock)
    settings: Preferences = field(default_factory=Preferences)

    def as_of(self) -> date:
        """Return the day the household is viewed on: its fixed day if it has one, else today."""
        fixed = self.book.household().fixed_as_of
        return date.fromisoformat(fixed) if fixed else self.clock.today()

    def snapshot(self, as_of: date | None = None) -> HouseholdSnapshot:
        """Return everything a decision needs, frozen, on `as_of` (default: the viewing day)."""
        return self.book.snapshot(as_of or self.as_of())
