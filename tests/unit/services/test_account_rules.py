"""How accounts take part: checked by row and field, saved whole, one undo step."""

from dataclasses import replace
from decimal import Decimal

import pytest

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.services.account_rules import account_rule_problems, save_account_rules


@pytest.fixture
def rule(sample) -> AccountRule:
    """A full rule of the first account."""
    seen = sample.snapshot()
    menu = tuple(s.id for s in seen.securities[:2])
    amounts = (Decimal(100), Decimal("250.5"), Decimal(4000))
    return AccountRule(seen.accounts[0].id, AccountRole.FIRST, menu, *amounts)


def test_rules__are_saved_as_one_step_and_reach_the_snapshot(sample, rule):
    before = sample.snapshot()
    changes = save_account_rules(sample, [rule])
    assert changes.touched == Touched.ACCOUNTS
    assert sample.book.undo_label() == "How accounts take part"
    seen = sample.snapshot()
    assert seen.account_rules == (rule,)
    assert seen.rule_of[rule.account_id] == rule
    assert seen.fingerprint != before.fingerprint
    assert save_account_rules(sample, [rule]).step == 0
    save_account_rules(sample, [replace(rule, menu=rule.menu[::-1])])
    assert sample.snapshot().account_rules[0].menu == rule.menu[::-1]
    sample.book.undo()
    sample.book.undo()
    assert sample.snapshot().fingerprint == before.fingerprint


def test_a_rule_that_asks_for_nothing__is_not_kept(sample, rule):
    before = sample.snapshot()
    assert save_account_rules(sample, [AccountRule(rule.account_id)]).step == 0
    save_account_rules(sample, [rule])
    save_account_rules(sample, [AccountRule(a.id) for a in before.accounts])
    assert sample.snapshot().account_rules == ()
    assert sample.snapshot().fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account_id": AccountId("nobody")}, "account_id"),
        ({"menu": (SecurityId("nothing"),)}, "menu"),
        ({"cash_min": Decimal(-1)}, "cash_min"),
        ({"cash_min": Decimal("NaN")}, "cash_min"),
        ({"cash_min": Decimal("0.0000001")}, "cash_min"),
        ({"cash_min": Decimal(300)}, "cash_reserve"),
        ({"cash_reserve": Decimal(-5)}, "cash_reserve"),
        ({"cash_reserve": Decimal(5000)}, "cash_max"),
        ({"cash_max": Decimal(0)}, "cash_max"),
        ({"cash_max": Decimal("Infinity")}, "cash_max"),
    ],
)
def test_what_can_not_be__is_told_by_row_and_field(sample, rule, change, field):
    before = sample.snapshot()
    fine, bad = AccountRule(before.accounts[1].id), replace(rule, **change)
    accounts = {a.id for a in before.accounts}
    securities = {s.id for s in before.securities}
    assert account_rule_problems([fine, bad], accounts, securities).keys() == {(1, field)}
    with pytest.raises(BadInputError) as caught:
        save_account_rules(sample, [fine, bad])
    assert (caught.value.code, caught.value.facts["row"]) == (f"account_rule.{field}", 1)
    assert sample.snapshot().fingerprint == before.fingerprint


def test_two_of_a_kind__are_refused(sample, rule):
    with pytest.raises(BadInputError, match="has a rule above"):
        save_account_rules(sample, [rule, replace(rule, menu=())])
    with pytest.raises(BadInputError, match="on the menu twice"):
        save_account_rules(sample, [replace(rule, menu=rule.menu[:1] * 2)])
    assert save_account_rules(sample, [replace(rule, cash_max=None)]).step
