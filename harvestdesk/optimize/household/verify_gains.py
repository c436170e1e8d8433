"""The exact recheck of gains taken and bought back: no federal tax, nothing but long gains, nothing lost."""

from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import CENT, ZERO, cents, money_text
from harvestdesk.domain.proposal import Check
from harvestdesk.optimize.exact_checks import (
    cash_not_negative,
    concerned,
    not_buy_locked,
    shares_available,
    symbols_text,
)
from harvestdesk.optimize.household.gain_room import federal, federal_tax
from harvestdesk.optimize.household.verify import (
    Planned,
    budgets_kept,
    orders_kept,
    rules_kept,
    shares_tradable,
)
from harvestdesk.optimize.unspent import share_step
from harvestdesk.tax.liability import year_tax
from harvestdesk.washsale.check_plan import check_trades
from harvestdesk.washsale.identical import SetIndex


def verify_gains(plan: Planned) -> tuple[Check, ...]:
    """Return every check of a gain harvest: those of the wash-sale ledger first, then our own."""
    snapshot, sales, purchases = plan.built.snapshot, plan.sales, plan.purchases
    index = SetIndex.of_snapshot(snapshot)
    return (
        *check_trades(concerned(snapshot, index, sales, purchases), sales, purchases),
        shares_available(snapshot, sales),
        not_buy_locked(snapshot, plan.built.buy_locked, purchases),
        rules_kept(plan),
        shares_tradable(plan),
        cash_not_negative(snapshot, sales, purchases),
        *budgets_kept(plan),
        *orders_kept(plan),
        _federal_tax(plan),
        _long_gains_only(plan),
        _bought_back(plan),
    )


def _federal_tax(plan: Planned) -> Check:
    """The year's federal tax, worked out anew with the gains as booked, is no higher than without them."""
    so_far = plan.built.so_far
    situation = federal(so_far.situation(plan.built.snapshot))
    gain = sum((s.recognized for s in plan.sales), ZERO)
    before = federal_tax(year_tax(situation, so_far.short, so_far.long))
    after = federal_tax(year_tax(situation, so_far.short, so_far.long + gain))
    facts = {"before": money_text(cents(before)), "after": money_text(cents(after))}
    return Check("federal_tax_same", after <= before + CENT / 2, facts)


def _long_gains_only(plan: Planned) -> Check:
    others = [
        s.security_id
        for s in plan.sales
        if not s.taxed or s.gain <= 0 or s.term is not Term.LONG or s.disallowed
    ]
    return Check(
        "long_gains_only", not others, {"symbols": symbols_text(plan.built.snapshot, others)}
    )


def _bought_back(plan: Planned) -> Check:
    """What is sold is bought again in the same account, but for a step where a cent is missing."""
    accounts = plan.built.snapshot.account_by_id
    missing: dict[tuple[AccountId, SecurityId], Decimal] = {}
    for sale in plan.sales:
        key = (sale.account_id, sale.security_id)
        missing[key] = missing.get(key, ZERO) + sale.shares
    for bought in plan.purchases:
        key = (bought.account_id, bought.security_id)
        missing[key] = missing.get(key, ZERO) - bought.shares
    wrong = [s for (a, s), left in missing.items() if not ZERO <= left <= share_step(accounts[a])]
    return Check(
        "all_bought_back", not wrong, {"symbols": symbols_text(plan.built.snapshot, wrong)}
    )
