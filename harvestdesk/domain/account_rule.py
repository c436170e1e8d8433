"""How an account takes part in plans: its role, what it offers, and its cash (methods 4.4, 4.6)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO


class AccountRole(StrEnum):
    """Where the household trades."""

    NORMAL = "normal"
    FIRST = "first"
    """Trades go here first: those elsewhere must be worth more."""
    NEVER = "never"
    """Held, and counted in risk, but not traded."""


ROLE_NAMES: dict[AccountRole, str] = {
    AccountRole.NORMAL: "Trades like the others",
    AccountRole.FIRST: "Trade here first",
    AccountRole.NEVER: "Never trade here",
}


@dataclass(frozen=True, slots=True)
class AccountRule:
    """One account's part in every plan.

    Cash C, in dollars: below `cash_min` the plan raises it, selling where it must; between `cash_min` and
    `cash_reserve` it neither invests nor raises; up to `cash_max` it may invest what is beyond the reserve;
    above `cash_max` it must. `cash_min` <= `cash_reserve` <= `cash_max` (methods 4.4).

    Attributes:
        menu: what may be bought here; empty: anything the household may buy.
        cash_max: None: cash may stay as it is.
    """

    account_id: AccountId
    role: AccountRole = AccountRole.NORMAL
    menu: tuple[SecurityId, ...] = ()
    cash_min: Decimal = ZERO
    cash_reserve: Decimal = ZERO
    cash_max: Decimal | None = None
