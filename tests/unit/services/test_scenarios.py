"""Stored plans under names, and what they come to side by side."""

from dataclasses import replace
from decimal import Decimal

import pytest
from factories import household_plan, measures

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.services import scenarios
from harvestdesk.services.choices_json import scenarios_json


@pytest.fixture
def stored(ctx):
    """An empty household with three plans: two rebalances and a withdrawal."""
    now = ctx.snapshot()
    plan = household_plan()
    dearer = replace(plan.asked, risk_aversion=Decimal(50), max_trades=None)
    withdrawn = household_plan(PlanKind.WITHDRAW)
    made = [
        replace(plan, id=ProposalId("plan-0001")),
        replace(plan, id=ProposalId("plan-0002"), settings=dearer),
        replace(withdrawn, id=ProposalId("plan-0003")),
    ]
    for proposal in made:
        with ctx.book.write("Plan") as w:
            w.add_proposal(replace(proposal, fingerprint=now.fingerprint))
    return ctx


def names(ctx):
    return [(s.name, s.proposal_id) for s in scenarios.scenarios(ctx)]


def test_names_are_letters_unless_given_and_there_is_no_end_to_them(stored):
    assert scenarios.next_name(stored) == "A"
    scenarios.save(stored, "plan-0001")
    scenarios.save(stored, "plan-0002", "With less tax")
    scenarios.save(stored, "plan-0003")
    assert names(stored) == [
        ("A", "plan-0001"), ("With less tax", "plan-0002"), ("B", "plan-0003"),
    ]  # fmt: skip
    for _ in range(26):
        scenarios.save(stored, "plan-0001")
    assert scenarios.next_name(stored) == "AC"


def test_a_name_that_is_taken_now_means_the_new_plan_in_its_old_place(stored):
    scenarios.save(stored, "plan-0001", "A")
    scenarios.save(stored, "plan-0002", "B")
    scenarios.save(stored, "plan-0003", " a ")
    assert names(stored) == [("a", "plan-0003"), ("B", "plan-0002")]


def test_each_change_is_one_undo_step_and_leaves_the_plans(stored):
    scenarios.save(stored, "plan-0001", "A")
    scenarios.rename(stored, "A", "First")
    assert names(stored) == [("First", "plan-0001")]
    assert stored.book.undo_label() == "Rename scenario A"
    scenarios.drop(stored, "first")
    assert names(stored) == []
    assert len(stored.book.proposal_ids()) == 3
    stored.book.undo()
    stored.book.undo()
    assert names(stored) == [("A", "plan-0001")]
    stored.book.undo()
    assert names(stored) == []


@pytest.mark.parametrize("name", ["x" * 61, "tab\x07"])
def test_names_that_head_no_column_are_refused(stored, name):
    with pytest.raises(BadInputError, match="name"):
        scenarios.save(stored, "plan-0001", name)


def test_what_is_not_there_is_said(stored):
    with pytest.raises(BadInputError, match="plan-0003"):
        scenarios.save(stored, "plan-9")
    with pytest.raises(BadInputError, match="none yet"):
        scenarios.drop(stored, "A")
    scenarios.save(stored, "plan-0001", "A")
    scenarios.save(stored, "plan-0002", "B")
    with pytest.raises(BadInputError, match="already"):
        scenarios.rename(stored, "B", "a")
    with pytest.raises(BadInputError, match="one of: A, B"):
        scenarios.rename(stored, "C", "D")


def test_the_table_has_what_differs_and_what_each_comes_to(stored):
    scenarios.save(stored, "plan-0001")
    scenarios.save(stored, "plan-0002")
    table = scenarios.compare(stored)
    assert [(line.field, line.values) for line in table.asked] == [
        ("risk_aversion", ("20", "50")),
        ("max_trades", ("12", "none")),
    ]
    first = table.rows[0]
    assert (first.losses, first.gains) == (Decimal("14500.00"), Decimal("27120.00"))
    assert first.tax == Decimal("-912.35")
    assert (first.worst_class, first.worst_drift) == ("us_equity", Decimal("0.038"))
    assert (first.turnover, first.orders) == (Decimal("0.118"), 5)
    assert first.cash == Decimal("9410.20")
    assert first.passed
    assert not first.stale


def test_settings_another_job_does_not_have_are_left_empty_or_told_apart(stored):
    scenarios.save(stored, "plan-0001")
    scenarios.save(stored, "plan-0003")
    asked = {line.field: line.values for line in scenarios.compare(stored).asked}
    assert asked["kind"] == ("Rebalance", "Raise a withdrawal")
    assert asked["amount"] == ("none", "$24,000.00")


def test_a_household_that_changed_makes_its_scenarios_stale(stored):
    scenarios.save(stored, "plan-0001")
    with stored.book.write("Rename") as w:
        w.put_household(replace(stored.book.household(), name="Other"))
    assert [row.stale for row in scenarios.compare(stored).rows] == [True]


def test_a_plan_that_was_undone_takes_its_name_along(stored):
    scenarios.save(stored, "plan-0003", "C")
    stored.book.undo()
    stored.book.undo()
    with stored.book.write("Names") as w:
        w.put_setting("scenarios", '[{"name": "C", "plan": "plan-0003"}]')
    assert names(stored) == []


def test_lots_of_one_security_in_one_account_are_one_order():
    plan = household_plan()
    twice = replace(plan, sales=(*plan.sales, plan.sales[0]))
    assert scenarios.order_count(twice) == scenarios.order_count(plan)


def test_as_json(stored):
    scenarios.save(stored, "plan-0001")
    document = scenarios_json(scenarios.compare(stored))
    (row,) = document["scenarios"]
    assert row["name"] == "A"
    assert row["tax"] == "-912.35"
    assert row["turnover"] == pytest.approx(float(measures().turnover))
    assert {line["field"] for line in document["asked"]} >= {"kind", "risk_aversion"}
