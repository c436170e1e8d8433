"""How much work a ledger is, counted instead of timed: what is looked at grows with the rows, not their square."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, SecurityId, TransactionId
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.services.importing import rebuilding
from harvestdesk.washsale import rebuild
from harvestdesk.washsale.events import Acquire, LedgerFacts, Sell
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.matching import Pool


def one_busy_security(rows: int) -> LedgerFacts:
    """Bought and sold at a loss all through sixty days: every loss has a window full of candidates."""
    events: list[Acquire | Sell] = []
    for number in range(rows):
        day = date(2025, 1, 6) + timedelta(days=number * 60 // rows)
        price = Decimal(1000 - number % 37)
        if number % 2 == 0:
            events.append(
                Acquire(f"e{number}", day, "A", "X", Decimal(10), price * 10, f"L{number}")
            )
        else:
            events.append(Sell(f"e{number}", day, "A", "X", Decimal(9), price * 9))
    return LedgerFacts(tuple(events))


def candidates_of(monkeypatch: pytest.MonkeyPatch, rows: int) -> int:
    """Return how many purchases the losses of a ledger were held against."""
    asked = 0
    looked = Pool._replaces

    def counted(self, lot, sold):
        nonlocal asked
        asked += 1
        return looked(self, lot, sold)

    with monkeypatch.context() as patch:
        patch.setattr(Pool, "_replaces", counted)
        result = run_ledger(one_busy_security(rows))
    assert sum(row.replaced_by is not None for row in result.sales) > rows // 3
    return asked


def test_candidates_looked_at_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = candidates_of(monkeypatch, 500), candidates_of(monkeypatch, 4_000)
    assert small < 500 * 6
    assert large < 10 * small


def test_one_more_trade_runs_its_own_set_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account(AccountId("A"), "A")
    securities = tuple(Security(SecurityId(f"S{n}"), f"S{n}") for n in range(50))
    rows = tuple(
        Transaction(
            TransactionId(f"t{n}"), date(2025, 1, 6) + timedelta(days=n // 50),
            TransactionType.BUY, account.id, securities[n % 50].id, Decimal(10), Decimal(100),
        )
        for n in range(1_000)
    )  # fmt: skip
    facts = rebuilding.LedgerInput((account,), rows, (), (), securities)
    known = rebuilding.rebuilt_lots((account,), rows[:-1], (), (), securities).lots
    run: list[int] = []

    def counted(facts: LedgerFacts, *args, **more):
        run.append(len(facts.events))
        return run_ledger(facts, *args, **more)

    monkeypatch.setattr(rebuild, "run_ledger", counted)
    result = rebuilding.refreshed_lots(facts, known, {rows[-1].security_id})
    assert run == [20]
    assert len(result.lots) == 1_000
