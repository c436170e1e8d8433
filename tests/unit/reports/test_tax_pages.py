"""The pages of a tax year as plain data: answers, cautions, sums, and the flags a preparer needs."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tax_samples import (
    ACCOUNTS,
    AS_OF,
    DIRECT,
    JOINT,
    SECURITIES,
    YEAR,
    hard_household,
    tax_household,
    transactions,
)

from harvestdesk.domain.household import FilingStatus, RateSource
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalKind, ExternalTerm, StateRules
from harvestdesk.domain.wash_policy import OtherPlans, WashPolicy
from harvestdesk.reports.document import Heading, Paragraph, Points, Report, RowKind, Table, Tone
from harvestdesk.reports.figures import plain_figure, usd
from harvestdesk.reports.render_csv import render_csv
from harvestdesk.reports.tax_forms.carryover import LINES, carryover
from harvestdesk.reports.tax_forms.evidence import evidence_notice
from harvestdesk.reports.tax_forms.facts import YearFacts
from harvestdesk.reports.tax_forms.form_8949 import form_8949
from harvestdesk.reports.tax_forms.schedule_d import schedule_d
from harvestdesk.reports.tax_forms.schedule_d_lines import schedule_d_of
from harvestdesk.reports.tax_forms.wash_ledger import wash_ledger
from harvestdesk.reports.tax_forms.words import RULE_AUTHORITY, RULE_WORDS
from harvestdesk.services.tax_reports import year_facts
from harvestdesk.washsale.audit import AUDIT_RULES, wash_entries
from harvestdesk.washsale.evidence import Finding, Gap, GapKind

Golden = Callable[[str, bytes], None]


def facts_of(household: HouseholdSnapshot, year: int = YEAR) -> YearFacts:
    facts = year_facts(household, year)
    return replace(facts, washes=wash_entries(household, year))


FACTS = facts_of(tax_household())


def said(report: Report, tone: Tone | None = None) -> str:
    texts = [b.text for b in report.blocks if isinstance(b, Paragraph) and tone in {None, b.tone}]
    texts += [t for b in report.blocks if isinstance(b, Points) for _, t in b.items]
    return "\n".join(texts)


def with_profile(household: HouseholdSnapshot, **changes: object) -> HouseholdSnapshot:
    tax = replace(household.household.tax, **changes)  # type: ignore[arg-type]
    return replace(household, household=replace(household.household, tax=tax))


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("form-8949", form_8949),
        ("schedule-d", schedule_d),
        ("carryover", carryover),
        ("wash-ledger", wash_ledger),
    ],
)
def test_pages_are_as_kept(golden: Golden, name: str, page: Callable[[YearFacts], Report]) -> None:
    # The foot holds the fingerprint of the facts, which moves with every field a household gains.
    golden(f"tax/{name}-page.csv", render_csv(replace(page(FACTS), footer="")).encode())


# --- losses on thin evidence ------------------------------------------------------------------------
def test_cautions__losses_that_unseen_purchases_could_wash_are_named_with_what_is_missing() -> None:
    losses = [r for r in FACTS.sales.rows if r.gain is not None and r.gain < 0]
    gains = [r for r in FACTS.sales.rows if r.gain is not None and r.gain > 0]
    account = ACCOUNTS[0]

    def gap(kind: GapKind, first: int, last: int) -> Finding:
        days = date(YEAR, first, 1), date(YEAR, last, 1)
        return Finding((Gap(kind, account.id, None, *days),))

    late = GapKind.HISTORY_ENDS_EARLY
    findings = {r.sale: gap(late, n + 1, n + 3) for n, r in enumerate(losses)}
    notice = evidence_notice(replace(FACTS, findings=findings))
    assert notice.startswith(usd(-sum((r.gain or Decimal(0) for r in losses), Decimal(0))))
    # The same account is named once, from the first day of any loss to the last.
    assert notice.count(account.name) == 1
    assert f"January 1, {YEAR}" in notice
    assert notice in said(form_8949(replace(FACTS, findings=findings)), Tone.WARNING)

    sure = {r.sale: gap(GapKind.LOTS_ONLY, 1, 2) for r in losses}
    assert evidence_notice(replace(FACTS, findings=sure)) == ""
    of_gains = {r.sale: gap(late, 1, 2) for r in gains if r.sale not in findings}
    assert of_gains
    assert evidence_notice(replace(FACTS, findings=of_gains)) == ""


# --- Form 8949 --------------------------------------------------------------------------------------
def test_form_8949__page_sums_are_those_of_the_year() -> None:
    tables = [t for t in form_8949(FACTS).tables() if t.columns[0].title == "No."]
    boxes = [t for t in tables if t.totals and t.totals[0].startswith("Box")]
    gain = [c.title for c in boxes[0].columns].index("(h) Gain or loss")
    bodies = sum(
        plain_figure(r.cells[gain]) or Decimal(0)
        for t in boxes
        for r in t.rows
        if r.kind is RowKind.BODY
    )
    totals = sum(plain_figure(t.totals[gain]) or Decimal(0) for t in boxes)
    assert bodies == totals == Decimal("5282.72")


def test_form_8949__an_unknown_cost_is_said_loudly() -> None:
    report = form_8949(FACTS)
    assert "1 row with proceeds of $6,164.00 is NOT in the totals" in said(report, Tone.WARNING)
    headings = [b.text for b in report.blocks if isinstance(b, Heading)]
    assert "Not summed: sales whose cost is not known" in headings


def test_form_8949__what_the_broker_will_not_show() -> None:
    text = said(form_8949(FACTS), Tone.WARNING)
    assert "Your 1099-B will not show this: $1,750.00 of disallowed losses in 2 rows" in text
    codes = [
        r.cells for t in form_8949(FACTS).tables() if t.columns[-1].title == "Code" for r in t.rows
    ]
    assert [c[-2:] for c in codes] == [("$1,500.00", "B")]


def test_form_8949__rule_of_every_row_is_on_the_page() -> None:
    report = form_8949(FACTS)
    rule = next(t for t in report.tables() if t.columns[0].title == "Rule")
    letters = {r.cells[0] for r in rule.rows}
    used = {
        r.cells[-1]
        for t in report.tables()
        if t.columns[-1].title == "Rule"
        for r in t.rows
        if r.kind is RowKind.BODY
    }
    assert letters == used
    assert "Assumed, not told by the broker's files" in said(report)


def test_form_8949__inherited_shares_and_a_year_without_sales() -> None:
    cells = [c for t in form_8949(FACTS).tables() for r in t.rows for c in r.cells]
    assert "INHERITED" in cells
    empty = form_8949(facts_of(tax_household(), 2018))
    assert "No sales in taxable accounts in 2018." in said(empty, Tone.LEAD)
    assert not [t for t in empty.tables() if t.columns[0].title == "No."]


def test_form_8949__a_year_under_way_and_losses_still_open_to_a_wash() -> None:
    day = date(2025, 8, 12)
    rows = [t for t in transactions() if t.on <= day]
    text = said(form_8949(facts_of(tax_household(rows, as_of=day))), Tone.WARNING)
    assert "The year is not over: sales through August 12, 2025." in text
    assert "Not final until September 7, 2025: a purchase of FLNT" in text
    january = facts_of(tax_household([t for t in transactions() if t.on.year < 2026]))
    assert "not over" not in said(form_8949(january))


def test_form_8949__a_state_that_does_not_follow_wash_sales() -> None:
    rules = StateRules("PA", "Pennsylvania", Decimal("0.0307"), follows_wash_sales=False)
    facts = replace(FACTS, situation=replace(FACTS.situation, state=rules))
    assert "Pennsylvania does not follow the federal wash-sale rules: $2,550.00" in said(
        form_8949(facts), Tone.WARNING
    )
    assert "does not follow" not in said(form_8949(FACTS))
    for state, follows in (("PA", False), ("NJ", True)):
        at_home = with_profile(tax_household(), state=state)
        assert ("does not follow" in said(form_8949(facts_of(at_home)))) is not follows


def test_form_8949__another_reading_is_flagged_on_its_row() -> None:
    report = form_8949(FACTS)
    flagged = {row.number for row in FACTS.sales.rows if FACTS.readings.sales.get(row.sale)}
    marked = {
        int(r.cells[0].rstrip("†"))
        for t in report.tables()
        for r in t.rows
        if r.cells[0].endswith("†")
    }
    assert marked == flagged


def test_pages_name_the_households_own_reading() -> None:
    base = tax_household()
    other = replace(base.household, wash=WashPolicy(other_plans=OtherPlans.IGNORE))
    facts = facts_of(replace(base, household=other))
    for page in (form_8949, schedule_d, wash_ledger):
        assert "1 wash-sale judgement call decided otherwise than by default" in said(page(facts))
        assert "every one at its default" in said(page(FACTS))


# --- Schedule D and the worksheet -------------------------------------------------------------------
def test_schedule_d__lines_add_up() -> None:
    made = schedule_d_of(FACTS)
    assert made.short.net == Decimal("-3753.25")
    assert made.long.net == Decimal("8898.31")
    parts = (made.short, made.long)
    for part in parts:
        own = sum(s.gain for s in part.sales.values())
        assert part.net == own + part.k1 + part.distributions + part.elsewhere - part.carryover
    assert made.netting.total == Decimal("5145.06")
    assert (made.long.k1, made.long.distributions) == (Decimal("900.00"), Decimal("412.34"))
    assert made.worksheet == {}


def test_schedule_d__what_is_only_expected_is_no_fact_and_short_fund_gains_are_dividends() -> None:
    extra = (
        ExternalGain("g1", date(2025, 6, 30), ExternalTerm.SHORT, Decimal(70),
                     kind=ExternalKind.FUND_DISTRIBUTION, realised=True),
        ExternalGain("g2", date(2025, 6, 30), ExternalTerm.LONG, Decimal(80),
                     kind=ExternalKind.FUND_DISTRIBUTION, realised=True),
        ExternalGain("g3", date(2025, 6, 30), ExternalTerm.SHORT, Decimal(90), realised=True),
        ExternalGain("g4", date(2025, 6, 30), ExternalTerm.SHORT, Decimal(9999)),
        ExternalGain("g5", date(2024, 6, 30), ExternalTerm.SHORT, Decimal(9999), realised=True),
    )  # fmt: skip
    made = schedule_d_of(facts_of(tax_household(external_gains=extra)))
    assert (made.not_here, made.short.elsewhere) == (Decimal(70), Decimal(90))
    assert made.long.distributions == Decimal("492.34")
    assert made.short.net == Decimal("-3753.25") + 90


def test_carryover__lines_of_a_year_with_a_net_loss() -> None:
    household = with_profile(tax_household(), carryforward_long=Decimal("20000"))
    made = schedule_d_of(facts_of(household))
    assert sorted(made.worksheet) == sorted(LINES)
    assert made.worksheet[2] == made.netting.deduction == Decimal(3000)
    assert made.worksheet[8] == made.netting.carryover_short
    assert made.worksheet[13] == made.netting.carryover_long
    used = -made.netting.total - 3000
    assert made.worksheet[8] + made.worksheet[13] == used
    report = carryover(facts_of(household))
    (table,) = (t for t in report.tables() if t.columns[0].title == "Line")
    assert [r.cells[0] for r in table.rows] == [str(n) for n in range(1, 14)]
    assert "Line 1 is worked out from the profile" in said(report)


def test_carryover__little_income_carries_more_and_typed_rates_say_what_they_assume() -> None:
    base = with_profile(tax_household(), carryforward_long=Decimal("20000"))
    poor = schedule_d_of(facts_of(with_profile(base, wages=Decimal(5000))))
    rich = schedule_d_of(facts_of(base))
    assert poor.netting.carryover_short == rich.netting.carryover_short + 3000
    typed = facts_of(with_profile(base, rate_source=RateSource.TYPED))
    assert "Assumed: line 1 is not known" in said(carryover(typed), Tone.WARNING)
    apart = with_profile(base, filing_status=FilingStatus.SEPARATE)
    assert schedule_d_of(facts_of(apart)).netting.deduction == Decimal(1500)


def test_carryover__profile_of_another_year_is_pointed_out() -> None:
    assert "Check that they are the ones of 2025" in said(carryover(FACTS), Tone.WARNING)
    same = facts_of(tax_household(transactions(), as_of=date(2025, 12, 31)))
    assert "Check that they" not in said(carryover(same))


# --- what a preparer meets seldom ---------------------------------------------------------------------
def row_of(report: Report, words: str) -> tuple[str, ...]:
    return next(r.cells for t in report.tables() for r in t.rows if words in " ".join(r.cells))


def test_form_8949__short_sales_are_of_the_day_they_were_closed() -> None:
    report = form_8949(facts_of(hard_household()))
    gain, loss = row_of(report, "50 sh. ARBX (short"), row_of(report, "20 sh. BOLT (short")
    assert gain[1:6] == (
        "50 sh. ARBX (short sale)",
        "02/20/2025",
        "02/20/2025",
        "$2,500.00",
        "$2,200.00",
    )
    assert loss[1:6] == (
        "20 sh. BOLT (short sale)",
        "10/03/2025",
        "10/03/2025",
        "$1,500.00",
        "$1,712.30",
    )
    turned = next(t for t in report.tables() if t.columns[4].title == "Counts as held from")
    assert ("IRC §1233", "Long") in {r.cells[4:] for r in turned.rows if "BOLT" in r.cells[1]}
    assert row_of(report, "told in the year it is closed")[2] == "A, D"


def test_form_8949__merger_cash_gifts_and_missing_dates_are_explained() -> None:
    report = form_8949(facts_of(hard_household()))
    assert row_of(report, "Cash in merger")[1:5] == (
        "Cash in merger, 30 sh. DELV", "02/02/2022", "11/11/2025", "$450.00",
    )  # fmt: skip
    assert "(IRC §356)" in row_of(report, "Cash beside new shares")[1]
    number = row_of(report, "5 sh. SIMR")[0].rstrip("†")
    text = said(report)
    assert f"Row {number}: gifts sold at a loss." in text
    undated = row_of(report, "12 sh. BOLT")
    assert undated[2] == ""
    assert f"Row {undated[0]}: no file told when these shares were bought" in text


def test_pages__of_one_person_say_whose_accounts_they_are_of() -> None:
    home = with_profile(hard_household(), filing_status=FilingStatus.SEPARATE)
    facts = facts_of(home)
    assert {r.account_id for r in facts.sales.rows} == {DIRECT, JOINT}
    for page in (form_8949, schedule_d, carryover, wash_ledger):
        text = said(page(facts), Tone.WARNING)
        assert "these pages are of Rivera joint, Direct index." in text
        assert "Left out: Jordan alone; sales there belong on Jordan's return." in text
        assert "Counted whole: Rivera joint, which Jordan owns a part of." in text
        assert "One return of two" not in said(page(facts_of(hard_household())))
    # What Jordan bought still washes the joint loss.
    washed = next(r for r in facts.sales.rows if r.sale == "w2")
    assert washed.adjustment == Decimal("325.00")


# --- the wash-sale ledger ---------------------------------------------------------------------------
def test_wash_ledger__every_disallowed_dollar_has_a_place() -> None:
    report = wash_ledger(FACTS)
    lead = said(report, Tone.LEAD)
    assert "$2,550.00 of the losses of 3 sales in 2025 are disallowed" in lead
    assert (
        "$2,300.00 was in the basis of replacement shares sold since, $250.00 is lost for good"
        in lead
    )
    table = next(t for t in report.tables() if t.columns[0].title == "No.")
    assert sum(plain_figure(r.cells[2]) or 0 for r in table.rows) == Decimal("2550.00")
    assert table.totals[2] == "$2,550.00"
    assert [r.cells[-1] for r in table.rows if "EMBR" in r.cells[1]] == ["Lost for good"]


def test_wash_ledger__what_waits_in_shares_still_held() -> None:
    rows = [t for t in transactions() if t.id not in {"s05", "s09"}]
    report = wash_ledger(facts_of(tax_household(rows)))
    assert "$2,300.00 waits in the basis of shares still held" in said(report, Tone.LEAD)
    waiting = next(t for t in report.tables() if t.columns[0].title == "Security")
    assert isinstance(waiting, Table)
    assert {(r.cells[0], r.cells[-2]) for r in waiting.rows} == {
        ("DELV", "$800.00"),
        ("FLNT", "$1,500.00"),
    }


def test_wash_ledger__a_loss_washed_again_is_told_as_such() -> None:
    report = wash_ledger(facts_of(hard_household()))
    assert "sold since (in part disallowed once more)" in said(report, Tone.LEAD)
    table = next(t for t in report.tables() if t.columns[0].title == "No.")
    rules = [r.cells[4] for r in table.rows]
    assert any("431 days held passed on" in words for words in rules)
    assert not any(re.search(r"\b1 days|\d\d day\b|\don the day", words) for words in rules)


def test_wash_ledger__every_rule_has_words() -> None:
    assert set(RULE_WORDS) == set(RULE_AUTHORITY) == set(AUDIT_RULES)


def test_pages_say_what_day_they_are_of_and_that_data_are_simulated() -> None:
    for page in (form_8949, schedule_d, carryover, wash_ledger):
        report = page(FACTS)
        assert dict(report.header)["As of"] == "February 10, 2026"
        assert report.simulated
        assert report.dated == AS_OF
        assert str(YEAR) in report.footer
        plain = facts_of(replace(tax_household(), securities=SECURITIES[:1]))
        assert render_csv(page(plain)), "securities that are not known do not stop a page"


def test_form_8949__a_term_that_column_b_does_not_show_is_told() -> None:
    tables = [t for t in form_8949(FACTS).tables() if t.columns[-1].title == "Term"]
    (table,) = tables
    assert [(r.cells[1], r.cells[2], r.cells[4], r.cells[5]) for r in table.rows] == [
        ("150 sh. FLNT", "08/20/2025", "10/14/2023", "Long"),
        ("100 sh. DELV", "04/28/2025", "02/18/2024", "Long"),
    ]
