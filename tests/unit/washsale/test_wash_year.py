"""Results of a year: by term, to the cent, with what is not known kept apart."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from wash_samples import IRA, OTHER, TAXABLE, held, household, row

from harvestdesk.domain.household import FilingStatus, Person, TaxProfile
from harvestdesk.domain.ids import PersonId
from harvestdesk.domain.transaction import TransactionType as T
from harvestdesk.domain.wash_policy import OtherPlans, WashPolicy
from harvestdesk.washsale import household_run
from harvestdesk.washsale.year import YearResults, year_results


def test_terms_distributions_and_income() -> None:
    home = household(
        (),
        (
            row("b1", date(2023, 1, 6), T.BUY, "10", "1000"),
            row("b2", date(2025, 1, 6), T.BUY, "10", "1000", symbol="ABC"),
            row("s1", date(2025, 6, 2), T.SELL, "10", "1250.40"),
            row("s2", date(2025, 6, 3), T.SELL, "10", "900.15", symbol="ABC"),
            row("d1", date(2025, 6, 4), T.DIVIDEND, "0", "12.34"),
            row("d2", date(2025, 6, 5), T.CAPITAL_GAIN_SHORT, "0", "1.11"),
            row("d3", date(2025, 12, 1), T.CAPITAL_GAIN_LONG, "0", "50.50"),
            row("d4", date(2025, 6, 6), T.INTEREST, "0", "7"),
            row("d5", date(2025, 6, 6), T.DIVIDEND, "0", "999", account=IRA),
            row("d6", date(2024, 6, 6), T.DIVIDEND, "0", "888"),
        ),
    )
    found = year_results(home, 2025)
    assert found.short == Decimal("-99.85")
    assert found.long == Decimal("300.90")
    assert (found.distributions_long, found.dividends) == (Decimal("50.50"), Decimal("13.45"))
    assert (found.interest, found.disallowed) == (7, 0)
    assert found.complete
    assert [s.sale for s in found.slices] == ["s1", "s2"]
    assert year_results(home, 2022) == YearResults(2022)


def test_only_sets_sold_in_the_year_are_run(monkeypatch) -> None:
    ran: list[set[str]] = []
    real = household_run.run_ledger

    def spy(facts, *rest, **more):
        ran.append({e.symbol for e in facts.events})
        return real(facts, *rest, **more)

    monkeypatch.setattr(household_run, "run_ledger", spy)
    home = household(
        (),
        (
            row("b1", date(2023, 1, 6), T.BUY, "10", "1000"),
            row("b2", date(2023, 1, 6), T.BUY, "10", "1000", symbol="ABC"),
            row("s2", date(2024, 6, 3), T.SELL, "5", "400", symbol="ABC"),
            row("s1", date(2025, 6, 2), T.SELL, "10", "1250"),
        ),
    )
    assert year_results(home, 2025).long == 250
    assert ran == [{"XYZ"}]
    assert year_results(home, 2026).slices == ()
    assert len(ran) == 1


def test_disallowed_and_lost_for_good() -> None:
    plan = replace(IRA, type=type(IRA.type)("401k"))
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "10", "1000"),
        row("s1", date(2025, 6, 2), T.SELL, "10", "900"),
        row("r1", date(2025, 6, 20), T.BUY, "4", "400"),
        row("r2", date(2025, 6, 24), T.BUY, "1", "90", account=plan),
    )
    home = household((), rows, accounts=(TAXABLE, OTHER, plan))
    found = year_results(home, 2025)
    assert (found.short, found.disallowed, found.permanent) == (-50, 50, 10)
    ignoring = WashPolicy(other_plans=OtherPlans.IGNORE)
    assert year_results(home, 2025, ignoring).disallowed == 40
    chosen = replace(home, household=replace(home.household, wash=ignoring))
    assert year_results(chosen, 2025).disallowed == 40


def test_unknown_cost_and_missing_shares_are_never_in_a_sum() -> None:
    home = household(
        (),
        (
            row("t1", date(2025, 1, 6), T.TRANSFER_IN, "10", "0", acquired_on=date(2020, 1, 6)),
            row("s1", date(2025, 6, 2), T.SELL, "10", "900"),
            row("s2", date(2025, 6, 3), T.SELL, "3", "300", symbol="ABC"),
        ),
    )
    found = year_results(home, 2025)
    assert (found.short, found.long, found.slices) == (0, 0, ())
    assert [s.sale for s in found.unknown] == ["s1"]
    assert [(p.code, p.text) for p in found.problems] == [("coverage_incomplete", "s2")]
    assert "3 shares of ABC sold in Taxable" in found.problems[0].message
    assert not found.complete
    assert found.incomplete_sales == 2


def test_sales_after_a_brokers_lot_file_start_from_it_and_earlier_ones_from_history() -> None:
    statement = held("st", shares="5", cost="600", statement_on=date(2025, 7, 1))
    rows = (
        row("b1", date(2023, 3, 15), T.BUY, "10", "1000"),
        row("s1", date(2025, 6, 2), T.SELL, "5", "700"),
        row("s2", date(2025, 8, 1), T.SELL, "5", "700"),
    )
    home = replace(household((), rows), statement_lots=(statement,))
    found = year_results(home, 2025)
    # By history 5 shares cost 500; the broker's file says 600 of those left.
    assert [(s.sale, s.gain) for s in found.slices] == [("s1", 200), ("s2", 100)]
    assert found.complete
    unheard = replace(home, transactions=rows[2:])
    assert year_results(unheard, 2025).long == 100
    without = replace(unheard, statement_lots=())
    assert not year_results(without, 2025).complete


def test_a_lot_file_alone_can_wash_a_loss_of_another_account() -> None:
    statement = held(
        "st", shares="10", acquired=date(2025, 6, 10), cost="900", account=OTHER,
        statement_on=date(2025, 7, 1),
    )  # fmt: skip
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "10", "1000"),
        row("s1", date(2025, 6, 2), T.SELL, "10", "900"),
    )
    home = replace(household((statement,), rows), statement_lots=(statement,))
    assert year_results(home, 2025).disallowed == 100


def test_a_corporate_action_that_lacks_its_terms_makes_the_year_incomplete() -> None:
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "10", "1000"),
        row("m1", date(2025, 3, 3), T.SPIN_OFF, "5", "0", other_security_id="NEW"),
        row("s1", date(2025, 6, 2), T.SELL, "10", "900"),
    )
    found = year_results(household((), rows), 2025)
    assert [p.text for p in found.problems] == ["m1"]
    assert not found.complete


def test_a_year_is_the_sum_of_its_rows_to_the_cent() -> None:
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "3", "100.00"),
        row("b2", date(2025, 1, 7), T.BUY, "3", "100.00"),
        row("s1", date(2025, 6, 2), T.SELL, "1", "50.00"),
        row("s2", date(2025, 6, 3), T.SELL, "1", "50.00"),
        row("s3", date(2025, 6, 4), T.SELL, "2", "100.01"),
    )
    found = year_results(household((), rows), 2025)
    # A third of 100.00 is 33.33 in every row, though three of them cost 100.00.
    assert [(r.proceeds, r.basis) for r in found.rows] == [
        (Decimal("50.00"), Decimal("33.33")),
        (Decimal("50.00"), Decimal("33.33")),
        (Decimal("50.01"), Decimal("33.33")),
        (Decimal("50.00"), Decimal("33.33")),
    ]
    assert found.short == sum(r.recognized for r in found.rows) == Decimal("66.69")


def test_a_separate_return_is_of_the_filers_accounts_but_every_account_washes() -> None:
    people = (Person(PersonId("p1"), "Alex"), Person(PersonId("p2"), "Jo", is_spouse=True))
    mine = replace(TAXABLE, owner_ids=(PersonId("p1"),))
    hers = replace(OTHER, owner_ids=(PersonId("p2"),))
    rows = (
        row("b1", date(2025, 1, 6), T.BUY, "10", "1000"),
        row("s1", date(2025, 6, 2), T.SELL, "10", "900"),
        row("b2", date(2025, 6, 20), T.BUY, "4", "400", account=OTHER),
        row("s2", date(2025, 9, 2), T.SELL, "4", "500", account=OTHER),
        row("d1", date(2025, 9, 2), T.DIVIDEND, "0", "5", account=OTHER),
    )
    home = replace(household((), rows, accounts=(mine, hers)), people=people)
    alone = replace(
        home,
        household=replace(home.household, tax=TaxProfile(filing_status=FilingStatus.SEPARATE)),
    )
    assert year_results(home, 2025).short == -60 + 60
    found = year_results(alone, 2025)
    assert [s.sale for s in found.slices] == ["s1", "s1"]
    assert (found.short, found.disallowed, found.dividends) == (-60, 40, 0)
    both = year_results(alone, 2025, accounts=frozenset({mine.id, hers.id}))
    assert both.short == year_results(home, 2025).short
