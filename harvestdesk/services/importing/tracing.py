"""Which holdings the ledger tells the origin of, through mergers, spin-offs and new symbols too."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from harvestdesk.domain.transaction import SHORT_TYPES, Transaction
from harvestdesk.services.importing.keys import Holding, passes_shares


class TracedHoldings:
    """Holdings with ledger rows that moved their shares, and those whose shares came out of such ones."""

    def __init__(self, transactions: Iterable[Transaction]) -> None:
        self._moved: set[Holding] = set()
        self._came_from: dict[Holding, set[Holding]] = defaultdict(set)
        for transaction in transactions:
            self.note(transaction)

    def note(self, t: Transaction) -> Holding | None:
        """Take in a row; returns the holding whose shares it may tell the origin of, or None."""
        if t.security_id is None or t.type in SHORT_TYPES:
            return None
        if passes_shares(t):
            if t.other_security_id is None:
                return None
            made = (t.account_id, t.other_security_id)
            self._came_from[made].add((t.account_id, t.security_id))
            return made
        if t.shares == 0:
            return None
        self._moved.add((t.account_id, t.security_id))
        return t.account_id, t.security_id

    def tells_of(self, holding: Holding, stated: Callable[[Holding], bool]) -> bool:
        """Return whether the lots of a holding follow from the ledger.

        Args:
            holding: account and security.
            stated: whether a broker's lot file gave a holding's lots; what came out of them is known too.
        """
        seen: set[Holding] = set()
        open_ = [holding]
        while open_:
            one = open_.pop()
            if one in self._moved or (one != holding and stated(one)):
                return True
            seen.add(one)
            open_ += self._came_from.get(one, set()) - seen
        return False
