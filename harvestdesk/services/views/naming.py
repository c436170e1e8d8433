"""Short names of accounts, securities and identical sets as rows carry them."""

from collections.abc import Iterable
from dataclasses import dataclass

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.washsale.identical import SetIndex

_MARK_LENGTH = 3


def account_marks(accounts: Iterable[Account]) -> dict[AccountId, str]:
    """Return two or three letters per account, unique within the household ("Rivera joint" -> "RJ")."""
    marks: dict[AccountId, str] = {}
    taken: set[str] = set()
    for account in accounts:
        base = _initials(account.name)
        mark, number = base, 2
        while mark in taken:
            mark, number = f"{base}{number}", number + 1
        taken.add(mark)
        marks[account.id] = mark
    return marks


def _initials(name: str) -> str:
    words = [w for w in name.replace("-", " ").split() if w[0].isalnum()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return "".join(w[0] for w in words)[:_MARK_LENGTH].upper()


@dataclass(frozen=True)
class Names:
    """Looks names up for rows; an id that is unknown is shown as itself."""

    snapshot: HouseholdSnapshot
    sets: SetIndex
    marks: dict[AccountId, str]

    @classmethod
    def of(cls, snapshot: HouseholdSnapshot) -> "Names":
        """Return the names of a household."""
        sets = SetIndex.of_snapshot(snapshot)
        return cls(snapshot, sets, account_marks(snapshot.accounts))

    def account(self, account_id: AccountId) -> str:
        """Name of an account."""
        found = self.snapshot.account_by_id.get(account_id)
        return found.name if found else str(account_id)

    def accounts(self, account_ids: Iterable[AccountId]) -> tuple[str, ...]:
        """Names of accounts, in the order given."""
        return tuple(self.account(a) for a in account_ids)

    def mark(self, account_id: AccountId) -> str:
        """Initials of an account."""
        return self.marks.get(account_id, "?")

    def is_taxable(self, account_id: AccountId) -> bool:
        """True where sales of the account are reported on Form 8949."""
        found = self.snapshot.account_by_id.get(account_id)
        return found is not None and found.type.is_taxable

    def symbol(self, security_id: SecurityId) -> str:
        """Symbol of a security."""
        found = self.snapshot.security_by_id.get(security_id)
        return found.symbol if found else str(security_id)

    def security(self, security_id: SecurityId) -> str:
        """Full name of a security."""
        found = self.snapshot.security_by_id.get(security_id)
        return found.name if found else ""

    def set_of(self, security_id: SecurityId) -> IdenticalSetId:
        """Identical set a security belongs to."""
        return self.sets.set_of(security_id)

    def set_symbols(self, security_ids: Iterable[SecurityId]) -> tuple[str, ...]:
        """Symbols of a set in alphabetical order."""
        return tuple(sorted(self.symbol(s) for s in security_ids))
