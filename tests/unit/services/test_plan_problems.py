"""What is wrong with the settings of a household plan, by field; which plan is the last of a kind."""

from dataclasses import replace
from decimal import Decimal

import pytest
from factories import ASKED, DIRECT, IRA, JOINT, household_plan, proposal, security_id, snapshot

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import RateSource
from harvestdesk.domain.ids import ProposalId
from harvestdesk.domain.plan_settings import (
    HOUSEHOLD_KINDS,
    GroupKind,
    GroupLimit,
    PlanKind,
    PlanSettings,
    Zone,
)
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.target import ClassTarget
from harvestdesk.services import orders, plan_household, plans, worksheets
from harvestdesk.services.plan_problems import plan_problems
from harvestdesk.tax.tables import load_tax_year

TARGET = ClassTarget(AssetClass.US_EQUITY, Decimal("0.5"), Decimal("0.4"), Decimal("0.6"))
HOUSEHOLD = snapshot(class_targets=(TARGET,))
BASE = PlanSettings()


def wrong(settings, household=HOUSEHOLD):
    return plan_problems(settings, household)


def with_tables(household):
    """The household with its tax worked out from tables."""
    tax = replace(household.household.tax, rate_source=RateSource.TABLES)
    year = load_tax_year(household.as_of.year)
    return replace(household, household=replace(household.household, tax=tax), tax_year=year)


@pytest.mark.parametrize("kind", HOUSEHOLD_KINDS)
def test_what_each_job_is_asked_in_earnest_is_right(kind):
    assert wrong(ASKED[kind], with_tables(HOUSEHOLD)) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("risk_aversion", Decimal(-1)),
        ("cost_rate", Decimal("1.01")),
        ("ticket_cost", Decimal(-1)),
        ("tracking_error_bp", Decimal(-1)),
        ("tax_budget", Decimal(-1)),
        ("gain_budget", Decimal("-0.01")),
        ("turnover", Decimal("1.5")),
        ("max_trades", 0),
        ("max_volume_share", Decimal(0)),
        ("max_volume_share", Decimal(2)),
        ("min_trade", Decimal(-250)),
        ("location_weight", Decimal("1.1")),
        ("location_years", 0),
        ("retirement_rate", Decimal(22)),
        ("time_limit_seconds", 0.0),
        ("amount", Decimal(100)),
        ("source_ids", (JOINT,)),
        ("short_only", True),
        ("recipient", "Shelter"),
        ("account_ids", ("nowhere",)),
        ("never_sell", ("nothing",)),
        ("never_buy", ("nothing",)),
        ("excluded_security_ids", ("nothing",)),
    ],
)
def test_a_field_that_is_wrong_is_named_alone(field, value):
    assert set(wrong(replace(BASE, **{field: value}))) == {field}


@pytest.mark.parametrize("kind", [PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET, PlanKind.GIFT])
def test_some_jobs_need_an_amount(kind):
    assert set(wrong(PlanSettings(kind))) == {"amount"}
    assert set(wrong(PlanSettings(kind, amount=Decimal(0)))) == {"amount"}
    assert set(wrong(PlanSettings(kind, amount=Decimal("0.001")))) == {"amount"}
    assert wrong(PlanSettings(kind, amount=Decimal(900))) == {}


def test_idle_cash_is_invested_without_an_amount():
    assert wrong(PlanSettings(PlanKind.INVEST)) == {}
    small = PlanSettings(PlanKind.INVEST, amount=Decimal(100))
    assert set(wrong(small)) == {"min_trade"}


def test_nobody_withdraws_more_than_there_is():
    more = HOUSEHOLD.total_value() + 1
    assert set(wrong(PlanSettings(PlanKind.WITHDRAW, amount=more))) == {"amount"}


def test_a_year_end_harvest_has_settings_of_its_own():
    assert set(wrong(PlanSettings(PlanKind.HARVEST))) == {"kind"}


def limit(kind, name, low="0", high="1"):
    return GroupLimit(kind, name, Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((limit(GroupKind.SECTOR, "Enrgy"),), "Expected one of: Consumer Staples, Energy"),
        ((limit(GroupKind.ASSET_CLASS, "bonds"),), "us_bond"),
        ((limit(GroupKind.SECURITY, "nothing"),), "no security nothing"),
        ((limit(GroupKind.SECTOR, "Energy", "0.3", "0.2"),), "Energy: the least"),
        ((limit(GroupKind.SECTOR, "Energy", "0", "1.2"),), "100 %"),
        ((limit(GroupKind.SECTOR, "Energy"),) * 2, "2 limits"),
        (
            (limit(GroupKind.SECTOR, "Energy", "0.6"), limit(GroupKind.SECTOR, "Materials", "0.6")),
            "add up to more",
        ),
    ],
)
def test_limits_on_weights_are_known_and_make_sense(limits, words):
    assert words in wrong(replace(BASE, group_limits=limits))["group_limits"]


def test_a_least_weight_of_what_is_never_bought_can_t_be_kept():
    spare = security_id("SIMB")
    settings = replace(
        BASE, never_buy=(spare,), group_limits=(limit(GroupKind.SECURITY, spare, "0.1"),)
    )
    assert "SIMB" in wrong(settings)["group_limits"]
    held = security_id("ARBX")
    settings = replace(
        BASE, never_buy=(held,), group_limits=(limit(GroupKind.SECURITY, held, "0.01"),)
    )
    assert wrong(settings) == {}


def test_bands_need_targets():
    assert set(wrong(replace(BASE, keep_bands=True), snapshot())) == {"keep_bands"}
    assert set(wrong(replace(BASE, zone=Zone.TO_EDGE), snapshot())) == {"zone"}
    assert wrong(replace(BASE, keep_bands=True, zone=Zone.TO_EDGE)) == {}


