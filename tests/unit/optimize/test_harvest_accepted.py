"""A locked lot sold all the same: a part of its loss disallowed, by the household's own choice."""

from datetime import date
from decimal import Decimal

import pytest
from harvest_households import check_sound, days_ago, etf, kept_codes, lot, plan, snapshot, swap

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import TaxProfile
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.proposal import HarvestGoal
from harvestdesk.reports.wording import sentence

SECURITIES = [etf("AAA"), etf("BBB"), etf("CCC")]
PRICES = {"AAA": 80, "BBB": 50, "CCC": 100}
BIG = lot("c", "CCC", 20000, 1000000)


def drip(shares="0.5", **more):
    more = {"on": days_ago(10), "source": LotSource.DRIP, **more}
    return lot("d", "AAA", shares, "35.00", **more)


def locked(*lots, **more):
    """1,000 AAA bought for 100,000, now 80,000, and half a share reinvested ten days ago."""
    rows = lots or (lot("a", "AAA", 1000, 100000), drip())
    return snapshot(SECURITIES, [*rows, BIG], PRICES, replacements=[swap("AAA", "BBB")], **more)


def harvested(household, percent="1", **settings):
    settings = {"tracking_error_bp": Decimal(300), **settings}
    proposal = plan(household, max_disallowed_percent=Decimal(percent), **settings)
    check_sound(household, proposal)
    assert proposal.solver.objective <= proposal.solver.bound * (1 + 1e-6) + 0.01
    return proposal


def test_default__keeps_the_lot_and_says_what_selling_would_cost() -> None:
    proposal = harvested(locked(), "0")
    assert proposal.sales == ()
    kept = next(k for k in proposal.kept if k.lot_id == "a")
    assert kept.reason.code == "locked_until"
    # Half a share of 1,000 at a loss of 20 each: 10 dollars of 20,000, 0.05 % rounded up.
    assert (kept.reason.facts["disallowed"], kept.reason.facts["percent"]) == ("10.00", "0.1")
    assert sentence(kept.reason).endswith(
        "selling anyway would lose only $10.00 of $20,000.00 (0.1%) for now: allow that in the settings."
    )


def test_accepted__sells_it_whole_and_counts_what_stands() -> None:
    tax = TaxProfile(realised_long=Decimal(50000), rate_long=Decimal("0.2"))
    proposal = harvested(locked(tax=tax))
    (sale,) = proposal.sales
    assert (sale.lot_id, sale.shares, sale.gain) == ("a", Decimal(1000), Decimal("-20000.00"))
    assert (sale.disallowed, sale.recognized) == (Decimal("10.00"), Decimal("-19990.00"))
    assert (proposal.realised_loss, proposal.disallowed_loss) == (19990, 10)
    assert proposal.after.net_long == 50000 - 19990
    assert proposal.before.tax - proposal.after.tax == sale.tax_value == Decimal("3998.00")
    assert proposal.after.unrealised_losses == 10
    assert proposal.locks[0].dollars == 19990
    assert "$10.00 more is disallowed" in sentence(sale.reason)
    check = next(c for c in proposal.checks if c.code == "wash_sale_free")
    assert sentence(check).endswith("none of the losses beyond the $10.00 the plan accepts.")
    assert proposal.passed
    assert all(p.security_id != "AAA" for p in proposal.purchases)
    assert proposal.solver.objective == pytest.approx(19990, rel=1e-3)
    assert kept_codes(proposal)["d"] == "gain"


@pytest.mark.parametrize("percent", ["0", "0.04"])
def test_accepted__not_below_what_it_takes(percent) -> None:
    assert harvested(locked(), percent).sales == ()


def test_too_little_left_of_a_loss__stays_locked() -> None:
    """As many shares bought as the lot has: nothing of the loss would count."""
    household = locked(lot("a", "AAA", 5, 600), drip("5"))
    proposal = harvested(household, "100")
    assert proposal.sales == ()
    assert kept_codes(proposal)["a"] == "locked_until"


def test_ira__is_never_accepted_and_never_offered() -> None:
    household = locked(lot("a", "AAA", 1000, 100000), drip(account="roth"))
    proposal = harvested(household, "100")
    assert proposal.sales == ()
    kept = next(k for k in proposal.kept if k.lot_id == "a")
    assert (kept.reason.code, kept.reason.facts["percent"]) == ("permanent_loss_risk", "")
    assert "allow that" not in sentence(kept.reason)


def test_several_lots__the_earliest_bears_the_disallowed_part() -> None:
    household = locked(
        lot("b", "AAA", 1000, 90000, on=date(2024, 6, 3)), lot("a", "AAA", 1000, 100000), drip()
    )
    proposal = harvested(household)
    assert {s.lot_id: s.disallowed for s in proposal.sales} == {"a": Decimal("10.00"), "b": 0}
    assert proposal.realised_loss == 29990


@pytest.mark.parametrize("goal", list(HarvestGoal))
@pytest.mark.parametrize("limit", [0, 5, 20, 60, 150])
def test_sold_whole_or_not_at_all__whatever_the_room(goal, limit) -> None:
    household = locked(
        lot("a", "AAA", 1000, 100000), lot("b", "AAA", 400, 50000, on=date(2024, 6, 3)), drip()
    )
    proposal = harvested(household, tracking_error_bp=Decimal(limit), goal=goal)
    assert all(s.shares == s.lot_shares for s in proposal.sales)
    total = sum(s.disallowed for s in proposal.sales)
    if proposal.sales:
        first = min(proposal.sales, key=lambda s: s.acquired_on)
        assert total == first.disallowed > 0


def test_objective__counts_what_a_later_lot_bears_alone() -> None:
    """The first lot has no room, so that the second one, deep under water, bears the half share."""
    household = locked(
        lot("a", "AAA", 4000, 330000), lot("b", "AAA", 400, 50000, on=date(2024, 6, 3)), drip()
    )
    limits = (Decimal(n) for n in range(5, 300, 5))
    plans = (harvested(household, tracking_error_bp=n, replace=False) for n in limits)
    proposal = next(p for p in plans if p.sales)
    (sale,) = proposal.sales
    # 18,000 on 400 shares, 45 a share.
    assert (sale.lot_id, sale.disallowed) == ("b", Decimal("22.50"))
    assert proposal.solver.objective == pytest.approx(float(proposal.realised_loss), abs=1e-6)


def test_replacement_at_a_loss_itself__stays() -> None:
    household = locked(lot("a", "AAA", 1000, 100000), lot("r", "AAA", 5, 600, on=days_ago(10)))
    alone = harvested(household, "0")
    assert [s.lot_id for s in alone.sales] == ["r"]
    proposal = harvested(household)
    assert [s.lot_id for s in proposal.sales] == ["a"]
    assert proposal.sales[0].disallowed == Decimal("100.00")
    assert kept_codes(proposal)["r"] == "replaces_sold"


@pytest.mark.parametrize("percent", ["-1", "100.1"])
def test_percent__from_0_to_100(percent) -> None:
    with pytest.raises(BadInputError):
        plan(locked(), max_disallowed_percent=Decimal(percent))
