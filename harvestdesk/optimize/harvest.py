"""The year-end harvest: losses to sell and replacements to buy, as one proposal (methods 1.6)."""

import time
from collections.abc import Mapping
from dataclasses import replace

from harvestdesk import __version__
from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import (
    HarvestSettings,
    LotSale,
    Proposal,
    Purchase,
    SolverRecord,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.build import BP, Built, build, worth_of_loss
from harvestdesk.optimize.cancel import Cancellation, Report
from harvestdesk.optimize.explain import kept_lots, ladder
from harvestdesk.optimize.figures import figures
from harvestdesk.optimize.harvest_solving import Chosen, Solution, choose_sides
from harvestdesk.optimize.notices import Finished, notices
from harvestdesk.optimize.rounding import RoundedPlan, bought_weights, round_plan, sold_weights
from harvestdesk.optimize.solve import SolveLimits
from harvestdesk.optimize.solvers import solver_version
from harvestdesk.optimize.stages import Stages, branching
from harvestdesk.optimize.thin_evidence import thin_findings, with_evidence
from harvestdesk.optimize.top_up import top_up
from harvestdesk.optimize.trades import exact_purchases, exact_sales, with_tax_values
from harvestdesk.optimize.verify import verify
from harvestdesk.washsale.accepted import disallowed_of
from harvestdesk.washsale.outlook import planned_locks


def plan_harvest(
    snapshot: HouseholdSnapshot,
    settings: HarvestSettings,
    *,
    proposal_id: ProposalId,
    created_at: str,
    token: Cancellation,
    report: Report,
) -> Proposal:
    """Return the proposal with the largest loss that keeps every rule; empty if there is nothing to do.

    Raises:
        BadInputError: settings that contradict the household.
        NoPlanError: no solver gave an answer.
        CancelledError: the token was cancelled.
    """
    stages = Stages(token, report)
    with stages.of("build"):
        built = build(snapshot, settings)
    deadline = time.perf_counter() + settings.time_limit_seconds
    limits = SolveLimits(deadline, check=token.raise_if_cancelled)
    with stages.of("solve"):
        chosen = choose_sides(built.problem, limits, branching(report))
    solution = _answered(chosen)
    with stages.of("round"):
        plan = round_plan(built, chosen.sides, solution.sold, limits)
        plan = top_up(built, chosen.sides, plan, limits)
    with stages.of("verify"):
        parts = _finish(built, plan)
        checks = verify(built, parts.sales, parts.purchases, plan.tracking_error)
    with stages.of("ladder"):
        per_bp = solution.per_limit * BP * built.value
        kept = kept_lots(built, plan, per_bp)
        next_lots = ladder(built, plan, parts.sales, parts.so_far)
        record = _record(parts, chosen, plan, per_bp, stages.seconds)
        remarks = notices(_warned(parts, chosen, solution, plan, record))
    return Proposal(
        id=proposal_id,
        kind=PlanKind.HARVEST,
        as_of=snapshot.as_of,
        created_at=created_at,
        fingerprint=snapshot.fingerprint,
        settings=settings,
        sales=tuple(parts.sales),
        purchases=tuple(parts.purchases),
        kept=kept,
        ladder=next_lots,
        locks=tuple(parts.locks),
        before=parts.before,
        after=parts.after,
        solver=_timed(record, stages.seconds),
        checks=checks,
        notices=remarks,
        engine_version=__version__,
    )


def _answered(chosen: Chosen) -> Solution:
    """Return the plan in weights; no plan is an error."""
    if chosen.solution is None:
        tried = ", ".join(f"{s}: {status}" for s, status in chosen.tried)
        raise NoPlanError(
            f"No solver found a plan ({tried}). Raise the limit on tracking error or the time limit, "
            "or leave an account out.",
            code="infeasible.solver",
            status=chosen.status.value,
        )
    return chosen.solution


def _finish(built: Built, plan: RoundedPlan) -> Finished:
    """Return exact trades with figures before and after."""
    snapshot = built.snapshot
    so_far = built.so_far
    sales: tuple[LotSale, ...] = exact_sales(built, plan)
    purchases: tuple[Purchase, ...] = exact_purchases(built, plan, sales)
    before = figures(snapshot, so_far, built.te_today)
    after = figures(snapshot, so_far, plan.tracking_error, sales, purchases)
    thin = thin_findings(snapshot, built.standings, sales)
    sales = with_evidence(snapshot, with_tax_values(built, sales, before.tax - after.tax), thin)
    locks = planned_locks(snapshot, sales)
    return Finished(built, sales, purchases, locks, after, before, so_far, thin)


def _warned(
    parts: Finished, chosen: Chosen, solution: Solution, plan: RoundedPlan, record: SolverRecord
) -> Finished:
    """Return the parts with what the solver and the rounding have to say."""
    return replace(
        parts,
        status=chosen.status,
        tried=chosen.tried,
        gap=record.gap,
        repairs=plan.repairs,
        given_up=solution.objective * parts.built.value - record.objective,
    )


def _record(
    parts: Finished, chosen: Chosen, plan: RoundedPlan, per_bp: float, seconds: Mapping[str, float]
) -> SolverRecord:
    """Return what the solver said; objective and bound are in dollars, of the returned shares."""
    built = parts.built
    value = built.problem.objective(
        sold_weights(built, plan.sold), bought_weights(built, plan.bought)
    )
    objective = value * built.value - _not_counted(parts)
    bound = chosen.bound * built.value
    return SolverRecord(
        status=chosen.status.value,
        solver=chosen.solver,
        solver_version=solver_version(chosen.solver) if chosen.nodes else "",
        objective=objective,
        bound=bound,
        gap=abs(bound - objective) / max(abs(bound), 1e-9) if bound > 0 else 0.0,
        seconds=dict(seconds),
        duals={"tracking_error_loss_per_bp": per_bp},
        risk_model=built.model.description,
    )


def _not_counted(parts: Finished) -> float:
    """Return the objective of losses disallowed beyond what the problem counted, in dollars.

    The problem counts the least there can be; where an earlier lot of a set stays, a later one bears more.
    """
    built = parts.built
    losses = {x.lot.id: x for x in built.losses if x.whole_only}
    return sum(
        float(sale.disallowed - disallowed_of(-sale.gain, loss.washed, sale.shares))
        * worth_of_loss(built.rates, built.settings, sale.term)
        for sale in parts.sales
        if (loss := losses.get(sale.lot_id)) is not None
    )


def _timed(record: SolverRecord, seconds: Mapping[str, float]) -> SolverRecord:
    return replace(record, seconds={**seconds, "total": sum(seconds.values())})
