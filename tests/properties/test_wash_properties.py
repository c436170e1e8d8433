"""What must hold for any ledger: shares, dollars and replacements are conserved."""

import itertools
import time
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.washsale.events import (
    Acquire,
    LedgerFacts,
    LedgerResult,
    LedgerSymbol,
    Sell,
    Split,
)
from harvestdesk.washsale.ledger import run_ledger

START = date(2024, 11, 1)
ACCOUNTS = ("A", "B", "IRA")
SYMBOLS = {"X": LedgerSymbol("g"), "Y": LedgerSymbol("g"), "Z": LedgerSymbol("own:Z")}


@st.composite
def ledgers(draw: st.DrawFn, *, splits: bool = True, one_a_day: bool = False) -> LedgerFacts:
    """Draw a ledger that never sells more than it holds."""
    events: list = []
    held: dict = defaultdict(Fraction)
    day = START
    for number in range(draw(st.integers(2, 14))):
        day += timedelta(days=draw(st.integers(1 if one_a_day else 0, 20)))
        account = draw(st.sampled_from(ACCOUNTS))
        symbol = draw(st.sampled_from(tuple(SYMBOLS)))
        kinds = ["buy", "sell", "sell", "drip"] + (["split"] if splits else [])
        kind = draw(st.sampled_from(kinds))
        price = Decimal(draw(st.integers(5, 30)))
        if kind == "split":
            ratio = draw(st.sampled_from((Fraction(2), Fraction(3), Fraction(1, 2))))
            events.append(Split(f"e{number}", day, symbol, ratio))
            for key in held:
                held[key] *= ratio if key[1] == symbol else 1
            continue
        free = held[account, symbol]
        if kind == "sell" and free >= 1:
            shares = draw(st.integers(1, int(free)))
            held[account, symbol] -= shares
            method = draw(st.sampled_from(tuple(ReliefMethod)))
            quantity = Decimal(shares)
            events.append(
                Sell(f"e{number}", day, account, symbol, quantity, price * shares, method=method)
            )
        else:
            shares = draw(st.integers(1, 12))
            held[account, symbol] += shares
            events.append(
                Acquire(
                    f"e{number}",
                    day,
                    account,
                    symbol,
                    Decimal(shares),
                    price * shares,
                    f"L{number}",
                    washing=draw(st.integers(0, 5)) > 0,
                )
            )
    return LedgerFacts(tuple(events), frozenset({"IRA"}), SYMBOLS)


def total(values) -> Decimal:
    return sum(values, Decimal(0))


@given(ledgers())
@settings(max_examples=150, deadline=None)
def test_dollars_are_conserved(facts: LedgerFacts) -> None:
    """Recognised = proceeds - original basis + deferred in open lots + lost for good."""
    result = run_ledger(facts)
    recognised = total(s.recognized for s in result.sales)
    realised = total(s.proceeds - s.original_basis for s in result.sales)
    deferred = total(x.wash_added for x in result.lots)
    lost = total(s.disallowed for s in result.sales if s.permanent)
    assert recognised == realised + deferred + lost


@given(ledgers(splits=False))
@settings(max_examples=150, deadline=None)
def test_shares_are_conserved(facts: LedgerFacts) -> None:
    result = run_ledger(facts)
    for account, symbol in itertools.product(ACCOUNTS, SYMBOLS):
        rows = [
            e for e in facts.events if (getattr(e, "account", ""), e.symbol) == (account, symbol)
        ]
        bought = total(e.quantity for e in rows if isinstance(e, Acquire))
        sold = total(e.quantity for e in rows if isinstance(e, Sell))
        left = total(x.quantity for x in result.lots if (x.account, x.symbol) == (account, symbol))
        assert left == bought - sold
    for sale in (e for e in facts.events if isinstance(e, Sell) and e.account != "IRA"):
        rows = [s for s in result.sales if s.sale == sale.id]
        assert total(s.quantity for s in rows) == sale.quantity
        assert total(s.proceeds for s in rows) == sale.total


@given(ledgers())
@settings(max_examples=150, deadline=None)
def test_disallowed_is_never_more_than_the_loss(facts: LedgerFacts) -> None:
    for row in run_ledger(facts).sales:
        assert row.recognized == row.gain + row.disallowed
        assert 0 <= row.disallowed <= max(Decimal(0), -row.gain)
        assert (row.disallowed > 0) == (row.replaced_by is not None)


@given(ledgers(splits=False))
@settings(max_examples=150, deadline=None)
def test_every_replacement_share_is_used_once(facts: LedgerFacts) -> None:
    bought = {e.lot: e for e in facts.events if isinstance(e, Acquire)}
    used: dict = defaultdict(Decimal)
    for row in run_ledger(facts).sales:
        if row.replaced_by is None:
            continue
        replacement = bought[row.replaced_by]
        used[row.replaced_by] += row.quantity
        assert replacement.washing
        assert row.replaced_by != row.lot
        assert abs((replacement.on - row.sold).days) <= 30
        assert SYMBOLS[replacement.symbol].set_id == SYMBOLS[row.symbol].set_id
        assert row.permanent == (replacement.account == "IRA")
    for lot, shares in used.items():
        assert shares <= bought[lot].quantity


@given(ledgers(one_a_day=True), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_input_order_does_not_matter(facts: LedgerFacts, random) -> None:
    shuffled = list(facts.events)
    random.shuffle(shuffled)
    assert run_ledger(LedgerFacts(tuple(shuffled), facts.sheltered, facts.symbols)) == run_ledger(
        facts
    )


@given(ledgers(splits=False))
@settings(max_examples=100, deadline=None)
def test_a_loss_with_nothing_bought_near_it_stands(facts: LedgerFacts) -> None:
    bought = [e for e in facts.events if isinstance(e, Acquire)]
    for row in run_ledger(facts).sales:
        near = [
            e
            for e in bought
            if abs((e.on - row.sold).days) <= 30 and e.lot != row.lot and e.washing
        ]
        if not near:
            assert row.disallowed == 0


def busy_ledger(count: int, days: int, method: ReliefMethod) -> LedgerFacts:
    """One security bought and sold over and over: every loss meets many candidates."""
    events: list = []
    for number in range(count):
        day = START + timedelta(days=number * days // count)
        price = Decimal(100 - number % 37)
        if number % 2 == 0:
            events.append(
                Acquire(f"e{number}", day, "A", "X", Decimal(10), price * 10, f"L{number}")
            )
        else:
            shares = Decimal(9 if number % 4 == 1 else 10)
            events.append(Sell(f"e{number}", day, "A", "X", shares, price * shares))
    return LedgerFacts(tuple(events), frozenset(), SYMBOLS, {"A": method})


def seconds(facts: LedgerFacts) -> tuple[float, LedgerResult]:
    start = time.process_time()
    result = run_ledger(facts)
    return time.process_time() - start, result


def test_twenty_thousand_rows_take_seconds_not_minutes() -> None:
    taken, result = seconds(busy_ledger(20_000, 60, ReliefMethod.FIFO))
    assert result.shortfalls == ()
    assert len(result.sales) > 20_000
    assert taken < 15, f"{taken:.1f} s"


def test_time_grows_with_the_ledger_not_with_its_square() -> None:
    small, _ = seconds(busy_ledger(2_000, 60, ReliefMethod.HIFO))
    large, _ = seconds(busy_ledger(8_000, 60, ReliefMethod.HIFO))
    assert large < 9 * small, f"{small:.2f} s, then {large:.2f} s for four times the rows"
