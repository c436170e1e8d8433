"""A plan as JSON: money and shares as exact strings, ratios as numbers, reasons as codes and words."""

from collections.abc import Mapping
from decimal import Decimal

from harvestdesk.domain.errors import Notice
from harvestdesk.domain.money import decimal_text, money_text
from harvestdesk.domain.proposal import (
    Check,
    HarvestSettings,
    KeptLot,
    LotSale,
    PlanFigures,
    Proposal,
    Purchase,
    Reason,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.naming import Names

SCHEMA = "harvestdesk.plan/1"
_BP = Decimal(10_000)
Json = dict[str, object]


def plan_json(proposal: Proposal, snapshot: HouseholdSnapshot, *, stored: bool) -> Json:
    """Return a plan as the command line prints it and `plan.json` holds it."""
    names = Names.of(snapshot)
    solver = proposal.solver
    return {
        "schema": SCHEMA,
        "id": proposal.id,
        "kind": proposal.kind.value,
        "as_of": proposal.as_of.isoformat(),
        "created_at": proposal.created_at,
        "household": snapshot.household.name,
        "simulated": snapshot.household.simulated,
        "stored": stored,
        "status": solver.status,
        "passed": proposal.passed,
        "settings": _settings(proposal.harvest, names),
        "realised_loss": _money(proposal.realised_loss),
        "tracking_error": _ratio(proposal.after.tracking_error_bp),
        "trades": [
            *(_sale(s, names) for s in proposal.sales),
            *(_purchase(p, names) for p in proposal.purchases),
        ],
        "before": _figures(proposal.before),
        "after": _figures(proposal.after),
        "objective": solver.objective,
        "bound": solver.bound,
        "gap": solver.gap,
        "duals": dict(solver.duals),
        "seconds": dict(solver.seconds),
        "solver": solver.solver,
        "solver_version": solver.solver_version,
        "risk_model": solver.risk_model,
        "locks": _locks(proposal, names),
        "checks": [_check(c) for c in proposal.checks],
        "kept": [_kept(k, names) for k in proposal.kept],
        "ladder": _ladder(proposal, names),
        "notices": [_notice(n) for n in proposal.notices],
        "fingerprint": proposal.fingerprint,
        "engine_version": proposal.engine_version,
    }


def _settings(settings: HarvestSettings, names: Names) -> Json:
    return {
        "tracking_error_limit": _ratio(settings.tracking_error_bp),
        "risk_limit": settings.risk_limit.value,
        "goal": settings.goal.value,
        "min_loss": money_text(settings.min_loss),
        "min_trade": money_text(settings.min_trade),
        "accounts": list(settings.account_ids),
        "excluded": [names.symbol(s) for s in settings.excluded_security_ids],
        "replace": settings.replace,
        "max_disallowed_percent": decimal_text(settings.max_disallowed_percent),
    }


def _sale(sale: LotSale, names: Names) -> Json:
    return {
        "action": "sell",
        "account": sale.account_id,
        "lot": sale.lot_id,
        "symbol": names.symbol(sale.security_id),
        "shares": decimal_text(sale.shares),
        "price": money_text(sale.price),
        "price_on": sale.price_on.isoformat(),
        "proceeds": _money(sale.proceeds),
        "basis": _money(sale.basis),
        "gain": _money(sale.gain),
        "disallowed": _money(sale.disallowed),
        "term": sale.term.value,
        "acquired": sale.acquired_on.isoformat(),
        "tax_value": _money(sale.tax_value),
        "reason": _reason(sale.reason),
    }


def _purchase(purchase: Purchase, names: Names) -> Json:
    return {
        "action": "buy",
        "account": purchase.account_id,
        "symbol": names.symbol(purchase.security_id),
        "shares": decimal_text(purchase.shares),
        "price": money_text(purchase.price),
        "price_on": purchase.price_on.isoformat(),
        "amount": _money(purchase.amount),
        "replaces": [names.symbol(s) for s in purchase.replaces],
        "reason": _reason(purchase.reason),
    }


def _kept(kept: KeptLot, names: Names) -> Json:
    lot = names.snapshot.lot_by_id.get(kept.lot_id)
    return {
        "lot": kept.lot_id,
        "account": lot.account_id if lot else None,
        "symbol": names.symbol(lot.security_id) if lot else None,
        "shares": decimal_text(kept.shares),
        "gain": None if kept.gain is None else _money(kept.gain),
        "free_from": kept.free_from.isoformat() if kept.free_from else None,
        "reason": _reason(kept.reason),
    }


def _ladder(proposal: Proposal, names: Names) -> list[Json]:
    steps: list[Json] = []
    for step in proposal.ladder:
        lot = names.snapshot.lot_by_id.get(step.lot_id)
        steps.append(
            {
                "lot": step.lot_id,
                "symbol": names.symbol(lot.security_id) if lot else None,
                "shares": decimal_text(step.shares),
                "loss": _money(step.loss),
                "tracking_error": _ratio(step.tracking_error_bp),
                "tax_value": _money(step.tax_value),
            }
        )
    return steps


def _locks(proposal: Proposal, names: Names) -> list[Json]:
    return [
        {
            "identical_set": lock.identical_set_id,
            "symbols": list(names.set_symbols(lock.security_ids)),
            "kind": lock.kind.value,
            "first_day": lock.first_day.isoformat(),
            "last_day": lock.last_day.isoformat(),
            "first_safe_day": lock.first_safe_day.isoformat(),
            "cause": lock.cause,
            "accounts": list(lock.account_ids),
            "shares": decimal_text(lock.shares),
        }
        for lock in proposal.locks
    ]


def _figures(figures: PlanFigures) -> Json:
    return {
        "tracking_error": _ratio(figures.tracking_error_bp),
        "net_short": _money(figures.net_short),
        "net_long": _money(figures.net_long),
        "tax": _money(figures.tax),
        "carryforward_short": _money(figures.carryforward_short),
        "carryforward_long": _money(figures.carryforward_long),
        "cash": _money(figures.cash),
        "unrealised_losses": _money(figures.unrealised_losses),
    }


def _reason(reason: Reason) -> Json:
    return {"code": reason.code, "facts": _facts(reason.facts), "text": sentence(reason)}


def _check(check: Check) -> Json:
    return {
        "code": check.code,
        "passed": check.passed,
        "facts": _facts(check.facts),
        "text": sentence(check),
    }


def _notice(notice: Notice) -> Json:
    return {
        "code": notice.code,
        "severity": notice.severity.value,
        "facts": _facts(notice.facts),
        "text": sentence(notice),
    }


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    return dict(facts)


def _money(value: Decimal) -> str:
    return money_text(value)


def _ratio(basis_points: Decimal) -> float:
    """Return basis points as a fraction."""
    return float(basis_points / _BP)
