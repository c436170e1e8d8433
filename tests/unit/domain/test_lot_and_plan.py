from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from factories import lot, proposal

from harvestdesk.domain.changes import Changes, Touched
from harvestdesk.domain.errors import BadInputError, Problem, Severity
from harvestdesk.domain.proposal import Check, SolverRecord


def test_lot__washed_losses_raise_the_basis() -> None:
    held = replace(lot(1, "ARBX", "10", "500.00", date(2024, 1, 2)), wash_added=Decimal("20.00"))
    assert held.adjusted_basis == Decimal("520.00")
    assert held.basis_per_share == 52
    assert held.gain_at(Decimal(50)) == Decimal(-20)


def test_lot__unknown_basis_stays_unknown() -> None:
    held = replace(lot(1, "ARBX", "10", "500.00", date(2024, 1, 2)), cost_basis=None)
    assert held.adjusted_basis is None
    assert held.basis_per_share is None
    assert held.gain_at(Decimal(50)) is None


def test_plan__passes_only_when_proved_and_checked() -> None:
    plan = proposal()
    assert plan.passed
    assert not replace(plan, checks=(*plan.checks, Check("tracking_error", False))).passed
    for status in ("user_limit", "infeasible", "optimal_inaccurate"):
        assert not replace(plan, solver=SolverRecord(status, "SCS", "3", 0, 0, 0)).passed


def test_plan__losses_are_counted_positive() -> None:
    plan = proposal()
    assert plan.realised_loss == Decimal("66348.01")
    assert replace(plan, sales=()).realised_loss == 0


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(Severity.ERROR, "no number", 7, "Quantity"), "line 7, column Quantity: no number"),
        (Problem(Severity.ERROR, "no number", None, "Quantity"), "column Quantity: no number"),
        (Problem(Severity.WARNING, "odd", 7), "line 7: odd"),
        (Problem(Severity.INFO, "skipped"), "skipped"),
    ],
)
def test_problem__says_where(problem: Problem, text: str) -> None:
    assert problem.described() == text


def test_errors_carry_code_message_and_facts() -> None:
    error = BadInputError("no", code="file.newer", version=3)
    assert (error.code, error.message, error.facts["version"]) == ("file.newer", "no", 3)
    assert BadInputError("no").code == "input"


def test_changes() -> None:
    changes = Changes("Import", Touched.LOTS | Touched.PRICES, 4)
    assert changes.has(Touched.LOTS)
    assert not changes.has(Touched.TARGETS)
