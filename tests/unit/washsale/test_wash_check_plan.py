"""The exact recheck of a plan finds what would be washed, missing or wrong."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from wash_samples import (
    AS_OF,
    IRA,
    LONG_AGO,
    OTHER,
    TAXABLE,
    held,
    household,
    planned_purchase,
    planned_sale,
    row,
)

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.proposal import Check
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.washsale.check_plan import (
    GAINS_EXACT,
    PURCHASES_UNLOCKED,
    SHARES_HELD,
    WASH_FREE,
    check_trades,
)


def ago(days: int):
    return AS_OF - timedelta(days=days)


def failed(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.code: check for check in checks if not check.passed}


def test_check__clean_plan__passes_all_four() -> None:
    snapshot = household([held("a"), held("g", "GGG")])
    checks = check_trades(snapshot, [planned_sale(snapshot, "a")], [planned_purchase("GGG")])
    assert [c.code for c in checks] == [WASH_FREE, SHARES_HELD, GAINS_EXACT, PURCHASES_UNLOCKED]
    assert failed(checks) == {}


def test_check__recent_purchase_in_another_account__washes() -> None:
    snapshot = household([held("a"), held("n", shares="10", acquired=ago(30), account=OTHER)])
    check = failed(check_trades(snapshot, [planned_sale(snapshot, "a")], []))[WASH_FREE]
    assert check.facts["disallowed"] == "100.00"
    assert check.facts["replaced_by"] == "n"
    assert check.facts["permanent"] == "false"


def test_check__ira_position_bought_by_the_ledger__is_permanent() -> None:
    position = held(
        "p", shares="9", acquired=None, cost=None, account=IRA, source=LotSource.POSITION
    )
    bought = row("t", ago(5), TransactionType.BUY, "5", "200", account=IRA)
    snapshot = household([held("a"), position], [bought])
    check = failed(check_trades(snapshot, [planned_sale(snapshot, "a")], []))[WASH_FREE]
    assert (check.facts["shares"], check.facts["permanent"]) == ("5", "true")


def test_check__plan_buys_what_it_sells__washes() -> None:
    snapshot = household([held("a")])
    checks = check_trades(snapshot, [planned_sale(snapshot, "a")], [planned_purchase("XYZ", "3")])
    assert failed(checks)[WASH_FREE].facts["shares"] == "3"


def test_check__confirmed_purchase_ahead_of_unknown_size__washes() -> None:
    plan = ScheduledPurchase(
        "s", TransactionType.DRIP, TAXABLE.id, SecurityId("XYZ"), AS_OF + timedelta(days=30)
    )
    snapshot = household([held("a")], scheduled=[plan])
    sale = planned_sale(snapshot, "a")
    assert WASH_FREE in failed(check_trades(snapshot, [sale], []))
    only_inferred = household([held("a")], scheduled=[replace(plan, confirmed=False)])
    assert failed(check_trades(only_inferred, [sale], [])) == {}


def test_check__more_shares_than_held__and_a_wrong_gain() -> None:
    snapshot = household([held("a")])
    sale = planned_sale(snapshot, "a", "101")
    found = failed(check_trades(snapshot, [sale], []))
    assert found[SHARES_HELD].facts["missing"] == "1"
    wrong = replace(planned_sale(snapshot, "a"), gain=Decimal("-999.98"))
    assert failed(check_trades(snapshot, [wrong], []))[GAINS_EXACT].facts["difference"] == "0.02"


def test_check__unknown_basis__is_not_exact() -> None:
    snapshot = household([held("a", cost=None)])
    wrong = replace(planned_sale(snapshot, "a"), gain=Decimal("-10"))
    assert GAINS_EXACT in failed(check_trades(snapshot, [wrong], []))


def test_check__purchase_of_what_was_just_sold_at_a_loss__is_locked() -> None:
    rows = [
        row("b", LONG_AGO, TransactionType.BUY, "10", "500", symbol="OLD"),
        row("s", ago(9), TransactionType.SELL, "10", "400", symbol="OLD"),
    ]
    snapshot = household([held("a")], rows)
    checks = check_trades(snapshot, [planned_sale(snapshot, "a")], [planned_purchase("OLD")])
    assert failed(checks)[PURCHASES_UNLOCKED].facts["locked"] == "OLD"
