"""Judgement calls of wash-sale law: each option with its choices, its default and the authority behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    AcquiredBeforeSoldLot,
    CryptoRule,
    DisposedBefore,
    IdenticalReading,
    LossTest,
    MatchOrder,
    OtherPlans,
    SameDayDisposal,
    SameDayOrder,
    SpouseBasis,
    Tacking,
    WashPolicy,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to read the law: the value as stored, and what it means in a sentence."""

    value: StrEnum
    words: str


@dataclass(frozen=True, slots=True)
class PolicyOption:
    """One judgement call for a person to read.

    Attributes:
        name: field of `WashPolicy`.
        title: the question in plain words.
        choices: all readings, the default one first.
        authority: statute, regulation, ruling or page; says so where there is none.
    """

    name: str
    title: str
    choices: tuple[Choice, ...]
    authority: str

    @property
    def default(self) -> StrEnum:
        """The reading in force unless the household chose another."""
        return self.choices[0].value

    @property
    def others(self) -> tuple[StrEnum, ...]:
        """The readings besides the default."""
        return tuple(choice.value for choice in self.choices[1:])

    def words_of(self, value: StrEnum) -> str:
        """Return what a reading means."""
        return next(choice.words for choice in self.choices if choice.value == value)


POLICY_OPTIONS: tuple[PolicyOption, ...] = (
    PolicyOption(
        "identical",
        "How far does “substantially identical” reach?",
        (
            Choice(
                IdenticalReading.CONVENTIONAL,
                "The sets the household names, and options on their members",
            ),
            Choice(
                IdenticalReading.STRICT,
                "Besides, any two funds that track the same index",
            ),
        ),
        "IRC §1091(a) and Reg. 1.1091-1(a) don't define it; Pub. 550: all facts and circumstances. No "
        "authority holds two index funds of different managers identical, and none that they aren't.",
    ),
    PolicyOption(
        "match_order",
        "Which purchases is a loss matched with first?",
        (
            Choice(MatchOrder.EARLIEST, "The earliest, in whichever account"),
            Choice(
                MatchOrder.OWN_ACCOUNT_FIRST,
                "The earliest in the account that sold, then those in other accounts",
            ),
        ),
        "Reg. 1.1091-1(c), (d): in the order of acquisition, the earliest first. That this runs across "
        "accounts is inferred: the regulation knows one taxpayer, not accounts.",
    ),
    PolicyOption(
        "tacking",
        "From when do replacement shares count as held?",
        (
            Choice(
                Tacking.DAY_COUNT,
                "Their own date, less as many days as the sold shares were held",
            ),
            Choice(Tacking.ORIGINAL_DATE, "The date the sold shares counted as held from"),
        ),
        "IRC §1223(3): the period the sold shares were held is “included”. Brokers do both; days held "
        "twice while both lots were owned are not taken out again (no authority).",
    ),
    PolicyOption(
        "same_day_order",
        "In which order are the losses of one day taken?",
        (
            Choice(SameDayOrder.ACQUISITION, "In the order the sold shares were acquired"),
            Choice(SameDayOrder.AS_LISTED, "In the order the sales are listed"),
        ),
        "Reg. 1.1091-1(b): where the order of sales of one day can't be told, in the order the shares "
        "were acquired.",
    ),
    PolicyOption(
        "same_day_disposal",
        "Can shares sold the same day as the loss be its replacement?",
        (
            Choice(
                SameDayDisposal.COUNTS,
                "Yes, while the order of acquisition has not reached them",
            ),
            Choice(SameDayDisposal.IGNORE, "No"),
        ),
        "None; sources conflict. The year's net result is the same either way.",
    ),
    PolicyOption(
        "disposed_before",
        "Can shares sold before the loss sale be its replacement?",
        (
            Choice(DisposedBefore.NOT_REPLACEMENT, "No: they replace nothing any more"),
            Choice(
                DisposedBefore.LITERAL,
                "Yes: it is enough that they were acquired in the window",
            ),
        ),
        "None. Usual practice is no; the literal words of IRC §1091(a) only ask whether they were "
        "acquired in the window.",
    ),
    PolicyOption(
        "acquired_before_sold_lot",
        "Can shares acquired before the sold ones be their replacement?",
        (
            Choice(AcquiredBeforeSoldLot.COUNTS, "Yes, if they were acquired in the window"),
            Choice(AcquiredBeforeSoldLot.IGNORE, "No"),
        ),
        "Literal IRC §1091(a): any acquisition in the window counts. Contrary view in the practitioner "
        "literature (Silver; Thomas).",
    ),
    PolicyOption(
        "other_plans",
        "Does a purchase in a 401(k) or HSA wash a loss?",
        (
            Choice(OtherPlans.AS_IRA, "Yes, as in an IRA: the loss is gone for good"),
            Choice(OtherPlans.IGNORE, "No"),
        ),
        "None. Rev. Rul. 2008-5 speaks of IRAs and Roth IRAs; its reasoning fits other plans a person "
        "directs, but no ruling says so.",
    ),
    PolicyOption(
        "spouse_basis",
        "Where does a loss go that a purchase of the spouse alone washes?",
        (
            Choice(SpouseBasis.TO_SPOUSE, "Into the basis of the spouse's shares"),
            Choice(SpouseBasis.LOST, "Nowhere: it is lost"),
        ),
        "Pub. 550, Wash Sales: a purchase by the spouse counts. Whose basis takes the loss is inferred "
        "from IRC §1091(d), which speaks of the property acquired, and was not written for two owners.",
    ),
    PolicyOption(
        "loss_test",
        "Which basis tells whether a sale was at a loss?",
        (
            Choice(
                LossTest.ADJUSTED_BASIS,
                "The adjusted one: earlier disallowed losses make a cash gain a loss",
            ),
            Choice(LossTest.ORIGINAL_COST, "What the shares cost"),
        ),
        "Inferred from IRC §1001(a) and §1011: a loss is measured by the adjusted basis. No example.",
    ),
    PolicyOption(
        "crypto",
        "Are crypto assets under the wash-sale rule?",
        (
            Choice(CryptoRule.EXEMPT, "No: they are property, not stock or securities"),
            Choice(CryptoRule.AS_SECURITY, "Yes, like stock"),
        ),
        "Notice 2014-21: property. IRC §1091(a) reaches stock and securities only; bills to extend it "
        "were not enacted.",
    ),
)


