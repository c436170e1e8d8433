"""A household plan kept warm, so that one lot after the other can be asked about: sold instead, or kept instead."""

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.optimize.engine.counterfactual import what_if_kept, what_if_sold
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.household.build import build_household
from harvestdesk.optimize.household.plan import within_bands
from harvestdesk.optimize.household.solving import Solved, solve_household


class SolvedHousehold:
    """A plan worked out at the first question and kept for the next ones."""

    def __init__(self, snapshot: HouseholdSnapshot, settings: PlanSettings) -> None:
        self._snapshot, self._settings = snapshot, settings
        self._lots = {lot.id: number for number, lot in enumerate(snapshot.lots)}
        self._effort = Effort(seconds=settings.time_limit_seconds)
        self._solved: Solved | None = None

    def what_if(self, lot_id: LotId, *, sold: bool) -> WhatIf:
        """Return what it would cost to sell all of a lot, or to keep all of it.

        Raises:
            BadInputError: no such lot, or a no-trade zone that left everything alone.
            NoPlanError: no plan keeps every rule.
        """
        number = self._lots.get(lot_id)
        if number is None:
            raise BadInputError(
                f"There is no lot {lot_id} in this plan's household.", code="plan.lot", field="lot"
            )
        solved = self._plan()
        asked = what_if_sold if sold else what_if_kept
        return asked(solved.problem, solved.plan, number, self._effort)

    def _plan(self) -> Solved:
        if self._solved is None:
            built = build_household(self._snapshot, self._settings)
            if within_bands(built):
                raise BadInputError(
                    "Every asset class is inside its band, so the plan left everything alone. Plan without a "
                    "no-trade zone to weigh lots.",
                    code="plan.within_bands",
                )
            self._solved = solve_household(built, self._effort)
        return self._solved
