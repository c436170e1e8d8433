"""What a household plan is asked for in the window unless a person says otherwise."""

from harvestdesk.domain.money import ONE
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot


def usual_settings(kind: PlanKind, snapshot: HouseholdSnapshot | None) -> PlanSettings:
    """Return the settings a job starts with.

    Who sets bands expects a rebalance to bring back what is outside them: there it is asked for. On the command
    line nothing is asked for that isn't said.
    """
    return PlanSettings(kind, keep_bands=kind is PlanKind.REBALANCE and has_bands(snapshot))


def has_bands(snapshot: HouseholdSnapshot | None) -> bool:
    """Return whether some asset class has a band that says anything."""
    targets = snapshot.class_targets if snapshot is not None else ()
    return any(t.low > 0 or t.high < ONE for t in targets)
