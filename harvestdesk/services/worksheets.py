"""Worksheets as plain data: what is printed, shown in the preview, and written as CSV."""

from dataclasses import replace

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.plan_settings import HOUSEHOLD_KINDS, PLAN_NAMES, PlanKind
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.document import Paragraph, Report, Tone
from harvestdesk.reports.worksheets.do_not_buy import do_not_buy_sheet
from harvestdesk.reports.worksheets.harvest import harvest_worksheet
from harvestdesk.reports.worksheets.lot_instructions import lot_instruction_sheet
from harvestdesk.reports.worksheets.trade_plan import trade_plan_sheet
from harvestdesk.services import plans
from harvestdesk.services.context import AppContext
from harvestdesk.washsale.outlook import locks_on

HARVEST_KINDS = ("worksheet", "do-not-buy", "lot-instructions")
"""Papers of a year-end harvest; all but the first are those of any other plan too."""
KINDS = (*HARVEST_KINDS, "trades")
CHANGED = (
    "The household has changed since this plan was made: this page shows the plan as it was made. "
    "Plan again before trading."
)


def kinds_of(kind: str) -> tuple[PlanKind, ...]:
    """Return the kinds of plan a paper speaks of when no plan is named."""
    return HOUSEHOLD_KINDS if kind == "trades" else plans.YEAR_END


def build_report(ctx: AppContext, kind: str, proposal_id: str | None = None) -> Report:
    """Return a paper of a plan; a do-not-buy list needs none.

    Without an id, `trades` is of the household plan made last, any other paper of the last year-end harvest.

    Raises:
        BadInputError: for an unknown kind or plan, a paper of another kind of plan, or a plan whose lots
            are gone.
    """
    if kind not in KINDS:
        raise BadInputError(
            f"There is no report {kind!r}. Expected one of: {', '.join(KINDS)}.", code="report.kind"
        )
    kinds = kinds_of(kind)
    if kind == "do-not-buy" and proposal_id is None and not ctx.book.proposal_ids(kinds):
        snapshot = ctx.snapshot()
        return do_not_buy_sheet(snapshot, locks_on(snapshot))
    proposal = plans.find(ctx, proposal_id, kinds)
    _require_fitting(kind, proposal)
    snapshot = ctx.snapshot(proposal.as_of)
    if proposal.fingerprint == snapshot.fingerprint:
        return _report(kind, proposal, snapshot)
    _require_known(proposal, snapshot)
    report = _report(kind, proposal, snapshot)
    return replace(report, blocks=(Paragraph(CHANGED, Tone.WARNING), *report.blocks))


def _require_fitting(kind: str, proposal: Proposal) -> None:
    fitting = {"worksheet": plans.YEAR_END, "trades": HOUSEHOLD_KINDS}.get(kind)
    if fitting is not None and proposal.kind not in fitting:
        other = "trades" if kind == "worksheet" else "worksheet"
        raise BadInputError(
            f"{proposal.id} is of the kind {PLAN_NAMES[proposal.kind].lower()}; its paper is the report "
            f"{other!r}.",
            code="report.other_kind",
        )


def _report(kind: str, proposal: Proposal, snapshot: HouseholdSnapshot) -> Report:
    in_force: tuple[WashLock, ...] = locks_on(snapshot)
    if kind == "worksheet":
        return harvest_worksheet(proposal, snapshot, in_force)
    if kind == "trades":
        return trade_plan_sheet(proposal, snapshot, in_force)
    if kind == "lot-instructions":
        return lot_instruction_sheet(proposal, snapshot)
    return do_not_buy_sheet(snapshot, (*proposal.locks, *in_force), proposal.notices)


def _require_known(proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    """An outdated plan can be shown while every lot it speaks of is still there."""
    spoken = {s.lot_id for s in proposal.sales} | {k.lot_id for k in proposal.kept}
    spoken |= {step.lot_id for step in proposal.ladder} | {g.lot_id for g in proposal.gifts}
    if not spoken <= set(snapshot.lot_by_id):
        raise BadInputError(
            f"Plan {proposal.id} speaks of lots that are no longer there: the household changed since. "
            "Plan again.",
            code="plan.outdated",
        )
