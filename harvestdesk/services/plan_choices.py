"""What else could be chosen: the curve of tracking error against tax, and a plan with one lot otherwise."""

from dataclasses import dataclass

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.frontier import Frontier
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.what_if import WhatIf
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext
from harvestdesk.services.plans import PlanRequest

POINTS = 21


@dataclass(frozen=True, slots=True)
class LotAsked:
    """A plan with one of its lots otherwise.

    Attributes:
        sold: the plan sells the lot, and what keeping it costs is answered; else what selling it costs.
    """

    proposal: Proposal
    lot_id: LotId
    sold: bool
    answer: WhatIf


def frontier(request: PlanRequest[PlanSettings], points: int = POINTS) -> Frontier:
    """Return the curve of tracking error against tax for what is asked; nothing is stored.

    Raises:
        BadInputError: a kind of plan that isn't weighed against tracking error.
        NoPlanError: no plan keeps every rule.
    """
    # It brings the risk model, which takes a moment to import.
    from harvestdesk.optimize.household.live import household_frontier

    return household_frontier(request.snapshot, request.settings, points)


def what_if(ctx: AppContext, proposal_id: str | None, lot_id: str) -> LotAsked:
    """Return what a stored household plan would be worth with one lot kept that it sells, or sold that it keeps.

    The plan is worked out again from the inputs kept with it, then once more with the lot otherwise.

    Raises:
        BadInputError: no such plan or lot, a kind of plan that is not weighed this way, or inputs that were
            not kept.
    """
    proposal = plans.find(ctx, proposal_id, plans.WEIGHED)
    if proposal.kind not in plans.WEIGHED:
        raise BadInputError(
            f"{proposal.id} is of the kind {PLAN_NAMES[proposal.kind].lower()}, which picks lots by rule: there "
            "is no other plan to weigh it against.",
            code="plan.not_weighed",
        )
    inputs = plans.inputs_of(ctx, proposal)
    lots = [lot.id for lot in inputs.lots]
    if lot_id not in lots:
        raise BadInputError(
            f"There was no lot {lot_id} when {proposal.id} was made.", code="plan.lot", field="lot"
        )
    sold = sum((s.shares for s in proposal.sales if s.lot_id == lot_id), ZERO)
    answer = _asked(inputs, proposal.asked, LotId(lot_id), sold > 0)
    return LotAsked(proposal, LotId(lot_id), sold > 0, answer)


def _asked(
    inputs: HouseholdSnapshot, settings: PlanSettings, lot_id: LotId, is_sold: bool
) -> WhatIf:
    from harvestdesk.optimize.household.other_lot import SolvedHousehold

    return SolvedHousehold(inputs, settings).what_if(lot_id, sold=not is_sold)
