"""A lot's pane: where its basis comes from, how sure it is, and what another reading makes of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import view_samples as vs

from harvestdesk.domain.ids import LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.reports.reading_words import lot_change, other_answer, question, sale_change
from harvestdesk.services.views.lot_detail import lot_detail
from harvestdesk.services.views.tax_readings import reading_notes
from harvestdesk.washsale.evidence import Evidence

D = Decimal
STOCK = SecurityId("s:ACLX")
BUY, SELL = TransactionType.BUY, TransactionType.SELL


def row(number, on, kind, account, amount):
    return Transaction(
        TransactionId(f"w{number}"), on, kind, account, STOCK, D(10), D(amount),
        lot_id=LotId(f"w{number}") if kind is BUY else None,
    )  # fmt: skip


ROWS = (
    row(1, date(2025, 1, 10), BUY, vs.DIRECT, 1_000),
    row(2, date(2025, 6, 2), SELL, vs.DIRECT, 700),
    row(3, date(2025, 6, 12), BUY, vs.JOINT, 730),
)
LOT = TaxLot(
    LotId("w3"), vs.JOINT, STOCK, D(10), date(2025, 6, 12), date(2025, 1, 20), D(730),
    wash_added=D(300), source=LotSource.BUY,
)  # fmt: skip


def household(rows=ROWS, **lot):
    return vs.household(transactions=rows, lots=(replace(LOT, **lot),), scheduled=())


def test_detail__follows_the_loss_and_names_the_other_reading():
    detail = lot_detail(household(), LOT.id)
    (entry,) = detail.came_in
    assert (entry.loss, entry.sale, entry.replaced_by) == (300, "w2", "w3")
    tacking = next(r for r in detail.readings if r.option == "tacking")
    assert question(tacking).startswith("From when")
    assert other_answer(tacking).startswith("The date the sold shares")
    assert lot_change(tacking) == "held from January 10, 2025 instead of January 20, 2025"


def test_detail__an_addition_the_ledger_traces_is_no_riddle():
    told = household(statement_on=vs.AS_OF)
    assert not any("can't be traced" in words for words in lot_detail(told, LOT.id).missing)
    untold = household(rows=(), statement_on=vs.AS_OF)
    assert any("can't be traced" in words for words in lot_detail(untold, LOT.id).missing)


def test_detail__says_what_is_missing_and_how_to_mend_it():
    detail = lot_detail(household(cost_basis=None), LOT.id)
    assert detail.evidence == Evidence.COVERAGE_INCOMPLETE
    assert any("import the broker's lot file" in words for words in detail.missing)
    assert len(set(detail.missing)) == len(detail.missing)


def test_detail__a_sheltered_lot_has_nothing_to_prove():
    detail = lot_detail(household(account_id=vs.IRA, cost_basis=None), LOT.id)
    assert (detail.evidence, detail.missing) == (Evidence.CONFIRMED, ())


def test_reading_notes__sum_the_sales_of_the_year_they_would_change():
    rows = (
        *ROWS[:2],
        row(3, date(2025, 6, 10), BUY, vs.IRA, 720),
        row(4, date(2025, 6, 12), BUY, vs.DIRECT, 730),
    )
    notes = reading_notes(household(rows), 2025)
    assert {n.code for n in notes} <= {"reading", "readings_more"}
    assert any("gone for good $0.00 instead of $300.00" in n.facts.get("change", "") for n in notes)
    assert reading_notes(household(rows), 2024) == ()


def test_sale_change__tells_only_what_differs():
    detail = lot_detail(household(), LOT.id)
    for reading in detail.came_in[0].readings:
        words = sale_change(reading)
        assert words
        assert all(" instead of " in part for part in words.split("; "))
