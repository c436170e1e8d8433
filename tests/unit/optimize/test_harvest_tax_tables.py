"""Plans of a household whose tax is walked through the year's tables."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvest_households import check_sound, etf, lot, plan, snapshot, swap

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.proposal import HarvestGoal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalTerm
from harvestdesk.reports.wording import sentence
from harvestdesk.reports.worksheets.harvest import decision
from harvestdesk.reports.worksheets.harvest_tables import before_after_table, room_table
from harvestdesk.tax.tables import load_state, load_tax_year

LATER = date(2025, 6, 2)
INCOME = TaxProfile(rate_source=RateSource.TABLES, wages=Decimal(200_000))


def household(profile: TaxProfile = INCOME, **more: object) -> HouseholdSnapshot:
    lots = [lot("s", "AAA", 100, 10000, on=LATER), lot("c", "CCC", 2000, 100000)]
    prices = {"AAA": 80, "BBB": 50, "CCC": 100}
    securities = [etf("AAA"), etf("BBB"), etf("CCC")]
    made = snapshot(securities, lots, prices, replacements=[swap("AAA", "BBB")], tax=profile)
    return replace(made, tax_year=load_tax_year(2025), **more)


def test_tax__is_that_of_the_real_walk() -> None:
    proposal = plan(household())
    check_sound(household(), proposal)
    # 200,000 less 31,500: the 22 % bracket; a loss of 2,000 is deducted in full.
    assert (proposal.before.tax, proposal.after.tax) == (0, Decimal("-440.00"))
    assert proposal.sales[0].tax_value == Decimal("440.00")


def test_tax__outside_gains_are_netted_and_shown_in_the_room() -> None:
    gain = ExternalGain("k", date(2025, 9, 30), ExternalTerm.SHORT, Decimal(8_000), Decimal("0.5"))
    other_year = replace(gain, id="n", on=date(2026, 3, 31))
    home = household(external_gains=(gain, other_year))
    proposal = plan(home)
    assert (proposal.before.tax, proposal.after.tax) == (Decimal("880.00"), Decimal("440.00"))
    rows = {row.cells[0]: row.cells[1:] for row in room_table(proposal, home).rows}
    outside = rows["Outside this file, known and expected (amount times probability)"]
    assert outside == ("$4,000.00", "$0.00", "$4,000.00")
    assert rows["Realised in the accounts of this file"] == ("$0.00", "$0.00", "$0.00")


def test_paper__says_which_tables_the_tax_rests_on() -> None:
    home = household(replace(INCOME, state="OR"))
    caption = before_after_table(plan(home), home).caption
    assert "federal tables of 2025 (Rev. Proc. 2024-40)" in caption
    assert "The tax of OR is not known and left out." in caption


def test_goal__losses_are_ranked_by_the_next_dollar_and_it_is_said() -> None:
    proposal = plan(household(), goal=HarvestGoal.TAX_VALUE)
    (notice,) = [n for n in proposal.notices if n.code == "walked_tax_value"]
    assert notice.facts == {"rate_short": "0.22", "rate_long": "0.22"}
    assert "(22.0% short, 22.0% long). The distance from the best possible is measured" in sentence(
        notice
    )


def test_goal__a_loss_that_is_only_carried_is_worth_its_later_years() -> None:
    profile = replace(INCOME, carryforward_long=Decimal(9_000))
    proposal = plan(household(profile), goal=HarvestGoal.TAX_VALUE)
    (notice,) = [n for n in proposal.notices if n.code == "walked_tax_value"]
    # Three years of 3,000 come first; the next dollar is used in the third year from now.
    assert abs(Decimal(notice.facts["rate_short"]) - Decimal("0.22") / Decimal("1.05") ** 3) < 1e-5
    assert proposal.before.tax == proposal.after.tax


def test_notices__name_what_the_tax_does_not_hold() -> None:
    home = household(replace(INCOME, state="NY"), state_rules=load_state("NY"))
    found = {n.code: n.facts for n in plan(home).notices}
    assert found["tax_figures_unconfirmed"] == {"figures": "New York rate"}
    unknown = {n.code: n.facts for n in plan(household(replace(INCOME, state="OR"))).notices}
    assert unknown["state_rate_unknown"] == {"state": "OR"}
    later = replace(household(), tax_year=load_tax_year(2029))
    facts = {n.code: n.facts for n in plan(later).notices}
    assert "tax_figures_of_other_year" in facts


def test_notices__tell_a_group_of_unconfirmed_figures_once() -> None:
    home = household(replace(INCOME, filing_status=FilingStatus.JOINT, seniors=2))
    found = {n.code: n.facts for n in plan(home).notices}
    assert found["tax_figures_unconfirmed"] == {"figures": "senior deduction"}


def test_notices__stand_with_the_gravest_first() -> None:
    home = household(replace(INCOME, state="OR"))
    grave = [n.severity for n in plan(home, goal=HarvestGoal.TAX_VALUE).notices]
    assert grave == sorted(grave, key=["error", "warning", "info"].index)
    assert grave.count("warning") >= 1
    assert grave[-1] == "info"


def test_nothing_to_sell__the_paper_says_why_and_no_more() -> None:
    """How lots would have been ranked and which figures are open is no reason: it stands among the remarks."""
    home = household(replace(INCOME, state="NY"), state_rules=load_state("NY"))
    proposal = plan(home, goal=HarvestGoal.TAX_VALUE, min_loss=Decimal(5_000))
    assert {"walked_tax_value", "tax_figures_unconfirmed"} <= {n.code for n in proposal.notices}
    assert decision(proposal) == (
        "Nothing to sell: No lot can be harvested: of 2 lots, 1 stand at a gain, 0 are locked, 1 are too small "
        "and 0 are left for other reasons."
    )


def test_tables_missing__the_typed_rates_hold_and_it_is_said() -> None:
    home = replace(household(), tax_year=None)
    proposal = plan(home)
    assert "tax_tables_missing" in {n.code for n in proposal.notices}
    assert proposal.after.tax == Decimal("-740.00")  # 2,000 at the typed 37 %
    assert "there are no tables for 2025" in before_after_table(proposal, home).caption


def test_state__a_loss_without_gains_saves_nothing_in_pennsylvania() -> None:
    home = household(replace(INCOME, state="PA"), state_rules=load_state("PA"))
    proposal = plan(home)
    # Nothing to offset there: the loss saves federal tax only.
    assert proposal.after.tax == Decimal("-440.00")
