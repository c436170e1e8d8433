"""The judgement calls of wash-sale law a household has made; their authority is told in `washsale.policy`."""

from dataclasses import dataclass
from enum import StrEnum


class SameDayOrder(StrEnum):
    """Order of loss sales of one day."""

    ACQUISITION = "acquisition"
    AS_LISTED = "as_listed"


class SameDayDisposal(StrEnum):
    """Whether shares sold the same day as the loss sale can be its replacement."""

    COUNTS = "counts"
    IGNORE = "ignore"


class DisposedBefore(StrEnum):
    """Whether shares sold before the loss sale can be its replacement."""

    NOT_REPLACEMENT = "not_replacement"
    LITERAL = "literal"


class AcquiredBeforeSoldLot(StrEnum):
    """Whether shares acquired before the sold lot can be its replacement."""

    COUNTS = "counts"
    IGNORE = "ignore"


class MatchOrder(StrEnum):
    """Which acquisitions of the window a loss is matched with first."""

    EARLIEST = "earliest"
    """The earliest in any account of the household."""
    OWN_ACCOUNT_FIRST = "own_account_first"
    """The earliest in the account that sold, then the earliest in the others."""


class Tacking(StrEnum):
    """From when replacement shares count as held."""

    DAY_COUNT = "day_count"
    """Their own date less the days the sold shares were held."""
    ORIGINAL_DATE = "original_date"
    """The date the sold shares counted as held from."""


class OtherPlans(StrEnum):
    """Whether a purchase in a 401(k) or HSA replaces shares sold at a loss."""

    AS_IRA = "as_ira"
    IGNORE = "ignore"


class SpouseBasis(StrEnum):
    """Where the loss goes that a purchase in an account of the spouse alone washes."""

    TO_SPOUSE = "to_spouse"
    LOST = "lost"


class LossTest(StrEnum):
    """Which basis tells whether a sale was at a loss."""

    ADJUSTED_BASIS = "adjusted_basis"
    ORIGINAL_COST = "original_cost"


class CryptoRule(StrEnum):
    """Whether crypto assets are under the wash-sale rule."""

    EXEMPT = "exempt"
    AS_SECURITY = "as_security"


class IdenticalReading(StrEnum):
    """How far "substantially identical" reaches beyond the sets the household names."""

    CONVENTIONAL = "conventional"
    """The named sets, share for share, and options on a member."""
    STRICT = "strict"
    """Besides, any two funds that track the same index."""


@dataclass(frozen=True, slots=True)
class WashPolicy:
    """The options in force; the defaults are the careful or usual reading."""

    same_day_order: SameDayOrder = SameDayOrder.ACQUISITION
    same_day_disposal: SameDayDisposal = SameDayDisposal.COUNTS
    disposed_before: DisposedBefore = DisposedBefore.NOT_REPLACEMENT
    acquired_before_sold_lot: AcquiredBeforeSoldLot = AcquiredBeforeSoldLot.COUNTS
    match_order: MatchOrder = MatchOrder.EARLIEST
    tacking: Tacking = Tacking.DAY_COUNT
    other_plans: OtherPlans = OtherPlans.AS_IRA
    spouse_basis: SpouseBasis = SpouseBasis.TO_SPOUSE
    loss_test: LossTest = LossTest.ADJUSTED_BASIS
    crypto: CryptoRule = CryptoRule.EXEMPT
    identical: IdenticalReading = IdenticalReading.CONVENTIONAL


DEFAULT_POLICY = WashPolicy()
