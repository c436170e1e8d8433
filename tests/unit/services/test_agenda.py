"""What to do next: dated, with dollars, and without noise."""

from dataclasses import replace
from datetime import timedelta

import view_samples as vs

from harvestdesk.services.views.agenda import EventKind
from harvestdesk.services.views.overview import overview

DAY = timedelta(days=1)


def kinds(snapshot, proposal=None):
    return [e.kind for e in overview(snapshot, proposal).events]


def test_without_a_plan__planning_comes_first():
    assert kinds(vs.household())[0] is EventKind.PLAN


def test_with_a_plan__it_waits_or_is_stale_or_failed():
    old = vs.household()
    plan = vs.plan(old)
    assert kinds(old, plan)[0] is EventKind.CARRY_OUT
    assert kinds(replace(old, cash={}), plan)[0] is EventKind.PLAN_AGAIN
    failed = replace(plan, checks=(replace(plan.checks[0], passed=False),))
    assert kinds(old, failed)[0] is EventKind.PLAN_FAILED


def test_short_term_loss__says_harvest_before_it_turns():
    lot = vs.LOTS[2]
    bought = vs.household().as_of - 360 * DAY
    near = replace(lot, acquired_on=bought, adjusted_acquired_on=bought)
    snapshot = vs.household(lots=(near,), transactions=(), scheduled=())
    (event,) = [e for e in overview(snapshot).events if e.kind is EventKind.LOSS_TURNS_LONG]
    assert snapshot.as_of < event.on <= snapshot.as_of + 7 * DAY
    assert event.dollars > 0
    assert EventKind.LONG_TERM not in kinds(snapshot)


def test_every_event__touches_dollars_and_lies_ahead():
    snapshot = vs.household()
    for event in overview(snapshot, vs.plan(snapshot)).events:
        assert event.dollars > 0
        assert event.on >= snapshot.as_of


def test_lock_that_ends__names_the_account_of_the_loss_not_of_the_purchase():
    snapshot = vs.household()
    taxable = {a.name for a in snapshot.accounts if a.type.is_taxable}
    ending = [e for e in overview(snapshot).events if e.kind is EventKind.LOSS_FREE]
    assert ending
    assert all(set(e.account.split(", ")) <= taxable for e in ending)
