"""Tax on what a plan pays out of traditional accounts: ordinary income of the year, on top of everything else."""

from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import LotSale
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.tax.ordinary_income import ordinary_income_tax


def payout_tax(
    built: BuiltHousehold, payouts: Sequence[Decimal], sales: Sequence[LotSale]
) -> Decimal:
    """Return the dollars of tax on the plan's payouts; `payouts` are [account]."""
    taxed = sum(
        (
            amount
            for account, amount in zip(built.snapshot.accounts, payouts, strict=True)
            if account.type.is_deferred
        ),
        ZERO,
    )
    so_far = built.so_far
    short, long = (
        base + sum((s.recognized for s in sales if s.term is term), ZERO)
        for base, term in ((so_far.short, Term.SHORT), (so_far.long, Term.LONG))
    )
    situation = so_far.situation(built.snapshot, sales)
    return cents(ordinary_income_tax(situation, short, long, taxed))
