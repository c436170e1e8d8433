"""Plans of any kind: gather what one needs, keep it, find it, work it out again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind, PlanSettings
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, NeverCancelled, Report, silent
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.keys import moves_shares

_PREFIX = "plan-"
YEAR_END: tuple[PlanKind, ...] = (PlanKind.HARVEST,)
WEIGHED: tuple[PlanKind, ...] = (
    PlanKind.REBALANCE,
    PlanKind.INVEST,
    PlanKind.WITHDRAW,
    PlanKind.HARVEST_TARGET,
)
"""Plans whose every trade is weighed against tracking error, tax and cost."""
ANY_KIND: tuple[PlanKind, ...] = tuple(PlanKind)

AnySettings = HarvestSettings | PlanSettings
Given = TypeVar("Given", bound=AnySettings)
Asked_co = TypeVar("Asked_co", bound=AnySettings, covariant=True)


@dataclass(frozen=True, slots=True)
class PlanRequest(Generic[Asked_co]):
    """Everything a plan needs; picklable, so that it can be worked out in another process."""

    snapshot: HouseholdSnapshot
    settings: Asked_co
    proposal_id: ProposalId
    created_at: str


def gather(ctx: AppContext, settings: Given, as_of: date | None = None) -> PlanRequest[Given]:
    """Return the inputs of a plan on `as_of` (default: the viewing day), its settings unchecked.

    Raises:
        BadInputError: a day the household has left behind.
    """
    snapshot = ctx.snapshot(as_of)
    moved = moved_after(ctx, snapshot.as_of)
    if moved is not None:
        raise BadInputError(
            f"The household has trades up to {moved}, and its lots are those of today: there is no plan "
            f"for {snapshot.as_of}. Expected {moved} or a later day.",
            code="plan.past",
        )
    return PlanRequest(snapshot, settings, next_proposal_id(ctx), ctx.clock.now())


def run_any(
    request: PlanRequest[AnySettings],
    token: Cancellation | None = None,
    report: Report = silent,
) -> Proposal:
    """Work a plan of any kind out here and now; nothing is stored.

    Raises:
        NoPlanError: no feasible plan; a ConflictError names the rules in conflict.
        CancelledError: the token was set.
    """
    # Both bring the solver, which takes a second to import.
    settings = request.settings
    token = token or NeverCancelled()
    if isinstance(settings, HarvestSettings):
        from harvestdesk.optimize.harvest import plan_harvest

        return plan_harvest(
            request.snapshot,
            settings,
            proposal_id=request.proposal_id,
            created_at=request.created_at,
            token=token,
            report=report,
        )
    from harvestdesk.optimize.household.plan import plan_household

    return plan_household(
        request.snapshot,
        settings,
        proposal_id=request.proposal_id,
        created_at=request.created_at,
        token=token,
        report=report,
    )


def keep(ctx: AppContext, proposal: Proposal) -> Changes:
    """Store a plan with the household it was made for.

    Raises:
        BadInputError: when the household changed since its inputs were gathered; nothing is stored.
    """
    inputs = ctx.snapshot(proposal.as_of)
    if inputs.fingerprint != proposal.fingerprint:
        raise BadInputError(
            "The household changed while the plan was worked out, so the plan was dropped. Plan again.",
            code="plan.late",
        )
    with ctx.book.write(f"{PLAN_NAMES[proposal.kind]} plan") as w:
        w.add_proposal(proposal, inputs)
    return w.changes


def repeat(ctx: AppContext, proposal_id: str | None) -> tuple[Proposal, Proposal]:
    """Work a kept plan out again from what was kept with it; return the kept one and the new one.

    Nothing is stored. The same inputs, settings and versions give the same trades (features H12).

    Raises:
        BadInputError: no such plan, or its inputs were not kept.
    """
    kept = find(ctx, proposal_id)
    inputs = inputs_of(ctx, kept)
    return kept, run_any(PlanRequest(inputs, kept.settings, kept.id, kept.created_at))


def inputs_of(ctx: AppContext, proposal: Proposal) -> HouseholdSnapshot:
    """Return the household a kept plan was made for.

    Raises:
        BadInputError: it was not kept.
    """
    inputs = ctx.book.inputs(proposal.id)
    if inputs is None:
        raise BadInputError(
            f"The inputs of {proposal.id} were not kept, so it can't be worked out again.",
            code="plan.inputs_missing",
        )
    return inputs


def latest(ctx: AppContext, kinds: Collection[PlanKind] = ANY_KIND) -> Proposal | None:
    """Return the plan made last among those of some kinds, or None."""
    made = ctx.book.proposal_ids(kinds)
    return ctx.book.proposal(made[-1]) if made else None


def find(
    ctx: AppContext, proposal_id: str | None, kinds: Collection[PlanKind] = ANY_KIND
) -> Proposal:
    """Return a stored plan of whatever kind, or the last one of `kinds` when no id is given.

    Raises:
        BadInputError: when there is none; the message lists the plans there are.
    """
    if proposal_id is None:
        found = latest(ctx, kinds)
        if found is None:
            raise _none_yet(kinds)
        return found
    found = ctx.book.proposal(ProposalId(proposal_id))
    if found is not None:
        return found
    stored = ctx.book.proposal_ids()
    if not stored:
        raise _none_yet(ANY_KIND)
    raise BadInputError(
        f"There is no plan {proposal_id} in this household. Expected one of: {', '.join(stored)}.",
        code="plan.missing",
    )


def next_proposal_id(ctx: AppContext) -> ProposalId:
    """Return the id of the next plan of this household: one more than the highest there is."""
    numbers = [
        int(text)
        for p in ctx.book.proposal_ids()
        if (text := p.removeprefix(_PREFIX)).isascii() and text.isdigit()
    ]
    return ProposalId(f"{_PREFIX}{max(numbers, default=0) + 1:04d}")


def moved_after(ctx: AppContext, as_of: date) -> date | None:
    """Return the last day on which shares moved, if it is after a day that is past; else None."""
    if as_of >= ctx.as_of():
        return None
    later = [t.on for t in ctx.book.transactions() if t.on > as_of and moves_shares(t)]
    later += [
        day for lot in ctx.book.lots() if (day := lot.acquired_on) is not None and day > as_of
    ]
    return max(later, default=None)


def is_current(ctx: AppContext, proposal: Proposal) -> bool:
    """Return whether the household still is as the plan was made for."""
    return ctx.snapshot(proposal.as_of).fingerprint == proposal.fingerprint


def _none_yet(kinds: Collection[PlanKind]) -> BadInputError:
    if set(kinds) == set(YEAR_END):
        words = "no year-end harvest yet. Expected one made with `plan harvest`"
    elif PlanKind.HARVEST not in kinds:
        words = (
            "no such plan yet. Expected one made with `plan rebalance`, or another job of `plan`"
        )
    else:
        words = "no plan yet. Expected one made with `plan harvest`, or another job of `plan`"
    return BadInputError(f"This household has {words}.", code="plan.missing")
