"""Lots and sets of a household as arrays of numbers."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from harvestdesk.domain.lot import Term
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.engine.problem import IntArray
from harvestdesk.optimize.household.lots import counts_as_loss
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.tax.year import MarginalRates

THIN = -1e-12
"""Gain of a lot that may turn out a loss once booked to the cent: it keeps to the side of the losses."""


class LotArrays:
    """Arrays of the lots [lot], in the snapshot's order."""

    def __init__(
        self,
        snapshot: HouseholdSnapshot,
        total: Decimal,
        prices: tuple[Decimal, ...],
        rates: MarginalRates,
    ) -> None:
        rows = {s.id: j for j, s in enumerate(snapshot.securities)}
        numbers = {a.id: i for i, a in enumerate(snapshot.accounts)}
        lots = snapshot.lots
        self.security = indices([rows[x.security_id] for x in lots])
        self.account = indices([numbers[x.account_id] for x in lots])
        values = [snapshot.value_of(x) for x in lots]
        self.weight = np.array([float(v / total) for v in values], dtype=np.float64)
        self.basis = tuple(
            x.basis_per_share if x.basis_per_share is not None else prices[rows[x.security_id]]
            for x in lots
        )
        terms = [lot_term(x, snapshot.as_of) for x in lots]
        self.long = np.array([t is Term.LONG for t in terms], dtype=np.bool_)
        taxed = np.array([snapshot.accounts[i].type.is_taxable for i in self.account.tolist()])
        gains = []
        for lot, value, is_taxed in zip(lots, values, taxed.tolist(), strict=True):
            gain = value - (lot.adjusted_basis if lot.adjusted_basis is not None else value)
            part = float(gain / value) if value > 0 else 0.0
            thin = is_taxed and gain >= 0 and counts_as_loss(gain, value)
            gains.append(THIN if thin else part)
        self.gain = np.array(gains, dtype=np.float64)
        of_term = np.where(self.long, float(rates.long), float(rates.short))
        self.rate = np.where(taxed, of_term, 0.0) if len(lots) else np.zeros(0)


def numbered(keys: Sequence[str]) -> IntArray:
    """Return numbers from zero, the same for the same key, in the order keys first come."""
    numbers: dict[str, int] = {}
    return indices([numbers.setdefault(k, len(numbers)) for k in keys])


def indices(values: Sequence[int]) -> IntArray:
    """Return whole numbers as an array of indices."""
    return np.array(values, dtype=np.intp)
