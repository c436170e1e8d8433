"""What can be chosen among as JSON: scenarios, the curve, a lot otherwise; money as exact strings, ratios as numbers."""

from decimal import Decimal

from harvestdesk.domain.frontier import Frontier, FrontierPoint
from harvestdesk.domain.money import money_text
from harvestdesk.reports.rule_words import what_if_words
from harvestdesk.services.plan_choices import LotAsked
from harvestdesk.services.scenarios import ScenarioRow, ScenarioTable

SCENARIOS_SCHEMA = "harvestdesk.scenarios/1"
FRONTIER_SCHEMA = "harvestdesk.frontier/1"
BP = Decimal(10_000)
Json = dict[str, object]


def scenarios_json(table: ScenarioTable) -> Json:
    """Return scenarios side by side."""
    return {
        "schema": SCENARIOS_SCHEMA,
        "scenarios": [_scenario(row) for row in table.rows],
        "asked": [
            {"field": line.field, "label": line.label, "values": list(line.values)}
            for line in table.asked
        ],
    }


def _scenario(row: ScenarioRow) -> Json:
    return {
        "name": row.name,
        "plan": row.proposal_id,
        "kind": row.kind.value,
        "as_of": row.as_of.isoformat(),
        "losses": money_text(row.losses),
        "gains": money_text(row.gains),
        "tax": money_text(row.tax),
        "tracking_error": float(row.tracking_error_bp / BP),
        "worst_class": row.worst_class or None,
        "worst_drift": None if row.worst_drift is None else float(row.worst_drift),
        "turnover": None if row.turnover is None else float(row.turnover),
        "orders": row.orders,
        "cash": money_text(row.cash),
        "gap": row.gap,
        "passed": row.passed,
        "stale": row.stale,
    }


def frontier_json(curve: Frontier) -> Json:
    """Return the curve of tracking error against tax."""
    return {
        "schema": FRONTIER_SCHEMA,
        "points": [_point(p) for p in curve.points],
        "nothing": _point(curve.nothing),
        "current": curve.current,
        "knee": curve.knee,
    }


def _point(point: FrontierPoint) -> Json:
    return {
        "tracking_error": float(point.tracking_error_bp / BP),
        "tax": money_text(point.tax),
        "cost": money_text(point.cost),
        "turnover": float(point.turnover),
        "orders": point.orders,
        "risk_aversion": float(point.risk_aversion),
        "gap": point.gap,
    }


def lot_asked_json(asked: LotAsked) -> Json:
    """Return what a plan would be worth with one lot otherwise."""
    answer = asked.answer
    return {
        "plan": asked.proposal.id,
        "lot": asked.lot_id,
        "sold": asked.sold,
        "possible": answer.possible,
        "proven": answer.proven,
        "dollars": money_text(answer.dollars),
        "tax": money_text(answer.tax),
        "cost": money_text(answer.cost),
        "risk": money_text(answer.risk),
        "tracking_error": float(answer.tracking_error_bp / BP),
        "orders": answer.orders,
        "text": lot_words(asked),
    }


def lot_words(asked: LotAsked) -> str:
    """Return the same in a sentence."""
    subject = "Keeping this lot instead" if asked.sold else "Selling all of this lot too"
    return what_if_words(asked.answer, subject)
