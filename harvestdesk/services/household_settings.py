"""Household, people, tax profile and accounts as the person corrects them; each save is one undo step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count as counter

from harvestdesk.domain.account import Account
from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import FilingStatus, Household, Person, RateSource, TaxProfile
from harvestdesk.domain.ids import AccountId, PersonId
from harvestdesk.domain.states import STATE_NAMES
from harvestdesk.services.context import AppContext
from harvestdesk.services.importing.rebuilding import (
    ChangedFacts,
    lots_by_tax,
    lots_of_book,
    put_lots,
)
from harvestdesk.services.states import states_without_table

CUSTODIANS: Mapping[str, str] = {
    "schwab": "Schwab",
    "fidelity": "Fidelity",
    "ibkr": "Interactive Brokers",
    "other": "Another broker",
}
_TAIL_LENGTH = 4
_RATES = {
    "rate_short": "Short-term gains",
    "rate_long": "Long-term gains",
    "rate_ordinary": "Ordinary income",
}
_CARRIED = ("carryforward_short", "carryforward_long")
_MOST_BOXES = 4
_ONE_PERSON = frozenset({FilingStatus.SINGLE, FilingStatus.HEAD, FilingStatus.SURVIVING})
"""Only the taxpayer's own two boxes can be ticked (IRC §63(f); a joint return has four)."""


def household_problems(household: Household, people: Sequence[Person]) -> dict[str, str]:
    """Return what is wrong by field: `name`, `people` or a field of the tax profile; empty if nothing."""
    return _who_problems(household, people) | tax_problems(household.tax)


def _who_problems(household: Household, people: Sequence[Person]) -> dict[str, str]:
    found: dict[str, str] = {}
    if not household.name.strip():
        found["name"] = "Give the household a name."
    names = [p.name.strip() for p in people]
    spouses = sum(p.is_spouse for p in people)
    if not names or not all(names):
        found["people"] = "Every person needs a name, and there must be at least one."
    elif len({n.casefold() for n in names}) < len(names):
        found["people"] = "Two people have the same name; make them different."
    elif spouses > 1 or spouses == len(people):
        found["people"] = "One person is you, and one other may be your spouse."
    return found


def tax_problems(tax: TaxProfile) -> dict[str, str]:
    """Return what is wrong with a tax profile by field; empty if nothing.

    A household that is made new keeps typed rates (`RateSource.TYPED`, the profile's defaults) until
    income is entered: tables walked from an income of nothing would say that gains cost nothing.
    """
    found = {
        field: f"{words}: a rate lies between 0 % and 100 %."
        for field, words in _RATES.items()
        if not 0 <= getattr(tax, field) <= 1
    }
    for field in _CARRIED:
        if getattr(tax, field) < 0:
            found[field] = "A loss carried forward is typed as a positive figure."
    # A business or a rental may lose money; dividends can't be negative.
    if tax.qualified_dividends < 0:
        found["qualified_dividends"] = "Dividends are typed as a positive figure."
    if tax.itemised is not None and tax.itemised < 0:
        found["itemised"] = "Deductions are typed as a positive figure."
    return found | _box_problems(tax) | _state_problems(tax)


def _box_problems(tax: TaxProfile) -> dict[str, str]:
    most = _MOST_BOXES // 2 if tax.filing_status in _ONE_PERSON else _MOST_BOXES
    found: dict[str, str] = {}
    if not 0 <= tax.aged_or_blind <= most:
        found["aged_or_blind"] = (
            f"From 0 to {most} boxes: 65 or older, and blind, for each who files."
        )
    if not 0 <= tax.seniors <= most // 2:
        found["seniors"] = f"From 0 to {most // 2}: who of those who file is 65 or older."
    elif tax.seniors > tax.aged_or_blind and not found:
        found["seniors"] = "Each person of 65 ticks one of the boxes above: there can't be more."
    return found


def _state_problems(tax: TaxProfile) -> dict[str, str]:
    found: dict[str, str] = {}
    if tax.state and tax.state not in STATE_NAMES:
        found["state"] = "A state goes by its two capital letters, such as CA."
    elif (
        tax.rate_source is RateSource.TABLES
        and tax.state_rate is None
        and tax.state in states_without_table()
    ):
        found["state_rate"] = f"The rate of {STATE_NAMES[tax.state]} is not known; type it."
    if tax.state_rate is not None and not 0 <= tax.state_rate <= 1:
        found["state_rate"] = "State: a rate lies between 0 % and 100 %."
    if not 0 <= tax.discount_rate <= 1:
        found["discount_rate"] = "Discount rate: a rate lies between 0 % and 100 %."
    return found


