"""Wash-sale locks: what may not be bought, or not be sold at a loss, and until when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, IdenticalSetId, LotId, SecurityId
from harvestdesk.domain.money import ZERO


class LockKind(StrEnum):
    """Which side of a set is locked."""

    BUY_LOCKED = "buy_locked"
    """A loss was (or would be) sold: buying the set would wash it."""
    LOSS_SALE_LOCKED = "loss_sale_locked"
    """The set was bought: selling a loss of it would be washed, share by share."""


@dataclass(frozen=True, slots=True)
class WashLock:
    """One lock on an identical set, in every account of the household.

    Attributes:
        first_day, last_day: both inside the lock; `first_safe_day` is the day after `last_day`.
        cause: `loss_sale`, `planned` (buy locks); `purchase`, `recurring`, `drip`, `vest`, and
            `drip_scheduled` (loss-sale locks; `cause_on` after the as-of date: still to come).
        cause_on: date of the sale or purchase behind it.
        account_ids: accounts of the sale or purchase behind it.
        shares: shares that can still be matched.
        permanent: the purchase is in an IRA-type account: the loss would be lost for good (Rev. Rul. 2008-5).
        dollars: loss at stake in dollars, positive, where known.
        evidence: "confirmed", "scheduled", "probable", "unclear" or "coverage_incomplete".
    """

    identical_set_id: IdenticalSetId
    security_ids: tuple[SecurityId, ...]
    kind: LockKind
    first_day: date
    last_day: date
    first_safe_day: date
    cause: str
    cause_on: date
    account_ids: tuple[AccountId, ...]
    shares: Decimal = ZERO
    permanent: bool = False
    dollars: Decimal = ZERO
    evidence: str = "confirmed"


@dataclass(frozen=True, slots=True)
class LotStanding:
    """What wash-sale law says today about selling one lot.

    A lot is either free or blocked as a whole: with one share of a replacement held, the very first
    loss share sold is washed, whichever it is. How many shares the purchases can wash in all is
    `matching_shares`.

    Attributes:
        free_shares: shares whose whole loss stands if they are sold today.
        blocked_shares: shares that can't be sold today without washing some of the loss.
        free_from: first day the blocked shares are free, or None when nothing is blocked.
        cause: code of the blocking purchase, as in WashLock.
        permanent: a blocking purchase is in an IRA-type account.
        blocking_account_ids: where the blocking purchases are.
        cause_on: date of the purchase named by `cause`; after the as-of date if it is scheduled.
        matching_shares: shares of the lot those purchases would wash if all of it were sold.
        pool_shares: shares of those purchases, however many the lot has.
        group: purchase key of the lot where those of its key are themselves replacements of other lots,
            else empty; lots of one group are washed by the same purchases and by none of each other.
        exact: how many shares are washed is known to the share; False where a purchase ahead is told in
            dollars, where an option is involved, or where a broker's lot may have served already.
        evidence: how sure it is: "confirmed", "probable", "unclear" or "coverage_incomplete" (a free lot is
            free as far as the imported data reach).
    """

    lot_id: LotId
    free_shares: Decimal
    blocked_shares: Decimal
    free_from: date | None = None
    cause: str = ""
    permanent: bool = False
    blocking_account_ids: tuple[AccountId, ...] = ()
    cause_on: date | None = None
    matching_shares: Decimal = ZERO
    pool_shares: Decimal = ZERO
    group: str = ""
    exact: bool = True
    evidence: str = "confirmed"
