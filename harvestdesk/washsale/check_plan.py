"""Exact recheck of a plan by the wash-sale ledger: the solver proposes, the tax rules decide."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from harvestdesk.domain.money import ZERO, cents, decimal_text, money_text, rounded
from harvestdesk.domain.proposal import Check, LotSale, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerFacts,
    LedgerResult,
    Pick,
    SaleSlice,
    Sell,
)
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.outlook import buy_blocked
from harvestdesk.washsale.purchases import recent_purchases, scheduled_purchases
from harvestdesk.washsale.rebuild import ledger_symbols, opening_event, other_plans, owners_of

WASH_FREE = "wash_sale_free"
"""Of every planned loss exactly what the plan declares is disallowed, and nothing for good.

Facts: sales, disallowed, accepted ("" where the plan declares nothing); failed ones: lot, replaced_by...
"""
SHARES_HELD = "shares_held"
"""Every planned sale names shares the lot has; facts: sales, missing."""
GAINS_EXACT = "gains_exact"
"""The ledger's gain of taxed sales is the plan's, to the cent; facts: sales, difference."""
PURCHASES_UNLOCKED = "purchases_unlocked"
"""No planned purchase washes a loss sold in the last 30 days; facts: purchases, locked."""


def check_trades(
    snapshot: HouseholdSnapshot,
    sales: Sequence[LotSale],
    purchases: Sequence[Purchase],
    policy: WashPolicy | None = None,
) -> tuple[Check, ...]:
    """Run the exact ledger over lots, plan and purchases ahead, and say what holds.

    Taken into account: everything held, what was bought in the last 30 days, the plan's own purchases,
    and scheduled purchases of the next 30 days that block (confirmed ones, and every vest). Without a
    policy the household's own holds.
    """
    policy = policy or snapshot.household.wash
    index = SetIndex.of_snapshot(snapshot, policy)
    events = (
        *_openings(snapshot, index),
        *_planned_sales(snapshot, sales),
        *_planned_purchases(snapshot, purchases),
        *_purchases_ahead(snapshot, index),
    )
    facts = LedgerFacts(
        events,
        frozenset(a.id for a in snapshot.accounts if not a.type.is_taxable),
        ledger_symbols(snapshot.securities, snapshot.identical_sets, {e.symbol for e in events}),
        other_plans=other_plans(snapshot.accounts),
        owners=owners_of(snapshot.accounts),
    )
    result = run_ledger(facts, policy)
    return (
        _wash_free(sales, result),
        _shares_held(sales, result),
        _gains_exact(sales, result),
        _purchases_unlocked(snapshot, purchases, policy),
    )


def _openings(snapshot: HouseholdSnapshot, index: SetIndex) -> Iterator[Event]:
    """Yield what is held, with recent purchases of positions that carry no lots."""
    dated = {lot.purchase or lot.id for lot in snapshot.lots if lot.acquired_on is not None}
    for lot in snapshot.lots:
        yield opening_event(lot)
    for number, bought in enumerate(recent_purchases(snapshot, index)):
        if bought.purchase not in dated:
            yield Acquire(
                f"recent:{number}", bought.on, bought.account_id, bought.security_id,
                bought.shares, ZERO, f"recent:{number}",
            )  # fmt: skip


def _planned_sales(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> Iterator[Event]:
    for number, sale in enumerate(sales):
        yield Sell(
            _sale_id(number), snapshot.as_of, sale.account_id, sale.security_id, sale.shares,
            sale.proceeds, (Pick(sale.lot_id, sale.shares),),
        )  # fmt: skip


def _planned_purchases(
    snapshot: HouseholdSnapshot, purchases: Sequence[Purchase]
) -> Iterator[Event]:
    for number, bought in enumerate(purchases):
        yield Acquire(
            f"plan-buy:{number}", snapshot.as_of, bought.account_id, bought.security_id,
            bought.shares, bought.amount, f"plan-buy:{number}",
        )  # fmt: skip


def _purchases_ahead(snapshot: HouseholdSnapshot, index: SetIndex) -> Iterator[Event]:
    for number, bought in enumerate(scheduled_purchases(snapshot, index)):
        if bought.blocks:
            # A purchase whose size nobody knows counts as one share: enough to fail the check.
            yield Acquire(
                f"ahead:{number}", bought.on, bought.account_id, bought.security_id,
                bought.shares or Decimal(1), ZERO, f"ahead:{number}",
            )  # fmt: skip


def _sale_id(number: int) -> str:
    return f"plan-sell:{number}"


def _slices(result: LedgerResult) -> dict[str, list[SaleSlice]]:
    rows: dict[str, list[SaleSlice]] = defaultdict(list)
    for row in result.sales:
        rows[row.sale].append(row)
    return rows


def _wash_free(sales: Sequence[LotSale], result: LedgerResult) -> Check:
    rows = _slices(result)
    declared = sum((s.disallowed for s in sales), ZERO)
    washed = [row for row in result.sales if row.replaced_by is not None]
    wrong: list[SaleSlice] = [row for row in washed if row.permanent]
    as_declared = True
    for number, sale in enumerate(sales):
        of_sale = [row for row in rows[_sale_id(number)] if row.replaced_by is not None]
        if _disallowed(of_sale) != sale.disallowed:
            as_declared = False
            wrong += of_sale
    facts = {
        "sales": str(len(sales)),
        "disallowed": money_text(_disallowed(washed)),
        "accepted": money_text(declared) if declared else "",
    }
    if wrong:
        first = wrong[0]
        facts |= {
            "lot": first.lot,
            "security_id": first.symbol,
            "shares": decimal_text(first.quantity),
            "replaced_by": str(first.replaced_by),
            "permanent": str(any(row.permanent for row in washed)).lower(),
        }
    return Check(WASH_FREE, as_declared and not wrong, facts)


def _disallowed(rows: Iterable[SaleSlice]) -> Decimal:
    """Return the disallowed dollars of rows to the cent, without the traces of division."""
    return cents(rounded(sum((row.disallowed for row in rows), ZERO), 9))


def _shares_held(sales: Sequence[LotSale], result: LedgerResult) -> Check:
    missing = sum((s.missing for s in result.shortfalls), ZERO)
    facts = {"sales": str(len(sales)), "missing": decimal_text(missing)}
    return Check(SHARES_HELD, not result.shortfalls, facts)


def _gains_exact(sales: Sequence[LotSale], result: LedgerResult) -> Check:
    rows = _slices(result)
    difference = ZERO
    for number, sale in enumerate(sales):
        if not sale.taxed:
            continue
        found = rows.get(_sale_id(number), [])
        known = bool(found) and all(row.basis_known for row in found)
        gain = sum((row.gain for row in found), ZERO)
        difference = max(
            difference, abs(cents(gain) - cents(sale.gain)) if known else abs(sale.gain)
        )
    facts = {"sales": str(len(sales)), "difference": money_text(difference)}
    return Check(GAINS_EXACT, difference <= Decimal("0.01"), facts)


def _purchases_unlocked(
    snapshot: HouseholdSnapshot, purchases: Sequence[Purchase], policy: WashPolicy
) -> Check:
    blocked = buy_blocked(snapshot, policy) if purchases else {}
    locked = sorted({p.security_id for p in purchases if p.security_id in blocked})
    facts = {"purchases": str(len(purchases)), "locked": ", ".join(locked)}
    return Check(PURCHASES_UNLOCKED, not locked, facts)
