"""Three relations between securities, kept apart on purpose.

*Substantially identical* is law (IRC §1091): buying one kills a loss on the other.
*Equivalent* is preference: good enough, don't sell it for its own sake.
*Replacement* is a plan: buy this when that is sold at a loss.
"""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class IdenticalSet:
    """Securities the household treats as substantially identical, with the reason why."""

    id: IdenticalSetId
    name: str
    security_ids: tuple[SecurityId, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Equivalent:
    """`member_id` is good enough in place of `primary_id`; hurdle in basis points."""

    primary_id: SecurityId
    member_id: SecurityId
    hurdle_bp: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Replacement:
    """`replacement_id` may be bought when `security_id` is sold at a loss; rank 1 is preferred.

    Attributes:
        hurdle_bp: 0-999; what the swap must earn more than, in basis points of its value.
        buy_allowed: False: may be kept, is never bought.
    """

    security_id: SecurityId
    replacement_id: SecurityId
    rank: int = 1
    hurdle_bp: Decimal = ZERO
    buy_allowed: bool = True
    note: str = ""