def account_problems(account: Account, others: Sequence[Account]) -> dict[str, str]:
    """Return what is wrong by field of the account: `name`, `owner_ids` or `number_tail`."""
    found: dict[str, str] = {}
    names = {a.name.strip().casefold() for a in others if a.id != account.id}
    if not account.name.strip():
        found["name"] = "Give the account a name."
    elif account.name.strip().casefold() in names:
        found["name"] = "Another account has this name; two could not be told apart."
    if not account.owner_ids:
        found["owner_ids"] = "Say whose account it is."
    if len(account.number_tail) > _TAIL_LENGTH:
        found["number_tail"] = "Only the last four characters of the number are kept."
    return found


def save_household(ctx: AppContext, household: Household, people: Sequence[Person]) -> Changes:
    """Write the household with its tax profile and its people; people left out are taken away.

    Where sales take least tax, another tax profile works out all lots anew.

    Args:
        ctx: the open household.
        household: its id, day, simulated mark and readings of wash-sale law stay as stored, whatever
            is given.
        people: all of them; a person with an empty id is new.

    Raises:
        BadInputError: what `household_problems` says, or a person taken away owns an account.
    """
    _refuse(household_problems(household, people), "household")
    stored = ctx.book.household()
    kept = {p.id for p in people}
    before = ctx.book.people()
    gone = [p for p in before if p.id not in kept]
    owned = {owner for a in ctx.book.accounts() for owner in a.owner_ids}
    for person in gone:
        if person.id in owned:
            raise BadInputError(
                f"{person.name} owns an account; give it to somebody else first.",
                code="household.owner",
            )
    saved = replace(stored, name=household.name.strip(), tax=household.tax)
    told = saved.tax != stored.tax
    lots = lots_by_tax(ctx.book, ChangedFacts(household=saved)) if told else {}
    with ctx.book.write("Household settings") as w:
        w.put_household(saved)
        put_lots(w, lots)
        w.remove_people([p.id for p in gone])
        w.put_people(_with_ids(people, before))
    return w.changes


def _with_ids(people: Sequence[Person], stored: Sequence[Person]) -> list[Person]:
    """Give new people ids that sort behind those there are: people are kept in that order."""
    taken = [str(p.id).rpartition("-")[2] for p in (*stored, *people) if p.id]
    numbers = [text for text in taken if text.isascii() and text.isdigit()]
    last, width = max(map(int, numbers), default=0), max(map(len, numbers), default=1)
    ids = counter(last + 1)
    return [
        replace(p, id=p.id or PersonId(f"person-{next(ids):0{width}d}"), name=p.name.strip())
        for p in people
    ]


def save_account(ctx: AppContext, account: Account) -> Changes:
    """Write a stored account anew; its type and relief method reach the lots of the whole household.

    Raises:
        BadInputError: what `account_problems` says, an unknown owner, or no such account.
    """
    accounts = ctx.book.accounts()
    before = next((a for a in accounts if a.id == account.id), None)
    if before is None:
        raise BadInputError(f"There is no account {account.id}.", code="account.missing")
    account = _checked(ctx, account, accounts)
    after = [account if a.id == account.id else a for a in accounts]
    told = (before.type, before.relief) != (account.type, account.relief)
    lots = lots_of_book(ctx.book, ChangedFacts(after)) if told else {}
    with ctx.book.write(f"Edit account {account.name}") as w:
        w.put_accounts([account])
        put_lots(w, lots)
    return w.changes


def add_account(ctx: AppContext, account: Account) -> Changes:
    """Add an account; its id is given here.

    Raises:
        BadInputError: what `account_problems` says, or an unknown owner.
    """
    account = _checked(ctx, account, ctx.book.accounts())
    with ctx.book.write(f"Add account {account.name}") as w:
        w.put_accounts([replace(account, id=AccountId(w.new_id("account")))])
    return w.changes


def percent_of(fraction: Decimal) -> Decimal:
    """Return a rate as percents, as people type it."""
    return fraction * 100


def fraction_of(percents: Decimal) -> Decimal:
    """Return percents as the fraction that is stored."""
    return percents / 100


def _checked(ctx: AppContext, account: Account, accounts: Sequence[Account]) -> Account:
    _refuse(account_problems(account, accounts), "account")
    people = {p.id for p in ctx.book.people()}
    if not people.issuperset(account.owner_ids):
        raise BadInputError("An owner is not of this household.", code="account.owner")
    return replace(account, name=account.name.strip(), number_tail=account.number_tail.strip())


def _refuse(problems: Mapping[str, str], what: str) -> None:
    for field, words in problems.items():
        raise BadInputError(words, code=f"{what}.{field}", field=field)
