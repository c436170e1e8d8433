"""Plan a year-end harvest: gather the inputs, run, and keep the plan if nothing changed meanwhile."""

from dataclasses import dataclass
from datetime import date

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, NeverCancelled, Report, silent
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.keys import moves_shares

_PREFIX = "plan-"


@dataclass(frozen=True, slots=True)
class HarvestRequest:
    """Everything a harvest needs; picklable, so that it can be worked out in another process."""

    snapshot: HouseholdSnapshot
    settings: HarvestSettings
    proposal_id: ProposalId
    created_at: str


def next_proposal_id(ctx: AppContext) -> ProposalId:
    """Return the id of the next plan of this household: one more than the highest there is."""
    numbers = [
        int(text)
        for p in ctx.book.proposal_ids()
        if (text := p.removeprefix(_PREFIX)).isascii() and text.isdigit()
    ]
    return ProposalId(f"{_PREFIX}{max(numbers, default=0) + 1:04d}")


def prepare(
    ctx: AppContext, settings: HarvestSettings, as_of: date | None = None
) -> HarvestRequest:
    """Return the inputs of a harvest on `as_of` (default: the viewing day).

    Raises:
        BadInputError: for an account or security in the settings that doesn't exist, an empty
            household, or a day the household has left behind.
    """
    snapshot = ctx.snapshot(as_of)
    _check(settings, snapshot)
    moved = moved_after(ctx, snapshot.as_of)
    if moved is not None:
        raise BadInputError(
            f"The household has trades up to {moved}, and its lots are those of today: there is no plan "
            f"for {snapshot.as_of}. Expected {moved} or a later day.",
            code="plan.past",
        )
    return HarvestRequest(snapshot, settings, next_proposal_id(ctx), ctx.clock.now())


def run(
    request: HarvestRequest,
    token: Cancellation | None = None,
    report: Report = silent,
) -> Proposal:
    """Work a harvest out here and now; nothing is stored.

    Raises:
        NoPlanError: no feasible plan; the message names the rules in conflict.
        CancelledError: the token was set.
    """
    from harvestdesk.optimize.harvest import plan_harvest

    return plan_harvest(
        request.snapshot,
        request.settings,
        proposal_id=request.proposal_id,
        created_at=request.created_at,
        token=token or NeverCancelled(),
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
    with ctx.book.write("Harvest plan") as w:
        w.add_proposal(proposal, inputs)
    return w.changes


def repeat(ctx: AppContext, proposal_id: str | None) -> tuple[Proposal, Proposal]:
    """Work a kept plan out again from what was kept with it; return the kept one and the new one.

    Nothing is stored. The same inputs, settings and versions give the same trades (features H12).

    Raises:
        BadInputError: no such plan, or its inputs were not kept.
    """
    kept = find(ctx, proposal_id)
    inputs = ctx.book.inputs(kept.id)
    if inputs is None:
        raise BadInputError(
            f"The inputs of {kept.id} were not kept, so it can't be worked out again.",
            code="plan.inputs_missing",
        )
    return kept, run(HarvestRequest(inputs, kept.harvest, kept.id, kept.created_at))


def find(ctx: AppContext, proposal_id: str | None) -> Proposal:
    """Return a stored plan, or the last one made when no id is given.

    Raises:
        BadInputError: when there is none; the message lists the plans there are.
    """
    stored = ctx.book.proposal_ids()
    wanted = ProposalId(proposal_id) if proposal_id is not None else next(reversed(stored), None)
    found = None if wanted is None else ctx.book.proposal(wanted)
    if found is not None:
        return found
    if not stored:
        raise BadInputError(
            "This household has no plan yet. Expected one made with `plan harvest`.",
            code="plan.missing",
        )
    known = ", ".join(stored)
    raise BadInputError(
        f"There is no plan {proposal_id or ''} in this household. Expected one of: {known}.",
        code="plan.missing",
    )


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


def _check(settings: HarvestSettings, snapshot: HouseholdSnapshot) -> None:
    accounts = {a.id: a for a in snapshot.accounts}
    for account_id in settings.account_ids:
        account = accounts.get(account_id)
        if account is None or not account.type.is_taxable:
            known = ", ".join(f"{a.id} ({a.name})" for a in accounts.values() if a.type.is_taxable)
            raise BadInputError(
                f"{account_id} is not a taxable account of this household. Expected one of: {known}.",
                code="plan.account",
            )
    for security_id in settings.excluded_security_ids:
        if security_id not in snapshot.security_by_id:
            raise BadInputError(
                f"There is no security {security_id} in this household to leave out.",
                code="plan.security",
            )
    if not snapshot.lots:
        raise BadInputError(
            "The household holds no lots yet; import a broker's file first.", code="plan.empty"
        )
