"""What a decision is given: the household on a day, the same every time it is asked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest
import store_samples as sample

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import Price
from harvestdesk.domain.security import Security
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.store.database import HouseholdBook
from harvestdesk.store.snapshots import HISTORY_DAYS
from harvestdesk.tax.tables import load_state, load_tax_year

AS_OF = date(2025, 12, 5)


def test_snapshot__is_the_book_as_of_the_day(book: HouseholdBook) -> None:
    seen = book.snapshot(AS_OF)
    assert seen.household == sample.HOUSEHOLD
    assert seen.accounts == sample.ACCOUNTS
    assert seen.lots == sample.LOTS
    # A deposit three days later is not known yet.
    assert seen.transactions == sample.TRANSACTIONS[:2]
    assert seen.prices.as_of == AS_OF
    assert seen.prices.prices == {
        sample.FUND: sample.PRICES[0][1],
        sample.TWIN: sample.PRICES[2][1],
    }
    assert seen.cash == {sample.JOINT: Decimal("8400.01")}
    assert seen.cash_on == {sample.JOINT: date(2025, 11, 28)}
    assert seen.identical_sets == sample.SETS
    assert seen.replacements == sample.REPLACEMENTS
    assert seen.security_targets == sample.SECURITY_TARGETS
    assert seen.scheduled == sample.SCHEDULED


def test_fingerprint__is_that_of_the_facts_not_of_the_writing(
    book: HouseholdBook, path: Path
) -> None:
    """The same facts written in another order and another number form have the same fingerprint."""
    first = book.snapshot(AS_OF).fingerprint
    with HouseholdBook.create(path.with_name("other.harvest"), sample.HOUSEHOLD) as other:
        with other.write("Fill") as w:
            w.put_people(tuple(reversed(sample.PEOPLE)))
            w.put_accounts(tuple(reversed(sample.ACCOUNTS)))
            w.put_securities(sample.SECURITIES)
            w.add_transactions(tuple(reversed(sample.TRANSACTIONS)))
            w.replace_lots(
                [sample.JOINT, sample.IRA],
                [sample.LOTS[1], replace(sample.LOTS[0], wash_added=Decimal("12.5000"))],
            )
            w.put_prices(tuple(reversed(sample.PRICES)))
            w.put_cash(sample.JOINT, date(2025, 11, 28), Decimal("8400.010"))
            w.put_scheduled(sample.SCHEDULED)
            w.replace_identical_sets(sample.SETS)
            w.replace_equivalents(sample.EQUIVALENTS)
            w.replace_replacements(sample.REPLACEMENTS)
            w.replace_class_targets(sample.CLASS_TARGETS)
            w.replace_security_targets(sample.SECURITY_TARGETS)
            w.replace_external_gains(
                [replace(g, amount=g.amount * Decimal("1.000")) for g in sample.EXTERNAL_GAINS]
            )
            w.replace_law_changes(sample.LAW_CHANGES)
        assert other.snapshot(AS_OF).fingerprint == first
        with other.write("A cent") as w:
            w.put_cash(sample.JOINT, date(2025, 11, 28), Decimal("8400.02"))
        assert other.snapshot(AS_OF).fingerprint != first
        other.undo()
        assert other.snapshot(AS_OF).fingerprint == first


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.replace_external_gains(sample.EXTERNAL_GAINS[:1]),
        lambda w: w.replace_law_changes(sample.LAW_CHANGES[1:]),
        lambda w: w.put_household(replace(sample.HOUSEHOLD, wash=WashPolicy())),
        lambda w: w.put_household(
            replace(sample.HOUSEHOLD, tax=replace(sample.HOUSEHOLD.tax, wages=Decimal(1)))
        ),
    ],
)
def test_fingerprint__covers_what_tax_rests_on(book: HouseholdBook, change) -> None:
    first = book.snapshot(AS_OF).fingerprint
    with book.write("Change") as w:
        change(w)
    assert book.snapshot(AS_OF).fingerprint != first
    book.undo()
    assert book.snapshot(AS_OF).fingerprint == first


def test_snapshot__carries_the_figures_of_its_year_and_state(book: HouseholdBook) -> None:
    seen = book.snapshot(AS_OF)
    assert seen.external_gains == sample.EXTERNAL_GAINS
    assert seen.law_changes == sample.LAW_CHANGES
    assert seen.tax_year == load_tax_year(2025)
    assert seen.state_rules == load_state("CA", 2025)
    assert seen.statement_lots == (sample.LOTS[0],)
    assert book.snapshot(date(2024, 6, 3)).tax_year == load_tax_year(2024)
    with book.write("Move") as w:
        tax = replace(sample.HOUSEHOLD.tax, state="")
        w.put_household(replace(sample.HOUSEHOLD, tax=tax))
    assert book.snapshot(AS_OF).state_rules is None


def test_snapshot__goes_to_another_process(book: HouseholdBook) -> None:
    seen = book.snapshot(AS_OF)
    there = ForkingPickler.loads(ForkingPickler.dumps(seen))
    assert there.fingerprint == seen.fingerprint
    assert there.tax_year == seen.tax_year
    assert repr(there.history) == repr(seen.history)


def test_history__has_gaps_and_only_what_is_held_or_may_be_bought(book: HouseholdBook) -> None:
    stranger = SecurityId("security-9")
    day = date(2025, 12, 4)
    with book.write("Prices") as w:
        w.put_securities([Security(stranger, "ELSE")])
        w.put_prices(
            [
                (stranger, Price(Decimal(5), day)),
                (sample.FUND, Price(Decimal("71.26"), day, "corrected")),
                (sample.FUND, Price(Decimal(60), AS_OF - timedelta(days=HISTORY_DAYS + 1))),
                (sample.FUND, Price(Decimal(61), AS_OF - timedelta(days=HISTORY_DAYS))),
                (sample.FUND, Price(Decimal(99), AS_OF + timedelta(days=1))),
            ]
        )
    history = book.snapshot(AS_OF).history
    assert history.security_ids == (sample.FUND, sample.TWIN)
    days = [AS_OF - timedelta(days=HISTORY_DAYS), date(2025, 12, 3), day]
    assert history.days == tuple(d.toordinal() for d in days)
    fund, twin = history.closes
    # Of two prices of a day the one recorded last counts.
    assert list(fund) == [61.0, 70.12345678, 71.26]
    assert [isnan(close) for close in twin] == [True, False, True]


def test_snapshot__of_an_empty_book_is_empty(empty: HouseholdBook) -> None:
    seen = empty.snapshot(AS_OF)
    assert seen.total_value() == 0
    assert seen.lots == ()
    assert seen.history.security_ids == ()
