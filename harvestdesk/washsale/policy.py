"""Judgement calls of wash-sale law: each option with its default and the authority behind it."""

from dataclasses import dataclass

from harvestdesk.domain.wash_policy import (
    AcquiredBeforeSoldLot,
    DisposedBefore,
    SameDayDisposal,
    SameDayOrder,
)


@dataclass(frozen=True, slots=True)
class PolicyOption:
    """One judgement call for a person to read: name, default, other choices and authority."""

    name: str
    default: str
    others: tuple[str, ...]
    authority: str


POLICY_OPTIONS: tuple[PolicyOption, ...] = (
    PolicyOption(
        "same_day_order",
        SameDayOrder.ACQUISITION,
        (SameDayOrder.AS_LISTED,),
        "Reg. 1.1091-1(b): loss sales of one day go in the order the shares were acquired.",
    ),
    PolicyOption(
        "same_day_disposal",
        SameDayDisposal.COUNTS,
        (SameDayDisposal.IGNORE,),
        "No authority; sources conflict. Shares sold the same day count while the order of "
        "acquisition has not reached them; the year's net result is the same.",
    ),
    PolicyOption(
        "disposed_before",
        DisposedBefore.NOT_REPLACEMENT,
        (DisposedBefore.LITERAL,),
        "No authority. Usual practice: shares sold before the loss sale replace nothing. The "
        "literal words of IRC §1091(a) only ask whether they were acquired in the window.",
    ),
    PolicyOption(
        "acquired_before_sold_lot",
        AcquiredBeforeSoldLot.COUNTS,
        (AcquiredBeforeSoldLot.IGNORE,),
        "Literal IRC §1091(a): any acquisition in the window counts, also one earlier than the "
        "sold lot's. Contrary view in the practitioner literature (Silver; Thomas).",
    ),
)
