"""The household a command looks at."""

from collections.abc import Iterator
from contextlib import contextmanager

from harvestdesk.cli.run import Run
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.books import open_book
from harvestdesk.services.context import AppContext
from harvestdesk.services.plans import moved_after

LOTS_OF_TODAY = "its lots are those of today, valued at the prices of {as_of}"
TRADES_SO_FAR = "only those up to {as_of} are counted"


@contextmanager
def viewed(run: Run, past: str = LOTS_OF_TODAY) -> Iterator[tuple[AppContext, HouseholdSnapshot]]:
    """Give the household of --household on --as-of, opened for looking only.

    Args:
        run: the call.
        past: what a day before the last trade means for the figures.
    """
    with open_book(run.args.household, view_only=True) as book:
        ctx = AppContext(book)
        snapshot = ctx.snapshot(run.args.as_of)
        moved = moved_after(ctx, snapshot.as_of)
        if moved is not None:
            so = past.format(as_of=snapshot.as_of)
            run.out.note(f"The household has trades up to {moved}: {so}.")
        yield ctx, snapshot
