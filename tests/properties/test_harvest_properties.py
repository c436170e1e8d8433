"""Whatever the household: a plan never sells a gain, never overdraws, never mixes the sides of a set."""

from datetime import timedelta
from decimal import Decimal

from harvest_households import AS_OF, check_sound, etf, lot, plan, snapshot, stock, swap
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO

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
    record = proposal.solver
    assert record.objective <= record.bound * (1 + 1e-6) + 0.01
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
    record = proposal.solver
    assert record.objective <= record.bound * (1 + 1e-6) + 0.01
