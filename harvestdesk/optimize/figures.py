"""The household before and after a plan: tax by the real netting of the year, cash, losses left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import LotSale, PlanFigures, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.tax.liability import year_tax
from harvestdesk.tax.situation import TaxSituation, situation_of
from harvestdesk.washsale.year import year_results


@dataclass(frozen=True, slots=True)
class YearToDate:
    """What the ledger realised so far in the tax year, capital gain distributions of funds included.

    Attributes:
        incomplete: sales without a known basis, left out.
        washed: losses disallowed by the wash-sale rule, positive; some states allow them.
    """

    short: Decimal
    long: Decimal
    incomplete: int = 0
    washed: Decimal = ZERO

    def situation(self, snapshot: HouseholdSnapshot, sales: Sequence[LotSale] = ()) -> TaxSituation:
        """Return the household's tax situation, with the losses washed so far and by planned sales."""
        washed = self.washed + sum((s.disallowed for s in sales), ZERO)
        return replace(situation_of(snapshot), washed=washed)


def year_to_date(snapshot: HouseholdSnapshot) -> YearToDate:
    """Return the recognised results of this year's sales in the taxable accounts of the ledger."""
    results = year_results(snapshot, snapshot.as_of.year)
    return YearToDate(results.short, results.long, results.incomplete_sales, results.disallowed)


def figures(
    snapshot: HouseholdSnapshot,
    so_far: YearToDate,
    tracking_error: float,
    sales: Sequence[LotSale] = (),
    purchases: Sequence[Purchase] = (),
) -> PlanFigures:
    """Return the household's figures after trades; without trades, before them."""
    short = so_far.short + sum((s.recognized for s in sales if s.term is Term.SHORT), ZERO)
    long = so_far.long + sum((s.recognized for s in sales if s.term is Term.LONG), ZERO)
    year = year_tax(so_far.situation(snapshot, sales), short, long)
    cash = sum(snapshot.cash.values(), ZERO)
    cash += sum((s.proceeds for s in sales), ZERO) - sum((p.amount for p in purchases), ZERO)
    # A disallowed loss is still there: in the basis of the shares that replace the sold ones.
    realised = -sum((s.recognized for s in sales), ZERO)
    return PlanFigures(
        tracking_error_bp=Decimal(f"{tracking_error * 1e4:.2f}"),
        net_short=cents(year.netting.net_short),
        net_long=cents(year.netting.net_long),
        tax=cents(year.tax),
        carryforward_short=cents(year.netting.carryover_short),
        carryforward_long=cents(year.netting.carryover_long),
        cash=cash,
        unrealised_losses=cents(unrealised_losses(snapshot) - realised),
    )


def unrealised_losses(snapshot: HouseholdSnapshot) -> Decimal:
    """Return the losses in dollars, positive, that the taxable accounts hold."""
    total = ZERO
    for lot in snapshot.lots:
        account = snapshot.account_by_id.get(lot.account_id)
        price = snapshot.prices.get(lot.security_id)
        if account is None or price is None or not account.type.is_taxable:
            continue
        gain = lot.gain_at(price.value)
        if gain is not None and gain < 0:
            total -= gain
    return total
