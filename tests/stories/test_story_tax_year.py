"""One year, told everywhere alike: window, command line, forms, files, plans and the ledger, to the cent."""

import csv
import io
import random
import shutil
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tax_samples import (
    ACCOUNTS,
    DIRECT,
    IRA,
    JOINT,
    JORDANS,
    SPOUSE,
    hard_household,
    tax_household,
)

from harvestdesk.domain.household import FilingStatus, RateSource
from harvestdesk.domain.ids import SecurityId, TransactionId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import PlanFigures
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalKind, ExternalTerm
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.optimize.figures import figures, year_to_date
from harvestdesk.reports.document import Report, Row
from harvestdesk.reports.figures import plain_figure
from harvestdesk.reports.render_taxact import render_own_csv, render_taxact
from harvestdesk.reports.render_txf import render_txf
from harvestdesk.reports.tax_forms.carryover import carryover
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.form_8949 import form_8949
from harvestdesk.reports.tax_forms.sales import sums_of
from harvestdesk.reports.tax_forms.schedule_d import schedule_d
from harvestdesk.reports.tax_forms.schedule_d_lines import schedule_d_of
from harvestdesk.reports.tax_forms.wash_ledger import wash_ledger
from harvestdesk.services.tax_reports import year_facts
from harvestdesk.services.views.tax import tax_view
from harvestdesk.services.views.tax_rows import TaxMeasure, TaxView
from harvestdesk.store.database import HouseholdBook
from harvestdesk.tax.tables import load_tax_year
from harvestdesk.washsale.audit import wash_entries
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.year import YearResults, year_results

T = TransactionType


# --- households ---------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def sample_household(sample_file) -> HouseholdSnapshot:
    with HouseholdBook.open(sample_file, view_only=True) as book:
        return book.snapshot(date(2025, 12, 5))


def random_rows(source: random.Random) -> tuple[Transaction, ...]:
    """Purchases, sales, dividends and distributions in four accounts, in odd fractions of a cent."""
    made: list[Transaction] = []
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    day = date(2024, 8, 1)
    for number in range(source.randint(8, 40)):
        day += timedelta(days=source.choice((0, 1, 3, 9, 20, 31)))
        account = source.choice((JOINT, DIRECT, SPOUSE, IRA))
        security = SecurityId(f"security-{source.choice(('ARBX', 'BOLT', 'SIMI', 'SIMC'))}")
        amount = Decimal(source.randint(1, 9_000_000)) / 1000
        shares = Decimal(source.randint(1, 40_000)) / 1000
        free = held[account, security]
        kind = source.choice((T.BUY, T.SELL, T.SELL, T.DRIP, T.DIVIDEND, T.CAPITAL_GAIN_LONG))
        if kind is T.SELL:
            shares = min(free, shares)
            kind = T.SELL if shares else T.BUY
            shares = shares or Decimal("7.125")
        if kind in {T.DIVIDEND, T.CAPITAL_GAIN_LONG}:
            shares = ZERO
        held[account, security] += -shares if kind is T.SELL else shares
        made.append(
            Transaction(
                TransactionId(f"t{number:03}"), day, kind, account, security, shares, amount
            )
        )
    return tuple(t for t in made if t.on <= date(2026, 2, 10))


def random_household(seed: int) -> HouseholdSnapshot:
    source = random.Random(seed)
    gains = tuple(
        ExternalGain(
            f"gain-{n}",
            date(2025, 12, 31),
            source.choice(list(ExternalTerm)),
            Decimal(source.randint(-900_000, 900_000)) / 100,
            Decimal("0.37"),
            source.choice(list(ExternalKind)),
            realised=source.random() < 0.6,
        )
        for n in range(source.randint(0, 4))
    )
    home = tax_household(random_rows(source), accounts=(*ACCOUNTS, JORDANS), external_gains=gains)
    tax = replace(
        home.household.tax,
        filing_status=source.choice(list(FilingStatus)),
        rate_source=source.choice(list(RateSource)),
        wages=Decimal(source.choice((0, 9_000, 30_000, 90_000, 400_000))),
        realised_short=Decimal(source.choice((0, 0, -321, 1234))),
        carryforward_long=Decimal(source.choice((0, 12_000))),
    )
    return replace(home, household=replace(home.household, tax=tax))


def on_the_last_day(home: HouseholdSnapshot) -> HouseholdSnapshot:
    """The same household on December 31, 2025: the present year is the one of the forms."""
    day = date(2025, 12, 31)
    rows = tuple(t for t in home.transactions if t.on <= day)
    return replace(home, as_of=day, transactions=rows, tax_year=load_tax_year(2025))


def cases() -> list[HouseholdSnapshot]:
    homes = [tax_household(), hard_household(), *(random_household(n) for n in range(30))]
    return [on_the_last_day(home) for home in homes] + homes[:12]


# --- what each place says -------------------------------------------------------------------------------
def facts_of(home: HouseholdSnapshot, year: int) -> YearFacts:
    facts = year_facts(home, year)
    counted = home.return_accounts.ids
    washes = [w for w in wash_entries(home, year) if w.account_id in counted]
    return replace(facts, washes=tuple(washes))


