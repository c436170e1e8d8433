"""The rows behind the pages: lots, wash calendar, drift, plan and overview."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import view_samples as vs

from harvestdesk.domain.lock import LockKind
from harvestdesk.domain.lot import Term
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.services.views.drift import drift_view, holdings, planned_trades, remedies
from harvestdesk.services.views.lots import LotStatus, lots_json, lots_view
from harvestdesk.services.views.naming import account_marks
from harvestdesk.services.views.overview import EventKind, overview
from harvestdesk.services.views.plan import Measure, plan_view
from harvestdesk.services.views.wash_calendar import (
    MarkerKind,
    occurrences,
    wash_calendar_json,
    wash_calendar_view,
)


def rows_by_id():
    return {str(r.lot_id): r for r in lots_view(vs.household()).rows}


# --- lots ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lot_id", "status"),
    [
        ("l1", LotStatus.GAIN),
        ("l2", LotStatus.PERMANENT),  # the IRA bought the identical fund ten days ago
        ("l4", LotStatus.SELLABLE),
        ("l5", LotStatus.LOCKED),  # a dividend was reinvested twelve days ago
        ("l9", LotStatus.SHELTERED),
        ("l11", LotStatus.UNKNOWN),
    ],
)
def test_status__each_kind_of_lot(lot_id, status):
    assert rows_by_id()[lot_id].status is status


def test_locked_lot__says_until_when_and_why():
    row = rows_by_id()["l5"]
    assert row.lock_until == date(2025, 12, 23)
    assert row.cause == "drip"
    assert row.blocking_accounts == ("Direct index",)
    assert row.free_loss == 0


def test_lot_row__figures_are_exact():
    row = rows_by_id()["l4"]
    assert (row.value, row.gain, row.term) == (Decimal(25_000), Decimal(-6_000), Term.LONG)
    assert row.gain_fraction == Decimal(-6_000) / Decimal(31_000)
    assert (row.days_held, row.days_to_long_term) == (500, 0)
    assert row.price_on == vs.AS_OF


def test_quadrants__add_up_to_all_taxable_lots():
    view = lots_view(vs.household())
    known = [
        r
        for r in view.rows
        if r.term and r.gain is not None and r.status is not LotStatus.SHELTERED
    ]
    assert sum(q.lots for q in view.quadrants) == len(known)
    assert sum(q.gain for q in view.quadrants) == sum(r.gain for r in known)


def test_sums__free_and_locked_losses_are_all_losses():
    view = lots_view(vs.household())
    losses = -sum(r.gain for r in view.rows if r.is_loss)
    assert view.harvestable + view.locked == losses
    assert view.first_free <= view.last_free


def test_plan__marks_its_lots_and_carries_reasons():
    snapshot = vs.household()
    view = lots_view(snapshot, vs.plan(snapshot))
    planned = {str(r.lot_id): r for r in view.rows if r.status is LotStatus.PLANNED}
    assert set(planned) == {"l3", "l4"}
    assert planned["l3"].reason.code == "harvest_loss"
    assert view.planned == Decimal(14_500)


def test_lots_json__numbers_are_strings_and_dates_iso():
    found = {r["lot"]: r for r in lots_json(lots_view(vs.household()))}
    assert found["l4"]["unrealised_gain"] == "-6000.00"
    assert found["l4"]["acquired"] == "2024-07-23"
    assert found["l11"]["cost_basis"] is None


# --- calendar ----------------------------------------------------------------------------------------
def lanes(with_plan=True):
    snapshot = vs.household()
    view = wash_calendar_view(snapshot, vs.plan(snapshot) if with_plan else None)
    return {lane.symbols: lane for lane in view.lanes}


def test_planned_sale__december_5_locks_through_january_4():
    window = lanes()[("ACLX",)].windows[0]
    assert window.planned
    assert (window.last_day, window.first_safe_day) == (date(2026, 1, 4), date(2026, 1, 5))
    assert window.spills_over


def test_recurring_purchase_inside_the_window__is_marked_with_its_share_of_the_loss():
    lane = lanes()[("ACLX",)]
    inside = [m for m in lane.markers if m.inside]
    assert [m.on for m in inside] == [date(2025, 12, 15)]
    marker = inside[0]
    assert marker.scheduled
    assert marker.permanent
    assert marker.kind is MarkerKind.RECURRING
    assert marker.shares == Decimal(10)  # $800 at $80
    assert marker.at_stake == Decimal("283.33")  # 10 of 300 shares of $8,500


def test_marker_after_the_window__washes_nothing():
    later = [m for m in lanes()[("ACLX",)].markers if m.on == date(2026, 1, 15)]
    assert later
    assert not later[0].inside
    assert later[0].at_stake == 0


def test_without_plan__no_window_and_nothing_to_pause():
    found = lanes(with_plan=False)
    assert not any(lane.windows for lane in found.values())


def test_ira_purchase__lane_of_the_identical_set_says_permanent():
    lane = lanes()[("TUSM", "TUSX")]
    assert lane.permanent
    assert lane.sell_locks[0].kind is LockKind.LOSS_SALE_LOCKED
    assert lane.safe_loss_sale_from == date(2025, 12, 26)


def test_lanes__what_must_be_paused_comes_first():
    snapshot = vs.household()
    view = wash_calendar_view(snapshot, vs.plan(snapshot))
    assert view.lanes[0].symbols == ("ACLX",)
    assert [m.symbol for _, m in view.collisions] == ["ACLX"]


def test_calendar_json__has_the_fields_of_the_contract():
    snapshot = vs.household()
    rows = wash_calendar_json(wash_calendar_view(snapshot, vs.plan(snapshot)))
    wanted = {"identical_set", "symbols", "kind", "first_day", "last_day", "first_safe_day", "cause",
              "accounts", "shares"}  # fmt: skip
    assert rows
    assert all(wanted <= set(r) for r in rows)
    assert {r["kind"] for r in rows} == {"buy_locked", "loss_sale_locked"}


def test_lane_dollars__two_purchases_against_the_same_lots_count_their_loss_once():
    lane = lanes(with_plan=False)[("CDRL",)]
    doubled = replace(lane, sell_locks=lane.sell_locks * 2)
    assert doubled.dollars == lane.dollars > 0


def scheduled(**changes):
    base = ScheduledPurchase(
        "x", TransactionType.RECURRING, vs.JOINT, vs.SECURITIES[0].id, date(2025, 1, 31), 30
    )
    return replace(base, **changes)


def test_occurrences__monthly_keeps_the_day_and_respects_short_months():
    days = list(occurrences(scheduled(), date(2025, 2, 1), date(2025, 4, 30)))
    assert days == [date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30)]


def test_occurrences__single_event_and_last_day():
    assert list(occurrences(scheduled(every_days=0), date(2025, 1, 1), date(2026, 1, 1))) == [
        date(2025, 1, 31)
    ]
    until = scheduled(every_days=14, until=date(2025, 2, 20))
    assert list(occurrences(until, date(2025, 1, 1), date(2026, 1, 1))) == [
        date(2025, 1, 31),
        date(2025, 2, 14),
    ]


# --- drift -------------------------------------------------------------------------------------------
def test_drift__worst_breach_first_and_weights_add_up():
    view = drift_view(vs.household())
    breaches = [x.breach for x in view.lines]
    assert breaches == sorted(breaches, reverse=True)
    assert view.lines[0].asset_class is AssetClass.EMERGING_EQUITY
    assert abs(sum(x.weight for x in view.lines) - 1) < Decimal("1e-9")


def test_drift__to_target_is_the_dollars_between():
    view = drift_view(vs.household())
    line = view.lines[0]
    assert line.to_target == ((line.target - line.weight) * view.total).quantize(Decimal("0.01"))
    assert line.to_target < 0


def test_drift__plan_moves_the_ghost():
    snapshot = vs.household()
    plan = vs.plan(snapshot)
    after = {x.asset_class: x for x in drift_view(snapshot, plan).lines}
    assert after[AssetClass.US_EQUITY].after_weight < after[AssetClass.US_EQUITY].weight
    assert after[AssetClass.INTL_EQUITY].after_weight > after[AssetClass.INTL_EQUITY].weight
    assert sum(planned_trades(plan, vs.JOINT).values()) == 0


def test_remedies__sheltered_account_sells_without_tax():
    snapshot = vs.household()
    view = drift_view(snapshot)
    found = remedies(snapshot, view.lines[0], view)
    assert [r.account for r in found] == ["Jordan Roth IRA"]
    assert (found[0].tax, found[0].covers) == (Decimal(0), Decimal(1))


def test_remedies__buying_takes_cash_first_then_least_tax():
    snapshot = vs.household()
    view = drift_view(snapshot)
    line = next(x for x in view.lines if x.asset_class is AssetClass.REAL_ESTATE)
    found = {r.account: r for r in remedies(snapshot, line, view)}
    assert found["Rivera joint"].cash == Decimal(12_000)
    assert not found["Rivera joint"].sells
    rates = [r.tax / r.amount for r in found.values()]
    assert rates == sorted(rates)


def test_holdings__largest_first_with_cash_balances():
    found = holdings(vs.household(), AssetClass.CASH)
    assert [(h.account, h.value) for h in found] == [
        ("Rivera joint", Decimal(12_000)),
        ("Direct index", Decimal(3_000)),
    ]


# --- plan --------------------------------------------------------------------------------------------
def test_plan_view__groups_by_account_and_sums():
    snapshot = vs.household()
    view = plan_view(snapshot, vs.plan(snapshot))
    assert [a.account for a in view.accounts] == ["Direct index"]
    trades = view.accounts[0]
    assert [s.symbol for s in trades.sales] == ["ACLX", "BRVN"]  # the largest loss first
    assert trades.loss == Decimal(14_500)
    assert trades.cash_change == Decimal(49_000 - 48_000)
    assert trades.buys[0].replaces == ("ACLX", "BRVN")
    assert view.loss_of == {Term.SHORT: Decimal(8_500), Term.LONG: Decimal(6_000)}


def test_plan_view__changed_household_makes_it_stale():
    snapshot = vs.household()
    plan = vs.plan(snapshot)
    assert plan_view(snapshot, plan).can_export
    later = replace(snapshot, cash={})
    assert plan_view(later, plan).stale
    assert not plan_view(later, plan).can_export


def test_plan_view__ladder_says_how_far_over_the_limit():
    snapshot = vs.household()
    view = plan_view(snapshot, vs.plan(snapshot))
    assert [str(x.over_limit_bp) for x in view.ladder] == ["1.2", "4.9"]


def test_plan_view__comparison_has_every_measure_once():
    snapshot = vs.household()
    view = plan_view(snapshot, vs.plan(snapshot))
    others = {Measure.CARRIED, Measure.WORST_DRIFT, Measure.TURNOVER, Measure.TRADING_COST}
    assert [c.measure for c in view.comparison] == [m for m in Measure if m not in others]
    assert {c.measure: c.change for c in view.comparison}[Measure.TAX] == Decimal(-5_400)


def test_kept_lots__losses_left_alone_come_first():
    snapshot = vs.household()
    view = plan_view(snapshot, vs.plan(snapshot))
    assert [k.symbol for k in view.kept] == ["CDRL", "TUSM"]
    assert view.kept[0].free_from == date(2025, 12, 24)


# --- overview and names --------------------------------------------------------------------------------
def test_overview__accounts_add_up_to_the_household():
    found = overview(vs.household())
    assert sum(a.value for a in found.accounts) == found.total
    assert found.cash == Decimal(15_000)


def test_overview__events_are_in_date_order_and_name_what_washes():
    snapshot = vs.household()
    found = overview(snapshot, vs.plan(snapshot))
    assert [e.on for e in found.events] == sorted(e.on for e in found.events)
    assert [e.symbols for e in found.events if e.kind is EventKind.WASHES] == [("ACLX",)]


def test_overview__empty_household_has_nothing_and_does_not_fail():
    found = overview(vs.empty_household())
    assert (found.total, found.events, found.lots.rows) == (0, (), ())


def test_account_marks__are_unique():
    twins = (vs.ACCOUNTS[0], replace(vs.ACCOUNTS[1], name="Roberta Jones"))
    assert list(account_marks(twins).values()) == ["RJ", "RJ2"]
