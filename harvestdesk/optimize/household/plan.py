"""A household plan end to end: problem, certified solve, exact trades, exact checks, one proposal."""

from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk import __version__
from harvestdesk.domain.conflict import ConflictError
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind, PlanSettings, Zone
from harvestdesk.domain.proposal import PlanFigures, Proposal, SolverRecord
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.cancel import Cancellation, Report
from harvestdesk.optimize.engine.evaluate import Figures, evaluate
from harvestdesk.optimize.engine.explain import Explanations, explained
from harvestdesk.optimize.engine.search import Effort
from harvestdesk.optimize.engine.trades import Trades
from harvestdesk.optimize.figures import figures
from harvestdesk.optimize.household.accounts import CashAsked
from harvestdesk.optimize.household.bands import outside_of
from harvestdesk.optimize.household.build import BuiltHousehold, build_household
from harvestdesk.optimize.household.conflict_terms import in_asked_terms
from harvestdesk.optimize.household.gain_harvest import plan_gain_harvest
from harvestdesk.optimize.household.gift import plan_gift
from harvestdesk.optimize.household.limits import BP
from harvestdesk.optimize.household.measures import measures
from harvestdesk.optimize.household.notices import notices, proof_of
from harvestdesk.optimize.household.payouts import payout_tax
from harvestdesk.optimize.household.records import certain, effort_of, found_by, timed
from harvestdesk.optimize.household.solving import Solved, solve_household
from harvestdesk.optimize.household.trades import (
    exact_trades,
    in_steps,
    kept_lots,
    with_room,
    with_tax_shares,
)
from harvestdesk.optimize.household.verify import Planned, verify
from harvestdesk.optimize.stages import Stages
from harvestdesk.optimize.thin_evidence import thin_findings, with_evidence
from harvestdesk.washsale.outlook import planned_locks

BUILT_HERE = frozenset(
    {PlanKind.REBALANCE, PlanKind.INVEST, PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET}
)
_OF_GAINS = {PlanKind.GAIN_HARVEST: plan_gain_harvest, PlanKind.GIFT: plan_gift}
FORCES = frozenset({CashAsked.RAISE, CashAsked.MUST_INVEST})


def plan_household(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    *,
    proposal_id: ProposalId,
    created_at: str,
    token: Cancellation,
    report: Report,
    risk: RiskSettings | None = None,
) -> Proposal:
    """Return the certified plan of a household, its trades exact and checked; empty if nothing pays.

    Raises:
        BadInputError: settings that contradict the household, or a kind this function does not plan.
        NoPlanError: no plan keeps every rule; it names those in conflict.
        CancelledError: the token was cancelled.
    """
    maker = _OF_GAINS.get(settings.kind)
    if maker is not None:
        return maker(
            snapshot,
            settings,
            proposal_id=proposal_id,
            created_at=created_at,
            token=token,
            report=report,
            risk=risk,
        )
    _check(settings)
    stages = Stages(token, report)
    with stages.of("build"):
        built = build_household(snapshot, settings, risk)
    if within_bands(built):
        return _finished(built, None, stages).proposal(proposal_id, created_at)
    with stages.of("solve"):
        solved = _solved(built, effort_of(settings, token, report))
    return _finished(built, solved, stages).proposal(proposal_id, created_at)


def _solved(built: BuiltHousehold, effort: Effort) -> Solved:
    """Solve; a conflict comes back in the terms the household was asked in."""
    try:
        return solve_household(built, effort)
    except ConflictError as error:
        error.conflict = in_asked_terms(built, error.conflict)
        raise


def _check(settings: PlanSettings) -> None:
    if settings.kind not in BUILT_HERE:
        raise BadInputError(
            f"A {settings.kind.value.replace('_', ' ')} is not a plan this program makes yet.",
            code="plan.kind",
        )
    needs = {PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET}
    if settings.kind in needs and (settings.amount is None or settings.amount <= 0):
        raise BadInputError("This plan needs an amount above zero.", code="plan.amount")
    if settings.amount is not None and settings.amount <= 0:
        raise BadInputError("The amount must be above zero.", code="plan.amount")


def within_bands(built: BuiltHousehold) -> bool:
    """Return True where a no-trade zone leaves nothing to do: all inside, and nothing else forces trades."""
    settings = built.settings
    if settings.zone is Zone.NONE or settings.kind is not PlanKind.REBALANCE:
        return False
    if any(c.breached for c in built.classes) or any(s.asked in FORCES for s in built.cash):
        return False
    limit = settings.tracking_error_bp
    if limit is not None and built.te_today > float(limit) * BP:
        return False
    return not outside_of(built.problem.limits.groups, built.problem.held)