def now(view: TaxView, measure: TaxMeasure) -> Decimal:
    return next(r.now for r in view.measures if r.measure is measure)


def expected_only(home: HouseholdSnapshot, year: int, term: ExternalTerm) -> Decimal:
    """What is expected and not realised: the Tax page and plans reckon with it, forms don't."""
    found = [g for g in home.external_gains if g.on.year == year and g.term is term]
    return sum((g.expected for g in found if not g.realised and not g.is_dividend), ZERO)


def line(report: Report, first: str) -> tuple[str, ...]:
    rows: list[Row] = [r for t in report.tables() for r in t.rows]
    totals = [Row(t.totals) for t in report.tables() if t.totals]
    return next(r.cells for r in (*rows, *totals) if r.cells and r.cells[0] == first)


def figure(text: str) -> Decimal:
    return plain_figure(text) or ZERO


def check_window(home: HouseholdSnapshot, results: YearResults, view: TaxView) -> None:
    """The Tax page's results so far are the year's, term by term and part by part."""
    short, long, both = view.terms
    realised = {
        term: sum(
            (
                g.amount
                for g in home.external_gains
                if g.realised
                and not g.is_dividend
                and g.on.year == results.year
                and g.term.value == term.value
            ),
            ZERO,
        )
        for term in Term
    }
    profile = home.household.tax
    assert short.net.value == (results.short + profile.realised_short + realised[Term.SHORT])
    assert long.net.value == results.long + profile.realised_long + realised[Term.LONG]
    assert both.disallowed.value == results.disallowed
    assert long.distributions.value == results.distributions_long


def sales_long(results: YearResults) -> Decimal:
    """Long-term results of the sales alone: funds pay theirs into line 13."""
    return results.long - results.distributions_long


def check_forms(home: HouseholdSnapshot, results: YearResults, view: TaxView) -> None:
    """Form 8949, Schedule D and the carryover worksheet end where the Tax page stands."""
    facts = facts_of(home, results.year)
    by_term = {term: sums_of(r for r in facts.sales.rows if r.term is term).gain for term in Term}
    assert by_term == {Term.SHORT: results.short, Term.LONG: sales_long(results)}
    page = schedule_d(facts)
    made = schedule_d_of(facts)
    expected = [expected_only(home, results.year, term) for term in ExternalTerm]
    assert made.short.net + expected[0] == now(view, TaxMeasure.NET_SHORT)
    assert made.long.net + expected[1] == now(view, TaxMeasure.NET_LONG)
    assert figure(line(page, "7")[-1]) == cents(made.short.net)
    assert figure(line(page, "15")[-1]) == cents(made.long.net)
    if not any(expected) and made.netting.total < 0:
        assert made.worksheet[8] == now(view, TaxMeasure.CARRIED_SHORT)
        assert made.worksheet[13] == now(view, TaxMeasure.CARRIED_LONG)
        assert figure(line(carryover(facts), "13")[-1]) == cents(made.worksheet[13])
        # The view tells the deduction the way it tells a result.
        assert abs(now(view, TaxMeasure.DEDUCTION)) == made.netting.deduction
    if facts.sales.rows:
        totals = line(form_8949(facts), "All sales")
        assert figure(totals[-1]) == results.short + sales_long(results)
        assert figure(totals[-2]) == results.disallowed
    ledger = wash_ledger(facts)
    if facts.washes:
        assert figure(line(ledger, "Total")[2]) == results.disallowed


def check_files(home: HouseholdSnapshot, results: YearResults) -> None:
    """What tax software is given adds up to the same."""
    facts = facts_of(home, results.year)
    own = list(csv.DictReader(io.StringIO(render_own_csv(home, facts.sales).text.lstrip("\ufeff"))))
    gains = sum((Decimal(r["GainLoss"]) for r in own if r["GainLoss"]), ZERO)
    assert gains == results.short + sales_long(results)
    # Neither TaxAct's nor the TXF layout has a code for digital assets, and TaxAct's takes no row without
    # a date acquired; the files' problems name both.
    digital = sum((r.gain or ZERO for r in facts.sales.rows if r.box.is_digital), ZERO)
    undated = [r for r in facts.sales.rows if r.acquired_on is None and not r.box.is_digital]
    given = digital + sum((r.gain or ZERO for r in undated), ZERO)
    for file in render_taxact(home, facts.sales):
        for r in csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))):
            if r["Cost or Other Basis"]:
                given += Decimal(r["Sales Proceeds"]) - Decimal(r["Cost or Other Basis"])
                given += Decimal(r["Adjustment Amount"] or 0)
    assert given == results.short + sales_long(results)
    text = render_txf(home, facts.sales, home.as_of).text
    records = [part.split("\r\n") for part in text.split("^\r\n")[1:] if part]
    amounts = [[Decimal(x[1:] or 0) for x in rec if x.startswith("$")] for rec in records]
    known = [a for rec, a in zip(records, amounts, strict=True) if rec[7] != "$"]
    assert sum((d - e + g for e, d, g in known), ZERO) + digital == gains


