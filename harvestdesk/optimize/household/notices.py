"""Warnings and tasks of a household plan: codes and facts, worded by the reports."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.errors import Notice, Severity
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import WashLock
from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import SolverRecord
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.household.accounts import CashAsked, modelled, receivers
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.loss_reach import reach_facts
from harvestdesk.optimize.household.verify import Planned
from harvestdesk.optimize.shared_notices import (
    by_gravity,
    carry_notices,
    evidence_notices,
    lock_notices,
    price_notices,
    risk_notices,
    symbols_named,
    task_notices,
    tax_basis_notices,
)
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.solvers import CLARABEL
from harvestdesk.washsale.evidence import Finding

LARGE_GAP = 0.01
WORTH_A_WORD = 1e-5
"""Objective, a fraction of value, below which a distance to the bound is next to nothing."""
ABOVE_ASKED = Decimal("1.05")
"""Times the losses asked for above which more of them are worth a word."""
IDLE = Decimal("0.01")
"""Part of new cash from which cash beside it is worth a word."""
SELLS_ONLY = frozenset({PlanKind.WITHDRAW, PlanKind.GIFT})


@dataclass(frozen=True)
class Proof:
    """How the search ended.

    Attributes:
        gap: relative; off: the same distance to the bound, a fraction of value.
    """

    status: str
    solver: str
    gap: float
    off: float


def proof_of(built: BuiltHousehold, record: SolverRecord) -> Proof:
    """Return how the search of a record ended."""
    off = (record.objective - record.bound) / built.value
    return Proof(record.status, record.solver, record.gap, off)


def notices(
    plan: Planned,
    proof: Proof,
    locks: tuple[WashLock, ...],
    thin: Mapping[LotId, Finding],
    *,
    within_bands: bool = False,
) -> tuple[Notice, ...]:
    """Return every warning and task of a plan, the gravest kinds first."""
    snapshot = plan.built.snapshot
    losses = [s.security_id for s in plan.sales if s.taxed and s.gain < 0]
    found = (
        *solver_notices(proof),
        *_nothing(plan, within_bands=within_bands),
        *_cash(plan.built),
        *_job(plan),
        *_assumed(plan.built),
        *evidence_notices(snapshot, plan.sales, thin),
        *lock_notices(snapshot, locks),
        *task_notices(snapshot, losses),
        *price_notices(snapshot),
        *risk_notices(snapshot, plan.built.model),
        *carry_notices(plan.before, plan.after),
        *year_notices(plan.built),
        *tax_basis_notices(snapshot),
    )
    return by_gravity(found)


def solver_notices(proof: Proof) -> Iterator[Notice]:
    """Yield what there is to say of how the plan was found."""
    if proof.solver and proof.solver != CLARABEL:
        facts = {"first": CLARABEL, "status": SolveStatus.FAILED.value, "second": proof.solver}
        yield Notice("solver_fallback", facts)
    if proof.status != SolveStatus.OPTIMAL.value:
        facts = {"status": proof.status, "solver": proof.solver}
        yield Notice("solver_not_optimal", facts, Severity.ERROR)
    if proof.gap > LARGE_GAP and proof.off > WORTH_A_WORD:
        yield Notice("gap_large", {"gap_percent": f"{proof.gap * 100:.2f}"})


def _nothing(plan: Planned, *, within_bands: bool) -> Iterator[Notice]:
    if within_bands:
        yield Notice("within_bands", {}, Severity.INFO)
    elif plan.sales or plan.purchases:
        return
    elif any(p.amount > 0 for p in plan.measures.payouts):
        yield Notice("paid_from_cash", {}, Severity.INFO)
    elif not plan.built.snapshot.prices.prices:
        yield Notice("nothing_priced", {})
    else:
        yield Notice("nothing_pays", {}, Severity.INFO)


def _cash(built: BuiltHousehold) -> Iterator[Notice]:
    for state in built.cash:
        if state.asked is CashAsked.OUT_OF_REACH:
            rule = built.snapshot.rule_of[state.account_id]
            facts = {
                "account": built.snapshot.account_by_id[state.account_id].name,
                "cash": money_text(cents(state.before)),
                "cash_min": money_text(rule.cash_min),
            }
            yield Notice("cash_out_of_reach", facts)


def _job(plan: Planned) -> Iterator[Notice]:
    """What the kind of plan has to say."""
    built, settings = plan.built, plan.built.settings
    if settings.kind is PlanKind.INVEST and settings.amount is not None:
        names = [built.snapshot.account_by_id[a].name for a in receivers(built.snapshot, settings)]
        facts = {"amount": money_text(settings.amount), "accounts": ", ".join(names)}
        yield Notice("contribution_arrives", facts, Severity.INFO)
        yield from _idle(plan, settings.amount)
    if settings.kind is PlanKind.HARVEST_TARGET and settings.amount is not None:
        short = settings.amount - plan.reached
        if short > max(Decimal(1), settings.amount / 1000):
            yield Notice("loss_out_of_reach", reach_facts(plan))
        elif plan.loss > settings.amount * ABOVE_ASKED:
            facts = {"asked": money_text(settings.amount), "loss": money_text(plan.loss)}
            yield Notice("loss_above_asked", facts)
    yield from _payouts(plan)


def _idle(plan: Planned, amount: Decimal) -> Iterator[Notice]:
    """Cash that was there before and could be invested, but is not asked to be."""
    built, left = plan.built, {}
    for account_id, cash in zip(built.account_ids, plan.figures.cash, strict=True):
        idle = cash - built.snapshot.rule_of[account_id].cash_reserve
        if account_id in built.trading and idle > 0:
            left[account_id] = idle
    total = cents(sum(left.values(), ZERO))
    if total > amount * IDLE:
        names = [built.snapshot.account_by_id[a].name for a in left]
        facts = {"cash": money_text(total), "accounts": ", ".join(names)}
        yield Notice("cash_stays_idle", facts, Severity.INFO)


def _payouts(plan: Planned) -> Iterator[Notice]:
    """Payouts that are ordinary income, and the tax on all of them together."""
    accounts = plan.built.snapshot.account_by_id
    paid = [
        p for p in plan.measures.payouts if accounts[p.account_id].type.is_deferred and p.amount > 0
    ]
    if paid:
        facts = {
            "accounts": ", ".join(accounts[p.account_id].name for p in paid),
            "amount": money_text(sum((p.amount for p in paid), ZERO)),
            "tax": money_text(plan.payout_tax),
        }
        yield Notice("payout_is_income", facts)


def _assumed(built: BuiltHousehold) -> Iterator[Notice]:
    """What the plan takes for granted."""
    settings, snapshot = built.settings, built.snapshot
    guessed = [a for a in _menus_guessed(snapshot) if a in built.trading]
    if guessed:
        names = ", ".join(snapshot.account_by_id[a].name for a in guessed)
        yield Notice("menu_assumed", {"accounts": names}, Severity.INFO)
    own_models = modelled(snapshot) & built.trading
    if own_models and settings.kind not in SELLS_ONLY:
        names = ", ".join(a.name for a in snapshot.accounts if a.id in own_models)
        yield Notice("model_assumed", {"accounts": names}, Severity.INFO)
    if not built.view.plain:
        facts = {
            "accounts": ", ".join(a.name for a in snapshot.accounts if a.type.is_deferred),
            "percent": decimal_text(settings.retirement_rate * 100),
        }
        yield Notice("after_tax_view", facts, Severity.INFO)
    if settings.location_weight:
        yield Notice("location_assumed", {"years": str(settings.location_years)}, Severity.INFO)
    if settings.max_volume_share is not None:
        unknown = [s for s in dict.fromkeys(_traded(built)) if s not in snapshot.volumes]
        if unknown:
            facts = {"symbols": symbols_named(snapshot, unknown), "count": str(len(unknown))}
            yield Notice("volume_unknown", facts)


def _traded(built: BuiltHousehold) -> Iterator[SecurityId]:
    yield from (x.security_id for x in built.snapshot.lots if x.id not in built.left_alone)


def _menus_guessed(snapshot: HouseholdSnapshot) -> Iterator[AccountId]:
    for account in snapshot.accounts:
        rule = snapshot.rule_of[account.id]
        if account.type is AccountType.PLAN_401K and not rule.menu:
            yield account.id


def year_notices(built: BuiltHousehold) -> Iterator[Notice]:
    """Yield what the year's results leave out."""
    if built.so_far.incomplete > ZERO:
        yield Notice("year_to_date_incomplete", {"sales": str(built.so_far.incomplete)})
