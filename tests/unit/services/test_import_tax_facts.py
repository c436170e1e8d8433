"""Own CSV with corporate actions, short sales, outside gains and changes of law, from file to undo."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.changes import Touched
from harvestdesk.domain.ids import AccountId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.tax_year import ExternalKind, ExternalTerm, LawTarget
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.services.check import check
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.services.importing.tracing import TracedHoldings

LEDGER = "account,date,type,symbol,shares,amount,ratio,other_symbol,basis_fraction,note"
GAINS = "year,quarter,term,amount,probability,kind,realised,note"


@pytest.fixture
def take_in(ctx, file):
    """Import lines as a file; returns the preview."""

    def take(name, *lines):
        shown = preview(ctx, [file(name, *lines)])
        confirm(ctx, shown)
        return shown

    return take


def held(ctx):
    """Return the lots as symbol, shares and basis."""
    snapshot = ctx.snapshot()
    symbols = {s.id: s.symbol for s in snapshot.securities}
    return sorted((symbols[lot.security_id], lot.shares, lot.cost_basis) for lot in snapshot.lots)


BOUGHT = "Joint,2024-01-08,buy,PARENT,100,10000,,,,"


def test_corporate_actions__reach_the_lots_and_their_security_is_made(ctx, take_in):
    shown = take_in(
        "ledger.csv",
        LEDGER,
        BOUGHT,
        "Joint,2024-06-03,spin_off,PARENT,,,0.5,CHILD,20%,Form 8937",
        "Joint,2024-09-03,symbol_change,CHILD,,,,KID,,",
        "Joint,2025-03-03,merger,PARENT,,,2,BIG,,",
    )
    assert [p for f in shown.files for p in f.problems] == []
    assert held(ctx) == [("BIG", 200, Decimal(8000)), ("KID", 50, Decimal(2000))]
    spin = next(t for t in ctx.book.transactions() if t.type is TransactionType.SPIN_OFF)
    symbols = {s.id: s.symbol for s in ctx.book.securities()}
    assert symbols[spin.other_security_id] == "CHILD"
    assert (spin.ratio, spin.basis_fraction) == (Decimal("0.5"), Decimal("0.2"))
    assert check(ctx).findings[0].code == "prices.missing"
    ctx.book.undo()
    assert held(ctx) == []
    ctx.book.redo()
    assert held(ctx)[0][0] == "BIG"


def test_corporate_actions__read_twice_are_known(ctx, take_in):
    lines = (
        LEDGER,
        BOUGHT,
        "Joint,2024-06-03,spin_off,PARENT,,,0.5,CHILD,0.2,",
        "Joint,2024-06-03,spin_off,PARENT,,,0.1,OTHER,0.1,",
    )
    assert take_in("a.csv", *lines).new_rows == 3  # one to each company, not a repeat
    again = take_in("b.csv", *lines)
    assert (again.new_rows, again.files[0].duplicates) == (0, 3)


def test_short_sale__is_no_lot_and_agrees_with_a_negative_position(ctx, take_in):
    take_in("l.csv", LEDGER, BOUGHT, "Joint,2025-02-03,short_sale,FALL,10,900,,,,")
    assert held(ctx) == [("PARENT", 100, Decimal(10000))]
    take_in("c.csv", LEDGER, "Joint,2025-03-03,short_cover,FALL,10,850,,,,")
    assert held(ctx) == [("PARENT", 100, Decimal(10000))]
    assert [t.type for t in ctx.book.transactions()][1:] == [
        TransactionType.SHORT_SALE,
        TransactionType.SHORT_COVER,
    ]


def test_relief__of_an_account_by_the_new_codes(ctx, take_in):
    take_in(
        "accounts.csv",
        "account,name,type,relief",
        "A,Funds,taxable,average",
        "B,Broker,taxable,tax_order",
    )
    assert {a.name: a.relief for a in ctx.book.accounts()} == {
        "Funds": ReliefMethod.AVERAGE,
        "Broker": ReliefMethod.TAX_ORDER,
    }


def test_ratio_with_many_digits__is_kept_to_what_the_file_holds(ctx, take_in):
    take_in("l.csv", LEDGER, BOUGHT, "Joint,2024-06-03,merger,PARENT,,,0.333333333333,NEW,,")
    assert ctx.book.transactions()[1].ratio == Decimal("0.33333333")


def test_outside_gains__are_taken_in_corrected_and_counted(ctx, take_in):
    first = take_in(
        "gains.csv",
        GAINS,
        "2025,4,long,12400,,k1,,Partners",
        "2025,4,long,5000,80%,fund distribution,,",
        "2025,4,long,5000,80%,fund distribution,,",
    )
    assert first.new_rows == 3  # two equal rows are two gains
    gains = ctx.book.external_gains()
    assert [(g.kind, g.amount, g.probability) for g in gains] == [
        (ExternalKind.K1, Decimal(12400), Decimal(1)),
        (ExternalKind.FUND_DISTRIBUTION, Decimal(5000), Decimal("0.8")),
        (ExternalKind.FUND_DISTRIBUTION, Decimal(5000), Decimal("0.8")),
    ]
    again = take_in(
        "later.csv",
        GAINS,
        "2025,4,long,13100,,k1,,Partners",
        "2025,4,long,5000,80%,fund distribution,,",
        "2026,2,short,-900,,other,,",
    )
    assert (again.new_rows, again.files[0].duplicates) == (2, 1)
    later = ctx.book.external_gains()
    assert [g.id for g in later[:3]] == [g.id for g in gains]
    assert [g.amount for g in later] == [13100, 5000, 5000, -900]
    assert later[3].term is ExternalTerm.SHORT
    assert ctx.book.undo_label() == "Import later.csv"
    ctx.book.undo()
    assert ctx.book.external_gains() == gains


def test_outside_gain__said_to_have_happened_in_a_quarter_to_come_is_told(ctx, take_in):
    shown = take_in("g.csv", GAINS, "2025,4,long,10,,,yes,", "2026,1,long,10,,,yes,")
    (problem,) = shown.files[0].problems
    assert (problem.line, problem.code) == (3, "date.future")


def test_law_changes__are_taken_in_and_corrected(ctx, file):
    path = file("law.csv", "from_year,target,points,note", "2027,long_term,5%,", "2028,niit,-3.8%,")
    changes = confirm(ctx, preview(ctx, [path]))
    assert changes.has(Touched.TAX_FACTS)
    path = file("law2.csv", "from_year,target,points,note", "2027,long term,0.04,")
    shown = preview(ctx, [path])
    assert (shown.new_rows, shown.files[0].duplicates) == (1, 0)
    confirm(ctx, shown)
    assert [(c.target, c.points) for c in ctx.book.law_changes()] == [
        (LawTarget.LONG_TERM, Decimal("0.04")),
        (LawTarget.NIIT, Decimal("-0.038")),
    ]


# --- which holdings the ledger tells the origin of ---------------------------------------------------------

A, B, C = (SecurityId(f"s{n}") for n in range(3))
JOINT = AccountId("a")
BUY = Transaction(TransactionId("1"), date(2024, 1, 2), TransactionType.BUY, JOINT, A, Decimal(1))
MERGED = replace(BUY, type=TransactionType.MERGER, shares=Decimal(0), other_security_id=B)
RENAMED = replace(MERGED, type=TransactionType.SYMBOL_CHANGE, security_id=B, other_security_id=C)


def nothing(_holding):
    return False


def test_tracing__follows_shares_through_mergers_and_new_symbols():
    known = TracedHoldings([BUY, MERGED, RENAMED])
    assert all(known.tells_of((JOINT, s), nothing) for s in (A, B, C))
    unknown = TracedHoldings([MERGED, RENAMED])  # where A came from nobody said
    assert not any(unknown.tells_of((JOINT, s), nothing) for s in (A, B, C))
    assert unknown.tells_of((JOINT, C), lambda holding: holding == (JOINT, A))
    assert not known.tells_of((AccountId("b"), C), nothing)


def test_tracing__short_sales_and_cash_tell_nothing():
    short = replace(BUY, type=TransactionType.SHORT_SALE)
    cash = replace(BUY, type=TransactionType.DIVIDEND, shares=Decimal(0))
    rows = TracedHoldings([short, cash])
    assert not rows.tells_of((JOINT, A), nothing)


def test_tracing__a_circle_ends():
    back = replace(MERGED, security_id=B, other_security_id=A)
    assert not TracedHoldings([MERGED, back]).tells_of((JOINT, A), nothing)


HEAD = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type"
)


def position(symbol, shares, basis=""):
    return f"Z40040042,Joint,{symbol},X,{shares},$50.00,,$5000.00,,,,,,{basis},,Cash,"


@pytest.fixture
def positions(take_in):
    """Import a broker's positions file of December 5."""
    return lambda *rows: take_in("p.csv", HEAD, *rows, "", '"Date downloaded 12/05/2025"')


