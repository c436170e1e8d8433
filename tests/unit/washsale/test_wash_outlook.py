"""Locks and standings on a day: what may be sold at a loss, what may be bought."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from wash_samples import (
    AS_OF,
    IRA,
    LONG_AGO,
    OTHER,
    TAXABLE,
    held,
    household,
    planned_sale,
    row,
)

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.ids import IdenticalSetId, LotId, SecurityId
from harvestdesk.domain.lock import LockKind
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.domain.wash_policy import AcquiredBeforeSoldLot, WashPolicy
from harvestdesk.washsale.check_plan import WASH_FREE, check_trades
from harvestdesk.washsale.outlook import (
    buy_blocked,
    locks_on,
    lot_standings,
    pause_tasks,
    planned_locks,
)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def schedule(
    type_: TransactionType, on: date, *, every: int = 0, account=TAXABLE, **more
) -> ScheduledPurchase:
    return ScheduledPurchase(
        "s1", type_, account.id, SecurityId("XYZ"), on, every, amount=Decimal(200), **more
    )


# --- standings ------------------------------------------------------------------------------------


def test_standing__nothing_bought__is_free() -> None:
    standing = lot_standings(household([held("old")]))[LotId("old")]
    assert (standing.free_shares, standing.blocked_shares) == (100, 0)
    assert standing.free_from is None


@pytest.mark.parametrize(
    ("source", "days", "blocked"),
    [
        (LotSource.TRANSFER, 10, 100),  # a move between accounts undoes no purchase
        (LotSource.TRANSFER, 31, 0),
        (LotSource.GIFT, 10, 0),
        (LotSource.INHERITED, 10, 0),
        (LotSource.OPENING, 10, 0),
    ],
)
def test_standing__shares_that_were_moved__block_from_the_day_they_were_bought(
    source: LotSource, days: int, blocked: int
) -> None:
    moved = held("moved", shares="10", acquired=ago(days), cost="400", account=OTHER, source=source)
    snapshot = household([held("old"), moved])
    assert lot_standings(snapshot)[LotId("old")].blocked_shares == blocked
    (washed,) = [
        c
        for c in check_trades(snapshot, [planned_sale(snapshot, "old")], [])
        if c.code == WASH_FREE
    ]
    assert washed.passed is (blocked == 0)


@pytest.mark.parametrize(("days", "blocked"), [(0, 100), (1, 100), (30, 100), (31, 0)])
def test_standing__bought_days_ago__blocks_within_thirty(days: int, blocked: int) -> None:
    snapshot = household([held("old"), held("new", shares="10", acquired=ago(days), cost="400")])
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.blocked_shares == blocked
    if blocked:
        assert standing.free_from == ago(days) + timedelta(days=31)
        assert standing.matching_shares == 10
        assert (standing.cause, standing.cause_on) == ("purchase", ago(days))


def test_standing__the_recent_lot_itself__is_free() -> None:
    snapshot = household([held("old"), held("new", shares="10", acquired=ago(3))])
    assert lot_standings(snapshot)[LotId("new")].free_shares == 10


def test_standing__lots_of_one_purchase__do_not_block_each_other() -> None:
    snapshot = household(
        [
            held("a", acquired=ago(3), purchase="order 1"),
            held("b", acquired=ago(3), purchase="order 1"),
        ]
    )
    assert all(s.blocked_shares == 0 for s in lot_standings(snapshot).values())


def test_standing__two_recent_purchases__block_each_other() -> None:
    snapshot = household([held("a", acquired=ago(3)), held("b", acquired=ago(9))])
    assert all(s.free_shares == 0 for s in lot_standings(snapshot).values())


def test_standing__ira_position_without_lots__blocks_for_good_by_the_ledger() -> None:
    snapshot = household(
        [
            held("old"),
            held(
                "p", shares="30", acquired=None, cost=None, account=IRA, source=LotSource.POSITION
            ),
        ],
        [row("t", ago(5), TransactionType.BUY, "5", "200", account=IRA)],
    )
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.permanent
    assert standing.matching_shares == 5
    assert standing.blocking_account_ids == (IRA.id,)
    assert LotId("p") not in lot_standings(snapshot)


def test_standing__position_smaller_than_its_purchases__counts_what_is_held() -> None:
    snapshot = household(
        [
            held("old"),
            held("p", shares="6", acquired=None, cost=None, account=IRA, source=LotSource.POSITION),
        ],
        [
            row("t1", ago(9), TransactionType.BUY, "5", "200", account=IRA),
            row("t2", ago(5), TransactionType.DRIP, "5", "200", account=IRA),
            row("t0", ago(20), TransactionType.BUY, "5", "200", account=IRA),
        ],
    )
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.matching_shares == 6
    assert standing.free_from == ago(5) + timedelta(days=31)
    assert standing.cause == "drip"


def test_standing__permanent_purchase__is_named_before_a_later_taxable_one() -> None:
    snapshot = household(
        [
            held("old"),
            held("ira", shares="1", acquired=ago(20), account=IRA),
            held("new", shares="1", acquired=ago(2)),
        ]
    )
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.permanent
    assert standing.cause_on == ago(20)
    assert standing.free_from == ago(2) + timedelta(days=31)


def test_standing__ledger_says_recurring__names_it() -> None:
    day = ago(4)
    snapshot = household(
        [held("old"), held("new", shares="1", acquired=day, account=OTHER)],
        [row("t", day, TransactionType.RECURRING, "1", "40", account=OTHER)],
    )
    assert lot_standings(snapshot)[LotId("old")].cause == "recurring"


def test_standing__shares_already_used_as_replacement__do_not_block() -> None:
    snapshot = household([held("old"), held("new", acquired=ago(4), wash_added="12.50")])
    assert lot_standings(snapshot)[LotId("old")].blocked_shares == 0


def test_standing__broker_statement_with_wash_addition__still_blocks() -> None:
    # A broker's lot may be used up in part only; the careful reading keeps it.
    new = held("new", acquired=ago(4), wash_added="12.50", statement_on=AS_OF)
    assert lot_standings(household([held("old"), new]))[LotId("old")].blocked_shares == 100


def test_standing__another_member_of_the_set_bought__blocks() -> None:
    sets = [IdenticalSet(IdenticalSetId("s"), "Index", (SecurityId("XYZ"), SecurityId("ABC")))]
    lots = [held("old"), held("new", "ABC", "5", ago(4))]
    assert lot_standings(household(lots, sets=sets))[LotId("old")].blocked_shares == 100
    assert lot_standings(household(lots))[LotId("old")].blocked_shares == 0


def option(right: str) -> Security:
    return Security(
        SecurityId("OPT"), f"XYZ 260116{right}00050000", kind=SecurityKind.OPTION,
        underlying_id=SecurityId("XYZ"),
    )  # fmt: skip


@pytest.mark.parametrize(("right", "blocked"), [("C", 100), ("P", 0)])
def test_standing__option_bought__a_call_blocks_and_a_put_does_not(
    right: str, blocked: int
) -> None:
    securities = [option(right), Security(SecurityId("XYZ"), "XYZ")]
    snapshot = household([held("old"), held("o", "OPT", "1", ago(4))], securities=securities)
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.blocked_shares == blocked
    assert standing.matching_shares == blocked


def test_standing__crypto__is_always_free() -> None:
    coin = Security(SecurityId("XYZ"), "COIN", kind=SecurityKind.CRYPTO)
    snapshot = household([held("old"), held("new", acquired=ago(1))], securities=[coin])
    assert lot_standings(snapshot)[LotId("old")].blocked_shares == 0


def test_standing__policy_ignores_purchases_before_the_sold_lot() -> None:
    snapshot = household([held("a", acquired=ago(9)), held("b", acquired=ago(3))])
    policy = WashPolicy(acquired_before_sold_lot=AcquiredBeforeSoldLot.IGNORE)
    standings = lot_standings(snapshot, policy)
    assert standings[LotId("b")].blocked_shares == 0
    assert standings[LotId("a")].blocked_shares == 100


# --- scheduled purchases --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "confirmed", "cause"),
    [
        (TransactionType.RECURRING, True, "recurring"),
        (TransactionType.DRIP, True, "drip_scheduled"),
        (TransactionType.VEST, True, "vest"),
        (TransactionType.VEST, False, "vest"),
        (TransactionType.RECURRING, False, None),
        (TransactionType.DRIP, False, None),
    ],
)
def test_scheduled__confirmed_ones_and_vests_block(
    type_: TransactionType, confirmed: bool, cause: str | None
) -> None:
    ahead = AS_OF + timedelta(days=12)
    snapshot = household([held("old")], scheduled=[schedule(type_, ahead, confirmed=confirmed)])
    standing = lot_standings(snapshot)[LotId("old")]
    assert standing.cause == (cause or "")
    assert standing.free_from == (ahead + timedelta(days=31) if cause else None)


@pytest.mark.parametrize(("days", "blocked"), [(0, 100), (30, 100), (31, 0)])
def test_scheduled__only_the_next_thirty_days_count(days: int, blocked: int) -> None:
    plan = schedule(TransactionType.RECURRING, AS_OF + timedelta(days=days))
    snapshot = household([held("old")], scheduled=[plan])
    assert lot_standings(snapshot)[LotId("old")].blocked_shares == blocked


def test_scheduled__already_done_today__is_not_counted_twice() -> None:
    plan = schedule(TransactionType.RECURRING, AS_OF)
    done = row("t", AS_OF, TransactionType.RECURRING, "5", "200")
    locks = locks_on(
        household([held("old"), held("n", shares="5", acquired=AS_OF)], [done], [plan])
    )
    assert [k.cause_on for k in locks] == [AS_OF]


def test_scheduled__in_an_ira__is_permanent() -> None:
    plan = schedule(TransactionType.RECURRING, AS_OF + timedelta(days=2), account=IRA)
    assert lot_standings(household([held("old")], scheduled=[plan]))[LotId("old")].permanent


def test_scheduled__amount_becomes_shares_at_the_last_price() -> None:
    plan = schedule(TransactionType.RECURRING, AS_OF + timedelta(days=2))
    (lock,) = locks_on(household([held("old")], scheduled=[plan]))
    assert lock.shares == 5


# --- locks ----------------------------------------------------------------------------------------


def test_lock__purchase__runs_thirty_days_both_ways() -> None:
    snapshot = household([held("old"), held("new", acquired=date(2025, 11, 20), shares="10")])
    (lock,) = locks_on(snapshot)
    assert lock.kind is LockKind.LOSS_SALE_LOCKED
    assert (lock.first_day, lock.last_day) == (date(2025, 10, 21), date(2025, 12, 20))
    assert lock.first_safe_day == date(2025, 12, 21)
    assert lock.dollars == 1000  # what the old lot would lose: 5,000 - 100 x 40
    assert lock.evidence == "confirmed"


def test_lock__only_the_recent_purchase_is_held__no_lock() -> None:
    assert locks_on(household([held("new", acquired=ago(3))])) == ()


def test_lock__inferred_reinvestment__is_shown_as_probable() -> None:
    plan = schedule(TransactionType.DRIP, AS_OF + timedelta(days=9), confirmed=False)
    (lock,) = locks_on(household([held("old")], scheduled=[plan]))
    assert (lock.evidence, lock.cause) == ("probable", "drip_scheduled")


def sold_history(sold_on: date, proceeds: str, extra: tuple = ()) -> tuple:
    return (
        row("b1", LONG_AGO, TransactionType.BUY, "100", "5000"),
        row("s1", sold_on, TransactionType.SELL, "100", proceeds),
        *extra,
    )


def test_buy_lock__loss_sale_on_march_15__blocked_through_april_14() -> None:
    sets = [IdenticalSet(IdenticalSetId("s"), "S", (SecurityId("XYZ"), SecurityId("IVV")))]
    rows = sold_history(date(2025, 3, 15), "4000")
    stocks = [Security(SecurityId(s), s) for s in ("XYZ", "IVV", "IWB")]
    for day, blocked in ((16, True), (30, True)):
        snapshot = household(
            transactions=rows, sets=sets, securities=stocks, as_of=date(2025, 3, day)
        )
        found = buy_blocked(snapshot)
        assert (SecurityId("IVV") in found) is blocked
        assert SecurityId("IWB") not in found
        assert found[SecurityId("XYZ")].last_day == date(2025, 4, 14)
        assert found[SecurityId("XYZ")].first_safe_day == date(2025, 4, 15)
        assert found[SecurityId("XYZ")].dollars == 1000
    for day, blocked in ((14, True), (15, False)):
        later = household(transactions=rows, sets=sets, securities=stocks, as_of=date(2025, 4, day))
        assert (SecurityId("IVV") in buy_blocked(later)) is blocked


def test_buy_lock__gain_sale__locks_nothing() -> None:
    assert locks_on(household(transactions=sold_history(ago(5), "6000"))) == ()


def test_buy_lock__loss_already_replaced__locks_only_what_is_left() -> None:
    rows = sold_history(ago(9), "4000", (row("b2", ago(5), TransactionType.BUY, "40", "1600"),))
    snapshot = household([held("b2", shares="40", acquired=ago(5), cost="1600")], rows)
    (lock,) = [k for k in locks_on(snapshot) if k.kind is LockKind.BUY_LOCKED]
    assert lock.shares == 60
    assert lock.dollars == 600


def test_buy_lock__history_too_short__is_unclear_unless_surely_a_gain() -> None:
    low = row("s1", ago(5), TransactionType.SELL, "10", "300")
    high = row("s1", ago(5), TransactionType.SELL, "10", "900")
    (lock,) = locks_on(household([held("old")], [low]))
    assert (lock.evidence, lock.shares, lock.dollars) == ("unclear", 10, 0)
    assert locks_on(household([held("old")], [high])) == ()
    assert len(locks_on(household(transactions=[high]))) == 1  # nothing known: careful


def test_buy_lock__sale_in_an_ira__locks_nothing() -> None:
    rows = (
        row("b1", LONG_AGO, TransactionType.BUY, "100", "5000", account=IRA),
        row("s1", ago(3), TransactionType.SELL, "100", "4000", account=IRA),
    )
    assert buy_blocked(household(transactions=rows)) == {}


def test_planned_locks__sold_december_5__first_safe_day_is_january_5() -> None:
    snapshot = household([held("a"), held("b", shares="50"), held("g", "GGG", cost="100")])
    sales = [planned_sale(snapshot, lot_id) for lot_id in "abg"]
    (lock,) = planned_locks(snapshot, sales)
    assert (lock.first_day, lock.last_day) == (date(2025, 11, 5), date(2026, 1, 4))
    assert lock.first_safe_day == date(2026, 1, 5)
    assert (lock.cause, lock.shares) == ("planned", 150)
    assert lock.dollars == 1000 + 3000


# --- pausing --------------------------------------------------------------------------------------


def test_pause__scheduled_and_reinvesting_accounts() -> None:
    drip_ira = replace(IRA, reinvests=True)
    snapshot = household(
        [held("old"), held("i", account=drip_ira, acquired=LONG_AGO)],
        scheduled=[
            schedule(TransactionType.RECURRING, AS_OF + timedelta(days=4), every=7),
            schedule(TransactionType.VEST, AS_OF + timedelta(days=4), account=OTHER),
        ],
        accounts=(TAXABLE, OTHER, drip_ira),
    )
    found = pause_tasks(snapshot, [SecurityId("XYZ")])
    assert [(t.account_id, t.cause, t.permanent, t.confirmed) for t in found] == [
        (IRA.id, "reinvestment", True, False),
        (TAXABLE.id, "recurring", False, True),
    ]
    assert found[1].next_on == AS_OF + timedelta(days=4)
    assert {(t.pause_through, t.resume_on) for t in found} == {(date(2026, 1, 4), date(2026, 1, 5))}


def test_pause__dated_reinvestment__is_listed_once() -> None:
    account = replace(TAXABLE, reinvests=True)
    plan = schedule(TransactionType.DRIP, AS_OF + timedelta(days=9), confirmed=False)
    snapshot = household([held("old")], scheduled=[plan], accounts=(account, IRA))
    (task,) = pause_tasks(snapshot, [SecurityId("XYZ")])
    assert task.cause == "drip_scheduled"


def test_pause__other_sets__are_left_alone() -> None:
    account = replace(TAXABLE, reinvests=True)
    snapshot = household([held("old"), held("z", "ZZZ")], accounts=(account, IRA))
    assert [t.security_id for t in pause_tasks(snapshot, [SecurityId("ZZZ")])] == ["ZZZ"]


def test_standing__trust_account__is_taxable() -> None:
    trust = replace(TAXABLE, type=AccountType.TRUST)
    assert LotId("old") in lot_standings(household([held("old")], accounts=(trust,)))
