"""Planning, keeping and printing the sample's harvest."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.services import orders, plan_harvest, plans, worksheets
from harvestdesk.services.plan_json import plan_json


@pytest.fixture(scope="module")
def planned(sample_file):
    """The request and the plan of the sample; nothing is stored."""
    from harvestdesk.services.clock import FixedClock
    from harvestdesk.services.context import AppContext
    from harvestdesk.store.database import HouseholdBook

    with HouseholdBook.open(sample_file, view_only=True) as book:
        ctx = AppContext(book, FixedClock(date(2025, 12, 5)))
        request = plan_harvest.prepare(ctx, HarvestSettings())
    return request, plan_harvest.run(request)


def test_it_sells_exactly_the_twelve_free_lots_for_71400_dollars(planned):
    _, proposal = planned
    assert proposal.passed
    assert len(proposal.sales) == 12
    assert proposal.realised_loss == Decimal("71400.00")
    assert all(s.shares == s.lot_shares for s in proposal.sales)
    assert proposal.before.tracking_error_bp < 15
    assert proposal.after.tracking_error_bp <= 35


def test_its_locks_run_through_january_4(planned):
    _, proposal = planned
    assert {k.last_day for k in proposal.locks} == {date(2026, 1, 4)}
    assert {k.first_safe_day for k in proposal.locks} == {date(2026, 1, 5)}


def test_every_other_lot_of_a_taxable_account_has_its_reason(planned):
    request, proposal = planned
    spoken = {k.lot_id for k in proposal.kept} | {s.lot_id for s in proposal.sales}
    taxable = {
        lot.id
        for lot in request.snapshot.lots
        if request.snapshot.account_by_id[lot.account_id].type.is_taxable
    }
    assert taxable <= spoken


def test_a_kept_plan_is_found_again(sample, planned):
    _, proposal = planned
    plan_harvest.keep(sample, proposal)
    assert plans.find(sample, None) == proposal
    assert plans.find(sample, proposal.id) == proposal
    assert plans.is_current(sample, proposal)
    assert plans.next_proposal_id(sample) == "plan-0002"
    sample.book.undo()
    assert sample.book.proposals() == ()


def test_a_kept_plan_can_be_worked_out_again_from_what_was_kept_with_it(sample, planned):
    request, proposal = planned
    plan_harvest.keep(sample, proposal)
    with sample.book.write("Rename") as w:
        w.put_household(replace(sample.book.household(), name="Other (simulated)"))
    inputs = sample.book.inputs(proposal.id)
    assert inputs == request.snapshot
    assert inputs.fingerprint == proposal.fingerprint
    kept, again = plans.repeat(sample, proposal.id)
    assert (again.sales, again.purchases) == (kept.sales, kept.purchases)
    assert again.after == kept.after


def test_a_plan_is_not_kept_when_the_household_changed_meanwhile(sample, planned):
    _, proposal = planned
    with sample.book.write("Rename") as w:
        w.put_household(replace(sample.book.household(), name="Other (simulated)"))
    with pytest.raises(BadInputError, match="changed"):
        plan_harvest.keep(sample, proposal)
    assert sample.book.proposals() == ()


def test_orders_of_an_outdated_plan_are_refused_and_its_paper_says_so(sample, planned, tmp_path):
    _, proposal = planned
    plan_harvest.keep(sample, proposal)
    plain = worksheets.build_report(sample, "worksheet", proposal.id)
    with sample.book.write("Rename") as w:
        w.put_household(replace(sample.book.household(), name="Other (simulated)"))
    with pytest.raises(BadInputError, match="changed"):
        orders.export_orders(sample, proposal.id, "generic-csv", tmp_path / "orders")
    assert not (tmp_path / "orders").exists()
    changed = worksheets.build_report(sample, "worksheet", proposal.id)
    assert changed.blocks[0].text == worksheets.CHANGED
    assert len(changed.blocks) == len(plain.blocks) + 1


def test_a_plan_of_lots_that_are_gone_is_not_printed(sample, planned):
    _, proposal = planned
    plan_harvest.keep(sample, proposal)
    with sample.book.write("Sold elsewhere") as w:
        w.replace_lots([proposal.sales[0].account_id], [])
    with pytest.raises(BadInputError, match="no longer there"):
        worksheets.build_report(sample, "lot-instructions", proposal.id)


def test_unknown_plans_kinds_and_formats_say_what_is_there(sample, tmp_path):
    with pytest.raises(BadInputError, match="no plan yet"):
        plans.find(sample, "plan-7")
    with pytest.raises(BadInputError, match="do-not-buy"):
        worksheets.build_report(sample, "poem")
    with pytest.raises(BadInputError, match="ibkr-basket"):
        orders.export_orders(sample, None, "fax", tmp_path)


def test_a_do_not_buy_list_needs_no_plan(sample):
    assert worksheets.build_report(sample, "do-not-buy").blocks


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (HarvestSettings(account_ids=("account-000003",)), "not a taxable account"),
        (HarvestSettings(account_ids=("nowhere",)), "not a taxable account"),
        (HarvestSettings(excluded_security_ids=("nothing",)), "no security nothing"),
    ],
)
def test_settings_that_name_what_is_not_there_are_refused(sample, settings, words):
    with pytest.raises(BadInputError, match=words):
        plan_harvest.prepare(sample, settings)


def test_an_empty_household_is_told_to_import_first(ctx):
    with pytest.raises(BadInputError, match="import"):
        plan_harvest.prepare(ctx, HarvestSettings())


def test_the_json_holds_exact_strings_for_money_and_numbers_for_ratios(planned):
    request, proposal = planned
    document = json.loads(json.dumps(plan_json(proposal, request.snapshot, stored=False)))
    sells = [t for t in document["trades"] if t["action"] == "sell"]
    assert document["realised_loss"] == "71400.00"
    assert sum(-Decimal(t["gain"]) for t in sells) == Decimal(document["realised_loss"])
    assert all(
        isinstance(t["shares"], str) and isinstance(t["price"], str) for t in document["trades"]
    )
    assert isinstance(document["tracking_error"], float)
    assert document["tracking_error"] <= 0.0035
    assert isinstance(document["gap"], float)
    assert document["simulated"] is True
    assert all(t["reason"]["text"] for t in document["trades"])
    assert all(k["reason"]["text"] for k in document["kept"])
    assert all(c["passed"] for c in document["checks"])
    assert {k["first_safe_day"] for k in document["locks"]} == {"2026-01-05"}