@dataclass(frozen=True)
class _Result:
    """What the engine found, in the brokers' steps.

    Attributes:
        objective, bound: dollars; gap: relative, of the trades as booked.
    """

    trades: Trades
    figures: Figures
    why: Explanations
    rounding: float
    record: SolverRecord
    reached: Decimal = ZERO


def _finished(built: BuiltHousehold, solved: Solved | None, stages: Stages) -> "_Finish":
    with stages.of("round"):
        result = _untouched(built) if solved is None else _rounded(built, solved)
    return _Finish(built, result, stages, within_bands=solved is None)


def _rounded(built: BuiltHousehold, solved: Solved) -> _Result:
    problem, plan = solved.problem, solved.plan
    view, of_lot = built.view, problem.lot_account
    trades = in_steps(built, view.real_trades(plan.trades, of_lot))
    counted = view.counted_trades(trades, of_lot)
    found = plan.figures
    if counted != plan.trades:
        found = evaluate(with_room(built, problem, counted), counted)
    plan = replace(plan, trades=counted, figures=found)
    record = found_by(built, plan, found)
    lost = max(0.0, found.objective - plan.best.objective)
    reached = Decimal(repr(solved.reached)) * built.total
    return _Result(trades, found, explained(problem, plan), lost, record, reached)


def _untouched(built: BuiltHousehold) -> _Result:
    """Return the plan that leaves everything as it is, because the no-trade zone says so."""
    trades = Trades()
    found = evaluate(built.problem, trades)
    record = certain(built, found.objective * built.value)
    return _Result(trades, found, Explanations((), (), (), ()), 0.0, record)


class _Finish:
    """From the engine's trades to a proposal."""

    def __init__(
        self, built: BuiltHousehold, result: _Result, stages: Stages, *, within_bands: bool
    ) -> None:
        self._built, self._result, self._stages = built, result, stages
        self._within = within_bands

    def proposal(self, proposal_id: ProposalId, created_at: str) -> Proposal:
        """Return the plan with everything needed to judge, print and repeat it."""
        built, result, snapshot = self._built, self._result, self._built.snapshot
        with self._stages.of("verify"):
            plan = self._planned()
            checks = verify(plan)
        with self._stages.of("explain"):
            thin = thin_findings(
                snapshot, built.standings, [s for s in plan.sales if s.taxed and s.gain < 0]
            )
            sales = with_evidence(snapshot, plan.sales, thin)
            locks = planned_locks(snapshot, sales)
            proof = proof_of(built, result.record)
            remarks = notices(plan, proof, locks, thin, within_bands=self._within)
            kept = kept_lots(built, sales, result.why, within_bands=self._within)
        return Proposal(
            id=proposal_id,
            kind=built.settings.kind,
            as_of=snapshot.as_of,
            created_at=created_at,
            fingerprint=built.fingerprint,
            settings=built.settings,
            sales=sales,
            purchases=plan.purchases,
            kept=kept,
            ladder=(),
            locks=locks,
            before=plan.before,
            after=plan.after,
            solver=timed(result.record, self._stages),
            checks=checks,
            notices=remarks,
            engine_version=__version__,
            measures=plan.measures,
        )

    def _planned(self) -> Planned:
        built, result, snapshot = self._built, self._result, self._built.snapshot
        booked = exact_trades(built, result.trades, result.why)
        before = figures(snapshot, built.so_far, built.te_today)
        after = figures(
            snapshot,
            built.so_far,
            result.figures.tracking_error,
            booked.sales,
            booked.purchases,
        )
        sales = with_tax_shares(built, booked.sales, before.tax - after.tax)
        on_payouts = payout_tax(built, result.figures.payouts, booked.sales)
        after = _paid(after, sum(result.figures.payouts, ZERO), on_payouts)
        found = measures(
            built,
            built.view.counted_trades(result.trades, built.problem.lot_account),
            (sales, booked.purchases),
            result.figures,
            (before, after),
            result.rounding,
            result.why.prices,
        )
        return Planned(
            built,
            sales,
            booked.purchases,
            result.figures,
            before,
            after,
            found,
            result.reached,
            on_payouts,
        )


def _paid(after: PlanFigures, payouts: Decimal, tax: Decimal) -> PlanFigures:
    return replace(after, cash=after.cash - payouts, tax=after.tax + tax)
