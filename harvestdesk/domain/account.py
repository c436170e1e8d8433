"""Accounts of a household and how they are taxed."""

from dataclasses import dataclass
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, PersonId


class AccountType(StrEnum):
    """Registration of an account; decides its tax treatment."""

    TAXABLE = "taxable"
    JOINT = "joint"
    TRUST = "trust"
    TRADITIONAL_IRA = "ira"
    ROTH_IRA = "roth_ira"
    PLAN_401K = "401k"
    HSA = "hsa"

    @property
    def is_taxable(self) -> bool:
        """True where sales are reported on Form 8949."""
        return self in _TAXABLE

    @property
    def is_deferred(self) -> bool:
        """True where payouts are ordinary income: traditional accounts (IRC §408(d)(1), §402(a))."""
        return self in _DEFERRED


_TAXABLE = frozenset({AccountType.TAXABLE, AccountType.JOINT, AccountType.TRUST})
_DEFERRED = frozenset({AccountType.TRADITIONAL_IRA, AccountType.PLAN_401K})

ACCOUNT_TYPE_NAMES: dict[AccountType, str] = {
    AccountType.TAXABLE: "Taxable",
    AccountType.JOINT: "Joint taxable",
    AccountType.TRUST: "Trust",
    AccountType.TRADITIONAL_IRA: "Traditional IRA",
    AccountType.ROTH_IRA: "Roth IRA",
    AccountType.PLAN_401K: "401(k)",
    AccountType.HSA: "HSA",
}


class ReliefMethod(StrEnum):
    """Which lots a sale takes when none are named (Reg. 1.1012-1(c))."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    LOFO = "lofo"
    SPECIFIC = "specific"
    MIN_TAX = "min_tax"
    TAX_ORDER = "tax_order"
    MAX_LOSS = "max_loss"
    AVERAGE = "average"


RELIEF_NAMES: dict[ReliefMethod, str] = {
    ReliefMethod.FIFO: "First in, first out",
    ReliefMethod.LIFO: "Last in, first out",
    ReliefMethod.HIFO: "Highest cost first",
    ReliefMethod.LOFO: "Lowest cost first",
    ReliefMethod.SPECIFIC: "Lots named for every sale",
    ReliefMethod.MIN_TAX: "Least tax, by the year's netting",
    ReliefMethod.TAX_ORDER: "Broker's tax-saving order",
    ReliefMethod.MAX_LOSS: "Largest loss first",
    ReliefMethod.AVERAGE: "Average cost (funds)",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One account.

    Attributes:
        custodian: broker key as importers use it ("schwab", "fidelity", "ibkr", "other").
        number_tail: the last four characters of the number; more is never stored.
        relief: relief method in force at the broker when a sale names no lots.
        reinvests: the broker reinvests dividends (DRIP) unless told otherwise.
        fractional: the broker takes orders in fractions of a share.
    """

    id: AccountId
    name: str
    type: AccountType = AccountType.TAXABLE
    owner_ids: tuple[PersonId, ...] = ()
    custodian: str = "other"
    number_tail: str = ""
    relief: ReliefMethod = ReliefMethod.FIFO
    reinvests: bool = False
    fractional: bool = False