def check_plan(home: HouseholdSnapshot, results: YearResults, view: TaxView) -> None:
    """A plan begins where the Tax page stands."""
    so_far = year_to_date(home)
    assert (so_far.short, so_far.long) == (results.short, results.long)
    before: PlanFigures = figures(home, so_far, 0.0)
    assert before.net_short == cents(now(view, TaxMeasure.NET_SHORT))
    assert before.net_long == cents(now(view, TaxMeasure.NET_LONG))
    assert before.tax == cents(now(view, TaxMeasure.CAPITAL_TAX)) == cents(view.capital_tax.value)
    assert before.carryforward_short == cents(now(view, TaxMeasure.CARRIED_SHORT))
    assert before.carryforward_long == cents(now(view, TaxMeasure.CARRIED_LONG))


def check_ledger(home: HouseholdSnapshot, results: YearResults) -> None:
    """The ledger's exact slices round to the rows: within a cent a row, and proceeds exactly."""
    counted = home.return_accounts.ids
    mine = [
        s
        for s in run_household(home).sales
        if s.sold.year == results.year and s.account in counted and s.basis_known
    ]
    cent = Decimal("0.01") * max(1, len(results.rows))
    for term, told in ((Term.SHORT, results.short), (Term.LONG, sales_long(results))):
        exact = sum((s.recognized for s in mine if s.term is term), ZERO)
        assert abs(exact - told) <= cent
    by_sale: dict[str, Decimal] = defaultdict(Decimal)
    for s in mine:
        by_sale[s.sale] += s.proceeds
    whole = {s for s in by_sale if s not in {u.sale for u in results.unknown}}
    for sale in whole:
        printed = sum((r.proceeds for r in results.rows if r.first.sale == sale), ZERO)
        assert printed == cents(by_sale[sale])


@pytest.mark.parametrize("number", range(len(cases())))
def test_a_year_is_the_same_wherever_it_is_told(number: int) -> None:
    home = cases()[number]
    results, view = year_results(home, 2025), tax_view(home, None, 2025, readings=False)
    check_window(home, results, view)
    check_forms(home, results, view)
    check_files(home, results)
    check_ledger(home, results)
    if home.as_of.year == 2025:
        check_plan(home, results, view)


def test_the_year_of_the_sample_household_is_the_same(sample_household: HouseholdSnapshot) -> None:
    home = sample_household
    results, view = year_results(home, 2025), tax_view(home, None, 2025, readings=False)
    assert results.rows
    assert results.disallowed
    check_window(home, results, view)
    check_forms(home, results, view)
    check_files(home, results)
    check_ledger(home, results)
    check_plan(home, results, view)


def test_the_command_line_says_what_the_window_and_the_paper_say(
    desk, sample_file, sample_household, tmp_path
) -> None:
    home = sample_household
    view = tax_view(home, None, 2025, readings=False)
    told = desk.json("tax", "--household", sample_file, "--year", 2025, "--no-plan")
    for row in view.measures:
        assert told["projected"][row.measure.value]["now"] == f"{cents(row.now):.2f}"
    for row, said in zip(view.terms, told["year_to_date"], strict=True):
        assert Decimal(said["net"]["value"]) == row.net.value
    csv_file = tmp_path / "sales.csv"
    desk.json("report", "form-8949", "--household", sample_file, "--year", 2025, "--out", csv_file)
    rows = list(csv.DictReader(io.StringIO(csv_file.read_text(encoding="utf-8-sig"))))
    results = year_results(home, 2025)
    of_term: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        of_term[row["Term"]] += Decimal(row["GainLoss"] or 0)
    assert of_term == {"Short": results.short, "Long": sales_long(results)}
    plan = desk.json(
        "plan", "harvest", "--household", sample_file, "--as-of", "2025-12-05", "--dry-run"
    )
    assert plan["before"]["net_short"] == told["projected"]["net_short"]["now"]
    assert plan["before"]["net_long"] == told["projected"]["net_long"]["now"]
    assert plan["before"]["tax"] == told["projected"]["capital_tax"]["now"]
    assert plan["before"]["carryforward_long"] == told["projected"]["carried_long"]["now"]


def test_the_worksheet_of_a_plan_starts_from_the_same_results(
    desk, sample_file, sample_household, tmp_path
) -> None:
    path = shutil.copy(sample_file, tmp_path / "planned.harvest")
    desk.json("plan", "harvest", "--household", path, "--as-of", "2025-12-05")
    desk.json("report", "worksheet", "--household", path, "--out", tmp_path / "w.pdf")
    page = desk.papers["w.pdf"]
    results = year_results(sample_household, 2025)
    row = line(page, "Realised in the accounts of this file")
    assert [figure(x) for x in row[1:3]] == [results.short, results.long]
    left = line(page, "Left before this plan (Schedule D, lines 7 and 15)")
    view = tax_view(sample_household, None, readings=False)
    assert figure(left[1]) == cents(now(view, TaxMeasure.NET_SHORT))
    assert figure(left[2]) == cents(now(view, TaxMeasure.NET_LONG))
