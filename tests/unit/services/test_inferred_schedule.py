"""Streams that keep a rhythm are expected to go on; others are not."""

from datetime import date, timedelta
from decimal import Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction, TransactionType
from harvestdesk.services.importing.schedule import inferred_schedule

AS_OF = date(2025, 12, 5)
DRIP = TransactionType.DRIP


def rows(*days, kind=DRIP):
    return [
        Transaction(f"t{n}", day, kind, "a", "s", shares=Decimal(n + 1))
        for n, day in enumerate(days)
    ]


def infer(transactions, known=()):
    return inferred_schedule(
        [Account("a", "A")], transactions, known, AS_OF, lambda kind: f"{kind}-1"
    )


def test_quarterly_reinvestments_go_on():
    (found,) = infer(rows(date(2025, 3, 24), date(2025, 6, 24), date(2025, 9, 23)))
    assert (found.next_on, found.every_days) == (date(2025, 12, 24), 92)
    assert not found.confirmed
    assert found.shares == 3


def test_two_events_are_no_rhythm():
    assert infer(rows(date(2025, 6, 24), date(2025, 9, 23))) == ()


def test_a_stream_that_missed_two_beats_has_stopped():
    monthly = [date(2025, 1, 10) + timedelta(days=30 * n) for n in range(4)]
    assert infer(rows(*monthly)) == ()


def test_plain_purchases_are_not_expected():
    days = [date(2025, 9, 1) + timedelta(days=30 * n) for n in range(4)]
    assert infer(rows(*days, kind=TransactionType.BUY)) == ()


def test_what_is_scheduled_already_is_not_inferred_again():
    known = ScheduledPurchase("x", DRIP, "a", "s", date(2025, 12, 30))
    assert infer(rows(date(2025, 3, 24), date(2025, 6, 24), date(2025, 9, 23)), [known]) == ()


def test_a_beat_on_the_day_itself_is_not_awaited_any_more():
    days = [AS_OF - timedelta(days=28), AS_OF - timedelta(days=14), AS_OF]
    (found,) = infer(rows(*days, kind=TransactionType.RECURRING))
    assert found.next_on == AS_OF + timedelta(days=14)
