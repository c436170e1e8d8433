"""What must not change a ledger's result: the order of unconnected rows, when a split is booked, how files are cut."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from test_wash_properties import SYMBOLS, ledgers

from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId
from harvestdesk.services.clock import FixedClock
from harvestdesk.services.context import AppContext
from harvestdesk.services.import_statements import confirm, preview
from harvestdesk.store.database import HouseholdBook
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerFacts,
    LedgerResult,
    Pick,
    SaleSlice,
    Sell,
    Split,
)
from harvestdesk.washsale.ledger import run_ledger

AS_OF = date(2025, 12, 5)
CENT = Decimal("0.000001")


def rows_of(result: LedgerResult) -> Counter[SaleSlice]:
    """Return the rows whatever their order."""
    return Counter(result.sales)


# --- order within a day ---------------------------------------------------------------------------


@given(ledgers(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_rows_of_different_sets_may_be_mixed_in_any_order(facts: LedgerFacts, random) -> None:
    """Within a day the rows of one identical set keep their order; those of another may come between."""
    mixed: list[Event] = []
    for _, day in itertools.groupby(sorted(facts.events, key=lambda e: e.on), lambda e: e.on):
        queues: dict[str, list[Event]] = {}
        for event in day:
            queues.setdefault(SYMBOLS[event.symbol].set_id, []).append(event)
        while queues:
            name = random.choice(sorted(queues))
            mixed.append(queues[name].pop(0))
            if not queues[name]:
                del queues[name]
    again = run_ledger(replace(facts, events=tuple(mixed)))
    first = run_ledger(facts)
    assert rows_of(again) == rows_of(first)
    assert Counter(again.lots) == Counter(first.lots)


@st.composite
def days_with_many_sales(draw: st.DrawFn) -> LedgerFacts:
    """Draw lots of different days, all sold by name on one day, and purchases around it."""
    sold_on = date(2025, 6, 16)
    events: list[Event] = []
    sells: list[Event] = []
    for number in range(draw(st.integers(2, 5))):
        day = sold_on - timedelta(days=draw(st.integers(1, 9)) + 10 * number)
        shares = draw(st.integers(2, 20))
        taken = draw(st.integers(1, shares))
        cost = Decimal(shares * draw(st.integers(8, 14)))
        events.append(Acquire(f"b{number}", day, "A", "X", Decimal(shares), cost, f"L{number}"))
        proceeds = Decimal(taken * draw(st.integers(6, 12)))
        picks = (Pick(f"L{number}", Decimal(taken)),)
        sells.append(Sell(f"s{number}", sold_on, "A", "X", Decimal(taken), proceeds, picks))
    later = [
        Acquire(f"c{n}", sold_on + timedelta(days=5 + n), "B", "X", Decimal(shares), Decimal(90), f"C{n}")
        for n, shares in enumerate(draw(st.lists(st.integers(1, 15), max_size=3)))
    ]  # fmt: skip
    return LedgerFacts((*events, *sells, *later), frozenset(), SYMBOLS)


@given(days_with_many_sales(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_sales_of_a_day_are_listed_in_does_not_matter(facts: LedgerFacts, random) -> None:
    """Reg. 1.1091-1(b): the order of acquisition decides, not the list."""
    shuffled = list(facts.events)
    random.shuffle(shuffled)
    again, first = run_ledger(replace(facts, events=tuple(shuffled))), run_ledger(facts)
    assert rows_of(again) == rows_of(first)
    assert Counter(again.lots) == Counter(first.lots)


# --- splits ---------------------------------------------------------------------------------------


def scaled(event: Event, ratio: Fraction) -> Event:
    """Return a trade of old shares as the trade of new shares it would have been."""
    if isinstance(event, (Acquire, Sell)) and event.symbol == "X":
        return replace(event, quantity=event.quantity * int(ratio))
    return event


@given(ledgers(splits=False), st.integers(0, 13), st.sampled_from((Fraction(2), Fraction(3))))
@settings(max_examples=150, deadline=None)
def test_a_split_commutes_with_trades(facts: LedgerFacts, place: int, ratio: Fraction) -> None:
    """Trade, then split: the same dollars, dates and replacements as split first, trade new shares.

    With one security: shares of several are compared one for one, which a split of one of them changes.
    """
    trades = [e for e in facts.events if e.symbol == "X"]
    place = min(place, len(trades))
    before, after = trades[:place], [scaled(e, ratio) for e in trades[place:]]
    day = trades[place].on if place < len(trades) else date(2026, 1, 1)
    split_late = [*before, Split("split", day, "X", ratio), *after]
    split_never = [scaled(e, ratio) for e in trades]
    late = run_ledger(replace(facts, events=tuple(split_late)))
    never = run_ledger(replace(facts, events=tuple(split_never)))
    old = {e.id for e in before}

    def money(result: LedgerResult, *, measured: bool) -> list[tuple]:
        grown = {
            id(s): s.quantity * int(ratio) if s.sale in old and measured else s.quantity
            for s in result.sales
        }
        rows = [
            (s.sale, s.lot, grown[id(s)].normalize(), s.adjusted_acquired, s.term, s.replaced_by or "",
             round(s.proceeds, 6), round(s.basis, 6), round(s.disallowed, 6))
            for s in result.sales
        ]  # fmt: skip
        return sorted(rows)

    for one, other in zip(money(late, measured=True), money(never, measured=False), strict=True):
        assert one[:6] == other[:6]
        assert all(abs(a - b) <= CENT for a, b in zip(one[6:], other[6:], strict=True))
    held = [[(x.lot, x.quantity, x.adjusted_acquired) for x in r.lots] for r in (late, never)]
    assert held[0] == held[1]
    for one, other in zip(late.lots, never.lots, strict=True):
        assert abs(one.basis - other.basis) <= CENT


@given(ledgers())
@settings(max_examples=150, deadline=None)
def test_shares_are_conserved_through_splits(facts: LedgerFacts) -> None:
    """What came less what went, in the measure of the last day, is what is left."""
    left: Counter[tuple[str, str]] = Counter()
    for lot in run_ledger(facts).lots:
        left[lot.account, lot.symbol] += Fraction(lot.quantity)
    wanted: Counter[tuple[str, str]] = Counter()
    for event in sorted(facts.events, key=lambda e: e.on):
        if isinstance(event, Split):
            for key in wanted:
                wanted[key] *= event.ratio if key[1] == event.symbol else 1
        elif isinstance(event, (Acquire, Sell)):
            sign = 1 if isinstance(event, Acquire) else -1
            wanted[event.account, event.symbol] += sign * Fraction(event.quantity)
    for key in left.keys() | wanted.keys():
        assert abs(left[key] - wanted[key]) <= Fraction(1, 10**6), key


# --- files in parts -------------------------------------------------------------------------------

ACCOUNTS = "account,name,type,owner\nMain,Main,taxable,Ada\nRetire,Retire,ira,Ada\n"
HEADER = "account,date,type,symbol,shares,amount\n"


@st.composite
def files(draw: st.DrawFn) -> tuple[list[str], int]:
    """Draw the rows of a ledger file, in order of time, and where to cut it."""
    held: Counter[tuple[str, str]] = Counter()
    day, rows = date(2025, 1, 6), []
    for number in range(draw(st.integers(3, 12))):
        day += timedelta(days=draw(st.integers(0, 20)))
        account = draw(st.sampled_from(("Main", "Main", "Retire")))
        symbol = draw(st.sampled_from(("ZZA", "ZZB")))
        price, kind = draw(st.integers(6, 14)), draw(st.sampled_from(("buy", "drip", "sell")))
        if kind == "sell" and held[account, symbol]:
            shares = draw(st.integers(1, held[account, symbol]))
            held[account, symbol] -= shares
        else:
            kind = "buy" if kind == "sell" else kind
            shares = draw(st.integers(1, 20))
            held[account, symbol] += shares
        # No two rows alike: those of another file would be taken for the same trades.
        rows.append(f"{account},{day},{kind},{symbol},{shares},{shares * price}.{number:02}\n")
    return rows, draw(st.integers(1, len(rows) - 1))


def lots_after(folder: Path, parts: list[list[str]]) -> Counter[tuple]:
    """Import files one after the other; return the lots, whatever their ids."""
    folder.mkdir()
    household = Household(HouseholdId("household-1"), "Test", fixed_as_of=AS_OF.isoformat())
    with HouseholdBook.create(folder / "test.harvest", household) as book:
        ctx = AppContext(book, FixedClock(AS_OF))
        texts = [ACCOUNTS, *(HEADER + "".join(part) for part in parts)]
        for number, text in enumerate(texts):
            path = folder / f"part{number}.csv"
            path.write_text(text, encoding="utf-8")
            confirm(ctx, preview(ctx, [path]))
        symbols = {s.id: s.symbol for s in book.securities()}
        names = {a.id: a.name for a in book.accounts()}
        return Counter(
            (
                names[lot.account_id], symbols[lot.security_id], lot.shares, lot.acquired_on,
                lot.adjusted_acquired_on, lot.cost_basis, lot.wash_added,
            )
            for lot in book.lots()
        )  # fmt: skip


@given(files())
@settings(max_examples=8, deadline=None)
def test_importing_in_two_parts_is_importing_at_once(drawn: tuple[list[str], int]) -> None:
    rows, cut = drawn
    with TemporaryDirectory() as folder:
        whole = lots_after(Path(folder) / "whole", [rows])
        parts = lots_after(Path(folder) / "parts", [rows[:cut], rows[cut:]])
        late = lots_after(Path(folder) / "late", [rows[cut:], rows[:cut]])
    assert parts == whole
    assert sum(late.values()) > 0 or not whole
    same_day = rows[cut - 1].split(",")[1] == rows[cut].split(",")[1]
    if not same_day:  # a day cut in two and read the wrong way round has lost its order
        assert late == whole
