"""Shares from a decedent: long-term whatever the dates, in the ledger, in lots and in their orders."""

from datetime import date
from decimal import Decimal

import pytest
from wash_samples import OTHER, TAXABLE, held, row

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.ids import AccountId, LotId, PersonId
from harvestdesk.domain.lot import LotSource, Term
from harvestdesk.domain.transaction import LotPick, TransactionType
from harvestdesk.domain.wash_policy import SpouseBasis, WashPolicy
from harvestdesk.tax.holding_period import days_until_long, long_from, lot_term
from harvestdesk.tax.relief import order_lots
from harvestdesk.washsale.rebuild import rebuild_lots

T = TransactionType
DIED, SOLD = date(2025, 3, 3), date(2025, 6, 16)
INHERITED = row("i1", DIED, T.INHERIT, "10", "1000")


def picked(name: str) -> tuple[LotPick, ...]:
    return (LotPick(LotId(name), Decimal(10)),)


def test_a_sale_within_a_year_is_long_term() -> None:
    sale = row("s", SOLD, T.SELL, "4", "480")
    result = rebuild_lots((TAXABLE,), [INHERITED, sale], (), ())
    assert [s.term for s in result.sales] == [Term.LONG]
    (lot,) = result.lots
    assert (lot.source, lot.acquired_on, lot.always_long) == (LotSource.INHERITED, DIED, True)
    assert (lot_term(lot, SOLD), days_until_long(lot, SOLD), long_from(lot)) == (
        Term.LONG,
        0,
        DIED,
    )


def test_what_replaces_them_is_long_term_and_stays_so_in_its_lot() -> None:
    rows = [
        INHERITED,
        row("s", SOLD, T.SELL, "10", "900"),
        row("b", date(2025, 6, 26), T.BUY, "15", "1350"),
    ]
    result = rebuild_lots((TAXABLE,), rows, (), ())
    plain, taker = sorted(result.lots, key=lambda x: x.wash_added)
    assert (taker.shares, taker.wash_added, taker.source) == (10, 100, LotSource.BUY)
    assert (plain.always_long, taker.always_long) == (False, True)
    assert lot_term(plain, SOLD) is Term.SHORT
    assert lot_term(taker, SOLD) is Term.LONG
    # A sale that names the part by its own id takes it.
    sale = row("s2", date(2025, 9, 1), T.SELL, "10", "950", picks=picked(taker.id))
    again = rebuild_lots((TAXABLE,), [*rows, sale], (), ())
    assert [s.term for s in again.sales if s.sale == "s2"] == [Term.LONG]


def test_a_loss_that_is_lost_passes_no_holding_period_on() -> None:
    rows = [
        INHERITED,
        row("s", SOLD, T.SELL, "10", "900"),
        row("b", date(2025, 6, 26), T.BUY, "10", "900", account=OTHER),
    ]
    own = Account(TAXABLE.id, "Own", owner_ids=(PersonId("p1"),))
    hers = Account(OTHER.id, "Hers", owner_ids=(PersonId("p2"),))
    policy = WashPolicy(spouse_basis=SpouseBasis.LOST)
    (lot,) = rebuild_lots((own, hers), rows, (), (), policy=policy).lots
    assert (lot.wash_added, lot.always_long) == (0, False)


@pytest.mark.parametrize(
    ("source", "term"), [(LotSource.INHERITED, Term.LONG), (LotSource.GIFT, Term.SHORT)]
)
def test_a_broker_s_lot_file_tells_it_by_its_source(source: LotSource, term: Term) -> None:
    lot = held("h", acquired=DIED, shares="10", cost="1000", source=source, statement_on=DIED)
    sale = row("s", SOLD, T.SELL, "10", "1200", picks=picked("h"))
    result = rebuild_lots((TAXABLE,), [sale], (lot,), ())
    assert [s.term for s in result.sales] == [term]


def test_tax_orders_take_them_for_long_term() -> None:
    bought = row("b1", DIED, T.BUY, "10", "1000")
    account = Account(AccountId("tax"), "A", relief=ReliefMethod.TAX_ORDER)
    sale = row("s", SOLD, T.SELL, "10", "1200")
    result = rebuild_lots((account,), [bought, INHERITED, sale], (), ())
    assert [s.lot for s in result.sales] == ["i1"]  # long-term gains before short-term ones
    lots = rebuild_lots((account,), [bought, INHERITED], (), ()).lots
    ordered = order_lots(lots, ReliefMethod.TAX_ORDER, SOLD, Decimal(120))
    assert [x.id for x in ordered] == ["i1", "b1"]


def test_undated_shares_have_no_term() -> None:
    lot = held("p", acquired=None, shares="1", cost="1", source=LotSource.POSITION)
    assert (lot_term(lot, SOLD), days_until_long(lot, SOLD), long_from(lot)) == (None, 0, None)