def test_positions_after_a_new_symbol__leave_the_lots_the_ledger_tells_of(ctx, take_in, positions):
    take_in("l.csv", LEDGER, BOUGHT, "Joint,2025-03-03,symbol_change,PARENT,,,,NEW,,")
    shown = positions(position("NEW", 100, "$10000.00"))
    assert [p for p in shown.files[0].problems if p.code == "positions.differ"] == []
    (lot,) = ctx.snapshot().lots
    assert (lot.source, lot.acquired_on, lot.shares) == (LotSource.BUY, date(2024, 1, 8), 100)
    assert "positions.differ" not in {f.code for f in check(ctx).findings}


def test_positions_before_the_history__give_way_to_it_under_the_new_symbol(ctx, take_in, positions):
    positions(position("NEW", 100, "$10000.00"))
    assert [lot.source for lot in ctx.snapshot().lots] == [LotSource.POSITION]
    take_in("l.csv", LEDGER, BOUGHT, "Joint,2025-03-03,symbol_change,PARENT,,,,NEW,,")
    assert [lot.acquired_on for lot in ctx.snapshot().lots] == [date(2024, 1, 8)]


def test_positions__stay_where_the_ledger_does_not_know_the_old_shares(ctx, take_in, positions):
    positions(position("NEW", 100, "$10000.00"))
    take_in("l.csv", LEDGER, "Joint,2025-03-03,symbol_change,PARENT,,,,NEW,,")
    assert [(lot.source, lot.shares) for lot in ctx.snapshot().lots] == [(LotSource.POSITION, 100)]


def test_short_sale__is_no_part_of_a_position(ctx, take_in, positions):
    take_in("l.csv", LEDGER, BOUGHT, "Joint,2025-02-03,short_sale,PARENT,10,900,,,,")
    shown = positions(position("PARENT", 100))
    assert [p for p in shown.files[0].problems if p.code == "positions.differ"] == []
    assert "positions.differ" not in {f.code for f in check(ctx).findings}
