"""Whatever the household: a plan never sells a gain, never overdraws, never mixes the sides of a set."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from harvest_households import AS_OF, check_sound, etf, lot, plan, snapshot, stock, swap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import HarvestGoal, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.tax_year import ExternalGain, ExternalTerm
from harvestdesk.optimize.build import build
from harvestdesk.tax.tables import load_state, load_tax_year

NAMES = ("AAA", "BBB", "CCC", "DDD", "EEE")
SECURITIES = (etf("AAA"), etf("BBB"), stock("CCC"), stock("DDD"), stock("EEE"))
LISTS = (swap("AAA", "BBB"), swap("BBB", "AAA"), swap("BBB", "CCC", rank=2))


@st.composite
def households(draw: st.DrawFn):
    prices = {n: Decimal(draw(st.integers(100, 50000))) / 100 for n in NAMES}
    lots = []
    for number in range(draw(st.integers(1, 9))):
        name = draw(st.sampled_from(NAMES))
        shares = Decimal(draw(st.integers(1, 500000))) / 1000
        depth = Decimal(draw(st.integers(40, 220))) / 100
        basis = (shares * prices[name] * depth).quantize(Decimal("0.01"))
        days = draw(st.one_of(st.integers(0, 40), st.integers(300, 800)))
        account = draw(st.sampled_from(["joint", "joint", "trust", "roth"]))
        on = AS_OF - timedelta(days=days)
        lots.append(lot(f"l{number}", name, shares, basis, account=account, on=on))
    accounts = (
        Account(AccountId("joint"), "Joint", AccountType.JOINT, fractional=draw(st.booleans())),
        Account(AccountId("trust"), "Trust", AccountType.TRUST, reinvests=True),
        Account(AccountId("roth"), "Roth", AccountType.ROTH_IRA),
    )
    cash = draw(st.sampled_from(["0", "12.34", "100000"]))
    return snapshot(SECURITIES, lots, prices, accounts=accounts, cash=cash, replacements=LISTS)


@st.composite
def taxpayers(draw: st.DrawFn) -> tuple[TaxProfile, tuple[ExternalGain, ...]]:
    """Anyone whose tax is walked through the tables: results of the year, losses carried in, gains outside."""
    dollars = st.integers(-30_000, 60_000).map(Decimal)
    carried = st.one_of(st.just(ZERO), st.integers(1, 200_000).map(Decimal))
    profile = TaxProfile(
        filing_status=draw(st.sampled_from(list(FilingStatus))),
        rate_source=RateSource.TABLES,
        wages=draw(st.sampled_from([0, 40_000, 120_000, 250_500, 900_000]).map(Decimal)),
        realised_short=draw(dollars),
        realised_long=draw(dollars),
        carryforward_short=draw(carried),
        carryforward_long=draw(carried),
        state=draw(st.sampled_from(["", "CA", "MA", "NJ", "PA", "TX"])),
    )
    outside = draw(st.sampled_from([0, 2_500, 80_000, -1_000]))
    term = draw(st.sampled_from(list(ExternalTerm)))
    gain = ExternalGain("g", date(2025, 9, 30), term, Decimal(outside), Decimal("0.6"))
    return profile, (gain,) if outside else ()


def check_bound(household: HouseholdSnapshot, proposal: Proposal) -> None:
    """No plan is better than its bound, and none leaves more in cash than the bound allows for."""
    record = proposal.solver
    assert record.objective <= record.bound * (1 + 1e-6) + 0.01
    if not proposal.settings.replace:
        return
    most = build(household, proposal.settings).unspent
    for account in household.accounts:
        left = sum((s.proceeds for s in proposal.sales if s.account_id == account.id), ZERO)
        left -= sum((p.amount for p in proposal.purchases if p.account_id == account.id), ZERO)
        assert left < most.get(account.id, Decimal("0.01")), account.id


@given(
    households(),
    st.sampled_from([0, 5, 35, 300]),
    st.booleans(),
    st.sampled_from([Decimal(0), Decimal(25)]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_household__gets_a_sound_plan(household, limit, replace, least) -> None:
    proposal = plan(
        household,
        tracking_error_bp=Decimal(limit),
        replace=replace,
        min_loss=least,
        min_trade=10 * least,
    )
    check_sound(household, proposal)
    sold = {s.security_id for s in proposal.sales}
    assert not sold & {p.security_id for p in proposal.purchases}
    room = max(Decimal(limit), proposal.before.tracking_error_bp + Decimal("0.51"))
    assert proposal.after.tracking_error_bp <= room
    assert all(-s.gain >= least for s in proposal.sales)
    check_bound(household, proposal)
    recent = {x.security_id for x in household.lots if (AS_OF - x.acquired_on).days <= 30}
    for sale in proposal.sales:
        # A set bought in the last 30 days may only lose the very shares bought.
        held = household.lot_by_id[sale.lot_id]
        assert sale.security_id not in recent or (AS_OF - held.acquired_on).days <= 30
    assert sum((s.tax_value for s in proposal.sales), ZERO) == (
        proposal.before.tax - proposal.after.tax if proposal.sales else ZERO
    )


@given(households(), st.sampled_from([5, 35, 300]), st.sampled_from(["0.5", "5", "30", "100"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_household__declares_what_the_ledger_disallows(household, limit, percent) -> None:
    proposal = plan(
        household, tracking_error_bp=Decimal(limit), max_disallowed_percent=Decimal(percent),
        min_loss=ZERO, min_trade=ZERO,
    )  # fmt: skip
    check_sound(household, proposal)  # the exact ledger among the checks compares to the cent
    for sale in proposal.sales:
        assert ZERO <= sale.disallowed <= -sale.gain * Decimal(percent) / 100 + Decimal("0.01")
        assert not sale.disallowed or sale.shares == sale.lot_shares
    check_bound(household, proposal)


@given(
    households(),
    taxpayers(),
    st.sampled_from([5, 35, 300]),
    st.sampled_from(list(HarvestGoal)),
    st.sampled_from(["0", "30"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_taxpayer__the_sales_share_out_the_tax_saved(
    household, taxpayer, limit, goal, percent
) -> None:
    profile, outside = taxpayer
    household = replace(
        household,
        household=replace(household.household, tax=profile),
        external_gains=outside,
        tax_year=load_tax_year(AS_OF.year),
        state_rules=load_state(profile.state) if profile.state else None,
    )
    proposal = plan(
        household, tracking_error_bp=Decimal(limit), goal=goal, min_loss=ZERO, min_trade=ZERO,
        max_disallowed_percent=Decimal(percent),
    )  # fmt: skip
    check_sound(household, proposal)
    check_bound(household, proposal)
    saved = proposal.before.tax - proposal.after.tax
    assert sum((s.tax_value for s in proposal.sales), ZERO) == saved
    assert saved >= ZERO
    codes = {n.code for n in proposal.notices}
    assert ("walked_tax_value" in codes) is (goal is HarvestGoal.TAX_VALUE)
    assert "linear_tax_value" not in codes
