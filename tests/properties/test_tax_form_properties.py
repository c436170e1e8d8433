"""What must hold for the rows of Form 8949 of any household, and for the files made of them."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tax_samples import DIRECT, IRA, JOINT, tax_household

from harvestdesk.domain.ids import SecurityId, TransactionId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.reports.render_txf import render_txf
from harvestdesk.reports.tax_forms.sales import TaxSales, sums_of, tax_sales
from harvestdesk.reports.tax_forms.whereabouts import losses_in_cents
from harvestdesk.washsale.audit import wash_entries
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.year import YearResults, year_results

YEAR = 2025
CENT = Decimal("0.01")


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[Transaction, ...]:
    """Draw purchases and sales of two stocks in three accounts, never more sold than held."""
    rows: list[Transaction] = []
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    day = date(2024, 10, 1)
    for number in range(draw(st.integers(2, 16))):
        day += timedelta(days=draw(st.integers(0, 25)))
        account = draw(st.sampled_from((JOINT, DIRECT, IRA)))
        security = SecurityId(f"security-{draw(st.sampled_from(('ARBX', 'BOLT')))}")
        amount = Decimal(draw(st.integers(100, 900_000))) * CENT
        free = held[account, security]
        if free > 0 and draw(st.booleans()):
            shares = min(free, Decimal(draw(st.integers(1, 40_000))) / 1000)
            held[account, security] -= shares
            kind = TransactionType.SELL
        else:
            shares = Decimal(draw(st.integers(1, 40_000))) / 1000
            held[account, security] += shares
            kind = TransactionType.BUY
        rows.append(
            Transaction(
                TransactionId(f"t{number:02}"), day, kind, account, security, shares, amount
            )
        )
    return tuple(rows)


def made(rows: tuple[Transaction, ...], *, per_lot: bool = True) -> tuple[YearResults, TaxSales]:
    household = tax_household(rows)
    results = year_results(household, YEAR)
    history = run_household(household).sales
    sales = tax_sales(
        household, YEAR, results.slices, results.unknown, history=history, per_lot=per_lot
    )
    return results, sales


@given(ledgers(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_column_h_adds_up_to_the_years_results(
    rows: tuple[Transaction, ...], per_lot: bool
) -> None:
    results, sales = made(rows, per_lot=per_lot)
    long = results.long - results.distributions_long
    for term, exact in ((Term.SHORT, results.short), (Term.LONG, long)):
        printed = sums_of(r for r in sales.rows if r.term is term)
        # One row a sale and lot is how the year is summed; finer rows each round on their own.
        assert abs(printed.gain - exact) <= (0 if per_lot else CENT * printed.rows)
    by_box = sum((sums_of(sales.of_box(b)).gain for b in sales.boxes()), Decimal(0))
    assert by_box == sums_of(sales.rows).gain


@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_no_adjustment_is_negative_or_beyond_its_loss(rows: tuple[Transaction, ...]) -> None:
    _, sales = made(rows)
    for row in sales.rows:
        assert row.basis is not None
        loss = max(Decimal(0), row.basis - row.proceeds)
        assert 0 <= row.hidden <= row.adjustment <= loss
        assert 0 <= row.permanent <= row.adjustment
        assert row.gain == row.proceeds - row.basis + row.adjustment
        assert row.gain == row.gain.quantize(CENT)


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_every_disallowed_cent_of_the_form_is_in_the_ledger(rows: tuple[Transaction, ...]) -> None:
    _, sales = made(rows)
    entries = wash_entries(tax_household(rows), YEAR)
    told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry, cents in zip(entries, losses_in_cents(entries, sales.rows), strict=True):
        told[entry.sale, entry.lot] += cents
    for key, amount in told.items():
        printed = sum((r.adjustment for r in sales.rows if (r.sale, r.lot) == key), Decimal(0))
        assert amount == printed or (printed == 0 and amount <= CENT)


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_a_txf_file_holds_the_rows_cent_for_cent(rows: tuple[Transaction, ...]) -> None:
    _, sales = made(rows)
    text = render_txf(tax_household(rows), sales, date(2026, 2, 10)).text
    records = text.split("^\r\n")[1:-1]
    amounts = [[f[1:] for f in r.split("\r\n") if f.startswith("$")] for r in records]
    assert [(Decimal(c), Decimal(p), Decimal(w or 0)) for c, p, w in amounts] == [
        (r.basis, r.proceeds, r.adjustment) for r in sales.rows
    ]
