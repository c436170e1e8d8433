"""The careful outlook and the exact ledger agree: what is free stands, what is blocked is washed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from wash_samples import AS_OF, IRA, OTHER, TAXABLE, held, household, planned_sale

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ScheduledPurchase, TransactionType
from harvestdesk.washsale.accepted import (
    disallowed_of,
    is_accepted,
    sold_together,
    washed_shares,
)
from harvestdesk.washsale.check_plan import WASH_FREE, check_trades
from harvestdesk.washsale.outlook import lot_standings


@st.composite
def households(draw: st.DrawFn) -> HouseholdSnapshot:
    """Draw a household whose lots all stand at a loss."""
    lots = []
    for number in range(draw(st.integers(1, 6))):
        days = draw(st.one_of(st.integers(0, 35), st.integers(200, 900)))
        lots.append(
            held(
                f"l{number}",
                draw(st.sampled_from(("XYZ", "ABC"))),
                str(draw(st.integers(1, 9))),
                AS_OF - timedelta(days=days),
                account=draw(st.sampled_from((TAXABLE, TAXABLE, OTHER, IRA))),
                source=draw(st.sampled_from((LotSource.BUY, LotSource.DRIP, LotSource.TRANSFER))),
                purchase=draw(st.sampled_from(("", "order"))),
            )
        )
    scheduled = [
        ScheduledPurchase(
            f"s{number}",
            draw(st.sampled_from((TransactionType.RECURRING, TransactionType.VEST))),
            draw(st.sampled_from((TAXABLE, IRA))).id,
            SecurityId(draw(st.sampled_from(("XYZ", "ABC")))),
            AS_OF + timedelta(days=draw(st.integers(0, 35))),
            **draw(st.sampled_from(({"amount": Decimal(80)}, {"shares": Decimal(2)}))),
            confirmed=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 1)))
    ]
    return household(lots, scheduled=scheduled)


def wash_free(snapshot: HouseholdSnapshot, lot_ids: list) -> bool:
    sales = [planned_sale(snapshot, lot_id) for lot_id in lot_ids]
    return next(c.passed for c in check_trades(snapshot, sales, []) if c.code == WASH_FREE)


@given(households())
@settings(max_examples=200, deadline=None)
def test_all_free_lots_may_be_sold_together(snapshot: HouseholdSnapshot) -> None:
    free = [s.lot_id for s in lot_standings(snapshot).values() if s.blocked_shares == 0]
    assert wash_free(snapshot, free)


@given(households(), st.sampled_from(("1", "20", "60", "100")), st.data())
@settings(max_examples=200, deadline=None)
def test_accepted_lots__lose_what_is_said(
    snapshot: HouseholdSnapshot, percent: str, data: st.DataObject
) -> None:
    """Whichever of the lots that may be sold together are sold."""
    standings = lot_standings(snapshot)
    losses = {
        s.lot_id: -planned_sale(snapshot, s.lot_id).gain
        for s in standings.values()
        if s.free_shares or is_accepted(s, Decimal(percent))
    }
    together = sorted(sold_together(snapshot, losses, standings))
    sold = [x for x in together if data.draw(st.booleans())]
    least, washed = (washed_shares(snapshot, lots, standings) for lots in (together, sold))
    sales = []
    for lot_id in sold:
        sale, standing = planned_sale(snapshot, lot_id), standings[lot_id]
        assert least[lot_id] <= washed[lot_id] <= standing.matching_shares
        disallowed = disallowed_of(losses[lot_id], washed[lot_id], sale.shares)
        sales.append(replace(sale, disallowed=disallowed))
    check = next(c for c in check_trades(snapshot, sales, []) if c.code == WASH_FREE)
    assert check.passed, check


@given(households())
@settings(max_examples=200, deadline=None)
def test_every_blocked_lot_would_be_washed(snapshot: HouseholdSnapshot) -> None:
    for standing in lot_standings(snapshot).values():
        if standing.blocked_shares:
            assert not wash_free(snapshot, [standing.lot_id])
