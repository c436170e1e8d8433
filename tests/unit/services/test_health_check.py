"""The check says nothing of a household in order, and names what does not agree."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.errors import Severity
from harvestdesk.services.check import check
from harvestdesk.services.import_statements import confirm, preview


def codes(report):
    return {f.code: f.severity for f in report.findings}


def test_the_sample_is_in_order(sample):
    report = check(sample)
    assert (report.ok, report.findings) == (True, ())
    assert (report.accounts, report.securities) == (5, 63)


def test_a_lot_that_differs_from_the_ledger_is_an_error(sample):
    lots = sample.book.lots()
    changed = [replace(lots[0], shares=lots[0].shares + 1), *lots[1:]]
    with sample.book.write("Tamper") as w:
        w.replace_lots({lot.account_id for lot in lots}, changed)
    report = check(sample)
    assert not report.ok
    assert codes(report)["lots.ledger"] is Severity.ERROR
    assert codes(report)["positions.differ"] is Severity.WARNING


def test_positions_are_compared_with_lots_until_something_is_traded(ctx, file):
    ledger = "account,date,type,symbol,shares,amount"
    confirm(ctx, preview(ctx, [file("a.csv", ledger, "Main,2025-03-03,buy,ZZA,10,100.00")]))
    account = ctx.book.accounts()[0]
    security = ctx.book.securities()[0]
    with ctx.book.write("Broker said") as w:
        w.put_setting(
            f"positions:{account.id}",
            f'{{"on": "2025-12-01", "shares": {{"{security.id}": "11"}}}}',
        )
    assert "positions.differ" in codes(check(ctx))
    confirm(ctx, preview(ctx, [file("b.csv", ledger, "Main,2025-12-03,buy,ZZA,1,12.00")]))
    assert "positions.differ" not in codes(check(ctx))


def test_missing_and_stale_prices_and_incomplete_lots_are_warnings(ctx, file):
    lots = "account,symbol,shares,acquired,cost_basis,as_of,price"
    rows = ["Main,ZZA,1,2025-01-02,10,2025-11-03,12", "Main,ZZB,1,,,2025-11-03,"]
    confirm(ctx, preview(ctx, [file("lots.csv", lots, *rows)]))
    found = codes(check(ctx))
    assert check(ctx).ok
    assert {"prices.stale", "prices.missing", "lots.incomplete"} <= set(found)
    assert set(found.values()) == {Severity.WARNING}


def test_a_price_of_today_is_not_stale(ctx, file):
    lots = "account,symbol,shares,acquired,cost_basis,as_of,price"
    row = "Main,ZZA,1,2025-01-02,10,2025-12-05,12"
    confirm(ctx, preview(ctx, [file("lots.csv", lots, row)]))
    assert check(ctx).findings == ()
    price = ctx.snapshot().prices.get(ctx.book.securities()[0].id)
    assert (price.value, price.on) == (Decimal(12), date(2025, 12, 5))
