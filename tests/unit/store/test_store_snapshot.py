"""What a decision is given: the household on a day, the same every time it is asked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import isnan
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest
import store_samples as sample

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.prices import Price
from harvestdesk.domain.risk_settings import DEFAULT_RISK
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
            w.replace_account_rules(sample.ACCOUNT_RULES)
            w.replace_outside_holdings(sample.OUTSIDE)
            w.put_volumes(sample.VOLUMES[1:])
            w.put_risk_settings(sample.RISK)
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


def test_snapshot__carries_what_plans_rest_on(book: HouseholdBook) -> None:
    seen = book.snapshot(AS_OF)
    assert seen.account_rules == sample.ACCOUNT_RULES
    assert seen.rule_of[sample.FUNDS] == AccountRule(sample.FUNDS)
    assert seen.outside == sample.OUTSIDE
    assert seen.risk == sample.RISK
    # Of several days the last one known counts; what came later is not known yet.
    assert seen.volumes == {sample.FUND: Decimal(1_300_000)}
    assert book.snapshot(date(2025, 12, 1)).volumes == {sample.FUND: Decimal(1_250_000)}
    assert set(book.snapshot(date(2025, 12, 8)).volumes) == {sample.FUND, sample.TWIN}


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.replace_account_rules(sample.ACCOUNT_RULES[:1]),
        lambda w: w.replace_account_rules(
            [sample.ACCOUNT_RULES[0], replace(sample.ACCOUNT_RULES[1], menu=(sample.FUND,))]
        ),
        lambda w: w.replace_outside_holdings(sample.OUTSIDE[:1]),
        lambda w: w.put_volumes([(sample.FUND, date(2025, 12, 4), Decimal(2))]),
        lambda w: w.put_risk_settings(replace(sample.RISK, most_factors=3)),
        lambda w: w.put_risk_settings(DEFAULT_RISK),
    ],
)
def test_fingerprint__covers_what_plans_rest_on(book: HouseholdBook, change) -> None:
    first, before = book.snapshot(AS_OF).fingerprint, sample.content(book)
    with book.write("Change") as w:
        change(w)
    assert book.snapshot(AS_OF).fingerprint != first
    book.undo()
    assert book.snapshot(AS_OF).fingerprint == first
    assert sample.content(book) == before


def test_fingerprint__is_the_older_one_while_nothing_of_the_later_parts_is_there(
    book: HouseholdBook,
) -> None:
    with book.write("Take out") as w:
        w.replace_account_rules([])
        w.replace_outside_holdings([])
        w.put_risk_settings(DEFAULT_RISK)
        w._connection.exec_driver_sql("DELETE FROM volumes")
    seen = book.snapshot(AS_OF)
    assert "risk" not in book.settings()
    older = replace(seen, account_rules=(), outside=(), volumes={}, risk=DEFAULT_RISK)
    assert seen.fingerprint == older.fingerprint


def test_risk_settings__follow_the_program_where_nothing_was_chosen(book: HouseholdBook) -> None:
    with book.write("Risk") as w:
        w.put_risk_settings(replace(DEFAULT_RISK, most_factors=7))
    assert book.settings()["risk"] == '{"most_factors": 7}'
    assert book.risk_settings() == replace(DEFAULT_RISK, most_factors=7)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"beta": 1}', '{"stale_run": 1}', '{"outlier": "NaN"}']
)
def test_risk_settings__a_damaged_record_is_told(book: HouseholdBook, text: str) -> None:
    with book.write("Damage") as w:
        w.put_setting("risk", text)
    with pytest.raises(BadInputError):
        book.risk_settings()
    assert not book.check().ok


def test_writing_the_same_plan_facts__is_no_step(book: HouseholdBook) -> None:
    with book.write("Again") as w:
        w.replace_account_rules(sample.ACCOUNT_RULES)
        w.replace_outside_holdings(sample.OUTSIDE)
        w.put_volumes(sample.VOLUMES)
        w.put_risk_settings(sample.RISK)
    assert w.changes.step == 0


def test_history__goes_as_far_back_as_the_household_looks(book: HouseholdBook) -> None:
    early = AS_OF - timedelta(days=5000)
    with book.write("Prices") as w:
        w.put_prices([(sample.FUND, Price(Decimal(30), early))])
    assert book.snapshot(AS_OF).history.days[0] > early.toordinal()
    with book.write("Risk") as w:
        w.put_risk_settings(replace(sample.RISK, lookback_days=3500))
    assert book.snapshot(AS_OF).history.days[0] == early.toordinal()


def test_history__has_what_is_owned_elsewhere_and_what_menus_offer(empty: HouseholdBook) -> None:
    with empty.write("Fill") as w:
        w.put_people(sample.PEOPLE)
        w.put_accounts(sample.ACCOUNTS)
        w.put_securities(sample.SECURITIES)
        w.put_prices(sample.PRICES)
    assert empty.snapshot(AS_OF).history.security_ids == ()
    with empty.write("Elsewhere") as w:
        w.replace_outside_holdings([replace(sample.OUTSIDE[0], security_id=sample.FUND)])
    assert empty.snapshot(AS_OF).history.security_ids == (sample.FUND,)
    with empty.write("Menu") as w:
        w.replace_account_rules([AccountRule(sample.IRA, menu=(sample.TWIN,))])
    assert empty.snapshot(AS_OF).history.security_ids == (sample.FUND, sample.TWIN)


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
