"""A plan as JSON: money and shares as exact strings, ratios as numbers, reasons as codes and words."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from harvestdesk.domain.conflict import Conflict, RuleGive
from harvestdesk.domain.errors import Notice
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import decimal_text, money_text
from harvestdesk.domain.plan_settings import GroupKind, GroupLimit, PlanKind, PlanSettings
from harvestdesk.domain.proposal import (
    Check,
    HarvestSettings,
    KeptLot,
    LotGift,
    LotSale,
    PlanFigures,
    PlanMeasures,
    Proposal,
    Purchase,
    Reason,
    RulePrice,
    WeightChange,
)
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.rule_words import Names as RuleNames
from harvestdesk.reports.rule_words import give_words, price_words, rule_names
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.naming import Names

SCHEMA = "harvestdesk.plan/1"
_BP = Decimal(10_000)
Json = dict[str, object]
T = TypeVar("T")


def plan_json(proposal: Proposal, snapshot: HouseholdSnapshot, *, stored: bool) -> Json:
    """Return a plan as the command line prints it and `plan.json` holds it."""
    names = Names.of(snapshot)
    solver = proposal.solver
    is_harvest = proposal.kind is PlanKind.HARVEST
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
        "settings": _settings(proposal.settings, names),
        "realised_loss": _money(proposal.realised_loss),
        "tracking_error": _ratio(proposal.after.tracking_error_bp),
        "trades": [
            *(_sale(s, names) | ({} if is_harvest else {"taxed": s.taxed}) for s in proposal.sales),
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
        **({} if is_harvest else _of_household(proposal, names)),
    }


def _settings(settings: HarvestSettings | PlanSettings, names: Names) -> Json:
    if isinstance(settings, PlanSettings):
        return household_settings_json(settings, names)
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


def household_settings_json(settings: PlanSettings, names: Names) -> Json:
    """Return what was asked of a household plan; budgets and limits are null where there is none."""
    return {
        "risk_aversion": decimal_text(settings.risk_aversion),
        "cost_rate": float(settings.cost_rate),
        "ticket_cost": _money(settings.ticket_cost),
        "tracking_error_limit": _or_null(_ratio, settings.tracking_error_bp),
        "tax_budget": _or_null(_money, settings.tax_budget),
        "gain_budget": _or_null(_money, settings.gain_budget),
        "turnover": _or_null(float, settings.turnover),
        "keep_bands": settings.keep_bands,
        "zone": settings.zone.value,
        "group_limits": [_limit(x, names) for x in settings.group_limits],
        "never_sell": [names.symbol(s) for s in settings.never_sell],
        "never_buy": [names.symbol(s) for s in settings.never_buy],
        "excluded": [names.symbol(s) for s in settings.excluded_security_ids],
        "accounts": list(settings.account_ids),
        "min_trade": _money(settings.min_trade),
        "max_trades": settings.max_trades,
        "max_volume_share": _or_null(float, settings.max_volume_share),
        "piggy_back": settings.piggy_back,
        "location_weight": float(settings.location_weight),
        "location_years": settings.location_years,
        "after_tax_view": settings.after_tax_view,
        "retirement_rate": float(settings.retirement_rate),
        "amount": _or_null(_money, settings.amount),
        "sources": list(settings.source_ids),
        "short_only": settings.short_only,
        "recipient": settings.recipient,
    }


def _limit(limit: GroupLimit, names: Names) -> Json:
    is_security = limit.kind is GroupKind.SECURITY
    return {
        "kind": limit.kind.value,
        "name": names.symbol(SecurityId(limit.name)) if is_security else limit.name,
        "low": float(limit.low),
        "high": float(limit.high),
    }


def _of_household(proposal: Proposal, names: Names) -> Json:
    measures = proposal.measures
    return {
        "gifts": [_gift(g, names) for g in proposal.gifts],
        "payouts": [
            {"account": p.account_id, "amount": _money(p.amount)}
            for p in (measures.payouts if measures else ())
        ],
        "measures": None if measures is None else _measures(measures, rule_names(names.snapshot)),
    }


def _gift(gift: LotGift, names: Names) -> Json:
    return {
        "account": gift.account_id,
        "lot": gift.lot_id,
        "symbol": names.symbol(gift.security_id),
        "shares": decimal_text(gift.shares),
        "price": money_text(gift.price),
        "price_on": gift.price_on.isoformat(),
        "value": _money(gift.value),
        "basis": _money(gift.basis),
        "gain": _money(gift.gain),
        "acquired": gift.acquired_on.isoformat(),
        "tax_avoided": _money(gift.tax_avoided),
        "reason": _reason(gift.reason),
    }


def _measures(measures: PlanMeasures, known: RuleNames) -> Json:
    return {
        "turnover": float(measures.turnover),
        "cost": _money(measures.cost),
        "tax": _money(measures.tax),
        "risk_before": _money(measures.risk_before),
        "risk_after": _money(measures.risk_after),
        "location": _money(measures.location),
        "rounding": _money(measures.rounding),
        "weights": [_weight(w) for w in measures.weights],
        "rules": [_rule_price(p, known) for p in measures.prices],
    }


def _weight(weight: WeightChange) -> Json:
    return {
        "kind": weight.kind,
        "name": weight.name,
        "before": float(weight.before),
        "after": float(weight.after),
        "target": _or_null(float, weight.target),
        "low": _or_null(float, weight.low),
        "high": _or_null(float, weight.high),
    }


def _rule_price(price: RulePrice, known: RuleNames) -> Json:
    return {
        "rule": price.code,
        "name": price.name,
        "step": decimal_text(price.step),
        "dollars": _money(price.dollars),
        "tracking_error": _or_null(_ratio, price.tracking_error_bp),
        "text": price_words(price, known),
    }


def conflict_json(conflict: Conflict, snapshot: HouseholdSnapshot) -> Json:
    """Return why no plan keeps every rule: what has to give, together or alone."""
    names = rule_names(snapshot)
    return {
        "together": [_give(g, names) for g in conflict.together],
        "alone": [_give(g, names) for g in conflict.alone],
        "beside": [{"rule": kind.value, "name": name} for kind, name in conflict.beside],
    }


def _give(give: RuleGive, known: RuleNames) -> Json:
    return {
        "rule": give.kind.value,
        "name": give.name,
        "now": give.now,
        "needed": give.needed,
        "least": give.least,
        "text": give_words(give, known),
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


def _or_null(form: Callable[[Decimal], T], value: Decimal | None) -> T | None:
    return None if value is None else form(value)


def _ratio(basis_points: Decimal) -> float:
    """Return basis points as a fraction."""
    return float(basis_points / _BP)
