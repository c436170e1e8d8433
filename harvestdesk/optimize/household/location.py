"""Asset location: what a dollar of an asset class comes to in each kind of account (methods 4.6).

Over H years a dollar becomes, in a Roth account (1+m)^H; in a traditional one (1-t)(1+m)^H with t the rate at
withdrawal; in a taxable one A - q(A - basis), where A grows by what is left of the return after the yearly tax on
what is paid out, and reinvested income adds to the basis. Only where a class is held is compared: from every
value the mean of its class and the mean of its account are taken, so that the term neither prefers one class to
another nor pays for holding less cash.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import is_cash
from harvestdesk.risk.class_returns import CLASS_RETURNS, ClassReturn
from harvestdesk.tax.year import MarginalRates

FloatArray = NDArray[np.float64]

TAX_FREE = frozenset({AccountType.ROTH_IRA, AccountType.HSA})


@dataclass(frozen=True, slots=True)
class LocationRates:
    """Tax on what classes pay, as fractions: now in taxable accounts, later in traditional ones."""

    ordinary: float
    long: float
    later: float

    @classmethod
    def of(cls, rates: MarginalRates, settings: PlanSettings) -> "LocationRates":
        """Return the rates of the year, and the one typed for withdrawals."""
        return cls(float(rates.ordinary), float(rates.long), float(settings.retirement_rate))


def grown(kind: AccountType, returns: ClassReturn, years: int, rates: LocationRates) -> float:
    """Return what a dollar is worth after `years` and all tax."""
    if kind in TAX_FREE:
        return float((1 + returns.total) ** years)
    if not kind.is_taxable:
        return float((1 - rates.later) * (1 + returns.total) ** years)
    tax = rates.ordinary * returns.ordinary + rates.long * (returns.qualified + returns.realised)
    paid = returns.ordinary + returns.qualified + returns.exempt + returns.realised
    amount = basis = 1.0
    for _ in range(years):
        basis += amount * (paid - tax)
        amount *= 1 + returns.total - tax
    return float(amount - rates.long * max(0.0, amount - basis))


def location_values(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    rates: LocationRates,
    parts: Sequence[Decimal],
) -> FloatArray:
    """Return [account, security] yearly value per weight of holding it there rather than elsewhere.

    `snapshot` is as it counts, and `parts` [account] what a dollar counts there (after_tax.py).
    Cash is worth nothing by definition: what is sold for cash gives its value up, and only that.
    """
    classes = [AssetClass.CASH if is_cash(s) else s.asset_class for s in snapshot.securities]
    wanted = sorted({*classes, AssetClass.CASH})
    years = max(1, settings.location_years)
    table = np.array(
        [
            [grown(a.type, CLASS_RETURNS[c], years, rates) / part for c in wanted]
            for a, part in zip(snapshot.accounts, map(float, parts), strict=True)
        ]
    ).reshape(len(snapshot.accounts), len(wanted))
    of_account = _shares(np.array([_value(snapshot, a) for a in snapshot.accounts]))
    table = table - of_account @ table
    table = table - table[:, [wanted.index(AssetClass.CASH)]]
    risky = [i for i, c in enumerate(wanted) if c is not AssetClass.CASH]
    if risky:
        # What is left would pay for holding less, or more, cash in an account.
        table[:, risky] -= table[:, risky].mean(axis=1, keepdims=True)
    scaled = table * float(settings.location_weight) / years
    return np.asarray(scaled[:, [wanted.index(c) for c in classes]], dtype=np.float64)


def _value(snapshot: HouseholdSnapshot, account: Account) -> float:
    held = sum(float(snapshot.value_of(x)) for x in snapshot.lots if x.account_id == account.id)
    return max(0.0, held + float(snapshot.cash.get(account.id, 0)))


def _shares(values: FloatArray) -> FloatArray:
    total = float(values.sum())
    return values / total if total > 0 else np.full(len(values), 1.0 / max(1, len(values)))
