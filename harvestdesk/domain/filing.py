"""Whose accounts a household's tax return is of; wash sales look at every account all the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import FilingStatus, Person
from harvestdesk.domain.ids import AccountId


@dataclass(frozen=True, slots=True)
class ReturnAccounts:
    """Taxable accounts by the return their sales belong on, in the household's order.

    Attributes:
        counted: on the household's return.
        left_out: the spouse's own, on the spouse's return.
        shared: those of `counted` the spouse owns a part of; they are counted whole.
        spouse: the spouse's name, where there is one.
    """

    counted: tuple[Account, ...]
    left_out: tuple[Account, ...] = ()
    shared: tuple[Account, ...] = ()
    spouse: str = ""

    @property
    def ids(self) -> frozenset[AccountId]:
        """Ids of those on the return."""
        return frozenset(a.id for a in self.counted)


def return_accounts(
    status: FilingStatus, people: Iterable[Person], accounts: Iterable[Account]
) -> ReturnAccounts:
    """Return whose taxable accounts the return is of: on any but a joint one, not the spouse's own.

    What two persons own together is split by state law, which isn't known here: it is counted whole and
    named. An account without an owner counts.
    """
    taxable = tuple(a for a in accounts if a.type.is_taxable)
    spouses = {p.id: p.name for p in people if p.is_spouse}
    if status is FilingStatus.JOINT or not spouses:
        return ReturnAccounts(taxable)
    left_out = tuple(
        a
        for a in taxable
        if a.owner_ids and a.type is not AccountType.JOINT and spouses.keys() >= set(a.owner_ids)
    )
    counted = tuple(a for a in taxable if a not in left_out)
    shared = tuple(
        a for a in counted if a.type is AccountType.JOINT or spouses.keys() & set(a.owner_ids)
    )
    return ReturnAccounts(counted, left_out, shared, next(iter(spouses.values())))