def option_of(name: str) -> PolicyOption:
    """Return the option of a field of `WashPolicy`.

    Raises:
        BadInputError: when there is none of this name.
    """
    found = next((option for option in POLICY_OPTIONS if option.name == name), None)
    if found is None:
        known = ", ".join(option.name for option in POLICY_OPTIONS)
        raise BadInputError(f"{name!r} is no judgement call; known are {known}", code="policy.name")
    return found


def with_choice(policy: WashPolicy, name: str, value: str) -> WashPolicy:
    """Return the policy with one option set.

    Raises:
        BadInputError: when there is no such option, or it has no such choice.
    """
    option = option_of(name)
    for choice in option.choices:
        if choice.value == value:
            changed: dict[str, Any] = {name: choice.value}
            return replace(policy, **changed)
    known = ", ".join(choice.value for choice in option.choices)
    raise BadInputError(f"{name}: {value!r} is not one of {known}", code="policy.choice")


def with_choices(policy: WashPolicy, choices: Mapping[str, object]) -> WashPolicy:
    """Return the policy with the options named set.

    Raises:
        BadInputError: as `with_choice`.
    """
    for name, value in choices.items():
        policy = with_choice(policy, name, str(value))
    return policy


def other_choices(policy: WashPolicy) -> tuple[tuple[PolicyOption, Choice], ...]:
    """Return every reading a respectable person may hold that this policy does not."""
    return tuple(
        (option, choice)
        for option in POLICY_OPTIONS
        for choice in option.choices
        if choice.value != getattr(policy, option.name)
    )


def departures(policy: WashPolicy) -> tuple[PolicyOption, ...]:
    """Return the options a household has set otherwise than by default."""
    return tuple(
        option
        for option in POLICY_OPTIONS
        if getattr(policy, option.name) != getattr(DEFAULT_POLICY, option.name)
    )
