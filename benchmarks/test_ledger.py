"""The wash-sale ledger of a large household, and of one more trade: `pytest benchmarks/test_ledger.py --benchmark-only`."""

import itertools
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId, SecurityId, TransactionId
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.services.importing.rebuilding import LedgerInput, rebuilt_lots, refreshed_lots
from harvestdesk.washsale.events import Acquire, LedgerFacts, LedgerSymbol, Sell
from harvestdesk.washsale.ledger import run_ledger

# Time of the processor, not of the clock: other work on the machine is none of the ledger's.
pytestmark = pytest.mark.benchmark(timer=time.process_time)

FIRST = date(2018, 1, 2)
DAYS = 2_900
ACCOUNTS = ("A", "B", "C", "D", "IRA")
SYMBOLS = 500
ROWS = 100_000
ROWS_OF_A_SYMBOL = ROWS // SYMBOLS
ALLOWED_SECONDS = 2.0
ALLOWED_GROWTH = 14
ALLOWED_SECONDS_OF_ONE_TRADE = 0.020


def busy_household(rows: int, symbols: int = SYMBOLS) -> LedgerFacts:
    """Every symbol is bought in every account and sold in the taxable ones, mostly at a loss.

    Prices fall and rise in waves, so that about every second sale is washed; lots stay some weeks.
    """
    events: list[Acquire | Sell] = []
    held = dict.fromkeys(((a, s) for a in ACCOUNTS for s in range(symbols)), 0)
    for number in range(rows):
        at = number % symbols
        account = ACCOUNTS[number // symbols % len(ACCOUNTS)]
        turn = number // (symbols * len(ACCOUNTS))
        day = FIRST + timedelta(days=number * DAYS // rows)
        price = Decimal(5_000 + 40 * (turn * 7 % 50) - number % 37) / 100
        if turn % 2 == 0 or held[account, at] < 9:
            held[account, at] += 10
            events.append(
                Acquire(f"e{number}", day, account, f"S{at}", Decimal(10), price * 10, f"L{number}")
            )
        else:
            held[account, at] -= 9
            events.append(Sell(f"e{number}", day, account, f"S{at}", Decimal(9), price * 9))
    symbols_of = {f"S{at}": LedgerSymbol(f"own:S{at}") for at in range(symbols)}
    return LedgerFacts(tuple(events), frozenset({"IRA"}), symbols_of)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def test_a_hundred_thousand_transactions(benchmark: BenchmarkFixture) -> None:
    facts = busy_household(ROWS)
    result = benchmark.pedantic(run_ledger, args=(facts,), rounds=3, warmup_rounds=1)
    assert result.shortfalls == ()
    washed = sum(row.replaced_by is not None for row in result.sales)
    benchmark.extra_info["sale rows"] = len(result.sales)
    benchmark.extra_info["washed"] = washed
    assert washed > 5_000
    assert benchmark.stats.stats.min <= ALLOWED_SECONDS


def test_growth_from_a_thousand_to_a_million(benchmark: BenchmarkFixture) -> None:
    """Ten times the rows take ten times log n (12 to 13), and a little for memory further away.

    With as many rows for each symbol at every size, so that like is compared with like: a million rows
    over 500 symbols put ten times as many purchases into each window, and most sales are washed.
    """
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    taken = {}
    for rows in sizes:
        facts = busy_household(rows, rows // ROWS_OF_A_SYMBOL)
        runs = 1 if rows == sizes[-1] else 3
        taken[rows] = min(seconds(lambda f=facts: run_ledger(f)) for _ in range(runs))
    benchmark.pedantic(lambda: None, rounds=1)
    benchmark.extra_info["seconds"] = {str(rows): round(s, 3) for rows, s in taken.items()}
    for small, large in itertools.pairwise(sizes):
        assert taken[large] <= ALLOWED_GROWTH * taken[small], taken


def ledger_input(rows: int) -> LedgerInput:
    """Return the same household as it is stored."""
    kinds = {"IRA": AccountType.TRADITIONAL_IRA}
    accounts = tuple(Account(AccountId(a), a, kinds.get(a, AccountType.TAXABLE)) for a in ACCOUNTS)
    securities = tuple(Security(SecurityId(f"S{at}"), f"S{at}") for at in range(SYMBOLS))
    return LedgerInput(
        accounts,
        tuple(_row(event) for event in busy_household(rows).events),
        (),
        (),
        securities,
    )


def _row(event: object) -> Transaction:
    assert isinstance(event, (Acquire, Sell))
    bought = isinstance(event, Acquire)
    return Transaction(
        TransactionId(event.id), event.on,
        TransactionType.BUY if bought else TransactionType.SELL,
        AccountId(event.account), SecurityId(event.symbol), event.quantity, event.total,
    )  # fmt: skip


def test_one_new_trade(benchmark: BenchmarkFixture) -> None:
    """After one more row only its identical set is worked out anew."""
    facts = ledger_input(ROWS)
    known = rebuilt_lots(
        facts.accounts, facts.transactions, (), facts.identical_sets, facts.securities
    ).lots
    last = next(t for t in reversed(facts.transactions) if t.type is TransactionType.BUY)
    new = replace(last, id=TransactionId("new"), on=FIRST + timedelta(days=DAYS))
    grown = replace(facts, transactions=(*facts.transactions, new))
    touched = {new.security_id}
    result = benchmark.pedantic(
        refreshed_lots, args=(grown, known, touched), rounds=20, warmup_rounds=2
    )
    assert "new" in {lot.id.partition("/")[0] for lot in result.lots}
    assert benchmark.stats.stats.median <= ALLOWED_SECONDS_OF_ONE_TRADE
