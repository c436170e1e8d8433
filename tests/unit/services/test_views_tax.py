"""The rows of the tax page: results so far, with and without the plan, next dollar, lines, remarks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import view_samples as vs

from harvestdesk.domain.errors import Severity
from harvestdesk.domain.household import RateSource, TaxProfile
from harvestdesk.domain.ids import SecurityId, TransactionId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.tax_year import (
    ExternalGain,
    ExternalKind,
    ExternalTerm,
    Figure,
    LawChange,
    LawTarget,
    StateRules,
)
from harvestdesk.domain.transaction import Transaction, TransactionType
from harvestdesk.reports.tax_words import (
    EXTERNAL_NAMES,
    MEASURE_NAMES,
    NEXT_NAMES,
    TAX_SENTENCES,
    tax_sentence,
)
from harvestdesk.services.views.tax import tax_view
from harvestdesk.services.views.tax_json import tax_json
from harvestdesk.services.views.tax_notes import figure_words, points_words
from harvestdesk.services.views.tax_rows import (
    Certainty,
    LineKind,
    NextKind,
    TaxMeasure,
)
from harvestdesk.tax.liability import further_loss, year_tax
from harvestdesk.tax.situation import situation_of
from harvestdesk.tax.tables import load_state, load_tax_year

D = Decimal
KIND = TransactionType
PROFILE = TaxProfile(
    rate_source=RateSource.TABLES,
    wages=D(310_000),
    investment_income=D(8_000),
    qualified_dividends=D(12_000),
    carryforward_short=D(2_000),
    realised_long=D(1_500),
)


def row(number, on, kind, symbol, shares, amount):
    return Transaction(
        TransactionId(f"x{number}"),
        on,
        kind,
        vs.DIRECT,
        SecurityId(f"s:{symbol}"),
        D(shares),
        D(amount),
    )


SALES = (
    row(1, date(2024, 1, 5), KIND.BUY, "EMGX", 100, 4_000),
    row(2, date(2025, 2, 5), KIND.BUY, "REIX", 100, 9_000),
    row(3, date(2025, 3, 5), KIND.SELL, "EMGX", 60, 5_500),  # 3,100 long-term gain
    row(4, date(2025, 6, 5), KIND.SELL, "REIX", 100, 7_000),  # 2,000 short-term loss
    row(5, date(2025, 6, 15), KIND.BUY, "REIX", 30, 2_000),  # 600 of it is washed
    row(6, date(2025, 12, 1), KIND.CAPITAL_GAIN_LONG, "INTD", 0, "843.17"),
)
GAINS = (
    ExternalGain("e1", date(2025, 3, 31), ExternalTerm.LONG, D(9_000), realised=True,
                 kind=ExternalKind.K1, probability=D("0.5")),
    ExternalGain("e2", date(2025, 12, 31), ExternalTerm.LONG, D(25_000), D("0.8")),
    ExternalGain("e3", date(2025, 12, 31), ExternalTerm.SHORT, D(4_000)),
    ExternalGain("e4", date(2026, 3, 31), ExternalTerm.SHORT, D(99_000)),
)  # fmt: skip


def household(profile=PROFILE, **changes):
    base = vs.household()
    changes.setdefault("transactions", (*base.transactions, *SALES))
    changes.setdefault("tax_year", load_tax_year(2025))
    return replace(base, household=replace(base.household, tax=profile), **changes)


def codes(view):
    return [n.code for n in view.notes]


# --- results so far ----------------------------------------------------------------------------------------
def test_results__by_term_with_what_was_washed_and_paid_out():
    short, long, both = tax_view(household()).terms
    assert [t.value for t in short.parts] == [0, -2_000, 600, 0, 0, -1_400]
    assert [t.value for t in long.parts] == [3_100, 0, 0, D("843.17"), 1_500, D("5443.17")]
    assert both.net.value == short.net.value + long.net.value
    assert tax_view(household()).sales == 2


def test_results__net_is_what_the_tax_is_worked_out_from():
    snapshot = household()
    view = tax_view(snapshot)
    profile = snapshot.household.tax
    netting = view.measure(TaxMeasure.NET_SHORT), view.measure(TaxMeasure.NET_LONG)
    nets = [t.net.value for t in view.terms[:2]]
    assert netting[0].now == nets[0] - profile.carryforward_short
    assert netting[1].now == nets[1]


def test_every_figure__says_how_it_came_about():
    view = tax_view(household(external_gains=GAINS), vs.plan(household()))
    whys = [told.why for r in view.terms for told in r.parts]
    whys += [r.why for r in (*view.measures, *view.crossings, *view.bar.lines)]
    whys += [r.counted.why for r in view.outside]
    whys += [told.why for r in view.carry for told in (r.carried_in, r.carried_out)]
    whys += [r.now.why for r in view.next_dollars]
    for why in (view.answer, *whys):
        words = tax_sentence(why)
        assert why.code in TAX_SENTENCES
        assert "{" not in words
        assert "…" not in words
        assert words.endswith(".")


# --- outside gains -----------------------------------------------------------------------------------------
def test_outside__realised_counts_in_full_and_expected_by_probability():
    view = tax_view(household(external_gains=GAINS))
    counted = {r.id: (r.quarter, r.certainty, r.counted.value) for r in view.outside}
    assert counted == {
        "e1": (1, Certainty.REALISED, 9_000),
        "e2": (4, Certainty.EXPECTED, 20_000),
        "e3": (4, Certainty.KNOWN, 4_000),
        "profile-long": (None, Certainty.REALISED, 1_500),
    }
    assert "e4" not in counted  # another year's
    first, fourth, undated, year = view.quarters
    assert (undated.undated, undated.counted, year.undated) == (True, 1_500, False)
    assert (first.quarter, first.known, first.expected) == (1, 9_000, 0)
    assert (fourth.known, fourth.expected, fourth.short, fourth.long) == (
        4_000,
        20_000,
        4_000,
        20_000,
    )
    assert year.counted == 34_500


def test_outside__expected_gains_are_in_the_projection_but_not_in_the_results():
    without, with_gains = tax_view(household()), tax_view(household(external_gains=GAINS[1:2]))
    assert with_gains.together.outside.value == without.together.outside.value
    more = with_gains.measure(TaxMeasure.NET_LONG).now - without.measure(TaxMeasure.NET_LONG).now
    assert more == 20_000
    assert with_gains.capital_tax.value > without.capital_tax.value
    assert "expected_gains" in codes(with_gains)


# --- with and without the plan -----------------------------------------------------------------------------
def test_plan__moves_the_measures_by_its_recognised_losses():
    snapshot = household(external_gains=GAINS)
    plan = vs.plan(snapshot)
    view = tax_view(snapshot, plan)
    assert view.measure(TaxMeasure.NET_SHORT).change == -8_500
    assert view.measure(TaxMeasure.NET_LONG).change == -6_000
    short, long = D(-1_400), D("3943.17")
    expected = year_tax(replace(situation_of(snapshot), washed=D(600)), short - 8_500, long - 6_000)
    assert view.planned_tax.value == expected.tax
    assert view.measure(TaxMeasure.TOTAL_TAX).planned == expected.income.total


def test_plan__sales_whose_shares_are_gone_are_left_out_and_said():
    snapshot = household()
    plan = vs.plan(snapshot)
    sold = replace(snapshot, lots=tuple(x for x in snapshot.lots if x.id != "l3"))
    view = tax_view(sold, plan)
    assert view.measure(TaxMeasure.NET_SHORT).change == 0
    assert {"plan_sold", "plan_stale"} <= set(codes(view))


def test_plan__of_another_year_is_not_compared():
    snapshot = household()
    view = tax_view(snapshot, replace(vs.plan(snapshot), as_of=date(2024, 12, 1)))
    assert not view.has_plan
    assert view.planned_tax is None
    assert all(r.planned is None for r in view.measures)
    assert codes(view) == ["plan_other_year"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "will cost $"),
        ({"realised_long": D(-60_000)}, "saves $"),
        ({"realised_long": D(-60_000), "wages": D(-80_000)}, "brings no tax on capital results"),
    ],
)
def test_answer__says_cost_saving_or_nothing(changes, words):
    snapshot = household(replace(PROFILE, **changes))
    said = tax_sentence(tax_view(snapshot).answer)
    assert said.startswith(f"As things stand 2025 {words}")
    planned = tax_sentence(tax_view(snapshot, vs.plan(snapshot)).answer)
    assert "; the plan would " in planned
    assert planned.endswith(" into 2026.")


def test_typed_rates__have_no_bracket_bar_and_say_so():
    typed = replace(PROFILE, rate_source=RateSource.TYPED)
    view = tax_view(household(typed))
    assert view.typed
    assert view.bar is None
    assert view.crossings == ()
    assert view.measure(TaxMeasure.TAXABLE_INCOME) is None
    assert "typed_over_income" in codes(view)
    bare = replace(typed, wages=D(0), investment_income=D(0), qualified_dividends=D(0))
    assert "typed_rates" in codes(tax_view(household(bare)))


# --- the next dollar and the lines ---------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [NextKind.SHORT_LOSS, NextKind.LONG_LOSS])
def test_next_dollar__of_loss_saves_what_the_year_saves(kind):
    snapshot = household()
    view = tax_view(snapshot)
    found = next(n for n in view.next_dollars if n.kind is kind)
    saved = further_loss(situation_of(snapshot), D(-1_400), D("3943.17"), D(1), kind.term).saved
    assert found.now.value == saved
    assert found.kind.is_loss
    assert found.kind.term is (Term.SHORT if kind is NextKind.SHORT_LOSS else Term.LONG)


def test_next_dollar__beyond_the_limit_is_worth_something_later():
    view = tax_view(household(replace(PROFILE, realised_long=D(-50_000))))
    loss = next(n for n in view.next_dollars if n.kind is NextKind.LONG_LOSS)
    assert loss.now.value == 0
    assert 0 < loss.later < 1
    assert loss.together == loss.later
    assert "present value" in tax_sentence(loss.now.why)


def test_bar__layers_add_up_to_taxable_income():
    view = tax_view(household(external_gains=GAINS), vs.plan(household()))
    bar = view.bar
    assert bar.now.top == view.measure(TaxMeasure.TAXABLE_INCOME).now
    assert bar.planned.top == view.measure(TaxMeasure.TAXABLE_INCOME).planned
    assert bar.now.agi - bar.now.deduction == bar.now.top
    for bands in (bar.ordinary, bar.preferred):
        assert bands[0].lower == 0
        assert bands[-1].upper is None
        assert all(a.upper == b.lower for a, b in pairwise(bands))


def test_lines__stand_where_the_tables_put_them():
    bar = tax_view(household()).bar
    lines = {x.kind: x for x in bar.lines}
    table = load_tax_year(2025).tables[PROFILE.filing_status]
    assert lines[LineKind.FIFTEEN].at == table.zero_rate_max
    assert lines[LineKind.TWENTY].at == table.fifteen_rate_max
    assert lines[LineKind.NIIT].at == table.niit_threshold - table.standard_deduction
    assert lines[LineKind.BRACKET].at > bar.now.ordinary_top
    assert lines[LineKind.FIFTEEN].room < 0 < lines[LineKind.TWENTY].room


def test_crossing__one_dollar_beyond_costs_the_next_rate():
    snapshot = household()
    view = tax_view(snapshot)
    situation = replace(situation_of(snapshot), washed=D(600))
    near = next(c for c in view.crossings if c.kind is NextKind.SHORT_GAIN and c.amount)
    short, long = D(-1_400) + near.amount, D("3943.17")
    at = year_tax(situation, short, long).tax
    assert round(at - year_tax(situation, short - 1, long).tax, 6) == near.rate
    assert round(year_tax(situation, short + 1, long).tax - at, 6) == near.next_rate
    assert near.next_rate != near.rate


def test_niit__its_beginning_is_told_in_words():
    profile = TaxProfile(rate_source=RateSource.TABLES, wages=D(246_000))
    view = tax_view(household(profile, transactions=vs.TRANSACTIONS))
    said = [tax_sentence(c.why) for c in view.crossings if c.kind is NextKind.LONG_GAIN]
    assert said[0].startswith(
        "$4,000 more of long-term gain and 3.8% net investment income tax begins: "
    )


# --- remarks ------------------------------------------------------------------------------------------------
def test_remarks__figures_of_another_year_and_unconfirmed_ones():
    tables = load_tax_year(2025)
    doubtful = Figure("married_joint.bracket_tops[2]", D(1), "", confirmed=False)
    other = Figure("single.zero_rate_max", D(1), "", confirmed=False)
    tables = replace(tables, year=2025, figures_of=2024, figures=(doubtful, other))
    view = tax_view(household(tax_year=tables))
    said = {n.code: tax_sentence(n) for n in view.notes}
    assert "those of 2024 are used" in said["figures_of_other_year"]
    assert said["unconfirmed_figures"].endswith("check before filing: bracket tops 3.")


def test_remarks__state_unknown_or_told_by_one_source():
    state = replace(PROFILE, state="ZZ")
    assert "state_unknown" in codes(tax_view(household(state)))
    rules = StateRules("ZZ", "Zed", D("0.05"), D("0.05"), confirmed=False, unconfirmed=("rate",))
    view = tax_view(household(state, state_rules=rules))
    said = [tax_sentence(n) for n in view.notes]
    assert "The rules of Zed are told by one source only, so check before filing: rate." in said
    assert view.measure(TaxMeasure.STATE_TAX).now > 0
    typed = replace(state, state_rate=D("0.04"))
    assert "unconfirmed_state" not in codes(tax_view(household(typed, state_rules=rules)))


def test_remarks__changes_of_law_are_reckoned_with_from_their_year():
    law = LawChange("l1", 2025, LawTarget.LONG_TERM, D("0.05"), "a bill")
    later = LawChange("l2", 2027, LawTarget.ORDINARY, D("-0.02"))
    plain = tax_view(household())
    view = tax_view(household(law_changes=(law, later)))
    assert view.capital_tax.value > plain.capital_tax.value
    assert view.bar.preferred[1].rate == D("0.20")
    applied, noted = (n for n in view.notes if n.code.startswith("law_change"))
    assert applied.severity is Severity.WARNING
    assert "from 2025: +5.0 points on long-term rates (a bill)" in tax_sentence(applied)
    assert noted.severity is Severity.INFO
    assert points_words(later) == "−2.0 points"


def test_remarks__a_sale_whose_cost_nobody_knows():
    sold = row(9, date(2025, 5, 5), KIND.SELL, "INTD", 2_000, 50_000)
    snapshot = household(transactions=(*vs.TRANSACTIONS, *SALES, sold))
    view = tax_view(snapshot)
    assert not view.complete
    assert view.notes[0].severity is Severity.WARNING
    assert {"unknown_basis", "history_incomplete"} & set(codes(view))


def test_another_year__has_its_own_figures_and_says_whose_profile_it_is():
    view = tax_view(household(), year=2024)
    assert view.year == 2024
    assert view.sales == 0
    assert (
        view.bar.preferred[0].upper
        == load_tax_year(2024).tables[PROFILE.filing_status].zero_rate_max
    )
    assert "profile_of_other_year" in codes(view)


def test_empty_household__has_a_view_too():
    view = tax_view(vs.empty_household())
    assert view.sales == 0
    assert view.outside == ()
    assert view.quarters == ()
    assert view.capital_tax.value == 0


# --- carried losses ------------------------------------------------------------------------------------------
def test_carry__what_comes_in_is_used_or_goes_on():
    view = tax_view(household(replace(PROFILE, carryforward_long=D(40_000))))
    short, long, both = view.carry
    assert both.carried_in.value == short.carried_in.value + long.carried_in.value == 42_000
    assert both.carried_in.value - both.used == both.carried_out.value == view.carried
    assert both.planned_out is None


# --- JSON and names -------------------------------------------------------------------------------------------
def test_json__holds_the_same_figures():
    snapshot = household(replace(PROFILE, state="CA"), state_rules=load_state("CA", 2025))
    view = tax_view(snapshot, vs.plan(snapshot))
    found = tax_json(view)
    assert found["year"] == 2025
    assert found["year_to_date"][2]["net"]["value"] == "4043.17"
    assert found["projected"]["capital_tax"]["now"] == f"{view.capital_tax.value:.2f}"
    assert set(found["next_dollar"]) == {k.value for k in NextKind}
    assert found["brackets"]["now"]["taxable_income"] == f"{view.bar.now.top:.2f}"
    assert [n["code"] for n in found["notes"]] == codes(view)


def test_names__cover_every_code():
    assert set(MEASURE_NAMES) == {m.value for m in TaxMeasure}
    assert set(NEXT_NAMES) == {k.value for k in NextKind}
    assert set(EXTERNAL_NAMES) == set(ExternalKind)
    assert figure_words("single.standard_deduction") == "standard deduction"
