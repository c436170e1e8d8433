"""Scenarios as JSON: money as exact strings, ratios as numbers."""

from decimal import Decimal

from harvestdesk.domain.money import money_text
from harvestdesk.services.scenarios import ScenarioRow, ScenarioTable

SCENARIOS_SCHEMA = "harvestdesk.scenarios/1"
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
