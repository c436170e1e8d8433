"""A few shares bought in the window wash a few shares' loss, no more: Reg. 1.1091-1(c), (d)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from wash_samples import AS_OF, IRA, OTHER, TAXABLE, held, household, planned_sale

from harvestdesk.domain.ids import IdenticalSetId, LotId, SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.washsale.accepted import (
    can_be_accepted,
    disallowed_of,
    is_accepted,
    sold_together,
    washed_percent,
    washed_shares,
)
from harvestdesk.washsale.check_plan import WASH_FREE, check_trades
from harvestdesk.washsale.outlook import lot_standings, planned_locks

DRIP_ON = AS_OF - timedelta(days=10)


def drip(shares: str = "0.5", **more: object):
    more = {"cost": "20", "acquired": DRIP_ON, "source": LotSource.DRIP, **more}
    return held("d", shares=shares, **more)  # type: ignore[arg-type]


def thousand(lot_id: str = "a", acquired: date = date(2023, 3, 15)):
    """1,000 shares bought for 60,000 and now worth 40,000: a loss of 20,000."""
    return held(lot_id, shares="1000", cost="60000", acquired=acquired)


def wash_check(snapshot: HouseholdSnapshot, **disallowed: str):
    sales = [
        replace(planned_sale(snapshot, name), disallowed=Decimal(amount))
        for name, amount in disallowed.items()
    ]
    return next(c for c in check_trades(snapshot, sales, []) if c.code == WASH_FREE)


def test_half_a_share_reinvested__washes_half_a_share() -> None:
    snapshot = household([thousand(), drip()])
    standing = lot_standings(snapshot)[LotId("a")]
    assert (standing.matching_shares, standing.pool_shares) == (Decimal("0.5"), Decimal("0.5"))
    # 20,000 / 1,000 * 0.5 = 10 dollars: 0.05 %, typed as 0.1.
    assert disallowed_of(Decimal(20000), Decimal("0.5"), Decimal(1000)) == Decimal("10.00")
    assert washed_percent(standing) == Decimal("0.1")
    assert is_accepted(standing, Decimal("0.05"))
    assert not is_accepted(standing, Decimal("0.049"))
    assert not is_accepted(standing, Decimal(0))


def test_check__passes_only_with_what_is_declared_to_the_cent() -> None:
    snapshot = household([thousand(), drip()])
    check = wash_check(snapshot, a="10.00")
    assert check.passed
    assert (check.facts["disallowed"], check.facts["accepted"]) == ("10.00", "10.00")
    for wrong in ("0", "9.99", "10.01"):
        failed = wash_check(snapshot, a=wrong)
        assert not failed.passed
        assert failed.facts["replaced_by"] == "d"


def test_check__declared_where_nothing_is_disallowed__fails() -> None:
    assert not wash_check(household([thousand()]), a="10.00").passed


def test_permanent__is_never_accepted() -> None:
    snapshot = household([thousand(), drip(account=IRA)])
    standing = lot_standings(snapshot)[LotId("a")]
    assert standing.permanent
    assert not is_accepted(standing, Decimal(100))
    assert not wash_check(snapshot, a="10.00").passed


def test_several_lots__the_earliest_bears_it() -> None:
    later = thousand("b", date(2024, 1, 2))
    snapshot = household([later, thousand(), drip("0.5", account=OTHER)])
    standings = lot_standings(snapshot)
    both = washed_shares(snapshot, [LotId("a"), LotId("b")], standings)
    assert both == {"a": Decimal("0.5"), "b": Decimal(0)}
    assert washed_shares(snapshot, [LotId("b")], standings) == {"b": Decimal("0.5")}
    assert wash_check(snapshot, a="10.00", b="0").passed
    assert wash_check(snapshot, b="10.00").passed


def test_more_replacements_than_the_first_lot_has__go_on_to_the_next() -> None:
    first = held("f", shares="3", cost="180", acquired=date(2022, 1, 3))
    snapshot = household([first, thousand(), drip("5")])
    washed = washed_shares(snapshot, [LotId("f"), LotId("a")], lot_standings(snapshot))
    assert washed == {"f": Decimal(3), "a": Decimal(2)}
    assert wash_check(snapshot, f="60.00", a="40.00").passed


def test_replacement_shares__are_not_sold_with_what_they_replace() -> None:
    # The recent purchase stands at a loss too: 5 shares for 300, now 200.
    snapshot = household([thousand(), drip("5", cost="300")])
    standings = lot_standings(snapshot)
    assert standings[LotId("d")].blocked_shares == 0
    losses = {LotId("a"): Decimal(20000), LotId("d"): Decimal(100)}
    assert sold_together(snapshot, losses, standings) == {"a"}
    assert sold_together(snapshot, {**losses, LotId("a"): Decimal(99)}, standings) == {"d"}
    assert sold_together(snapshot, {LotId("d"): Decimal(100)}, standings) == {"d"}


@pytest.mark.parametrize(
    ("amount", "shares", "known"), [("80", "0", False), ("0", "2", True), ("0", "0", False)]
)
def test_purchases_ahead__count_only_if_told_in_shares(amount, shares, known) -> None:
    ahead = ScheduledPurchase(
        "s", TransactionType.VEST, TAXABLE.id, SecurityId("XYZ"), AS_OF + timedelta(days=9),
        amount=Decimal(amount), shares=Decimal(shares),
    )  # fmt: skip
    snapshot = household([thousand()], scheduled=[ahead])
    standing = lot_standings(snapshot)[LotId("a")]
    assert standing.blocked_shares == 1000
    assert can_be_accepted(standing) is known
    if known:
        assert wash_check(snapshot, a="40.00").passed


def test_options_and_lots_that_may_have_served__are_not_known_to_the_share() -> None:
    served = drip(wash_added="3", statement_on=AS_OF)
    assert not can_be_accepted(lot_standings(household([thousand(), served]))[LotId("a")])
    call = Security(SecurityId("CALL"), "XYZ 260116C00050000", kind=SecurityKind.OPTION)
    snapshot = household(
        [thousand(), held("o", "CALL", "1", DRIP_ON)],
        securities=[call],
        sets=(_set("XYZ", "CALL"),),
    )
    standing = lot_standings(snapshot)[LotId("a")]
    assert (standing.matching_shares, can_be_accepted(standing)) == (Decimal(100), False)


def test_locks_ahead__put_only_the_allowed_loss_at_stake() -> None:
    snapshot = household([thousand(), drip()])
    sale = replace(planned_sale(snapshot, "a"), disallowed=Decimal("10.00"))
    (lock,) = planned_locks(snapshot, [sale])
    assert lock.dollars == Decimal("19990.00")


def _set(*members: str):
    return IdenticalSet(IdenticalSetId("i"), "XYZ", tuple(SecurityId(m) for m in members))
