"""The household's judgement calls of wash-sale law: shown with their authority, saved with the lots they reach."""

from dataclasses import dataclass, replace

from harvestdesk.domain.changes import Changes
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.rebuilding import ChangedFacts, lots_of_book, put_lots
from harvestdesk.washsale.policy import POLICY_OPTIONS, PolicyOption, with_choices


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """One reading a dialog offers: the value as stored and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One judgement call as a dialog shows it.

    Attributes:
        name: field of `WashPolicy`.
        default: value in force unless chosen otherwise.
        current: value in force.
    """

    name: str
    title: str
    choices: tuple[OptionChoice, ...]
    default: str
    current: str
    authority: str

    def departs(self, value: str) -> bool:
        """Return True where a choice reads the law otherwise than by default."""
        return value != self.default


def option_rows(policy: WashPolicy) -> tuple[OptionRow, ...]:
    """Return every judgement call with its choices, in the order a dialog shows them."""
    return tuple(_row(option, policy) for option in POLICY_OPTIONS)


def policy_with(policy: WashPolicy, choices: dict[str, str]) -> WashPolicy:
    """Return the policy with the rows' chosen values, by option name.

    Raises:
        BadInputError: an option or choice that is not known.
    """
    return with_choices(policy, choices)


def save_policy(ctx: AppContext, policy: WashPolicy) -> Changes:
    """Store the household's reading and work out all lots anew under it, as one undo step."""
    household = replace(ctx.book.household(), wash=policy)
    lots = lots_of_book(ctx.book, ChangedFacts(household=household))
    with ctx.book.write("Wash-sale options") as w:
        w.put_household(household)
        put_lots(w, lots)
    return w.changes


def _row(option: PolicyOption, policy: WashPolicy) -> OptionRow:
    return OptionRow(
        option.name,
        option.title,
        tuple(OptionChoice(choice.value.value, choice.words) for choice in option.choices),
        option.default.value,
        getattr(policy, option.name).value,
        option.authority,
    )