def test_gain_harvest_needs_tables_and_may_have_an_amount():
    asked = PlanSettings(PlanKind.GAIN_HARVEST)
    assert set(wrong(asked)) == {"kind"}
    taxed = with_tables(HOUSEHOLD)
    assert wrong(asked, taxed) == {}
    assert wrong(replace(asked, amount=Decimal(9000)), taxed) == {}
    assert set(wrong(replace(asked, amount=Decimal(0)), taxed)) == {"amount"}


def test_jobs_and_budgets_at_cross_purposes():
    none = Decimal(0)
    taxed = with_tables(HOUSEHOLD)
    asked = PlanSettings(PlanKind.GAIN_HARVEST, gain_budget=none)
    assert set(wrong(asked, taxed)) == {"gain_budget"}
    asked = PlanSettings(PlanKind.HARVEST_TARGET, amount=Decimal(900))
    assert set(wrong(replace(asked, turnover=none))) == {"turnover"}
    assert set(wrong(replace(asked, piggy_back=True))) == {"piggy_back"}


def test_accounts_that_never_trade_leave_none():
    never = tuple(AccountRule(a.id, AccountRole.NEVER) for a in HOUSEHOLD.accounts)
    household = replace(HOUSEHOLD, account_rules=never)
    assert set(wrong(BASE, household)) == {"account_ids"}
    only_ira = replace(HOUSEHOLD, account_rules=(AccountRule(IRA, AccountRole.NEVER),))
    assert set(wrong(replace(BASE, account_ids=(IRA,)), only_ira)) == {"account_ids"}
    paid = PlanSettings(PlanKind.WITHDRAW, amount=Decimal(900), source_ids=(IRA,))
    assert set(wrong(paid, only_ira)) == {"source_ids"}
    assert set(wrong(replace(paid, source_ids=(JOINT,), account_ids=(DIRECT,)))) == {"source_ids"}


@pytest.mark.parametrize(
    "rule",
    [
        AccountRule(JOINT, cash_min=Decimal(500), cash_reserve=Decimal(100)),
        AccountRule(JOINT, cash_reserve=Decimal(500), cash_max=Decimal(100)),
        AccountRule(JOINT, cash_min=Decimal(-1)),
    ],
)
def test_cash_rules_that_contradict_themselves(rule):
    household = replace(HOUSEHOLD, account_rules=(rule,))
    assert "Rivera joint" in wrong(BASE, household)["account_rules"]


# --- the use case ------------------------------------------------------------------------------------
def test_what_is_wrong_is_raised_with_its_field(sample):
    with pytest.raises(BadInputError) as caught:
        plan_household.prepare(sample, PlanSettings(PlanKind.WITHDRAW))
    assert caught.value.facts["field"] == "amount"
    assert caught.value.code == "plan.amount"


def test_an_empty_household_is_told_to_import_first(ctx):
    with pytest.raises(BadInputError, match="import"):
        plan_household.prepare(ctx, PlanSettings())


@pytest.fixture
def mixed(ctx):
    """A household with a harvest made before a rebalance."""
    now = ctx.snapshot()
    harvest = replace(proposal(), id=ProposalId("plan-0001"), fingerprint=now.fingerprint)
    rebalance = replace(household_plan(), id=ProposalId("plan-0002"), fingerprint=now.fingerprint)
    for made in (harvest, rebalance):
        with ctx.book.write("Plan") as w:
            w.add_proposal(made)
    return ctx


def test_the_last_of_a_kind_is_not_another_kind(mixed):
    assert plans.find(mixed, None).id == "plan-0002"
    assert plans.find(mixed, None, plans.YEAR_END).id == "plan-0001"
    assert plans.latest(mixed, HOUSEHOLD_KINDS).id == "plan-0002"
    assert plans.latest(mixed, (PlanKind.GIFT,)) is None
    assert plans.find(mixed, "plan-0002", plans.YEAR_END).kind is PlanKind.REBALANCE
    with pytest.raises(BadInputError, match="no such plan yet"):
        plans.find(mixed, None, (PlanKind.GIFT,))


def test_a_paper_of_another_kind_of_plan_is_refused_by_name(mixed):
    with pytest.raises(BadInputError, match="'trades'"):
        worksheets.build_report(mixed, "worksheet", "plan-0002")
    with pytest.raises(BadInputError, match="'worksheet'"):
        worksheets.build_report(mixed, "trades", "plan-0001")


def test_without_an_id_papers_speak_of_their_own_kind():
    assert worksheets.kinds_of("trades") == HOUSEHOLD_KINDS
    assert {worksheets.kinds_of(k) for k in worksheets.HARVEST_KINDS} == {plans.YEAR_END}


def test_a_gift_has_no_orders(ctx, tmp_path):
    gift = household_plan(PlanKind.GIFT, fingerprint=ctx.snapshot().fingerprint)
    with ctx.book.write("Plan") as w:
        w.add_proposal(gift)
    with pytest.raises(BadInputError, match="gives shares away"):
        orders.export_orders(ctx, gift.id, "generic-csv", tmp_path / "orders")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (PlanSettings(after_tax_view=True, retirement_rate=Decimal(1)), "retirement_rate"),
        (
            PlanSettings(
                PlanKind.WITHDRAW, after_tax_view=True, amount=Decimal(1000), source_ids=(IRA,)
            ),
            "source_ids",
        ),
    ],
)
def test_the_after_tax_view_knows_no_payout_before_tax(settings, field):
    found = wrong(settings)
    assert set(found) == {field}
    assert "after-tax view" in found[field]
    assert wrong(replace(settings, after_tax_view=False)) == {}
